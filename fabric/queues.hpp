// The queues of a reticle: one per lane and tile. Words stand in a column of their own, which only a run whose wavelets
// carry numbers has: without it, a wavelet that comes or goes touches 16 bytes.
//
// Credits. A slot that is freed at cycle t may be filled by what the sender sends at t + latency or later: so long does
// the credit travel. No message is needed for that on a reticle: the queue remembers in which of the last cycles it
// freed a slot, and the sender does not count those that are too fresh. What it sees is the same in whatever order the
// two are visited within a cycle.
//
// A landing, the queue between a router and its PE, is the same the other way round as well: the router puts a wavelet
// in when it sends it, and the PE does not see it before the ramp is crossed.
#pragma once

#include "fabric/large_pages.hpp"

#include <cstddef>
#include <cstdint>

namespace scribeline::fabric {

// Of the lower eight bits.
inline std::uint32_t ones(std::uint32_t bits)
{
    static constexpr std::uint8_t of_four[16] = {0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4};
    return std::uint32_t{of_four[bits & 15]} + of_four[bits >> 4 & 15];
}

struct alignas(16) Queue {
    std::uint32_t freed_at = 0; // cycle of the last slot freed, its lower 32 bits
    std::uint8_t  freed    = 0; // bit k: a slot was freed k cycles before `freed_at`
    std::uint8_t  head     = 0; // slot of the oldest wavelet
    std::uint8_t  count    = 0;
    std::uint8_t  credits  = 0; // slots not promised to anybody, those on their way to the sender included
    std::uint16_t control  = 0; // a bit per slot: a control wavelet
    std::uint8_t  waiting  = 0; // `sender_waits`: for a credit; `pe_waits`: at a landing, for a wavelet
    std::uint8_t  served   = 0; // ports by which the oldest wavelet has already left; of a landing: `sent`, bit k: a
                                // wavelet was put in k cycles before `sent_at`
    std::uint32_t sent_at = 0;

    static constexpr std::uint8_t  sender_waits = 1, pe_waits = 2;
    static constexpr std::uint64_t longest_latency = 8; // of a credit, in cycles

    bool front_is_control() const { return control >> head & 1u; }

    // Takes a wavelet in; the slot that its word belongs to.
    std::uint32_t push(bool is_control, std::uint32_t depth)
    {
        std::uint32_t slot = std::uint32_t{head} + count;
        if (slot >= depth)
            slot -= depth;
        if (control | std::uint16_t{is_control}) // rarely
            control = static_cast<std::uint16_t>((control & ~(1u << slot)) | (unsigned{is_control} << slot));
        ++count;
        return slot;
    }
    void drop_front(std::uint32_t depth)
    {
        head = static_cast<std::uint8_t>(head + 1u == depth ? 0 : head + 1u);
        --count;
    }
    void give_credit(std::uint64_t now)
    {
        auto const since = static_cast<std::uint32_t>(now) - freed_at;
        freed            = static_cast<std::uint8_t>((since < 8 ? unsigned{freed} << since : 0) | 1u);
        freed_at         = static_cast<std::uint32_t>(now);
        ++credits;
    }
    // Credits given in the last `latency` cycles, which the sender does not know of yet: a bit each, by age.
    std::uint32_t travelling(std::uint64_t now, std::uint32_t latency) const
    {
        auto const since = static_cast<std::uint32_t>(now) - freed_at;
        return since >= latency ? 0 : (std::uint32_t{freed} << since) & ((1u << latency) - 1);
    }
    bool room(std::uint64_t now, std::uint32_t latency) const
    {
        // A slot is freed in a cycle at most, so more credits than cycles of latency cannot all be travelling.
        return credits > latency || credits > ones(travelling(now, latency));
    }

    // Landings.
    void land(std::uint64_t now)
    {
        auto const since = static_cast<std::uint32_t>(now) - sent_at;
        served           = static_cast<std::uint8_t>((since < 8 ? unsigned{served} << since : 0) | 1u);
        sent_at          = static_cast<std::uint32_t>(now);
    }
    // Wavelets put in that the PE does not see yet: a bit each, by age.
    std::uint32_t on_ramp(std::uint64_t now, std::uint32_t latency) const
    {
        auto const since = static_cast<std::uint32_t>(now) - sent_at;
        return since >= latency ? 0 : (std::uint32_t{served} << since) & ((1u << latency) - 1);
    }
    // A router sends a wavelet in a cycle at most, so more than cycles of latency cannot all be on the ramp.
    bool has_landed(std::uint64_t now, std::uint32_t latency) const
    {
        return count != 0 && (count > latency || count > ones(on_ramp(now, latency)));
    }
};
static_assert(sizeof(Queue) == 16);

class Queues {
  public:
    Queues(std::size_t lanes, std::size_t tiles, std::uint32_t depth, bool with_words)
        : tiles_{tiles}, depth_{depth}, queues_(lanes * tiles), words_(with_words ? queues_.size() * depth : 0)
    {
        for (auto& queue : queues_)
            queue.credits = static_cast<std::uint8_t>(depth);
    }
    Queue&       at(std::uint32_t lane, std::uint32_t tile) { return queues_[lane * tiles_ + tile]; }
    Queue const& at(std::uint32_t lane, std::uint32_t tile) const { return queues_[lane * tiles_ + tile]; }
    Queue*       data() { return queues_.data(); } // [lane * tiles + tile]
    std::size_t  size() const { return queues_.size(); }

    bool          have_words() const { return !words_.empty(); }
    std::uint32_t front(std::uint32_t lane, std::uint32_t tile) const
    {
        return words_.empty() ? 0 : words_[(lane * tiles_ + tile) * depth_ + at(lane, tile).head];
    }
    void store(std::uint32_t lane, std::uint32_t tile, std::uint32_t slot, std::uint32_t word)
    {
        words_[(lane * tiles_ + tile) * depth_ + slot] = word;
    }
    void prefetch(std::uint32_t lane, std::uint32_t tile) const
    {
        __builtin_prefetch(queues_.data() + lane * tiles_ + tile);
    }

  private:
    std::size_t           tiles_, depth_;
    Column<Queue>         queues_;
    Column<std::uint32_t> words_; // [(lane * tiles + tile) * depth + slot]
};

} // namespace scribeline::fabric
