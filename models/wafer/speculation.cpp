#include "models/wafer/speculation.hpp"

#include "configs/failure.hpp"
#include "models/wafer/waterfall.hpp"

#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

std::uint64_t cycles_of(Seconds time, double clock_hz)
{
    return static_cast<std::uint64_t>(std::llround(time.value() * clock_hz));
}

void add_waterfall(Outcome& o, workloads::WhereTimeWent const& fall)
{
    o.waterfall.clear();
    auto so_far = Seconds{};
    for (auto const& part : fall.parts) {
        so_far += part.time;
        o.waterfall.push_back(
            {part.name, part.meaning, part.time, so_far, so_far > Seconds{} ? 1 / so_far.value() : 0.0});
    }
}

void add_energy(Outcome& o, OutputToken const& token)
{
    auto parts = EnergyParts{};
    for (std::size_t i = 0; i < energy_part_count; ++i)
        for (auto const& each : token.spent)
            if (each.cause == name_of(static_cast<EnergyPart>(i)))
                parts[i] = static_cast<std::uint64_t>(std::llround(each.energy.value() * 1e12));
    auto const system     = parts[static_cast<std::size_t>(EnergyPart::system)];
    auto const rate       = token.tokens_per_second();
    o.energy.token        = parts;
    o.energy.shared       = {};
    o.energy.in_flight    = {}; // of several rounds at once it is not known
    o.energy.alone.system = joules(parts) * rate;
    o.energy.alone.chip   = joules(picojoules(parts) - system) * rate;
}

} // namespace

std::uint64_t step_cycles(Outcome const& o)
{
    if (o.speculation.draft_model.empty())
        return o.cycles_per_token;
    if (o.operators.empty())
        return static_cast<std::uint64_t>(std::llround(o.token.closed_form_cycles));
    auto const parts = std::accumulate(o.parts.begin(), o.parts.end(), std::uint64_t{0});
    return static_cast<std::uint64_t>(std::llround(static_cast<double>(parts) * times_of_parts(o)));
}

Outcome outcome_of(OutputToken const& token)
{
    SCRIBELINE_EXPECT(token.step.mesh != nullptr);
    auto o = *token.step.mesh;
    if (!token.draft)
        return o;
    auto const& d     = *token.draft;
    auto&       s     = o.speculation;
    s.draft_model     = d.model;
    s.draft_tokens    = d.tokens;
    s.draft_wafers    = d.standing.devices;
    s.acceptance      = d.acceptance;
    s.tokens_per_step = d.tokens_per_step;
    s.draft_cycles    = cycles_of(d.of_one, o.clock_hz);
    s.round_cycles    = cycles_of(d.round, o.clock_hz);

    o.time_per_output_token      = token.latency;
    o.tokens_per_second_per_user = token.tokens_per_second_per_user();
    s.tokens_per_second_per_user = o.tokens_per_second_per_user;
    o.cycles_per_token           = cycles_of(token.latency, o.clock_hz);
    o.token.tokens_per_second    = token.tokens_per_second_in_flight();
    // Of the wafers that check, over a whole round: they wait while another model proposes.
    o.sram_bandwidth_share = token.bandwidth_share.value_or(o.sram_bandwidth_share);
    o.arithmetic_share *= configs::ratio(token.step.latency, d.round);
    o.token_note = fmt::format("a {:.2f}th of a round: {} proposals of {}, and a step that checks them",
                               d.tokens_per_step, d.tokens, d.model);
    add_waterfall(o, token.fall);
    add_energy(o, token);
    return o;
}

} // namespace scribeline::models
