#include "workloads/mapping/plan_refusal.hpp"

#include "configs/does_not_fit.hpp"
#include "workloads/mapping/tiling.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::workloads {

namespace {

bool is_forced(configs::Parameters const& p) { return p.mapping.region.columns != 0; }

BudgetPart largest_of(std::vector<BudgetPart> const& parts)
{
    return *std::max_element(parts.begin(), parts.end(),
                             [](auto const& a, auto const& b) { return a.bytes < b.bytes; });
}

std::string count_of(std::uint64_t n, char const* what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s"); }

// What makes it smaller, after what the caller suggests.
std::string help(std::string const& first, DecodeStep const& step, configs::Parameters const& p)
{
    auto ways = std::vector<std::string>{};
    if (!first.empty())
        ways.push_back(first);
    if (p.mapping.layers_per_region > 0)
        ways.push_back("another mapping.layers_per_region, or 0 to leave it to the planner");
    if (is_forced(p))
        ways.push_back("another --region, or none to leave it to the planner");
    if (step.weight_bits > 4)
        ways.push_back("narrower weights (workload.weight_bits)");
    ways.push_back("a shorter context (--context)");
    return fmt::format("What helps: {}.", fmt::join(ways, "; "));
}

} // namespace

void refuse_block(Tiling const& tiling, configs::Parameters const& p)
{
    auto const& step   = tiling.step();
    auto const  region = tiling.region();
    auto const  blocks = tiling.misfit();
    SCRIBELINE_EXPECT(!blocks.empty());
    auto const&  memory  = tiling.memory();
    double const need    = memory.bytes(blocks, 1);
    auto const   largest = largest_of(memory.parts(blocks, 1));
    throw configs::UserError{
        configs::Exit::answer_is_no,
        fmt::format(
            "{} does not fit any number of wafers: {} on {}x{} PEs{} needs {:.0f} bytes of the {:.0f} of a PE's "
            "SRAM, {:.0f} too many; the largest part is `{}` with {:.0f} bytes. {}",
            step.shape.name, describe(blocks), region.columns, region.rows,
            region.columns == p.wafer.columns && region.rows == p.wafer.rows ? ", the whole wafer," : "", need,
            memory.capacity(), need - memory.capacity(), largest.name, largest.bytes, help("a larger wafer", step, p))};
}

void refuse_model(Tiling const& tiling, configs::Parameters const& p, std::uint32_t wafers)
{
    auto const&   step    = tiling.step();
    auto const    region  = tiling.region();
    auto const    allowed = p.mapping.wafers == 0 ? p.mapping.max_wafers : p.mapping.wafers;
    auto const    pes     = static_cast<double>(region.columns) * region.rows;
    auto const&   memory  = tiling.memory();
    auto          parts   = memory.parts(blocks_of(step.shape), 1);
    double        need    = 0;
    constexpr int once    = 0; // each region has it; what is left of its PEs is for the other parts
    for (std::size_t i = once + 1; i < parts.size(); ++i)
        need += parts[i].bytes * pes;
    parts.erase(parts.begin());
    double const have    = (memory.capacity() - memory.once()) * pes * static_cast<double>(tiling.regions(allowed));
    auto const   largest = largest_of(parts);
    auto const   missing = need > have
                               ? fmt::format("{:.1f} GB more than their {:.1f} GB", (need - have) / 1e9, have / 1e9)
                               : fmt::format("of their {:.1f} GB, but not cut into regions", have / 1e9);
    auto const   enough =
        p.mapping.wafers == 0
              ? fmt::format("mapping.max_wafers = {}", wafers)
              : fmt::format("{} (--machine NAME:{}, or NAME:auto){}", count_of(wafers, "wafer"), wafers,
                          wafers > p.mapping.max_wafers ? fmt::format(" with mapping.max_wafers = {}", wafers) : "");
    throw configs::DoesNotFit{
        fmt::format("{} does not fit {}: in regions of {}x{} PEs it has {}, and there is room for {}. It takes "
                    "{:.1f} GB, {}; the largest part is `{}` with {:.1f} GB. {}",
                    step.shape.name, count_of(allowed, "wafer"), region.columns, region.rows,
                    count_of(tiling.fewest_stages(), "stage"), tiling.regions(allowed), need / 1e9, missing,
                    largest.name, largest.bytes * pes / 1e9, help(enough, step, p)),
        need, have};
}

void refuse_narrow_tables(configs::Parameters const& p)
{
    auto const region = p.mapping.region;
    throw configs::UserError{
        configs::Exit::bad_config,
        fmt::format(
            "mapping.tables = wafer: embedding and LM head over a whole wafer need regions as wide as the wafer, "
            "because the hidden vector goes between them and a region along columns only; mapping.region = "
            "{}x{} is narrower than {}. Choose --region {}x{}, none, or mapping.tables = region.",
            region.columns, region.rows, p.wafer.columns, p.wafer.columns, region.rows)};
}

} // namespace scribeline::workloads
