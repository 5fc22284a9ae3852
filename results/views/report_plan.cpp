#include "results/views/report_plan.hpp"

#include "models/wafer/speculation.hpp"
#include "results/views/metrics.hpp"
#include "results/views/report_text.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using models::Outcome;
using models::StageOutcome;

constexpr std::size_t longest_list  = 12; // lines of stages
constexpr std::size_t nearest_plans = 3;  // shown below the one that was chosen

constexpr char const* to = " to "; // between the first and the last block of a stage

std::string first_block(std::string const& blocks) { return blocks.substr(0, blocks.find(to)); }

std::string last_block(std::string const& blocks)
{
    auto const at = blocks.rfind(to);
    return at == std::string::npos ? blocks : blocks.substr(at + std::string{to}.size());
}

std::uint64_t cycles_of(StageOutcome const& stage) { return stage.end - stage.start; }

bool are_alike(StageRun const& run, StageOutcome const& stage)
{
    auto const same   = [&](auto of) { return of(*run.from) == of(stage); };
    auto const cycles = cycles_of(stage);
    return same([](auto const& s) { return s.columns; }) && same([](auto const& s) { return s.rows; }) &&
           same([](auto const& s) { return s.requests; }) && same([](auto const& s) { return s.bytes_per_pe; }) &&
           (std::max(run.most, cycles) - std::min(run.fewest, cycles)) * 100 <= std::max(run.most, cycles);
}

std::string range(std::uint64_t first, std::uint64_t last)
{
    return first == last ? std::to_string(first) : fmt::format("{}-{}", first, last);
}

// "attention of layer 3" is "attention 3" where lines are short.
std::string without_of(std::string blocks)
{
    std::string const words = " of layer ";
    for (auto at = blocks.find(words); at != std::string::npos; at = blocks.find(words)) {
        blocks.replace(at, words.size(), " ");
    }
    return blocks;
}

std::string tokens_per_second(double rate) { return rate_text(rate); }

} // namespace

std::vector<StageRun> alike(std::vector<StageOutcome> const& stages)
{
    std::vector<StageRun> runs;
    for (std::size_t i = 0; i < stages.size(); ++i) {
        auto const& stage  = stages[i];
        auto const  cycles = cycles_of(stage);
        if (runs.empty() || !are_alike(runs.back(), stage)) {
            runs.push_back({i, i, &stage, &stage, cycles, cycles, stage.blocks});
            continue;
        }
        auto& run  = runs.back();
        run.last   = i;
        run.to     = &stage;
        run.fewest = std::min(run.fewest, cycles);
        run.most   = std::max(run.most, cycles);
        run.blocks = first_block(run.from->blocks) + to + last_block(stage.blocks);
    }
    return runs;
}

RegionSize region_of(Outcome const& o)
{
    // Of a token, the smallest: tables may lie over a whole wafer.
    auto const& stages = o.token.stages;
    auto const  smallest =
        std::min_element(stages.begin(), stages.end(), [](StageOutcome const& a, StageOutcome const& b) {
            return std::uint64_t{a.columns} * a.rows < std::uint64_t{b.columns} * b.rows;
        });
    if (smallest != stages.end()) {
        return {smallest->columns, smallest->rows};
    }
    if (o.activity.columns == 0 && !o.token.candidates.empty()) {
        return {o.token.candidates.front().columns, o.token.candidates.front().rows};
    }
    return {o.activity.columns, o.activity.rows};
}

void add_requests(Page& text, Outcome const& o)
{
    auto const& t    = o.token;
    auto const  line = [&](char const* name, std::string const& value, std::string const& note) {
        text += trimmed(fmt::format("  {:<22}{:>14}  {}", name, value, note)) + "\n";
    };
    if (t.simulated) {
        text += "\nRequests at once\n";
        line("in flight", grouped(t.requests), "limited by room for KV caches and by the busiest stage");
        line("tokens per second", rate_text(t.tokens_per_second), "of all of them");
        line("busiest stage", grouped(t.bottleneck_cycles),
             fmt::format("cycles a token, {} of the way through",
                         percent(share_of(t.bottleneck_cycles, models::step_cycles(o)))));
    }
    if (t.kv_tokens_balanced > 0) {
        text += t.simulated ? "" : "\nGrowth of the KV cache\n";
        line("cache can grow to", grouped(t.kv_tokens_concatenated), "tokens when new ones join the last column");
        line("", grouped(t.kv_tokens_balanced), "tokens when they are spread over all columns");
    }
}

void add_stages(Page& text, Outcome const& o)
{
    auto const runs = alike(o.token.stages);
    if (runs.empty()) {
        return;
    }
    text += "\nStages of a token\n";
    text += fmt::format("  {:<9}{:<7}{:<11}{:>10}{:>12}{:>10}  {}\n", "stage", "wafer", "PEs", "cycles", "KiB a PE",
                        "requests", "blocks");
    for (std::size_t i = 0; i < runs.size() && i < longest_list; ++i) {
        auto const& run  = runs[i];
        auto const  most = run.fewest == run.most ? grouped(run.most) : "<= " + grouped(run.most);
        text += trimmed(fmt::format("  {:<9}{:<7}{:<11}{:>10}{:>12}{:>10}  {}", range(run.first, run.last),
                                    range(run.from->wafer, run.to->wafer),
                                    fmt::format("{}x{}", run.from->columns, run.from->rows), most,
                                    fmt::format("{:.1f}", run.from->bytes_per_pe / 1024),
                                    run.from->requests == 0 ? "-" : grouped(run.from->requests),
                                    shortened(without_of(run.blocks), text.beside(63)))) +
                "\n";
    }
    if (runs.size() > longest_list) {
        text += fmt::format("  and {} more kinds; the result file has every stage (-o FILE.h5)\n",
                            runs.size() - longest_list);
    }
}

void add_candidates(Page& text, Outcome const& o)
{
    auto const& list = o.token.candidates;
    if (list.empty()) {
        return;
    }
    text += fmt::format("\nWhat the planner chose, of {} choices (closed forms)\n", grouped(list.size()));
    text += fmt::format("  {:<11}{:>7}{:>7}{:>16}{:>10}{:>12}  {}\n", "region", "stages", "wafers", "cycles a token",
                        "one user", "all users", "verdict");
    for (std::size_t i = 0; i < list.size() && i <= nearest_plans; ++i) {
        auto const& c    = list[i];
        auto const  fits = c.cycles_per_token > 0;
        text += trimmed(fmt::format(
                    "  {:<11}{:>7}{:>7}{:>16}{:>10}{:>12}  {}", fmt::format("{}x{}", c.columns, c.rows), c.stages,
                    c.wafers, fits ? grouped(static_cast<std::uint64_t>(std::llround(c.cycles_per_token))) : "-",
                    fits ? tokens_per_second(o.clock_hz / c.cycles_per_token) : "-",
                    fits ? tokens_per_second(c.tokens_per_second) : "-", shortened(c.verdict, text.beside(67)))) +
                "\n";
    }
    auto const misfit = std::find_if(list.begin(), list.end(), [](auto const& c) { return c.cycles_per_token <= 0; });
    if (misfit != list.end()) {
        auto const count = std::count_if(misfit, list.end(), [](auto const& c) { return c.cycles_per_token <= 0; });
        text += hanging("  ",
                        fmt::format("{} of them cannot be, such as {}x{} on {} wafer{}: {}",
                                    grouped(static_cast<std::uint64_t>(count)), misfit->columns, misfit->rows,
                                    misfit->wafers, misfit->wafers == 1 ? "" : "s", misfit->verdict),
                        text.width);
    }
}

} // namespace scribeline::results
