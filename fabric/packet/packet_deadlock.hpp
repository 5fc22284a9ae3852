// Queues of packets that wait for each other in a circle.
//
// A queue's first flit can go on by one of its choices: the channel must be its own or be given back by the queue that
// has it, and the queue beyond must have room or be able to go on itself. What can go on by no choice never will.
#pragma once

#include "configs/failure.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::fabric {

// A routing's fault, and none of the simulator: what it is asked for where routings are compared.
class PacketDeadlock : public configs::SimulationFault {
  public:
    using SimulationFault::SimulationFault;
};

struct QueueWait {
    struct Choice {
        std::uint32_t queue  = 0;     // beyond the link
        std::uint32_t owner  = 0;     // the queue whose packet has the channel; the waiting queue itself: nobody else
        bool          leaves = false; // to the processing element, which takes all
    };
    bool                waits = false;    // it holds a flit
    std::uint32_t       from = 0, to = 0; // tiles, of the packet at its front
    std::vector<Choice> choices;
};

struct QueueView {
    std::uint32_t              columns = 0, rows = 0, channels = 1;
    std::vector<QueueWait>     waits;    // per queue: tile x (5 x channels) + side x channels + channel
    std::vector<char>          has_room; // per queue
    std::vector<std::uint32_t> stuck;    // queues that can never go on
};

// Throws PacketDeadlock, which follows one circle from queue to queue.
void require_no_circle(QueueView& view, std::uint32_t cycle);

} // namespace scribeline::fabric
