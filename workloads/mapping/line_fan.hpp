// A message from one position of a line to the positions at its other end, over one color: those between let it pass.
//
//     sender  pass  pass | receiver  receiver  receiver          (or the other way round)
//
// How the hidden vector travels from region to region: the line crosses the border between them.
#pragma once

#include "workloads/mapping/collectives.hpp"
#include "workloads/mapping/program.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::workloads {

class LineFan {
  public:
    // Positions 0 .. length - 1; the sender, and the receivers first .. last on one side of it.
    LineFan(Axis axis, std::uint32_t sender, std::uint32_t first, std::uint32_t last, Color color);

    // Of the tile at a position; none where the message does not come.
    std::vector<Route> routes(std::uint32_t position) const;
    // Appended to `to`: sending, or the task that the first wavelet starts, which receives.
    void send(Message const&, StreamCosts const&, std::vector<Operation>& to) const;
    void receive(Message const&, StreamCosts const&, std::vector<Operation>& to) const;

    bool receives(std::uint32_t position) const { return position >= first_ && position <= last_; }

  private:
    Axis          axis_;
    std::uint32_t sender_, first_, last_;
    Color         color_;
};

// The fan alone on a line of `length` PEs.
Program fan_program(Axis axis, std::uint32_t length, std::uint32_t sender, std::uint32_t first, std::uint32_t last,
                    Message const& message, StreamCosts const& costs);

} // namespace scribeline::workloads
