// How long transfers took: counts in bins of powers of two, the first from 1 ns.
#pragma once

#include "models/tlm/bulk_server.hpp"

#include <array>
#include <cstdint>

namespace scribeline::models {

class LatencyHistogram {
  public:
    // Bin 0 holds less than 1 ns, bin b from 2^(b-1) ns to below 2^b ns, the last one everything beyond.
    static constexpr std::size_t bins = 42; // 2^40 ns: 18 minutes

    void              add(Picoseconds latency);
    LatencyHistogram& operator+=(LatencyHistogram const& other);
    LatencyHistogram& operator-=(LatencyHistogram const& other); // of what was there before; the longest stays

    std::uint64_t                          count() const { return count_; }
    std::array<std::uint64_t, bins> const& counts() const { return counts_; }
    static Picoseconds                     begin(std::size_t bin); // of the bin
    Picoseconds                            longest() const { return longest_; }
    Picoseconds                            mean() const { return count_ == 0 ? 0 : sum_ / count_; }
    // At least that share of the transfers took no longer; the end of a bin, or the longest. 0 when there are none.
    Picoseconds at_most(double share) const;

  private:
    std::array<std::uint64_t, bins> counts_{};
    std::uint64_t                   count_ = 0;
    Picoseconds                     sum_ = 0, longest_ = 0;
};

} // namespace scribeline::models
