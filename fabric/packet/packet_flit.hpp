// What passes a packet-switched mesh, and what holds it between two cycles.
#pragma once

#include "fabric/packet/packet_mesh.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace scribeline::fabric {

// Twelve bytes. `to` holds the destination and what the next router needs of the route; `from` the source.
class Flit {
  public:
    static constexpr std::uint32_t head = 1u << 29, tail = 1u << 30, late = 1u << 31;
    static constexpr std::uint32_t wrapped = 1u << 24; // of from_: over the edge of a torus in this dimension

    Flit() = default;
    Flit(std::uint32_t created, std::uint32_t from, Place to, std::uint32_t flags)
        : created_{created}, from_{from}, to_{to.x | to.y << 12 | flags}
    {
    }

    std::uint32_t created() const { return created_; }
    std::uint32_t from() const { return from_ & 0xffffff; }
    Place         to() const { return {to_ & 0xfff, to_ >> 12 & 0xfff}; }
    bool          is(std::uint32_t flag) const { return (to_ & flag) != 0; }
    bool          has_wrapped() const { return (from_ & wrapped) != 0; }
    void          set_wrapped(bool yes) { from_ = yes ? from_ | wrapped : from_ & ~wrapped; }

    std::uint32_t ways() const { return to_ >> 24 & 0x1f; } // out of the router that the flit is in
    void          set_ways(std::uint32_t ways) { to_ = (to_ & ~(0x1fu << 24)) | ways << 24; }

  private:
    std::uint32_t created_ = 0, from_ = 0, to_ = 0;
};

// What is due in one cycle: it is filled through a bare pointer, behind room that was made before.
template <class T> class Due {
  public:
    T const*    begin() const { return items_.get(); }
    T const*    end() const { return items_.get() + size_; }
    std::size_t size() const { return size_; }
    void        clear() { size_ = 0; }

    // Where the next ones go; `room` of them at most, until filled_to() says where the last one ended.
    T* fill(std::size_t room)
    {
        if (size_ + room > capacity_) {
            auto const wanted = std::max(size_ + room, capacity_ * 2);
            auto       larger = std::unique_ptr<T[]>{new T[wanted]};
            std::copy(begin(), end(), larger.get());
            items_    = std::move(larger);
            capacity_ = wanted;
        }
        return items_.get() + size_;
    }
    void filled_to(T* end) { size_ = static_cast<std::size_t>(end - items_.get()); }
    void push_back(T const& item)
    {
        auto* const place = fill(1);
        *place            = item;
        filled_to(place + 1);
    }

  private:
    std::unique_ptr<T[]> items_;
    std::size_t          size_ = 0, capacity_ = 0;
};

} // namespace scribeline::fabric
