// The state of the tiles of one reticle, as columns: an array per field, a tile per element.
#pragma once

#include "fabric/blame.hpp"
#include "workloads/mapping/program.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::fabric {

// What becomes of the oldest wavelet of a lane, for all tiles that treat the lane alike, ready to be added to a queue's
// place: which queues it goes to, and how it is booked.
struct Way {
    struct Out {
        std::int32_t  jump;    // queues from the lane's own to the one that is fed
        std::uint32_t place;   // calendar entry of the arrival, less the tile
        std::uint8_t  latency; // cycles
        std::uint8_t  port;
    };
    std::uint8_t outs       = 0; // bits of Direction
    std::uint8_t copies     = 0;
    std::uint8_t sides      = 0; // outs, and the side that its wavelets come from
    std::uint8_t general    = 0; // its color has a switch
    std::uint8_t in_latency = 0; // of a credit to its sender, cycles
    Out          out[5]{};
};

// No lane has won yet: the lowest is first.
constexpr std::uint8_t nobody = 63;

// A tile's router, in a cache line.
struct alignas(64) Router {
    std::uint64_t ready      = 0;  // lanes whose oldest wavelet may move
    std::uint64_t blocked    = 0;  // lanes that wait for a credit
    std::uint32_t free_at[5] = {}; // eighths of a cycle, their lower 32 bits, by port; only where a wavelet takes
                                   // longer than a cycle
    std::uint32_t sent[5] = {};    // wavelets by port
    std::uint8_t  turn[5] = {nobody, nobody, nobody, nobody, nobody}; // lane that won last, by port
    std::uint8_t  edges   = 0; // sides on which a scribe line, the end of the region or a longer link lies; the upper
                               // four bits: longer links of the reticle
    std::uint16_t routes = 0;  // class

    bool port_free(std::size_t port, std::uint64_t now) const
    {
        return static_cast<std::int32_t>(free_at[port] - static_cast<std::uint32_t>(8 * (now + 1))) < 0;
    }
    void occupy(std::size_t port, std::uint64_t now, std::uint32_t serialisation)
    {
        auto const begin = static_cast<std::uint32_t>(8 * now);
        auto const left  = static_cast<std::int32_t>(free_at[port] - begin);
        free_at[port]    = begin + static_cast<std::uint32_t>(left < 0 ? 0 : left) + serialisation;
    }
};
static_assert(sizeof(Router) == 64);

enum class PeState : std::uint8_t {
    busy,        // set-up, local operation or stream
    waiting_in,  // for a wavelet
    waiting_out, // for room in the router
    idle,        // the program is over, or has yet to begin
};

struct Pe {
    workloads::Operation const* operation = nullptr; // of its role; null when the program is over
    std::uint64_t               since     = 0;       // cycle at which `state` began
    std::uint64_t               marked    = 0;       // cycle up to which its blame is booked
    std::uint32_t               pc        = 0;       // number of the operation
    std::uint32_t               remaining = 0;       // wavelets of the stream
    std::uint32_t               eighths   = 0;       // of a cycle, left over from the interval of the stream
    std::uint16_t               role      = 0;
    PeState                     state     = PeState::busy;
    bool                        triggered = false; // waits for the wavelet that activates its task
    bool                        starts    = false; // the timer that comes next starts the operation
    bool                        joins     = false; // waits for its streams in the background
    std::uint8_t                lane      = 0;     // landing lane of the stream
    std::uint8_t                play      = 0;     // of its script
    std::uint16_t               round     = 0;     // of the play
};

// Cycles of one PE by state; they add up to the length of the run.
struct PeAccount {
    std::uint64_t busy = 0, stalled_in = 0, stalled_out = 0, idle = 0;
};

} // namespace scribeline::fabric
