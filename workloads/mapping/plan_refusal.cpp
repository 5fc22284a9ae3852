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

double total(std::vector<BudgetPart> const& parts)
{
    double sum = 0;
    for (auto const& part : parts)
        sum += part.bytes;
    return sum;
}

std::string count_of(std::uint64_t n, char const* what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s"); }

// What makes it smaller, after what the caller suggests. `narrower`: weights are what is too large.
std::string help(std::string const& first, DecodeStep const& step, configs::Parameters const& p, bool narrower = true)
{
    auto ways = std::vector<std::string>{};
    if (!first.empty())
        ways.push_back(first);
    if (p.mapping.layers_per_region > 0)
        ways.push_back("another mapping.layers_per_region, or 0 to leave it to the planner");
    if (is_forced(p))
        ways.push_back("another --region, or none to leave it to the planner");
    if (narrower && step.weight_bits > 4)
        ways.push_back("narrower weights (workload.weight_bits)");
    if (p.workload.batch > 1)
        ways.push_back("fewer sequences (--batch)");
    ways.push_back("a shorter context (--context)");
    return fmt::format("What helps: {}.", fmt::join(ways, "; "));
}

// What every PE holds, whatever its region owns of the model, leaves no room for anything else.
[[noreturn]] void refuse_vectors(Tiling const& tiling, configs::Parameters const& p)
{
    auto const& step    = tiling.step();
    auto const& memory  = tiling.memory();
    auto const  region  = tiling.region();
    auto const  largest = largest_of(memory.parts_of_once());
    auto const  scores  = largest.name == "scores of the context";
    throw configs::UserError{
        configs::Exit::answer_is_no,
        fmt::format("{} does not fit any number of wafers{}: on {}x{} PEs, the best of its regions, the vectors of a "
                    "token and {} alone need {:.0f} bytes of the {:.0f} of a PE's SRAM, {:.0f} too many; the largest "
                    "part is `{}` with {:.0f} bytes{}. {}",
                    step.shape.name, memory.streams() ? " with mapping.weights = streamed" : "", region.columns,
                    region.rows, memory.streams() ? "the weights of two blocks that follow one another" : "the runtime",
                    memory.once(), memory.capacity(), memory.once() - memory.capacity(), largest.name, largest.bytes,
                    scores ? fmt::format(", {} tokens over {} columns: those of {} tokens would fit, and nothing "
                                         "beside them",
                                         step.context, region.columns, memory.longest_scored())
                           : std::string{},
                    help("a larger memory (pe.sram) or a wider wafer", step, p, memory.streams() && !scores))};
}

} // namespace

void refuse_block(Tiling const& tiling, configs::Parameters const& p)
{
    auto const& step   = tiling.step();
    auto const  region = tiling.region();
    auto const  blocks = tiling.misfit();
    SCRIBELINE_EXPECT(!blocks.empty());
    auto const& memory = tiling.memory();
    if (memory.once() > memory.capacity())
        refuse_vectors(tiling, p);
    double const need  = memory.bytes(blocks, 1);
    auto         parts = memory.parts(blocks, 1);
    parts.erase(parts.begin()); // what stands there once, told apart
    auto const once = memory.parts_of_once();
    parts.insert(parts.end(), once.begin(), once.end() - 2);
    auto const   largest = largest_of(parts);
    double const cache   = need - memory.bytes(blocks, 0);
    throw configs::UserError{
        configs::Exit::answer_is_no,
        fmt::format(
            "{} does not fit any number of wafers: {} on {}x{} PEs{} needs {:.0f} bytes of the {:.0f} of a PE's "
            "SRAM, {:.0f} too many; the largest part is `{}` with {:.0f} bytes. {}",
            step.shape.name, describe(blocks), region.columns, region.rows,
            region.columns == p.wafer.columns && region.rows == p.wafer.rows ? ", the whole wafer," : "", need,
            memory.capacity(), need - memory.capacity(), largest.name, largest.bytes,
            help("a larger wafer", step, p, memory.once() + cache < memory.capacity()))};
}

// Bytes as the model has them, without padding: they grow with what is asked, whichever region comes closest.
void refuse_model(Tiling const& tiling, configs::Parameters const& p, std::uint32_t wafers)
{
    auto const& step    = tiling.step();
    auto const  region  = tiling.region();
    auto const  allowed = p.mapping.wafers == 0 ? p.mapping.max_wafers : p.mapping.wafers;
    auto const  totals  = totals_of(step);
    double      tables  = 0;
    for (auto const& op : step.once)
        tables += op.bytes_held;
    auto const parts   = std::vector<BudgetPart>{{"weights of layers", totals.bytes_held - tables},
                                                 {"KV cache", totals.bytes_kv * p.workload.batch},
                                                 {"embedding and LM head", tables}};
    auto const largest = largest_of(parts);
    auto const need    = total(parts);
    auto const have    = (p.pe.sram.value() - p.pe.sram_runtime.value()) * p.wafer.columns * p.wafer.rows * allowed;
    auto const missing = need > have ? fmt::format("{:.1f} GB more than the {:.1f} GB that the runtime leaves of {}",
                                                   (need - have) / 1e9, have / 1e9, allowed == 1 ? "it" : "them")
                                     : fmt::format("of {:.1f} GB that the runtime leaves, but its parts are padded to "
                                                   "whole elements of each PE, beside the vectors of a token",
                                                   have / 1e9);
    auto const enough =
        p.mapping.wafers == 0
            ? fmt::format("mapping.max_wafers = {}", wafers)
            : fmt::format("{} (--machine NAME:{}, or NAME:auto){}", count_of(wafers, "wafer"), wafers,
                          wafers > p.mapping.max_wafers ? fmt::format(" with mapping.max_wafers = {}", wafers) : "");
    throw configs::DoesNotFit{
        fmt::format("{} does not fit {}: in regions of {}x{} PEs it has {}, and there is room for {}. It takes "
                    "{:.1f} GB, {}; the largest part is `{}` with {:.1f} GB. {}",
                    step.shape.name, count_of(allowed, "wafer"), region.columns, region.rows,
                    count_of(tiling.fewest_stages(), "stage"), tiling.regions(allowed), need / 1e9, missing,
                    largest.name, largest.bytes / 1e9, help(enough, step, p)),
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
