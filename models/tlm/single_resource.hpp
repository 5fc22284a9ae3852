// A server with one resource, which its requests use one after the other: a memory, one direction of a link.
#pragma once

#include "models/tlm/reservation.hpp"

namespace scribeline::models {

class SingleResource : public BulkServer {
  public:
    Served serve(Picoseconds arrival, BulkRequest const& request) final
    {
        auto const time  = service(request);
        auto const taken = reservation_.fill(arrival, time.occupancy);
        return {taken.begin, taken.end + time.latency};
    }
    void        forget(Picoseconds now) final { reservation_.forget(now); }
    Picoseconds occupied() const final { return reservation_.occupied(); }
    Picoseconds free_from() const { return reservation_.free_from(); } // nothing is reserved after that

  private:
    // Books the bytes, where there are books.
    virtual ServiceTime service(BulkRequest const& request) = 0;

    Reservation reservation_;
};

} // namespace scribeline::models
