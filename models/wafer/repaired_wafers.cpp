#include "models/wafer/repaired_wafers.hpp"

#include "configs/failure.hpp"
#include "configs/sweep/sampling.hpp"
#include "fabric/yield/placement.hpp"
#include "fabric/yield/repair.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

std::optional<std::uint64_t> seed_of(std::string const& text)
{
    std::uint64_t seed      = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional{seed} : std::nullopt;
}

} // namespace

RepairedWafers repaired_wafers(configs::Parameters const& p, std::uint32_t wafers)
{
    auto        result = RepairedWafers{};
    auto const& wanted = p.run.defects;
    if (wanted == "none")
        return result;
    auto const grid   = fabric::physical_grid(p.wafer, p.yield, p.scribe);
    auto const seed   = seed_of(wanted);
    auto       seeds  = configs::SplitMix64{seed.value_or(0)};
    auto const bypass = static_cast<std::uint32_t>(p.yield.bypass_latency.count());
    if (!seed && wafers > 1)
        throw configs::UserError{configs::Exit::bad_config,
                                 fmt::format("run.defects = {}: a map describes one wafer, and the plan has {}. Choose "
                                             "a seed, or --machine with one wafer",
                                             configs::shown(wanted), wafers)};
    if (!seed && !std::ifstream{wanted})
        throw configs::UserError{configs::Exit::no_input,
                                 fmt::format("run.defects = {}: neither a seed, such as 1, nor a map that can be read",
                                             configs::shown(wanted))};
    for (std::uint32_t i = 0; i < wafers; ++i) {
        auto const map  = seed ? fabric::draw_defects(grid, p.yield, configs::SplitMix64{seeds.next()})
                               : fabric::read_defects(wanted, grid);
        auto const plan = fabric::repair(grid, map);
        if (!plan.repairable)
            throw configs::UserError{
                configs::Exit::answer_is_no,
                fmt::format("run.defects = {}: wafer {} cannot be repaired: {}. Choose other defects, or more spares "
                            "(yield.spare_columns, yield.spare_rows)",
                            configs::shown(wanted), i, fabric::refusal(grid, plan))};
        result.longer.push_back(fabric::Placement{grid, map}.longer_hops(bypass));
        result.dead += plan.dead;
        result.rewired += map.rewired;
        result.longer_links += plan.longer_pairs();
    }
    return result;
}

} // namespace scribeline::models
