// The protocol of bulk transfers: a generic payload with an extension that says how much of what moves. Its traits are
// a type of its own, so that a socket of the base protocol, whose payloads must carry data, does not bind to it.
//
// Rules, beside those of the generic payload: the extension is there; bytes stand in it (a tensor may have more than
// the 32 bits of the payload's length); no data pointer, no byte enables, no streaming width; b_transport alone, and
// the target adds to the annotated delay the time until the last byte has arrived.
#pragma once

#include "models/tlm/bulk_server.hpp"

// systemc has no include guards against our warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <systemc>
#include <tlm>
#pragma GCC diagnostic pop

namespace scribeline::models {

struct BulkProtocol {
    using tlm_payload_type = tlm::tlm_generic_payload;
    using tlm_phase_type   = tlm::tlm_phase;
};

class BulkExtension final : public tlm::tlm_extension<BulkExtension> {
  public:
    explicit BulkExtension(BulkRequest const& asked = {}) : request{asked} {}

    tlm::tlm_extension_base* clone() const override { return new BulkExtension{request}; }
    void                     copy_from(tlm::tlm_extension_base const& other) override
    {
        request = static_cast<BulkExtension const&>(other).request;
    }

    BulkRequest request;
};

inline sc_core::sc_time time_of(Picoseconds ps) { return sc_core::sc_time::from_value(ps); } // resolution: 1 ps
inline Picoseconds      picoseconds(sc_core::sc_time const& t) { return t.value(); }

} // namespace scribeline::models
