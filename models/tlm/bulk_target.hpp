// A memory or a link behind a TLM-2.0 socket: any number of initiators, one server, contention by reservation.
#pragma once

#include "models/tlm/bulk_protocol.hpp"
#include "models/tlm/latency_histogram.hpp"
#include "models/tlm/transaction_probe.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <tlm_utils/multi_passthrough_target_socket.h>
#pragma GCC diagnostic pop

namespace scribeline::models {

class BulkTarget final : public sc_core::sc_module {
  public:
    // `server` and `probe` must outlive the module.
    BulkTarget(sc_core::sc_module_name name, BulkServer& server, TransactionProbe* probe = nullptr);

    tlm_utils::multi_passthrough_target_socket<BulkTarget, 32, BulkProtocol> socket;

    TrafficBooks const& books() const { return books_; } // bytes of the payloads that came, and that went back as done
    TrafficBooks const& written() const { return written_; }     // of those, by writes
    LatencyHistogram const& latency() const { return latency_; } // from asking to the last byte
    LatencyHistogram const& waiting() const { return waiting_; } // until the resource was free
    Picoseconds             occupied() const { return server_.occupied(); }
    std::uint64_t           transactions() const { return transactions_; }

  private:
    void b_transport(int port, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);

    BulkServer&       server_;
    TransactionProbe* probe_;
    std::string const name_;
    TrafficBooks      books_, written_;
    LatencyHistogram  latency_, waiting_;
    std::uint64_t     transactions_ = 0;
};

} // namespace scribeline::models
