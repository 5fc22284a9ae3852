// How fast wavelets go over a scribe line, and over a link that repair made longer; and do the closed forms know?
#include "configs/schema/resolve.hpp"
#include "fabric/mesh.hpp"
#include "support/fabric_programs.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/decode_layer.hpp"
#include "workloads/mapping/line_program.hpp"
#include "workloads/mapping/token_forms.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::tests;
using workloads::BlockKind;

namespace {

// Cycles at which wavelets cross from (1, 0) to (2, 0), of `wavelets` from (0, 0) to (3, 0).
std::vector<std::uint64_t> crossings(configs::Parameters const& p, std::uint32_t wavelets,
                                     fabric::LongerHops const* longer = nullptr)
{
    auto const program = ProgramBuilder{4, 1}
                             .way(0, 0, 0, 3, 0)
                             .run(0, 0, send(0, wavelets))
                             .run(3, 0, receive(0, wavelets, -3))
                             .build();
    Recorder     recorder;
    fabric::Mesh mesh{program, p, {}, &recorder, {}, longer};
    mesh.run();
    CHECK(unbalanced(mesh.books()) == "");
    std::vector<std::uint64_t> cycles;
    for (auto const& event : recorder.over(1, 2))
        cycles.push_back(event.cycle);
    return cycles;
}

} // namespace

TEST_CASE("wavelets cross a scribe line one every so many eighths of a cycle, exactly")
{
    auto       p                = small_wafer(4, 1, 2, 1); // the scribe line lies between columns 1 and 2
    auto const eighths          = GENERATE(8u, 11u, 16u, 29u, 100u);
    p.scribe.link_serialisation = configs::FabricEighths{eighths};
    p.fabric.input_queue_depth  = 16; // credits are not what they wait for
    auto const cycles           = crossings(p, 40);
    REQUIRE(cycles.size() == 40);
    for (std::size_t i = 0; i < cycles.size(); ++i)
        CHECK(cycles[i] == cycles[0] + i * eighths / 8);
}

TEST_CASE("a scribe line is never faster than any other link")
{
    auto p                      = small_wafer(4, 1, 2, 1);
    p.fabric.link_serialisation = configs::FabricEighths{20};
    p.scribe.link_serialisation = configs::FabricEighths{9};
    auto const mixed            = crossings(p, 12);
    p.scribe.link_serialisation = configs::FabricEighths{20};
    CHECK(mixed == crossings(p, 12));
}

TEST_CASE("credits over a long way let a queue full of wavelets through each time they come back")
{
    auto       p               = small_wafer(4, 1);
    auto const more            = GENERATE(0u, 3u, 11u);
    p.fabric.input_queue_depth = 4;
    fabric::LongerHops longer{4, 1};
    longer.set_east(1, 0, more);
    auto const cycles = crossings(p, 24, &longer);
    // Sent, after hop + more in the queue beyond, sent on in that cycle, and its credit takes as long. The sender's
    // ramp does the same in a cycle, its 2 cycles, and 2 back.
    std::uint64_t const round = std::max(5u, 2 * (1 + more));
    for (std::size_t i = 4; i < cycles.size(); ++i)
        CHECK(cycles[i] == cycles[i - 4] + round);
}

TEST_CASE("the wait for a slow scribe line is booked as the line's")
{
    auto p                      = small_wafer(4, 1, 2, 1);
    p.fabric.input_queue_depth  = 16;
    p.scribe.extra_latency      = configs::FabricCycles{6};
    p.scribe.link_serialisation = configs::FabricEighths{32};
    auto const program =
        ProgramBuilder{4, 1}.way(0, 0, 0, 3, 0).run(0, 0, send(0, 9)).run(3, 0, receive(0, 9, -3)).build();
    fabric::Mesh mesh{program, p};
    mesh.run();
    auto const& blame = mesh.all()[1]->blame(fabric::TileId{1}).cycles;
    CHECK(blame[static_cast<std::size_t>(fabric::Cause::scribe)] == 6 + 8 * 3); // 8 wavelets behind the first, 4 - 1
}

// Cycles of the PE that finishes last, and those of them that its path books on scribe lines.
struct LastPe {
    std::uint64_t cycles = 0, scribe = 0;
};

LastPe last_pe(workloads::LineCollective const& line, workloads::LineStage stage, std::uint32_t wavelets,
               configs::Parameters const& p)
{
    auto const   program = workloads::line_program(line, stage, {wavelets}, workloads::StreamCosts::of(p));
    fabric::Mesh mesh{program, p};
    auto         last = LastPe{};
    last.cycles       = mesh.run();
    for (auto const* reticle : mesh.all())
        for (auto const& end : reticle->operator_ends())
            if (end.seen && end.cycle == last.cycles)
                last.scribe = end.blame.cycles[static_cast<std::size_t>(fabric::Cause::scribe)];
    return last;
}

TEST_CASE("credits that wait for a longer scribe line are its cost, wherever the stream is passed on to")
{
    auto       p               = small_wafer(48, 1, 3, 1);
    auto const extra           = GENERATE(1u, 4u, 9u, 25u);
    p.fabric.input_queue_depth = GENERATE(4u, 8u);
    auto const stage =
        GENERATE(workloads::LineStage::reduce, workloads::LineStage::broadcast, workloads::LineStage::all_reduce);
    auto const                      groups   = GENERATE(1u, 6u, 16u);
    auto const                      wavelets = GENERATE(1u, 20u, 60u);
    workloads::LineCollective const line{workloads::Axis::x, workloads::centred_two_level(48, groups), 0};
    auto const                      without = last_pe(line, stage, wavelets, p);
    p.scribe.extra_latency                  = configs::FabricCycles{extra};
    auto const with                         = last_pe(line, stage, wavelets, p);
    CAPTURE(extra, p.fabric.input_queue_depth, static_cast<int>(stage), groups, wavelets, with.cycles, without.cycles);
    CHECK(without.scribe == 0);
    REQUIRE(with.cycles > without.cycles);
    auto const longer = static_cast<double>(with.cycles - without.cycles), booked = static_cast<double>(with.scribe);
    if (stage == workloads::LineStage::broadcast) // one stream: what the line costs is what it takes longer
        CHECK(booked == Approx(longer).epsilon(0.1).margin(2));
    else // streams that wait for one another hide some of each other's waits
        CHECK(booked >= 0.5 * longer);
}

TEST_CASE("with slow scribe lines too a layer takes what the closed forms say, within 5 %")
{
    struct Case {
        std::uint64_t latency, eighths;
    };
    auto const [latency, eighths] = GENERATE(Case{4, 9}, Case{18, 29}, Case{0, 64}, Case{40, 9});
    CAPTURE(latency, eighths);
    auto p                      = configs::machine_parameters("wse3");
    p.workload.context          = 4096;
    p.mapping.region            = {127, 196};
    p.scribe.extra_latency      = configs::FabricCycles{latency};
    p.scribe.link_serialisation = configs::FabricEighths{eighths};
    auto const   step           = workloads::decode_step(workloads::read_model("llama-3.1-8b"), p.workload);
    auto const   layer          = workloads::map_decode_layer(step, p);
    fabric::Mesh mesh{layer.program, p};
    auto const   simulated = static_cast<double>(mesh.run());
    auto const   forms     = workloads::BlockForms{step, {layer.layout}, p};
    CHECK(forms.cycles(BlockKind::attention) + forms.cycles(BlockKind::feed_forward) ==
          Approx(simulated).epsilon(0.05));
}
