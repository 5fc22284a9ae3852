// One tier of host memory at work: requests queue at its units by reservation, each is booked and its latency counted.
#pragma once

#include "models/host/tier_spec.hpp"
#include "models/tlm/latency_histogram.hpp"
#include "models/tlm/reservation.hpp"

#include <vector>

namespace scribeline::models {

class HostTier final : public BulkServer {
  public:
    // Throws configs::UserError when the tier cannot work (require_usable).
    explicit HostTier(TierSpec const& spec);

    TierSpec const& spec() const { return spec_; }

    // Pieces go to the units in turn, starting where the request before ended.
    Served serve(Picoseconds arrival, BulkRequest const& request) override;

    // What one unit is occupied for by so many pieces and bytes.
    Picoseconds occupancy(std::uint64_t pieces, std::uint64_t bytes, bool write) const;
    Picoseconds latency(bool write) const;

    TrafficBooks const&     books() const { return books_; }
    LatencyHistogram const& reads() const { return reads_; }
    LatencyHistogram const& writes() const { return writes_; }
    LatencyHistogram const& waiting() const { return waiting_; } // until the first unit was free

    void        forget(Picoseconds now) override;
    Picoseconds occupied() const override; // sum over units

  private:
    TierSpec                 spec_;
    std::vector<Reservation> units_;
    std::size_t              next_unit_ = 0;
    TrafficBooks             books_;
    LatencyHistogram         reads_, writes_, waiting_;
};

} // namespace scribeline::models
