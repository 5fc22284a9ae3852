#include "models/hbm/traffic.hpp"

#include <numeric>

namespace scribeline::models {

namespace {
constexpr std::array names{"weights", "kv", "activations", "collectives"};
static_assert(names.size() == traffic_kinds);
} // namespace

char const* name_of(Traffic kind) { return names[static_cast<std::size_t>(kind)]; }

std::uint64_t TrafficBooks::asked() const { return std::accumulate(asked_.begin(), asked_.end(), std::uint64_t{0}); }
std::uint64_t TrafficBooks::served() const { return std::accumulate(served_.begin(), served_.end(), std::uint64_t{0}); }

std::vector<BookEntry> TrafficBooks::entries(std::string const& where) const
{
    std::vector<BookEntry> list;
    for (std::size_t kind = 0; kind < traffic_kinds; ++kind)
        list.push_back({where + " " + names[kind], "bytes asked", "bytes served", asked_[kind], served_[kind]});
    return list;
}

TrafficBooks& TrafficBooks::operator+=(TrafficBooks const& other)
{
    for (std::size_t kind = 0; kind < traffic_kinds; ++kind) {
        asked_[kind] += other.asked_[kind];
        served_[kind] += other.served_[kind];
    }
    return *this;
}

TrafficBooks& TrafficBooks::operator-=(TrafficBooks const& other)
{
    for (std::size_t kind = 0; kind < traffic_kinds; ++kind) {
        asked_[kind] -= other.asked_[kind];
        served_[kind] -= other.served_[kind];
    }
    return *this;
}

} // namespace scribeline::models
