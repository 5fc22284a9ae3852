#include "results/views/capacity_report.hpp"

#include "configs/units/text.hpp"
#include "results/views/cost_table.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using models::Candidate;
using models::CapacityGoal;

Cell digits(double value) { return std::isfinite(value) ? quantity(value, fmt::format("{:.4g}", value)) : unknown(); }

std::string taken_text(double taken)
{
    return std::isfinite(taken) ? fmt::format("{:.3g} times", taken) : "without end";
}

std::string goal_text(CapacityGoal const& goal)
{
    auto       text = std::string{};
    auto const add  = [&](std::string const& what) { text += (text.empty() ? "" : ", ") + what; };
    if (goal.level.first_token)
        add(fmt::format("first token within {}", configs::print(*goal.level.first_token)));
    if (goal.level.inter_token)
        add(fmt::format("{} between tokens", configs::print(*goal.level.inter_token)));
    if (goal.level.latency)
        add(fmt::format("all of it within {}", configs::print(*goal.level.latency)));
    if (!text.empty())
        text = fmt::format("of {:.4g} % of the requests: {}", goal.share * 100, text);
    if (goal.deadline)
        add(fmt::format("all done within {}", configs::print(*goal.deadline)));
    if (goal.dollars)
        add(fmt::format("at most {:.4g} USD an hour", *goal.dollars));
    if (goal.kilowatts)
        add(fmt::format("at most {:.4g} kW", *goal.kilowatts));
    if (goal.devices)
        add(fmt::format("at most {} devices", *goal.devices));
    return text.empty() ? "nothing but that every request is taken" : text;
}

std::string told(Candidate const& c, CapacityGoal const& goal)
{
    auto const dollars = goal.deadline ? c.dollars_of_run : c.dollars_per_hour;
    return fmt::format(
        "{}: {}, {:.3g} kW, {:.3g} tokens/s a user", c.name,
        dollars.known() ? fmt::format("{} USD {}", band_cell(dollars).text, goal.deadline ? "for the run" : "an hour")
                        : "of no known price",
        c.kilowatts, c.per_user);
}

Sentences answer(std::vector<Candidate> const& candidates, CapacityGoal const& goal)
{
    auto       lines  = Sentences{fmt::format("Asked: {}.", goal_text(goal))};
    auto const enough = std::count_if(candidates.begin(), candidates.end(), [](auto const& c) { return c.enough(); });
    if (enough > 0) {
        lines.push_back(fmt::format("{} of {} systems are enough. The cheapest is {}.", enough, candidates.size(),
                                    told(candidates.front(), goal)));
    } else if (!candidates.empty() && candidates.front().known()) {
        auto const limit = candidates.front().tightest();
        lines.push_back(
            fmt::format("None of {} systems is enough. The nearest is {}; it takes {} what is allowed of: {}.",
                        candidates.size(), told(candidates.front(), goal), taken_text(limit.taken), limit.what));
    } else {
        lines.push_back(fmt::format("None of {} systems could be asked.", candidates.size()));
    }
    return lines;
}

Table table_of(std::vector<Candidate> const& candidates)
{
    auto table = Table{"candidates",
                       {{"system", "1", true},
                        {"enough", "1", true},
                        {"devices"},
                        {"USD/h", "USD/h"},
                        {"kW", "kW"},
                        {"tokens/s a user", "1/s"},
                        {"tokens/s", "1/s"},
                        {"first token", "s"},
                        {"between tokens", "s"},
                        {"of the limit"},
                        {"limit", "1", true},
                        {"bound by", "1", true}},
                       {}};
    for (auto const& c : candidates) {
        if (!c.known())
            continue;
        auto const limit = c.tightest();
        table.rows.push_back({word(c.name), word(c.enough() ? "yes" : "no"), quantity(static_cast<double>(c.devices)),
                              band_cell(c.dollars_per_hour), digits(c.kilowatts), digits(c.per_user),
                              digits(c.output_rate), digits(c.first_token), digits(c.inter_token),
                              limit.what.empty() ? unknown() : digits(limit.taken), word(limit.what),
                              word(c.bound_by)});
    }
    return table;
}

Table costs(std::vector<Candidate> const& candidates)
{
    auto       table       = Table{"costs",
                       {{"system", "1", true},
                                    {"run", "s"},
                                    {"USD of the run", "USD"},
                                    {"low", "USD"},
                                    {"high", "USD"},
                                    {"kWh", "kWh"},
                                    {"tokens a USD", "1/USD"},
                                    {"tokens/s a kW", "1/(s kW)"},
                                    {"front by USD", "1", true},
                                    {"front by kW", "1", true}},
                       {}};
    auto const by_dollar   = models::pareto(candidates, &Candidate::tokens_per_dollar);
    auto const by_kilowatt = models::pareto(candidates, &Candidate::tokens_per_kilowatt);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        auto const& c = candidates[i];
        if (c.known())
            table.rows.push_back({word(c.name), digits(c.seconds), band_cell(c.dollars_of_run),
                                  digits(c.dollars_of_run.low), digits(c.dollars_of_run.high), digits(c.joules / 3.6e6),
                                  digits(c.tokens_per_dollar()), digits(c.tokens_per_kilowatt()),
                                  word(by_dollar[i] ? "yes" : ""), word(by_kilowatt[i] ? "yes" : "")});
    }
    return table;
}

} // namespace

Document document_of(std::vector<Candidate> const& candidates, CapacityGoal const& goal, std::string const& asked)
{
    auto document  = Document{};
    document.title = fmt::format("Capacity: {}", asked);
    document.sections.push_back({"", {answer(candidates, goal)}});
    document.sections.push_back(
        {"Systems: those that are enough, the cheapest first; then the nearest", {table_of(candidates)}});
    document.sections.push_back({"What they cost", {costs(candidates)}});
    auto reasons = Sentences{};
    for (auto const& c : candidates)
        if (!c.known())
            reasons.push_back(fmt::format("{}: {}", c.name, c.reason));
    if (!reasons.empty())
        document.sections.push_back({"Systems that could not be asked", {std::move(reasons)}});
    return document;
}

} // namespace scribeline::results
