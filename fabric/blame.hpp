// Where the time of a PE went, along the chain of events that it waited for last.
//
// Every PE carries a clock split into parts whose sum is the time. Its own work adds to it. When it has waited for a
// wavelet, its history did not matter: it takes over the clock of the sender at the moment of sending, and adds what
// the way cost. So the clock of the PE that finishes last is the critical path of the run, and its parts add up to the
// run's length by construction (docs/model.md).
#pragma once

#include "fabric/large_pages.hpp"
#include "workloads/mapping/program.hpp"

#include <array>
#include <cstdint>

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
    explicit BlameBoard(std::size_t pes) : pages_(pes) {}

    void post(std::uint32_t pe, workloads::Color color, std::uint64_t now, Blame const& blame)
    {
        Page&      page  = pages_[pe];
        auto const slot  = page.next;
        page.next        = static_cast<std::uint8_t>(slot + 1u == ring ? 0 : slot + 1u);
        page.time[slot]  = static_cast<std::uint32_t>(now + 1);
        page.color[slot] = color;
        page.blame[slot] = blame;
    }

    // The sender's clock when it began the stream whose wavelet arrived; null when it is not on the board any more.
    // `latest` is the last cycle at which the wavelet can have been sent. `sent` receives the cycle of sending.
    Blame const* find(std::uint32_t pe, workloads::Color color, std::uint64_t latest, std::uint64_t& sent) const
    {
        Page const&   page = pages_[pe];
        std::uint32_t best = 0;
        std::size_t   slot = 0;
        for (std::size_t i = 0; i < ring; ++i)
            if (page.color[i] == color && page.time[i] <= latest + 1 && page.time[i] > best) {
                best = page.time[i];
                slot = i;
            }
        if (best == 0)
            return nullptr;
        sent = best - 1;
        return &page.blame[slot];
    }

    void prefetch(std::uint32_t pe) const
    {
        __builtin_prefetch(&pages_[pe], 1);
        __builtin_prefetch(reinterpret_cast<char const*>(&pages_[pe]) + 64, 1);
    }

  private:
    static constexpr std::size_t ring = 3;
    // The last streams of one PE, in two cache lines.
    struct alignas(64) Page {
        std::uint32_t    time[ring]  = {}; // cycle of sending + 1; 0: none yet
        workloads::Color color[ring] = {};
        std::uint8_t     next        = 0;
        Blame            blame[ring];
    };
    static_assert(sizeof(Page) == 128);
    Column<Page> pages_;
};

} // namespace scribeline::fabric
