// What listens to bulk transfers. The targets call it and know nothing of files.
#pragma once

#include "models/tlm/bulk_server.hpp"

#include <string>

namespace scribeline::models {

struct Transaction {
    std::string const& target; // full SystemC name
    std::uint32_t      port;   // which of the target's initiators, in order of binding
    BulkRequest        request;
    Picoseconds        asked;    // at the target
    Picoseconds        started;  // the resource was free
    Picoseconds        finished; // the last byte was there
};

class TransactionProbe {
  public:
    virtual ~TransactionProbe()                              = default;
    virtual void transaction(Transaction const& transaction) = 0;
};

} // namespace scribeline::models
