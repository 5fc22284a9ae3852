// The queues of a reticle: one per lane and tile, header and words side by side, so that a wavelet that comes or goes
// touches one cache line.
//
// Credits. A slot that is freed at cycle t may be filled by what the sender sends at t + latency or later: so long does
// the credit travel. No message is needed for that on a reticle: the queue remembers in which of the last cycles it
// freed a slot, and the sender does not count those that are too fresh. What it sees is the same in whatever order the
// two are visited within a cycle.
#pragma once

#include "fabric/large_pages.hpp"

#include <cstddef>
#include <cstdint>
#include <new>

namespace scribeline::fabric {

struct Queue {
    std::uint32_t freed_at = 0; // cycle of the last slot freed, its lower 32 bits
    std::uint8_t  freed    = 0; // bit k: a slot was freed k cycles before `freed_at`
    std::uint8_t  head     = 0; // slot of the oldest wavelet
    std::uint8_t  count    = 0;
    std::uint8_t  credits  = 0; // slots not promised to anybody, those on their way to the sender included
    std::uint16_t control  = 0; // a bit per slot: a control wavelet
    std::uint8_t  served   = 0; // ports by which the oldest wavelet has already left
    std::uint8_t  waiting  = 0; // its sender waits for a credit

    static constexpr std::uint64_t longest_latency = 8; // of a credit, in cycles

    std::uint32_t*       words() { return reinterpret_cast<std::uint32_t*>(this + 1); }
    std::uint32_t const* words() const { return reinterpret_cast<std::uint32_t const*>(this + 1); }

    std::uint32_t front() const { return words()[head]; }
    bool          front_is_control() const { return control >> head & 1u; }

    void push(std::uint32_t word, bool is_control, std::uint32_t depth)
    {
        std::uint32_t slot = std::uint32_t{head} + count;
        if (slot >= depth)
            slot -= depth;
        words()[slot] = word;
        if (control | std::uint16_t{is_control}) // rarely
            control = static_cast<std::uint16_t>((control & ~(1u << slot)) | (unsigned{is_control} << slot));
        ++count;
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
        return credits > latency || credits > static_cast<std::uint32_t>(__builtin_popcount(travelling(now, latency)));
    }
};
static_assert(sizeof(Queue) == 12 && alignof(Queue) == 4);

class Queues {
  public:
    Queues(std::size_t lanes, std::size_t tiles, std::uint32_t depth)
        : tiles_{tiles}, count_{lanes * tiles}, stride_{(sizeof(Queue) + 4 * std::size_t{depth} + 7) / 8 * 8},
          storage_(count_ * stride_)
    {
        for (std::size_t i = 0; i < count_; ++i)
            (new (storage_.data() + i * stride_) Queue)->credits = static_cast<std::uint8_t>(depth);
    }
    Queue& at(std::uint32_t lane, std::uint32_t tile)
    {
        return *reinterpret_cast<Queue*>(storage_.data() + (lane * tiles_ + tile) * stride_);
    }
    Queue const& at(std::uint32_t lane, std::uint32_t tile) const
    {
        return *reinterpret_cast<Queue const*>(storage_.data() + (lane * tiles_ + tile) * stride_);
    }
    std::size_t size() const { return count_; }
    // The queue of a lane at tile 0; that of the next tile lies stride() bytes behind.
    std::byte*  lane(std::uint32_t l) { return storage_.data() + l * tiles_ * stride_; }
    std::size_t stride() const { return stride_; }
    void        prefetch(std::uint32_t lane, std::uint32_t tile) const
    {
        __builtin_prefetch(storage_.data() + (lane * tiles_ + tile) * stride_);
    }

  private:
    std::size_t       tiles_, count_, stride_;
    Column<std::byte> storage_;
};

} // namespace scribeline::fabric
