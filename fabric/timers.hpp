// Two calendars: a short ring for what is always a few cycles away (wavelets, credits), and a wheel for the ends of
// operations, which may be thousands of cycles away.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

namespace scribeline::fabric {

constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

// A list that grows without a look at its capacity: room is made before a pass, for all that the pass can add.
template <class Entry> class Batch {
  public:
    void make_room(std::size_t more)
    {
        if (size_ + more > entries_.size())
            entries_.resize(std::max(2 * entries_.size(), size_ + more), Entry{});
    }
    void push_back(Entry entry)
    {
        make_room(1);
        entries_[size_++] = entry;
    }
    // One past the last, to be written through after make_room and then handed to end_at.
    Entry* end() { return entries_.data() + size_; }
    void   end_at(Entry const* end) { size_ = static_cast<std::size_t>(end - entries_.data()); }
    void   clear() { size_ = 0; }

    Entry const* data() const { return entries_.data(); }
    std::size_t  size() const { return size_; }
    bool         empty() const { return size_ == 0; }

  private:
    std::vector<Entry> entries_;
    std::size_t        size_ = 0;
};

// Entries due at most `size - 1` cycles ahead. Size is a power of two.
template <class Entry> class Ring {
  public:
    explicit Ring(std::uint64_t horizon)
    {
        std::uint64_t size = 4;
        while (size <= horizon)
            size *= 2;
        slots_.resize(size);
        mask_ = size - 1;
    }
    Batch<Entry>&       at(std::uint64_t cycle) { return slots_[cycle & mask_]; }
    Batch<Entry> const& at(std::uint64_t cycle) const { return slots_[cycle & mask_]; }
    std::uint64_t       next(std::uint64_t now) const
    {
        for (std::uint64_t c = now; c <= now + mask_; ++c)
            if (!slots_[c & mask_].empty())
                return c;
        return never;
    }
    std::size_t size() const
    {
        std::size_t n = 0;
        for (auto const& slot : slots_)
            n += slot.size();
        return n;
    }
    template <class Visit> void each(Visit visit) const
    {
        for (auto const& slot : slots_)
            for (std::size_t i = 0; i < slot.size(); ++i)
                visit(slot.data()[i]);
    }

  private:
    std::vector<Batch<Entry>> slots_;
    std::uint64_t             mask_ = 0;
};

// Tiles due at any cycle ahead.
class Wheel {
  public:
    Wheel() : slots_(size) {}

    void add(std::uint64_t now, std::uint64_t cycle, std::uint32_t tile)
    {
        if (cycle - now < size) {
            slots_[cycle % size].push_back(tile);
            occupied_[cycle % size / 64] |= std::uint64_t{1} << (cycle % 64);
        } else {
            far_[cycle].push_back(tile);
        }
    }
    // What is due now; valid until the next call of take for the same slot.
    std::vector<std::uint32_t>& take(std::uint64_t now)
    {
        auto& slot = slots_[now % size];
        occupied_[now % size / 64] &= ~(std::uint64_t{1} << (now % 64));
        if (!far_.empty() && far_.begin()->first == now) {
            slot.insert(slot.end(), far_.begin()->second.begin(), far_.begin()->second.end());
            far_.erase(far_.begin());
        }
        return slot;
    }
    std::uint64_t next(std::uint64_t now) const
    {
        std::uint64_t const far = far_.empty() ? never : far_.begin()->first;
        for (std::uint64_t step = 0; step <= size / 64; ++step) {
            std::uint64_t const word = (now / 64 + step) % (size / 64);
            std::uint64_t       bits = occupied_[word];
            if (step == 0)
                bits &= ~std::uint64_t{0} << (now % 64);
            else if (step == size / 64)
                bits &= ~(~std::uint64_t{0} << (now % 64));
            if (bits) {
                auto const cycle = (now / 64 + step) * 64 + static_cast<std::uint64_t>(__builtin_ctzll(bits));
                return cycle < far ? cycle : far;
            }
        }
        return far;
    }

  private:
    static constexpr std::uint64_t size = 4096;

    std::vector<std::vector<std::uint32_t>>             slots_;
    std::uint64_t                                       occupied_[size / 64]{};
    std::map<std::uint64_t, std::vector<std::uint32_t>> far_;
};

} // namespace scribeline::fabric
