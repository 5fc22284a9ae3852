// A line of PEs as a ring, by interleaving: a ring neighbour is never more than two tiles away.
//
//     position   0   1   2   3   4   5   6         a word goes from ring index i to i + 1: even positions send up the
//     index      0   6   1   5   2   4   3         line, odd ones down, and at the ends it takes a single hop
//
// Every directed link carries one stream at most, and at a tile three streams meet: its own, the one that it receives,
// and one that passes. So four colors do for a ring: even and odd positions take turns in two each.
// Source: the two-hop embedding of WaferLLM (OSDI 2025).
#pragma once

#include "workloads/mapping/collectives.hpp"
#include "workloads/mapping/program.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::workloads {

class MeshRing {
  public:
    // Colors are taken from `first_color` on. `forward`: towards higher ring indices.
    MeshRing(Axis axis, std::uint32_t pes, Color first_color, bool forward);

    static constexpr Color colors = 4;

    Axis          axis() const { return axis_; }
    std::uint32_t pes() const { return static_cast<std::uint32_t>(index_.size()); }
    std::uint32_t index(std::uint32_t position) const { return index_[position]; }
    std::uint32_t position(std::uint32_t index) const { return position_[index]; }
    // Where the words of `position` go, and where it gets its own from.
    std::uint32_t to(std::uint32_t position) const;
    std::uint32_t from(std::uint32_t position) const;
    Color         out_color(std::uint32_t position) const;
    Color         in_color(std::uint32_t position) const { return out_color(from(position)); }

    std::vector<Route> const& routes(std::uint32_t position) const { return routes_[position]; }

    // Sets up, in the background, the stream that sends a message on and the one that receives the next.
    void shift(std::uint32_t position, Message const& sent, Message const& received, StreamCosts const& costs,
               std::vector<Operation>& to) const;

  private:
    std::uint32_t step(std::uint32_t position, bool up) const;

    Axis                            axis_;
    Color                           first_color_;
    bool                            forward_;
    std::vector<std::uint32_t>      index_, position_;
    std::vector<std::vector<Route>> routes_;
};

} // namespace scribeline::workloads
