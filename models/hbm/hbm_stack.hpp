// One HBM stack, every command of it: accesses by address, split into bursts, each on the pseudo-channel that the
// address map says. What moves in bulk is for HbmMemory (hbm_memory.hpp), which is built on the same pseudo-channels.
#pragma once

#include "models/hbm/address_map.hpp"
#include "models/hbm/pseudo_channel.hpp"
#include "models/hbm/timing_table.hpp"
#include "models/hbm/traffic.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::models {

struct HbmAccess {
    std::uint64_t address = 0;
    std::uint64_t bytes   = 0; // any; whole bursts move
    bool          write   = false;
    Traffic       traffic = Traffic::weights;
    HbmCycles     arrival;
};

class HbmStack {
  public:
    // Throws configs::UserError when the timings contradict one another or the map does not fit.
    explicit HbmStack(HbmDevice const& device);
    HbmStack(HbmDevice const& device, std::vector<AddressDigit> digits);

    HbmDevice const&  device() const { return device_; }
    AddressMap const& map() const { return map_; }

    // Serves all of them and says for each the cycle at which its last burst has crossed the wires. They must not
    // arrive before those served earlier. Throws configs::UserError for an address beyond the stack.
    std::vector<HbmCycles> serve(std::vector<HbmAccess> const& accesses);

    TrafficBooks const& books() const { return books_; } // bytes asked for, bytes served
    std::uint64_t       bytes_moved() const;             // whole bursts
    HbmCounters         counters() const;                // of all pseudo-channels

  private:
    HbmDevice                  device_;
    AddressMap                 map_;
    std::vector<PseudoChannel> lanes_;
    TrafficBooks               books_;
};

} // namespace scribeline::models
