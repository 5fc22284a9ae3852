#include "models/serving/tier_modules.hpp"

#include <algorithm>
#include <utility>

namespace scribeline::models {

LinkModule::LinkModule(sc_core::sc_module_name name, std::string const& what, configs::BytesPerSecond each_way)
    : sc_core::sc_module{name}, server{what, each_way}, target{"target", server}, rate{each_way}
{
}

TierModule::TierModule(sc_core::sc_module_name name, KvTierSpec const& spec, std::uint64_t blocks)
    : sc_core::sc_module{name}, store{blocks, spec.policy}, server{spec.memory}, memory{"memory", server}, spec_{spec}
{
    if (spec.link)
        link = std::make_unique<LinkModule>("link", "link of tier " + spec.name, *spec.link);
}

TierPorts::TierPorts(sc_core::sc_module_name name, LinkModule& host_link, std::vector<TierModule*> tiers)
    : sc_core::sc_module{name}, host_link_{host_link}, tiers_{std::move(tiers)}, host_{"to_host"}
{
    host_.socket.bind(host_link.target.socket);
    for (auto* tier : tiers_) {
        auto way   = Way{};
        way.memory = std::make_unique<BulkInitiator>(sc_core::sc_gen_unique_name("to_memory"));
        way.memory->socket.bind(tier->memory.socket);
        if (tier->link != nullptr) {
            way.link = std::make_unique<BulkInitiator>(sc_core::sc_gen_unique_name("to_link"));
            way.link->socket.bind(tier->link->target.socket);
        }
        ways_.push_back(std::move(way));
    }
}

Picoseconds TierPorts::pass(BulkInitiator& initiator, std::uint64_t bytes, bool write, Ticks at) const
{
    auto request    = BulkRequest{};
    request.bytes   = bytes;
    request.traffic = Traffic::kv;
    request.write   = write;
    auto const from = static_cast<Picoseconds>((at + ticks_per_picosecond - 1) / ticks_per_picosecond);
    return initiator.issue_at(std::max(from, picoseconds(sc_core::sc_time_stamp())), request);
}

Picoseconds TierPorts::pass(Way& way, std::uint64_t bytes, bool write, Ticks at) const
{
    auto const memory = pass(*way.memory, bytes, write, at);
    return way.link == nullptr ? memory : std::max(memory, pass(*way.link, bytes, write, at));
}

Ticks TierPorts::up(std::size_t tier, std::uint64_t bytes, Ticks at)
{
    return ticks_of_picoseconds(std::max(pass(host_, bytes, false, at), pass(ways_[tier], bytes, false, at)));
}

Ticks TierPorts::down(std::size_t tier, std::uint64_t bytes, Ticks at)
{
    return ticks_of_picoseconds(std::max(pass(host_, bytes, true, at), pass(ways_[tier], bytes, true, at)));
}

Ticks TierPorts::between(std::size_t from, std::size_t to, std::uint64_t bytes, Ticks at)
{
    return ticks_of_picoseconds(std::max(pass(ways_[from], bytes, false, at), pass(ways_[to], bytes, true, at)));
}

Ticks TierPorts::would_be_up(std::size_t tier, std::uint64_t bytes, Ticks at) const
{
    auto const& spec = tiers_[tier]->spec();
    auto        rate = std::min(host_link_.rate.value(), spec.memory.read_bandwidth.value());
    if (spec.link)
        rate = std::min(rate, spec.link->value());
    auto const free = ticks_of_picoseconds(host_link_.server.read_free_from());
    return std::max(at, free) +
           ticks_of(spec.memory.read_latency + configs::Seconds{static_cast<double>(bytes) / rate});
}

} // namespace scribeline::models
