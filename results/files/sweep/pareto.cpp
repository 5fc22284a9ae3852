// Points in order of their goals; each joins the first front that has nobody who dominates it (Zhang et al., "efficient
// non-dominated sort", IEEE Trans. Evol. Comp. 19 (2015)). Later ones cannot dominate earlier ones in that order.
#include "results/files/sweep/pareto.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace scribeline::results {

namespace {

using Goals  = std::vector<std::vector<double>>;
using Points = std::vector<std::size_t>;

bool dominates(Goals const& goals, std::size_t a, std::size_t b)
{
    auto better = false;
    for (auto const& goal : goals) {
        if (goal[a] > goal[b])
            return false;
        better = better || goal[a] < goal[b];
    }
    return better;
}

// With two goals the last of a front is its best in the second, and fronts are worse in it one after another.
std::size_t front_of_two(Goals const& goals, std::vector<Points> const& fronts, std::size_t point)
{
    auto const found = std::partition_point(fronts.begin(), fronts.end(),
                                            [&](Points const& front) { return dominates(goals, front.back(), point); });
    return static_cast<std::size_t>(found - fronts.begin());
}

std::size_t front_of_many(Goals const& goals, std::vector<Points> const& fronts, std::size_t point)
{
    auto const found = std::find_if(fronts.begin(), fronts.end(), [&](Points const& front) {
        return std::none_of(front.rbegin(), front.rend(),
                            [&](std::size_t other) { return dominates(goals, other, point); });
    });
    return static_cast<std::size_t>(found - fronts.begin());
}

} // namespace

std::vector<std::uint32_t> pareto_ranks(Goals const& goals)
{
    if (goals.empty())
        return {};
    auto order = Points(goals.front().size());
    auto ranks = std::vector<std::uint32_t>(order.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    auto const unknown = [&](std::size_t i) {
        return std::any_of(goals.begin(), goals.end(), [i](auto const& goal) { return std::isnan(goal[i]); });
    };
    order.erase(std::remove_if(order.begin(), order.end(), unknown), order.end());
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        for (auto const& goal : goals)
            if (goal[a] != goal[b])
                return goal[a] < goal[b];
        return false;
    });
    auto fronts = std::vector<Points>{};
    for (auto const point : order) {
        auto const front = goals.size() == 2 ? front_of_two(goals, fronts, point) : front_of_many(goals, fronts, point);
        if (front == fronts.size())
            fronts.emplace_back();
        fronts[front].push_back(point);
        ranks[point] = static_cast<std::uint32_t>(front + 1);
    }
    return ranks;
}

} // namespace scribeline::results
