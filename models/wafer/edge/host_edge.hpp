// The edge of a wafer: what passes between it and its host, one transfer behind another in either direction.
//
//     occupancy = bytes / wafer.io_bandwidth      latency = wafer.io_latency
//
// Weights that are streamed come in, KV caches go out and back. Behind a TLM-2.0 socket it is a BulkTarget
// (wafer_system_module.hpp); plain callers ask the same server.
#pragma once

#include "configs/parameters.hpp"
#include "models/tlm/single_resource.hpp"

#include <cstdint>

namespace scribeline::models {

class HostEdge final : public SingleResource {
  public:
    // Throws configs::UserError where wafer.io_bandwidth is zero.
    explicit HostEdge(configs::WaferParams const& wafer);

    std::uint64_t read() const { return read_; } // bytes, from the host to the wafer
    std::uint64_t written() const { return written_; }

  private:
    ServiceTime service(BulkRequest const& request) override;

    double const      bytes_per_second_;
    Picoseconds const latency_;
    std::uint64_t     read_ = 0, written_ = 0;
};

// The link from one wafer to the next: wafer.link_bandwidth, wafer.link_latency.
class WaferLink final : public SingleResource {
  public:
    explicit WaferLink(configs::WaferParams const& wafer);

  private:
    ServiceTime service(BulkRequest const& request) override;

    double const      bytes_per_second_;
    Picoseconds const latency_;
};

// Whole picoseconds, no fewer than the seconds.
Picoseconds picoseconds_of(configs::Seconds time);

} // namespace scribeline::models
