#include "workloads/mapping/partition.hpp"

#include <algorithm>

namespace scribeline::workloads {

namespace {

double bytes_of(Unit const& unit, StageLimits const& limits) { return unit.bytes + limits.requests * unit.cache; }

// Halves the range of `limit`, a member of the limits, for as long as the cuts still exist.
Cuts tightened(std::vector<Unit> const& units, StageLimits limits, double StageLimits::*limit, double least,
               double most, std::uint64_t stages)
{
    constexpr int steps = 7; // 2^-7 is below 1 %
    limits.*limit       = most;
    auto best           = cut(units, limits, stages);
    for (int i = 0; i < steps && !best.empty(); ++i) {
        limits.*limit = (least + most) / 2;
        if (auto found = cut(units, limits, stages); !found.empty()) {
            best = std::move(found);
            most = limits.*limit;
        } else {
            least = limits.*limit;
        }
    }
    return best;
}

} // namespace

Cuts cut(std::vector<Unit> const& units, StageLimits const& limits, std::uint64_t most)
{
    auto   cuts  = Cuts{};
    double bytes = 0, cycles = 0;
    bool   alone = false;
    for (std::uint32_t i = 0; i < units.size(); ++i) {
        auto const&  unit   = units[i];
        bool const   closes = i + 1 == units.size() && cuts.size() == 1 && i > 0; // shares with the first
        double const own    = bytes_of(unit, limits);
        double const grown  = bytes + own - (closes ? limits.shared : 0);
        if (cuts.empty() || grown > limits.bytes || cycles + unit.cycles > limits.cycles || (alone && unit.alone)) {
            if (own > limits.bytes || unit.cycles > limits.cycles || cuts.size() == most)
                return {};
            cuts.push_back(i);
            bytes  = own;
            cycles = unit.cycles;
            alone  = unit.alone;
        } else {
            bytes = grown;
            cycles += unit.cycles;
            alone = alone || unit.alone;
        }
    }
    return cuts;
}

Cuts cut_evenly(std::vector<Unit> const& units, StageLimits const& limits, std::uint64_t most)
{
    auto const fewest = cut(units, limits, most);
    if (fewest.size() < 2)
        return fewest;
    double least = 0, all = 0;
    for (auto const& unit : units) {
        least = std::max(least, bytes_of(unit, limits));
        all += bytes_of(unit, limits);
    }
    least = std::max(least, all / static_cast<double>(fewest.size()));
    return tightened(units, limits, &StageLimits::bytes, std::min(least, limits.bytes), limits.bytes, fewest.size());
}

Cuts cut_fast(std::vector<Unit> const& units, StageLimits const& limits, std::uint64_t most)
{
    double least = 0, all = 0;
    for (auto const& unit : units) {
        least = std::max(least, unit.cycles);
        all += unit.cycles;
    }
    return tightened(units, limits, &StageLimits::cycles, least, std::min(all, limits.cycles), most);
}

std::uint32_t most_requests(std::vector<Unit> const& units, StageLimits const& limits, std::uint64_t most)
{
    auto const fit = [&](std::uint32_t requests) {
        auto trial     = limits;
        trial.requests = requests;
        return !cut(units, trial, most).empty();
    };
    std::uint32_t good = 0, bad = limits.requests + 1;
    while (good + 1 < bad) {
        auto const middle          = good + (bad - good) / 2;
        (fit(middle) ? good : bad) = middle;
    }
    return good;
}

} // namespace scribeline::workloads
