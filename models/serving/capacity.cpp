#include "models/serving/capacity.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::models {

namespace {

// The value that so large a share of the requests do not exceed; infinity where a request was dropped within it.
double at_share(std::vector<double> values, std::uint64_t requests, double share)
{
    values.resize(std::max<std::size_t>(values.size(), requests), std::numeric_limits<double>::infinity());
    if (values.empty())
        return not_known;
    std::sort(values.begin(), values.end());
    auto const rank = std::max(1.0, std::ceil(share * static_cast<double>(values.size()) - 1e-9));
    return values[static_cast<std::size_t>(rank) - 1];
}

// Requests keep all of a level together: the largest of what each takes of its bounds.
std::vector<double> taken_of_level(ServingOutcome const& outcome, ServiceLevel const& level)
{
    auto result = std::vector<double>{};
    for (auto const& record : outcome.log) {
        if (record.ending != Ending::done)
            continue;
        auto most = 0.0;
        if (level.first_token)
            most = std::max(most, seconds_of(record.to_first_token()).value() / level.first_token->value());
        if (level.inter_token)
            most = std::max(most, inter_token_latency(record).value_or(0) / level.inter_token->value());
        if (level.latency)
            most = std::max(most, seconds_of(record.latency()).value() / level.latency->value());
        result.push_back(most);
    }
    return result;
}

} // namespace

bool Candidate::enough() const
{
    return known() && std::all_of(limits.begin(), limits.end(), [](Limit const& limit) { return limit.taken <= 1; });
}

Limit Candidate::tightest() const
{
    auto const most = std::max_element(limits.begin(), limits.end(),
                                       [](Limit const& a, Limit const& b) { return a.taken < b.taken; });
    return most == limits.end() ? Limit{} : *most;
}

Candidate candidate_of(std::string const& name, CapacityGoal const& goal, ServingOutcome const& outcome,
                       ServingSummary const& summary, ServingCosts const& costs)
{
    auto       c       = Candidate{};
    auto const hours   = seconds_of(outcome.makespan).value() / 3600;
    c.name             = name;
    c.devices          = summary.devices;
    c.dollars_of_run   = costs.system.dollars;
    c.dollars_per_hour = costs.system.dollars / hours;
    c.joules           = costs.joules_at_meter;
    c.kilowatts        = costs.joules_at_meter / hours / 3.6e6;
    c.per_user         = summary.per_user.at[0];
    c.output_rate      = summary.output_rate();
    c.seconds          = summary.seconds;
    auto firsts = std::vector<double>{}, inters = firsts;
    for (auto const& record : outcome.log) {
        if (record.ending != Ending::done)
            continue;
        firsts.push_back(seconds_of(record.to_first_token()).value());
        inters.push_back(inter_token_latency(record).value_or(0));
    }
    c.first_token    = at_share(firsts, summary.requests, goal.share);
    c.inter_token    = at_share(inters, summary.requests, goal.share);
    auto const phase = std::max_element(summary.where.begin(), summary.where.end());
    c.bound_by       = name_of(static_cast<Phase>(phase - summary.where.begin()));

    if (!goal.level.empty()) {
        auto const whole = at_share(taken_of_level(outcome, goal.level), summary.requests, goal.share);
        if (goal.level.first_token)
            c.limits.push_back({"first token", c.first_token / goal.level.first_token->value()});
        if (goal.level.inter_token)
            c.limits.push_back({"between tokens", c.inter_token / goal.level.inter_token->value()});
        c.limits.push_back({"service level", whole});
    } else if (summary.dropped > 0) {
        c.limits.push_back({"requests taken", std::numeric_limits<double>::infinity()});
    }
    if (goal.deadline)
        c.limits.push_back({"deadline", c.seconds / goal.deadline->value()});
    // A price that is not known keeps no budget.
    auto const unknown_is_much = [](double taken) {
        return std::isnan(taken) ? std::numeric_limits<double>::infinity() : taken;
    };
    if (goal.dollars)
        c.limits.push_back({"dollars an hour", unknown_is_much(c.dollars_per_hour.high / *goal.dollars)});
    if (goal.kilowatts)
        c.limits.push_back({"kilowatts", unknown_is_much(c.kilowatts / *goal.kilowatts)});
    if (goal.devices)
        c.limits.push_back({"devices", static_cast<double>(c.devices) / static_cast<double>(*goal.devices)});
    return c;
}

void rank(std::vector<Candidate>& candidates, CapacityGoal const& goal)
{
    auto const group = [](Candidate const& c) { return c.enough() ? 0 : c.known() ? 1 : 2; };
    auto const price = [&](Candidate const& c) {
        return (goal.deadline ? c.dollars_of_run : c.dollars_per_hour).middle();
    };
    std::stable_sort(candidates.begin(), candidates.end(), [&](Candidate const& a, Candidate const& b) {
        if (group(a) != group(b))
            return group(a) < group(b);
        if (group(a) == 1)
            return a.tightest().taken < b.tightest().taken;
        if (group(a) == 2)
            return false;
        auto const pa = price(a), pb = price(b);
        if (std::isnan(pa) || std::isnan(pb))
            return std::isnan(pa) && std::isnan(pb) ? a.joules < b.joules : std::isnan(pb);
        return pa < pb;
    });
}

std::vector<bool> pareto(std::vector<Candidate> const& candidates, double (Candidate::*other)() const)
{
    auto front = std::vector<bool>{};
    for (auto const& one : candidates) {
        auto const figure = (one.*other)();
        auto const beaten = std::any_of(candidates.begin(), candidates.end(), [&](Candidate const& by) {
            auto const its = (by.*other)();
            return by.known() && by.per_user >= one.per_user && its >= figure &&
                   (by.per_user > one.per_user || its > figure);
        });
        front.push_back(one.known() && !std::isnan(figure) && !std::isnan(one.per_user) && !beaten);
    }
    return front;
}

} // namespace scribeline::models
