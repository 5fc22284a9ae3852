// Collectives on the lines of a mesh: color routes for every position of a row or column, and the operations of the
// PE there. Reduce, broadcast, and all-reduce made of the two.
//
// The edges of a reduction tree become colors so that no two of one color touch the same tile; a broadcast is one color
// that leaves the root to both sides and is copied to the ramp by every router it passes. The root of an all-reduce
// keeps the whole sum before it sends it out: were the last stream sent on wavelet by wavelet, PEs that still have
// words to send could not yet receive, and a vector longer than the queues would block itself.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/mapping/program.hpp"
#include "workloads/mapping/reduction_tree.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::workloads {

enum class Axis : std::uint8_t { x, y };

// What the operations of a stream cost, beside the wavelets.
struct StreamCosts {
    std::uint32_t setup      = 0; // cycles: vector operation
    std::uint32_t activation = 0; // cycles: task that a wavelet starts
    std::uint32_t interval   = 8; // eighths of a cycle: one wavelet through the datapath

    static StreamCosts of(configs::Parameters const& parameters);
    // All operations set up beforehand: how the published closed forms count.
    static StreamCosts prepared() { return {}; }
};

struct Message {
    std::uint32_t wavelets = 1;
    std::uint32_t address  = 0; // of the vector in SRAM, elements
    Combine       combine  = Combine::add;
    std::uint16_t op       = 0; // operator that it belongs to
};

// An operation that streams a message along an axis; its colors and its start are the caller's.
Operation stream_operation(Stream kind, Message const& message, StreamCosts const& costs, Axis axis);

class LineCollective {
  public:
    // Colors are taken from `first_color` on.
    LineCollective(Axis axis, ReductionTree tree, Color first_color, bool broadcasts = true);

    Axis                      axis() const { return axis_; }
    std::uint32_t             length() const { return static_cast<std::uint32_t>(tree_.nodes.size()); }
    ReductionTree const&      tree() const { return tree_; }
    Color                     end_color() const { return end_color_; } // one past the last
    std::vector<Route> const& routes(std::uint32_t position) const { return routes_[position]; }
    Color                     broadcast_color() const { return broadcast_color_; }
    // The position that the broadcast to `position` comes from.
    std::uint32_t root_of(std::uint32_t position) const;

    // The operations of the PE at `position`, appended to `to`.
    void reduce(std::uint32_t position, Message const&, StreamCosts const&, std::vector<Operation>& to) const;
    void broadcast(std::uint32_t position, Message const&, StreamCosts const&, std::vector<Operation>& to) const;
    void all_reduce(std::uint32_t position, Message const&, StreamCosts const&, std::vector<Operation>& to) const;

  private:
    Direction towards(std::uint32_t from, std::uint32_t to) const;
    void      color_edges();

    Axis                            axis_;
    ReductionTree                   tree_;
    Color                           first_color_, end_color_;
    Color                           broadcast_color_ = no_color;
    std::vector<Color>              edge_color_; // of the edge to a position's parent
    std::vector<std::vector<Route>> routes_;
};

// A star: the PEs at 1, 2, ... send straight to position 0, one after another, over one color. Each router first lets
// its own PE's wavelets out; the last of them advances its switch to let pass what comes from behind.
class StarReduce {
  public:
    StarReduce(Axis axis, std::uint32_t pes, Color color);

    Axis                      axis() const { return axis_; }
    std::uint32_t             pes() const { return pes_; }
    std::vector<Route> const& routes(std::uint32_t position) const { return routes_[position]; }
    void reduce(std::uint32_t position, Message const&, StreamCosts const&, std::vector<Operation>& to) const;

  private:
    Axis                            axis_;
    std::uint32_t                   pes_;
    Color                           color_;
    std::vector<std::vector<Route>> routes_;
};

} // namespace scribeline::workloads
