#include "models/nvlink/switch_module.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::models {

// One port, as its GPU sees it.
class SwitchModule::Server final : public BulkServer {
  public:
    Server(SwitchModule& owner, std::uint32_t port) : owner_{owner}, port_{port} {}

    Served serve(Picoseconds arrival, BulkRequest const& request) override
    {
        return owner_.serve(port_, arrival, request);
    }
    void forget(Picoseconds now) override
    {
        auto& wires = owner_.ports_[port_].wires;
        wires.out.forget(now);
        wires.in.forget(now);
    }
    Picoseconds occupied() const override
    {
        auto const& wires = owner_.ports_[port_].wires;
        return wires.out.occupied() + wires.in.occupied();
    }

  private:
    SwitchModule& owner_;
    std::uint32_t port_;
};

SwitchModule::SwitchModule(sc_core::sc_module_name name, std::uint32_t ports, configs::BytesPerSecond bandwidth,
                           TransactionProbe* probe)
    : sc_core::sc_module{name}, bandwidth_{bandwidth}, ports_(ports)
{
    if (ports == 0 || !(bandwidth.value() > 0))
        throw configs::UserError{configs::Exit::bad_config,
                                 fmt::format("a switch of {} ports at {:g} B/s: nothing could pass it. Give both more "
                                             "than 0 (nvlink.domain, nvlink.bandwidth)",
                                             ports, bandwidth.value())};
    for (std::uint32_t i = 0; i < ports; ++i) {
        ports_[i].server = std::make_unique<Server>(*this, i);
        ports_[i].target = std::make_unique<BulkTarget>(fmt::format("port_{}", i).c_str(), *ports_[i].server, probe);
    }
}

SwitchModule::~SwitchModule() = default;

BulkTarget& SwitchModule::port(std::uint32_t number)
{
    if (number >= ports_.size())
        throw configs::UserError{
            configs::Exit::bad_config,
            fmt::format("GPU {} finds no port: the switch has {} (nvlink.domain). Take fewer GPUs, "
                        "or a machine with a larger domain",
                        number, ports_.size())};
    return *ports_[number].target;
}

Picoseconds SwitchModule::time_of_wire(std::uint64_t bytes) const
{
    return static_cast<Picoseconds>(std::llround(static_cast<double>(bytes) / bandwidth_.value() * 1e12));
}

Served SwitchModule::serve(std::uint32_t port, Picoseconds arrival, BulkRequest const& request)
{
    if (request.bytes == 0)
        return {arrival, arrival};
    auto const& way  = request.way;
    auto const  wire = way.wire_bytes != 0 ? way.wire_bytes : request.bytes;
    auto        done = Served{~Picoseconds{0}, arrival};
    auto const  pass = [&](Reservation& wires, Picoseconds from, Picoseconds length) {
        auto const taken = wires.fill(from, length);
        done.started     = std::min(done.started, taken.begin);
        done.finished    = std::max(done.finished, taken.end);
        return taken;
    };
    auto const check = [&](std::uint32_t number) -> Wires& {
        if (number >= ports_.size())
            throw configs::SimulationFault{fmt::format("{}: no port {}", name(), number)};
        return ports_[number].wires;
    };
    auto& own = check(port);
    switch (way.route) {
    case Route::direct: {
        auto& peer   = check(way.peer);
        auto& from   = request.write ? own : peer;
        auto& to     = request.write ? peer : own;
        auto  length = time_of_wire(wire);
        pass(from.out, arrival, length);
        pass(to.in, arrival, length);
        from.sent += request.bytes;
        to.received += request.bytes;
        break;
    }
    case Route::all_others: {
        // One after another, beginning with the neighbour: then no two of the group send to the same one at a time.
        auto const others = std::uint64_t{way.group} - 1;
        auto const each   = time_of_wire(wire / others);
        for (std::uint32_t i = 1; i < way.group; ++i) {
            auto& peer  = check(way.peer + (port - way.peer + i) % way.group);
            auto& from  = request.write ? own : peer;
            auto& to    = request.write ? peer : own;
            auto  piece = request.bytes / others + (i <= request.bytes % others ? 1 : 0);
            auto  first = pass(request.write ? from.out : to.in, arrival + (i - 1) * each, each);
            pass(request.write ? to.in : from.out, first.begin, each);
            from.sent += piece;
            to.received += piece;
        }
        break;
    }
    case Route::added_up: {
        // A part from every one, the sum to this one; its part to the switch, which sends it to all.
        auto const parts = std::uint64_t{way.group} + 1;
        auto const each  = time_of_wire(wire / parts);
        auto const piece = request.bytes / parts;
        pass(own.out, arrival, each);
        pass(own.in, arrival, each);
        own.sent += request.bytes - piece * way.group;
        own.received += request.bytes - piece * way.group;
        for (std::uint32_t i = 0; i < way.group; ++i) {
            auto& peer = check(way.peer + i);
            pass(peer.out, arrival, each);
            pass(peer.in, arrival, each);
            peer.sent += piece;
            peer.received += piece;
        }
        break;
    }
    }
    return done;
}

Books SwitchModule::books() const
{
    auto sent = std::uint64_t{0}, received = sent;
    for (auto const& port : ports_) {
        sent += port.wires.sent;
        received += port.wires.received;
    }
    Books result;
    result.entries.push_back({"switch", "bytes into the switch", "bytes out of the switch", sent, received});
    return result;
}

Picoseconds SwitchModule::free_from() const
{
    auto latest = Picoseconds{0};
    for (auto const& port : ports_)
        latest = std::max({latest, port.wires.out.free_from(), port.wires.in.free_from()});
    return latest;
}

} // namespace scribeline::models
