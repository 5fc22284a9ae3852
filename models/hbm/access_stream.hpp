// A long stream of bursts through one pseudo-channel, kept as deep in its queue as the controller allows: how long does
// it take?
//
// `finish(n)` is what command by command gives, to the cycle, up to a number of bursts; what was simulated on the way
// is kept, so that another length costs little. Beyond that number the stream has fallen into a rhythm: the same
// number of bursts between refreshes, and whole windows of refresh intervals are added.
#pragma once

#include "models/hbm/address_map.hpp"
#include "models/hbm/pseudo_channel.hpp"

#include <cstdint>
#include <map>
#include <random>
#include <vector>

namespace scribeline::models {

// What a stream looks like to the memory.
struct AccessPattern {
    double        write_share = 0; // of the bursts
    std::uint32_t streams     = 1; // that run side by side, each through memory of its own
    std::uint32_t piece       = 0; // bytes; not 0: pieces of that length at random places instead

    friend bool operator<(AccessPattern const& a, AccessPattern const& b)
    {
        return std::tie(a.write_share, a.streams, a.piece) < std::tie(b.write_share, b.streams, b.piece);
    }
};

// The bursts of a pattern, one after the other, as one pseudo-channel sees them.
class BurstSource {
  public:
    // Throws configs::UserError for a share outside 0 .. 1, no stream, or a piece that is not a multiple of a burst.
    BurstSource(HbmDevice const& device, AccessPattern const& pattern);

    HbmBurst const& next() const { return next_; }
    void            advance();

  private:
    AddressMap                 map_; // of this pseudo-channel alone
    AccessPattern              pattern_;
    std::uint32_t              burst_bytes_, turn_; // bursts of a stream before the next one's turn
    std::vector<std::uint64_t> position_;
    std::mt19937_64            random_{0x5c21be11};
    std::uint64_t              count_ = 0, burst_ = 0;
    double                     write_debt_ = 0;
    HbmBurst                   next_;
};

class AccessStream {
  public:
    explicit AccessStream(HbmDevice const& device, AccessPattern const& pattern = {});

    // Cycles until the last of the first `bursts` bursts has crossed the wires, from an idle pseudo-channel.
    HbmCycles finish(std::uint64_t bursts);
    // The same, every command of it.
    HbmCycles finish_by_command(std::uint64_t bursts);

    // In the rhythm: share of the cycles in which data crosses the wires.
    double share_of_peak();
    // Bursts up to which finish() is finish_by_command().
    std::uint64_t exact_bursts();

    // Of a run of so many bursts.
    HbmCounters counters(std::uint64_t bursts);

  private:
    struct Run {
        PseudoChannel channel;
        BurstSource   source;
        std::uint64_t accepted = 0;
        std::uint64_t done     = 0;
        std::uint64_t last     = 0; // cycle

        void fill(std::uint64_t limit);
        bool step(std::vector<HbmDone>& scratch);
    };
    Run  run_to(std::uint64_t bursts);
    void learn_rhythm();

    HbmDevice                              device_;
    Run                                    longest_;   // as if the stream never ended
    std::vector<Run>                       snapshots_; // of it, by bursts accepted
    std::map<std::uint64_t, std::uint64_t> known_;     // bursts -> cycle
    // The rhythm: from `begin_` bursts on, `window_bursts_` every `window_cycles_`.
    std::uint64_t begin_ = 0, window_bursts_ = 0, window_cycles_ = 0;
};

} // namespace scribeline::models
