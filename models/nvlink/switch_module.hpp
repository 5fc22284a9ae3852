// A switch with a port for each GPU. A transfer occupies what it passes: the wires out of the port that sends, the
// wires into each port that receives, for as long as its bytes pass them. So transfers that meet at a port share it.
//
//     GPU 0 ==out==>  +--------+  ==in==> GPU 0        group: the ports of those that add up a vector together
//     GPU 1 ==out==>  | switch |  ==in==> GPU 1
//     GPU 2 ==out==>  +--------+  ==in==> GPU 2
//
// A read is a transfer in the other direction. A switch that adds takes a part of the vector from every GPU of the
// group, gives the sum to the one that asked, and sends what that one makes of it to all.
#pragma once

#include "models/tlm/bulk_target.hpp"
#include "models/tlm/reservation.hpp"

#include "configs/units/quantity.hpp"

#include <memory>
#include <vector>

namespace scribeline::models {

class SwitchModule final : public sc_core::sc_module {
  public:
    // `bandwidth`: of the wires of a port, each way. Throws configs::UserError when there are no ports, or nothing
    // passes the wires.
    SwitchModule(sc_core::sc_module_name name, std::uint32_t ports, configs::BytesPerSecond bandwidth,
                 TransactionProbe* probe = nullptr);

    ~SwitchModule() override;

    // Throws configs::UserError when there is no such port.
    BulkTarget&       port(std::uint32_t number);
    BulkTarget const& port(std::uint32_t number) const { return *ports_[number].target; }
    std::uint32_t     ports() const { return static_cast<std::uint32_t>(ports_.size()); }

    // Bytes of the vectors, not of the flags between them: what went into a port came out of others.
    Books       books() const;
    Picoseconds free_from() const; // nothing is under way after that

  private:
    class Server;
    struct Wires {
        Reservation   out, in;
        std::uint64_t sent = 0, received = 0;
    };
    struct Port {
        std::unique_ptr<Server>     server;
        std::unique_ptr<BulkTarget> target;
        Wires                       wires;
    };
    Served      serve(std::uint32_t port, Picoseconds arrival, BulkRequest const& request);
    Picoseconds time_of_wire(std::uint64_t bytes) const;

    configs::BytesPerSecond bandwidth_;
    std::vector<Port>       ports_;
};

} // namespace scribeline::models
