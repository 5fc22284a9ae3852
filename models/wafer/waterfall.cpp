#include "models/wafer/waterfall.hpp"

#include "configs/failure.hpp"
#include "models/wafer/streamed_weights.hpp"

#include <algorithm>
#include <array>

namespace scribeline::models {

namespace {

struct Words {
    char const* name;
    char const* meaning;
};

constexpr Words first_bar{"SRAM of all PEs at its peak",
                          "The weights and the KV cache of the token are read once, by all PEs of all wafers at once, "
                          "each at the peak of its SRAM."};

// By Part.
constexpr std::array<Words, part_count> bars{{
    {"arithmetic of one region",
     "Only the PEs of one region work at a time, at the rate of the multiply-accumulate and of scalar code, not of the "
     "memory."},
    {"dispatch", "Operations are set up, tasks start, and control code runs around every operator."},
    {"SRAM ports", "Operands wait for the ports of the SRAM."},
    {"hops", "Wavelets go from router to router: distance, whatever the load."},
    {"scribe lines", "Wavelets that cross a scribe line take longer than a hop on the reticle."},
    {"serialisation", "Wavelets go one behind another on a link or a ramp."},
    {"reduce stages", "Each stage of a reduction costs the way up and down the ramp, and software."},
    {"waiting", "PEs wait for the slowest of them beyond what its own parts explain."},
    {"off wafer", "The token travels between wafers."},
}};

constexpr Words over_edge{"weights over the edge",
                          "Weights that the SRAM does not hold come from the host for each token, and PEs wait for "
                          "what has not crossed the edge of the wafer while the block before computed."};

// Cycles of a token that it waits at the edge: a share of the part off_wafer.
std::uint64_t waits_at_edge(Outcome const& outcome)
{
    std::uint64_t cycles = 0;
    for (auto const& op : outcome.operators)
        if (op.kind == edge_kind)
            cycles += op.end - op.start;
    return cycles;
}

constexpr Words unexplained{"not told apart", "The formulas give these cycles only as a sum."};

} // namespace

double times_of_parts(Outcome const& outcome)
{
    return outcome.token.simulated    ? 1.0
           : outcome.layers_alike > 0 ? outcome.layers_alike
                                      : static_cast<double>(outcome.layers);
}

char const* meaning_of(Part part) { return bars.at(static_cast<std::size_t>(part)).meaning; }

std::vector<WaterfallBar> waterfall_of(Outcome const& outcome, configs::Parameters const& parameters,
                                       double bytes_read_per_token, double pes_of_all_wafers)
{
    SCRIBELINE_EXPECT(outcome.clock_hz > 0);
    double const  times = times_of_parts(outcome);
    Parts         cycles{};
    std::uint64_t explained = 0;
    for (std::size_t i = 0; i < part_count; ++i) {
        cycles[i] = static_cast<std::uint64_t>(static_cast<double>(outcome.parts[i]) * times);
        explained += cycles[i];
    }
    SCRIBELINE_EXPECT(explained <= outcome.cycles_per_token);
    auto const rest = outcome.cycles_per_token - explained;

    auto const per_cycle = pes_of_all_wafers * parameters.pe.sram_read_bytes;
    auto const reading =
        std::min(per_cycle > 0 ? bytes_read_per_token / per_cycle : 0.0, static_cast<double>(outcome.cycles_per_token));

    // What of each part the first bar holds already.
    std::array<double, part_count> held{};
    auto                           left = reading;
    auto const                     hold = [&](std::size_t part) {
        auto const more = std::min(left, static_cast<double>(cycles[part]) - held[part]);
        held[part] += more;
        left -= more;
    };
    hold(static_cast<std::size_t>(Part::arithmetic));
    hold(static_cast<std::size_t>(Part::sram));
    for (std::size_t part = 0; part < part_count; ++part)
        hold(part);

    std::vector<WaterfallBar> list;
    double                    before = 0;
    auto const                add    = [&](Words const& words, double until) { // cycles
        until = std::max(until, before); // a part that the first bar holds to the last cycle: no rounding below zero
        WaterfallBar bar;
        bar.name              = words.name;
        bar.meaning           = words.meaning;
        bar.time              = Seconds{(until - before) / outcome.clock_hz};
        bar.so_far            = Seconds{until / outcome.clock_hz};
        bar.tokens_per_second = until > 0 ? outcome.clock_hz / until : 0;
        list.push_back(std::move(bar));
        before = until;
    };
    add(first_bar, reading);
    // Once all of the first bar has been taken from the parts, the running sum is whole cycles, without any rounding.
    std::uint64_t passed = 0;
    auto          still  = reading;
    auto const    edge   = waits_at_edge(outcome);
    for (std::size_t part = 0; part < part_count; ++part) {
        passed += cycles[part];
        still -= held[part];
        bool const last = part == static_cast<std::size_t>(Part::off_wafer);
        add(bars[part], static_cast<double>(passed - (last ? edge : 0)) + still);
    }
    if (edge > 0)
        add(over_edge, static_cast<double>(passed) + still);
    if (rest > 0)
        add(unexplained, static_cast<double>(outcome.cycles_per_token));
    return list;
}

} // namespace scribeline::models
