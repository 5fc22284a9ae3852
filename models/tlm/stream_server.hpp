// What serves long streams at a rate of its own for each way: a memory whose banks sustain it, a link. Pieces of one
// stream follow each other without a pause, so a piece takes its bytes over the rate, whatever its length.
#pragma once

#include "models/tlm/single_resource.hpp"

#include "configs/units/quantity.hpp"

#include <algorithm>
#include <string>

namespace scribeline::models {

// Both ways in turn on the same wires, as memory has them.
class StreamServer final : public SingleResource {
  public:
    // Throws configs::UserError that names `what` when a rate is not positive.
    StreamServer(std::string const& what, configs::BytesPerSecond read, configs::BytesPerSecond write);

  private:
    ServiceTime service(BulkRequest const& request) override;

    configs::BytesPerSecond read_, write_;
};

// Each way on wires of its own, as links have them.
class LinkServer final : public BulkServer {
  public:
    LinkServer(std::string const& what, configs::BytesPerSecond each_way)
        : read_{what, each_way, each_way}, write_{what, each_way, each_way}
    {
    }
    Served serve(Picoseconds arrival, BulkRequest const& request) override
    {
        return (request.write ? write_ : read_).serve(arrival, request);
    }
    void forget(Picoseconds now) override
    {
        read_.forget(now);
        write_.forget(now);
    }
    Picoseconds occupied() const override { return read_.occupied() + write_.occupied(); }
    Picoseconds free_from() const { return std::max(read_.free_from(), write_.free_from()); }
    Picoseconds read_free_from() const { return read_.free_from(); }

  private:
    StreamServer read_, write_;
};

} // namespace scribeline::models
