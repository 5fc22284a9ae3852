// Streams that the PEs of a reticle serve in the background, each by a thread of its own, while the program goes on:
// the microthreads of the hardware. A PE has only one way into its router, so its threads take turns there; what the
// threads take of the datapath is booked by the program that sets them up.
//
// Programs without such streams pay for none of it: nothing is allocated.
#pragma once

#include "workloads/mapping/program.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::fabric {

struct StreamThread {
    workloads::Operation const* operation = nullptr;
    std::uint64_t               due       = 0; // cycle of its next wavelet, at the earliest
    std::uint32_t               remaining = 0; // wavelets; 0: it is free
    std::uint32_t               eighths   = 0; // of a cycle, left over from the interval
    std::uint8_t                lane      = 0; // landing lane of a stream that is received
    bool                        waits     = false;
};

class StreamThreads {
  public:
    static constexpr std::size_t most = 8; // per PE: the microthreads of a WSE-2 (FABRICA performance model)

    StreamThreads(workloads::Program const& program, std::uint32_t tiles);

    bool in_use() const { return !of_tile_.empty(); }
    bool some_run() const { return !running_.empty(); }

    using Slots = std::array<StreamThread, most>;
    Slots&        of(std::uint32_t tile) { return of_tile_[tile].slots; }
    StreamThread& take(std::uint32_t tile); // a free one
    bool          any_at_work(std::uint32_t tile) const;
    // Which slot has its turn first.
    std::size_t& turn(std::uint32_t tile) { return of_tile_[tile].turn; }

    // The way into the router, one wavelet a cycle.
    void use_ramp(std::uint32_t tile, std::uint64_t now) { of_tile_[tile].ramp_used = now + 1; }
    bool ramp_free(std::uint32_t tile, std::uint64_t now) const { return of_tile_[tile].ramp_used != now + 1; }

    // Those that waited look again.
    void wake(std::uint32_t tile);
    void run(std::uint32_t tile);
    // The tiles to visit in this cycle; those that are run again meanwhile are visited in the next.
    std::vector<std::uint32_t> take_running();

    std::string waiting(std::uint32_t tile) const; // ": wavelet 3 of 25 of color 4"

  private:
    struct OfTile {
        Slots         slots;
        std::size_t   turn      = 0;
        std::uint64_t ramp_used = 0; // cycle, plus one
        bool          listed    = false;
    };

    std::vector<OfTile>        of_tile_;
    std::vector<std::uint32_t> running_;
};

} // namespace scribeline::fabric
