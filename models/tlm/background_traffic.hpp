// A thread that asks for bytes at a steady rate, as long as somebody else is at work: what other parts of a server do
// at the same time, such as writing the cache of finished requests back or handing it to another machine.
#pragma once

#include "models/tlm/bulk_initiator.hpp"

#include "configs/units/quantity.hpp"

#include <functional>

namespace scribeline::models {

class BackgroundTraffic final : public sc_core::sc_module {
  public:
    // `request` again and again, its bytes at `rate`, or as fast as the target is where that is slower. `goes_on` is
    // asked before each one.
    BackgroundTraffic(sc_core::sc_module_name name, BulkRequest const& request, configs::BytesPerSecond rate,
                      std::function<bool()> goes_on);

    BulkInitiator port;
    void          start() { go_.notify(sc_core::SC_ZERO_TIME); }

  private:
    void run();

    BulkRequest           request_;
    Picoseconds           period_;
    std::function<bool()> goes_on_;
    sc_core::sc_event     go_;
};

} // namespace scribeline::models
