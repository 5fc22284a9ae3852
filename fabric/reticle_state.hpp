// The state of the tiles of one reticle, as columns: an array per field, a tile per element.
#pragma once

#include "fabric/blame.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::fabric {

// A queue of wavelets: one per tile and lane. The words stand in a column of their own.
struct QueueHead {
    std::uint8_t  head    = 0; // slot of the oldest
    std::uint8_t  count   = 0;
    std::uint8_t  credits = 0; // slots that its sender may still fill: the sender's knowledge, kept with the queue
    std::uint8_t  waiting = 0; // its sender waits for a credit
    std::uint8_t  served  = 0; // ports by which the oldest wavelet has already left
    std::uint8_t  unused  = 0;
    std::uint16_t control = 0; // a bit per slot: a control wavelet
};
static_assert(sizeof(QueueHead) == 8);

enum class PeState : std::uint8_t {
    busy,        // set-up, local operation or stream
    waiting_in,  // for a wavelet
    waiting_out, // for room in the router
    idle,        // the program is over
};

struct Pe {
    std::uint32_t pc        = 0; // operation of its role
    std::uint32_t remaining = 0; // wavelets of the stream
    std::uint64_t since     = 0; // cycle at which `state` began
    std::uint64_t marked    = 0; // cycle up to which its blame is booked
    PeState       state     = PeState::busy;
    bool          triggered = false; // waits for the wavelet that activates its task
    std::uint8_t  lane      = 0;     // landing lane of the stream
    std::uint32_t eighths   = 0;     // of a cycle, left over from the interval of the stream
};

// Cycles of one PE by state; they add up to the length of the run.
struct PeAccount {
    std::uint64_t busy = 0, stalled_in = 0, stalled_out = 0, idle = 0;
};

} // namespace scribeline::fabric
