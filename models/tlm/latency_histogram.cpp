#include "models/tlm/latency_histogram.hpp"

#include <algorithm>

namespace scribeline::models {

void LatencyHistogram::add(Picoseconds latency)
{
    std::size_t bin = 0;
    for (auto ns = latency / 1000; ns != 0; ns >>= 1)
        ++bin;
    ++counts_[std::min(bin, bins - 1)];
    ++count_;
    sum_ += latency;
    longest_ = std::max(longest_, latency);
}

LatencyHistogram& LatencyHistogram::operator+=(LatencyHistogram const& other)
{
    for (std::size_t bin = 0; bin < bins; ++bin)
        counts_[bin] += other.counts_[bin];
    count_ += other.count_;
    sum_ += other.sum_;
    longest_ = std::max(longest_, other.longest_);
    return *this;
}

LatencyHistogram& LatencyHistogram::operator-=(LatencyHistogram const& other)
{
    for (std::size_t bin = 0; bin < bins; ++bin)
        counts_[bin] -= other.counts_[bin];
    count_ -= other.count_;
    sum_ -= other.sum_;
    return *this;
}

Picoseconds LatencyHistogram::begin(std::size_t bin) { return bin == 0 ? 0 : (Picoseconds{1} << (bin - 1)) * 1000; }

Picoseconds LatencyHistogram::at_most(double share) const
{
    std::uint64_t seen = 0;
    for (std::size_t bin = 0; bin < bins; ++bin) {
        seen += counts_[bin];
        if (seen > 0 && static_cast<double>(seen) >= share * static_cast<double>(count_))
            return bin + 1 < bins ? std::min(begin(bin + 1), longest_) : longest_;
    }
    return longest_;
}

} // namespace scribeline::models
