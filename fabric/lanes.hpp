// A lane is one queue of every tile: the wavelets of one color that come in from one side.
//
// Lanes are numbered across the whole program, so that the queue at the neighbour is found by adding a constant, and
// the state of one lane is a column. A color without a switch uses one lane at a tile; a color with a switch one lane
// per position, so that wavelets that come too early wait in their own queue and no credit ever has to be taken back.
// Behind the lanes of the routers come the landing lanes: one queue per color between a router and its PE.
#pragma once

#include "workloads/mapping/program.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace scribeline::fabric {

using workloads::Color;
using workloads::Direction;

constexpr std::uint8_t no_lane = 0xff;

struct LaneRoute {
    std::uint8_t outs     = 0; // bits of Direction; 0: the tile has no route for this lane
    std::uint8_t position = 0; // of the color's switch at which this lane is served
    std::uint8_t copies   = 0; // ports in `outs`
};

class Lanes {
  public:
    // Throws configs::SimulationFault on a program that no router could hold: two inputs or two sets of outputs for one
    // color and position, more colors or positions than the router has, more than 64 lanes.
    Lanes(workloads::Program const& program, std::uint32_t colors, std::uint32_t positions);

    std::uint32_t routers() const { return routers_; }         // lanes of routers
    std::uint32_t all() const { return routers_ + landings_; } // and of ramps towards PEs

    Color         color(std::uint32_t lane) const { return color_[lane]; }
    Direction     in(std::uint32_t lane) const { return in_[lane]; }
    std::uint8_t  lane(Color c, Direction in) const { return lane_[c][static_cast<std::size_t>(in)]; }
    std::uint8_t  landing(Color c) const { return landing_[c]; }
    Color         landing_color(std::uint32_t lane) const { return landing_color_[lane - routers_]; }
    std::uint64_t mask(Color c) const { return mask_[c]; } // lanes of a color
    bool          switched(Color c) const { return switch_[c] != no_lane; }
    bool          is_switched(std::uint32_t lane) const { return switched_lane_[lane]; }
    bool          is_link(std::uint32_t lane) const { return link_[lane]; } // fed by a neighbour, not by a ramp
    std::array<std::uint8_t, 128> const& links() const { return link_; }
    std::uint8_t                         switch_of(Color c) const { return switch_[c]; }
    std::uint32_t                        switches() const { return switches_; }

    // Where a wavelet that leaves `lane` through `out` arrives: a lane of the neighbour, or a landing lane.
    std::uint8_t target(std::uint32_t lane, Direction out) const
    {
        return target_[lane][static_cast<std::size_t>(out)];
    }

    // Lanes of different route classes mostly do the same: the few distinct pairs of a lane and its ports, and for each
    // class and lane, [class * routers() + lane], which of them it has.
    struct Pair {
        std::uint32_t lane;
        std::uint8_t  outs;
    };
    std::vector<Pair> const& ways() const { return ways_; }
    std::uint16_t const*     way_of() const { return way_of_.data(); }

    LaneRoute const* routes(std::uint32_t route_class) const { return &route_[route_class * routers_]; }
    // Highest switch position of a color in a class.
    std::uint8_t last_position(std::uint32_t route_class, Color c) const
    {
        return last_position_[route_class * workloads::max_colors + c];
    }

  private:
    std::uint32_t routers_ = 0, landings_ = 0, switches_ = 0;

    std::array<std::array<std::uint8_t, workloads::direction_count>, workloads::max_colors> lane_;
    std::array<std::uint8_t, workloads::max_colors>                                         landing_, switch_;
    std::array<std::uint8_t, 128>                                                           link_{}, switched_lane_{};
    std::array<std::uint64_t, workloads::max_colors>                                        mask_{};

    std::vector<Color>                                                color_, landing_color_;
    std::vector<Direction>                                            in_;
    std::vector<std::array<std::uint8_t, workloads::direction_count>> target_;
    std::vector<Pair>                                                 ways_;
    std::vector<std::uint16_t>                                        way_of_;
    std::vector<LaneRoute>                                            route_;
    std::vector<std::uint8_t>                                         last_position_;
};

} // namespace scribeline::fabric
