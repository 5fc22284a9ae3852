// HBM behind a BulkTarget: times from the bank model. The wires are occupied from the first data to the last; what a
// stream waits for its first row and its first data overlaps with the stream before it.
#pragma once

#include "models/hbm/hbm_memory.hpp"
#include "models/tlm/picoseconds.hpp"
#include "models/tlm/single_resource.hpp"

namespace scribeline::models {

class HbmServer final : public SingleResource {
  public:
    explicit HbmServer(HbmMemory& memory) : memory_{memory} {}

  private:
    ServiceTime service(BulkRequest const& request) override
    {
        if (request.bytes == 0)
            return {};
        AccessPattern const pattern{request.write ? 1.0 : 0.0, 1, 0};
        auto const          whole = in_picoseconds(memory_.stream(request.bytes, request.traffic, pattern));
        auto const          burst = in_picoseconds(memory_.duration(1, pattern));
        auto const          wires = in_picoseconds(
                     memory_.device().clock.duration(HbmCycles{memory_.device().timings.bl})); // data of that burst
        return {whole - burst + wires, burst - wires};
    }

    HbmMemory& memory_;
};

} // namespace scribeline::models
