// More context and a larger batch never take less time on a region of a wafer, with every wavelet, and no part of it
// that gets faster makes a step slower.
//
// Exceptions: with another region a step is another program, and the planner's choice among regions is one of closed
// forms; so the region is one here.
#include "configs/schema/gpu_tables.hpp"
#include "configs/share.hpp"
#include "fabric/mesh.hpp"
#include "support/draw.hpp"
#include "support/models_runs.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace scribeline;
using tests::Draw;

namespace {

using Words = std::vector<std::string>;

struct Size {
    std::uint32_t context = 64, batch = 1;
};

double seconds(std::string const& machine, Words const& sets, Size size)
{
    auto words = Words{"--machine",  machine,
                       "--region",   "16x16",
                       "--groups",   "4",
                       "--model",    "tiny",
                       "--fidelity", "wavelet",
                       "--context",  std::to_string(size.context),
                       "--batch",    std::to_string(size.batch)};
    for (auto const& set : sets)
        words.insert(words.end(), {"--set", set});
    auto const p       = tests::config_of(words).parameters;
    auto const program = tests::layer_of(p).program;
    return static_cast<double>(fabric::Mesh{program, p}.run()) / p.wafer.clock.value();
}

std::vector<std::string> wafers()
{
    auto found = std::vector<std::string>{};
    for (auto const& name : configs::shipped_machines())
        if (configs::applies("wafer", configs::machine_parameters(name).machine.kind))
            found.push_back(name);
    return found;
}

// From slow to fast.
std::vector<Words> const ladders{
    {"wafer.clock=0.5 GHz", "wafer.clock=0.85 GHz", "wafer.clock=0.97 GHz", "wafer.clock=2 GHz"},
    {"fabric.hop_latency=4 cycles", "fabric.hop_latency=2 cycles", "fabric.hop_latency=1 cycle"},
    {"fabric.ramp_latency=5 cycles", "fabric.ramp_latency=3 cycles", "fabric.ramp_latency=1 cycle"},
    {"fabric.link_serialisation=3 cycles", "fabric.link_serialisation=1.125 cycles",
     "fabric.link_serialisation=1 cycle"},
    {"fabric.input_queue_depth=2", "fabric.input_queue_depth=5", "fabric.input_queue_depth=16"},
    {"scribe.extra_latency=60 cycles", "scribe.extra_latency=8 cycles", "scribe.extra_latency=1 cycle",
     "scribe.extra_latency=0 cycles"},
    {"scribe.link_serialisation=9 cycles", "scribe.link_serialisation=2 cycles", "scribe.link_serialisation=1 cycle"},
    {"pe.vector_setup=40 cycles", "pe.vector_setup=16 cycles", "pe.vector_setup=3 cycles"},
    {"pe.stream_setup=30 cycles", "pe.stream_setup=7 cycles", "pe.stream_setup=1 cycle"},
    {"pe.task_activation=40 cycles", "pe.task_activation=9 cycles", "pe.task_activation=0 cycles"},
    {"pe.mac_rate_fp16=0.5 elem/cycle", "pe.mac_rate_fp16=2 elem/cycle", "pe.mac_rate_fp16=8 elem/cycle"},
    {"pe.add_rate_fp16=0.5 elem/cycle", "pe.add_rate_fp16=2 elem/cycle", "pe.add_rate_fp16=8 elem/cycle"},
    {"pe.copy_rate_fp16=0.5 elem/cycle", "pe.copy_rate_fp16=2 elem/cycle", "pe.copy_rate_fp16=8 elem/cycle"},
    {"pe.scalar_iteration=40 cycles", "pe.scalar_iteration=11.5 cycles", "pe.scalar_iteration=1 cycle"},
    {"pe.sram_read_bytes=4", "pe.sram_read_bytes=16", "pe.sram_read_bytes=64"},
    {"pe.sram_write_bytes=2", "pe.sram_write_bytes=8", "pe.sram_write_bytes=32"},
    {"software.operator_overhead=500 cycles", "software.operator_overhead=133 cycles",
     "software.operator_overhead=0 cycles"},
};

} // namespace

TEST_CASE("more context and a larger batch never take less time on a region of any wafer")
{
    auto const seed = GENERATE(1U, 2U);
    for (auto const& machine : wafers()) {
        auto draw   = Draw{seed};
        auto size   = Size{draw.between(2, 60), 1};
        auto before = seconds(machine, {}, size);
        for (int i = 0; i < 12; ++i) {
            auto const old = size;
            if (draw.one_in(2))
                size.context += draw.one_in(2) ? 1 : draw.between(1, 200);
            else if (size.batch < 12)
                size.batch += draw.between(1, 2);
            auto const now = seconds(machine, {}, size);
            CAPTURE(seed, machine, old.context, old.batch, size.context, size.batch);
            CHECK(now >= before);
            before = now;
        }
    }
}

TEST_CASE("no part of a wafer that gets faster makes a step slower")
{
    auto const seed = GENERATE(11U, 12U);
    for (auto const& machine : wafers()) {
        auto draw = Draw{seed};
        for (auto const& ladder : ladders) {
            auto const size   = Size{draw.between(2, 300), draw.between(1, 3)};
            auto       slower = seconds(machine, {ladder.front()}, size);
            for (std::size_t rung = 1; rung < ladder.size(); ++rung) {
                auto const faster = seconds(machine, {ladder[rung]}, size);
                CAPTURE(seed, machine, ladder[rung - 1], ladder[rung], size.context, size.batch);
                CHECK(faster <= slower);
                slower = faster;
            }
        }
    }
}
