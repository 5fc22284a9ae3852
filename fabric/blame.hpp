// Where the time of a PE went, along the chain of events that it waited for last.
//
// Every PE carries a clock split into parts whose sum is the time. Its own work adds to it. When it has waited for a
// wavelet, its history did not matter: it takes over the clock of the sender at the moment of sending, and adds what
// the way cost. So the clock of the PE that finishes last is the critical path of the run, and its parts add up to the
// run's length by construction (docs/model.md).
#pragma once

#include "workloads/mapping/program.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace scribeline::fabric {

// The order is that of models::Part.
enum class Cause : std::uint8_t {
    arithmetic,
    dispatch,
    sram,
    hops,
    scribe,
    serialisation,
    reduce_stage,
    waiting,
    off_wafer,
};
constexpr std::size_t cause_count = 9;

struct Blame {
    std::array<std::uint32_t, cause_count> cycles{};

    void add(Cause cause, std::uint64_t n) { cycles[static_cast<std::size_t>(cause)] += static_cast<std::uint32_t>(n); }
    std::uint64_t total() const
    {
        std::uint64_t sum = 0;
        for (auto const c : cycles)
            sum += c;
        return sum;
    }
};

// The clocks of senders at the first wavelet of their last streams. All reticles write their own PEs' entries, and
// read others' no sooner than a wavelet has crossed: at least one quantum later.
class BlameBoard {
  public:
    explicit BlameBoard(std::size_t pes) : entries_(pes * ring) {}

    void post(std::uint32_t pe, workloads::Color color, std::uint64_t now, Blame const& blame)
    {
        Entry* const own    = &entries_[std::size_t{pe} * ring];
        Entry*       oldest = own;
        for (std::size_t i = 1; i < ring; ++i)
            if (own[i].time < oldest->time)
                oldest = own + i;
        *oldest = Entry{blame, static_cast<std::uint32_t>(now + 1), color};
    }

    // The sender's clock when it began the stream whose wavelet arrived; null when it is not on the board any more.
    // `latest` is the last cycle at which the wavelet can have been sent. `sent` receives the cycle of sending.
    Blame const* find(std::uint32_t pe, workloads::Color color, std::uint64_t latest, std::uint64_t& sent) const
    {
        Entry const* const own  = &entries_[std::size_t{pe} * ring];
        Entry const*       best = nullptr;
        for (std::size_t i = 0; i < ring; ++i)
            if (own[i].time != 0 && own[i].color == color && own[i].time <= latest + 1 &&
                (!best || own[i].time > best->time))
                best = own + i;
        if (!best)
            return nullptr;
        sent = best->time - 1;
        return &best->blame;
    }

  private:
    static constexpr std::size_t ring = 3;
    struct Entry {
        Blame            blame;
        std::uint32_t    time  = 0; // cycle of sending + 1; 0: empty
        workloads::Color color = 0;
    };
    std::vector<Entry> entries_;
};

} // namespace scribeline::fabric
