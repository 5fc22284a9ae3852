#include "models/host/host_tier.hpp"

#include <algorithm>

namespace scribeline::models {

HostTier::HostTier(TierSpec const& spec) : spec_{spec}
{
    require_usable(spec);
    units_.resize(spec.units);
}

Picoseconds HostTier::latency(bool write) const
{
    return in_picoseconds(write ? spec_.write_latency : spec_.read_latency);
}

Picoseconds HostTier::occupancy(std::uint64_t pieces, std::uint64_t bytes, bool write) const
{
    double const units     = spec_.units;
    auto const   bandwidth = (write ? spec_.write_bandwidth : spec_.read_bandwidth).value() / units;
    auto const   iops      = (write ? spec_.write_iops : spec_.read_iops) / units;
    auto const   wait      = (write ? spec_.write_latency : spec_.read_latency).value();
    auto const   n         = static_cast<double>(pieces);
    auto         seconds   = static_cast<double>(bytes) / bandwidth;
    if (iops > 0)
        seconds = std::max(seconds, n / iops);
    if (spec_.queue_depth > 0)
        seconds = std::max(seconds, n * wait / spec_.queue_depth);
    return in_picoseconds(configs::Seconds{seconds});
}

Served HostTier::serve(Picoseconds arrival, BulkRequest const& request)
{
    books_.ask(request.traffic, request.bytes);
    Served served{arrival, arrival};
    if (request.bytes > 0) {
        auto const pieces  = (request.bytes + spec_.piece - 1) / spec_.piece;
        auto const missing = pieces * spec_.piece - request.bytes; // of the last piece
        auto const count   = std::min<std::uint64_t>(pieces, units_.size());
        served.started     = ~Picoseconds{0};
        for (std::uint64_t u = 0; u < count; ++u) {
            auto const own   = pieces / count + (u < pieces % count ? 1 : 0);
            auto const bytes = own * spec_.piece - ((pieces - 1) % count == u ? missing : 0);
            auto const taken = occupancy(own, bytes, request.write);
            auto const start = units_[(next_unit_ + u) % units_.size()].reserve(arrival, taken);
            served.started   = std::min(served.started, start);
            served.finished  = std::max(served.finished, start + taken + latency(request.write));
        }
        next_unit_ = (next_unit_ + count) % units_.size();
        waiting_.add(served.started - arrival);
        (request.write ? writes_ : reads_).add(served.finished - arrival);
    }
    books_.serve(request.traffic, request.bytes);
    return served;
}

Picoseconds HostTier::occupied() const
{
    Picoseconds sum = 0;
    for (auto const& unit : units_)
        sum += unit.occupied();
    return sum;
}

void HostTier::forget(Picoseconds now)
{
    for (auto& unit : units_)
        unit.forget(now);
}

} // namespace scribeline::models
