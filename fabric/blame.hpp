// Where the time of a PE went, along the chain of events that it waited for last.
//
// Every PE carries a clock split into parts whose sum is the time. Its own work adds to it. When it has waited for a
// wavelet, its history did not matter: it takes over the clock of the sender at the moment of sending, and adds what
// the way cost. So the clock of the PE that finishes last is the critical path of the run, and its parts add up to the
// run's length by construction (docs/model.md).
#pragma once

#include "fabric/large_pages.hpp"
#include "workloads/mapping/program.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <unordered_map>
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

// The clocks of senders at the first wavelet of their last streams.
//
// Reticles that run at the same time, on several threads, read each other's entries. What one sees of a sender on
// another reticle is what stood on the board when the quantum began: more recent streams cannot have arrived. An entry
// seen so is not overwritten in that quantum, because there is a slot more than a reader may see, and a second stream
// of the same PE in one quantum waits in the journal of its reticle until the quantum is over.
class BlameBoard {
  public:
    struct Entry {
        std::uint32_t    time; // cycle of sending + 1
        workloads::Color color;
        Blame            blame;
    };
    using Journal = std::unordered_map<std::uint32_t, std::vector<Entry>>; // by PE

    explicit BlameBoard(std::size_t pes) : pages_(pes) {}

    // By the reticle of the PE, in the quantum that began at `begin`.
    void post(std::uint32_t pe, workloads::Color color, std::uint64_t now, Blame const& blame, std::uint64_t begin,
              Journal& journal)
    {
        auto const  time   = static_cast<std::uint32_t>(now + 1);
        auto const& newest = pages_[pe].time[(pages_[pe].next + slots - 1) % slots];
        if (newest.load(std::memory_order_relaxed) > begin)
            journal[pe].push_back({time, color, blame});
        else
            write(pe, time, color, blame);
    }
    // After the quantum, when no reticle runs.
    void take(Journal& journal)
    {
        for (auto const& [pe, entries] : journal)
            for (auto const& entry : entries)
                write(pe, entry.time, entry.color, entry.blame);
        journal.clear();
    }

    // The sender's clock when it began the stream whose wavelet arrived; false when it is not on the board any more.
    // `latest` is the last cycle at which the wavelet can have been sent. Entries of cycles before `seen` count: for a
    // sender on another reticle those before the quantum. `journal`: of the sender's reticle if it is the reader's own.
    bool find(std::uint32_t pe, workloads::Color color, std::uint64_t latest, std::uint64_t seen,
              Journal const* journal, std::uint64_t& sent, Blame& blame) const
    {
        Page const&                      page = pages_[pe];
        std::array<std::uint32_t, slots> time;
        for (std::size_t i = 0; i < slots; ++i) {
            time[i] = page.time[i].load(std::memory_order_relaxed);
            if (time[i] > seen)
                time[i] = 0; // comes later, and may be in the making
        }
        std::uint32_t hidden = *std::min_element(time.begin(), time.end()); // 0: a slot is free
        if (journal && !journal->empty())
            if (auto const late = journal->find(pe); late != journal->end()) {
                auto const&       entries = late->second;
                std::size_t const recent  = std::min(entries.size(), streams);
                for (std::size_t i = 1; i <= recent; ++i)
                    if (auto const& entry = entries[entries.size() - i];
                        entry.color == color && entry.time <= latest + 1) {
                        sent  = entry.time - 1;
                        blame = entry.blame;
                        return true;
                    }
                auto sorted = time;
                std::sort(sorted.begin(), sorted.end());
                hidden = sorted[recent]; // with the journal's, `streams` are seen
            }
        std::uint32_t best = hidden;
        std::size_t   slot = slots;
        for (std::size_t i = 0; i < slots; ++i)
            if (time[i] > best && page.color[i] == color && time[i] <= latest + 1) {
                best = time[i];
                slot = i;
            }
        if (slot == slots)
            return false;
        sent = best - 1;
        std::copy_n(page.blame[slot].begin(), causes, blame.cycles.begin());
        std::fill(blame.cycles.begin() + causes, blame.cycles.end(), 0u);
        return true;
    }

    void prefetch(std::uint32_t pe) const
    {
        auto const* const at = reinterpret_cast<char const*>(&pages_[pe]);
        __builtin_prefetch(at, 1);
        __builtin_prefetch(at + 64, 1);
        __builtin_prefetch(at + 128, 1);
    }

  private:
    static constexpr std::size_t streams = 3; // of one PE that a reader may see
    static constexpr std::size_t slots   = streams + 1;
    static constexpr std::size_t causes  = cause_count - 1; // nothing on a wafer is off the wafer
    static_assert(static_cast<std::size_t>(Cause::off_wafer) == causes);

    struct Page {
        std::atomic<std::uint32_t>                           time[slots]{}; // cycle of sending + 1; 0: none yet
        workloads::Color                                     color[slots] = {};
        std::uint8_t                                         next         = 0;
        std::array<std::array<std::uint32_t, causes>, slots> blame{};
    };
    static_assert(sizeof(Page) <= 152);

    void write(std::uint32_t pe, std::uint32_t time, workloads::Color color, Blame const& blame)
    {
        Page&      page = pages_[pe];
        auto const slot = page.next;
        page.next       = static_cast<std::uint8_t>((slot + 1u) % slots);
        page.time[slot].store(time, std::memory_order_relaxed); // from here on nobody reads the rest of the slot
        page.color[slot] = color;
        std::copy_n(blame.cycles.begin(), causes, page.blame[slot].begin());
    }

    Column<Page> pages_;
};

} // namespace scribeline::fabric
