#include "models/gpu/gpu_totals.hpp"

#include <numeric>

#include <fmt/format.h>

namespace scribeline::models {

char const* name_of(GpuTier tier)
{
    constexpr std::array names{"hbm", "nvlink", "host", "die_link"};
    return names.at(static_cast<std::size_t>(tier));
}

void TierRun::add(BulkTarget const& target)
{
    books += target.books();
    written += target.written();
    latency += target.latency();
    waiting += target.waiting();
    occupied += target.occupied();
    transactions += target.transactions();
}

TierRun& TierRun::operator+=(TierRun const& other)
{
    books += other.books;
    written += other.written;
    latency += other.latency;
    waiting += other.waiting;
    occupied += other.occupied;
    transactions += other.transactions;
    return *this;
}

TierRun& TierRun::operator-=(TierRun const& other)
{
    books -= other.books;
    written -= other.written;
    latency -= other.latency;
    waiting -= other.waiting;
    occupied -= other.occupied;
    transactions -= other.transactions;
    return *this;
}

std::uint64_t GpuTotals::transactions() const
{
    return std::accumulate(tiers.begin(), tiers.end(), std::uint64_t{0},
                           [](std::uint64_t sum, TierRun const& tier) { return sum + tier.transactions; });
}

GpuTotals& GpuTotals::operator+=(GpuTotals const& other)
{
    asked += other.asked;
    for (std::size_t i = 0; i < gpu_tiers; ++i)
        tiers[i] += other.tiers[i];
    return *this;
}

GpuTotals& GpuTotals::operator-=(GpuTotals const& other)
{
    asked -= other.asked;
    for (std::size_t i = 0; i < gpu_tiers; ++i)
        tiers[i] -= other.tiers[i];
    return *this;
}

GpuTotals times(GpuTotals const& totals, std::uint64_t count)
{
    auto sum = GpuTotals{}, doubled = totals;
    for (; count > 0; count /= 2) {
        if (count % 2 == 1)
            sum += doubled;
        if (count > 1)
            doubled += GpuTotals{doubled};
    }
    return sum;
}

Books GpuTotals::books() const
{
    auto all = TrafficBooks{};
    for (auto const& tier : tiers)
        all += tier.books;
    Books result;
    for (std::size_t i = 0; i < traffic_kinds; ++i) {
        auto const kind = static_cast<Traffic>(i);
        result.entries.push_back({fmt::format("gpu {}", name_of(kind)), "asked by GPUs",
                                  "served by HBM, links and host", asked.asked(kind), all.served(kind)});
    }
    return result;
}

} // namespace scribeline::models
