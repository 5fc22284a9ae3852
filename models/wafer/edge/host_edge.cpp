#include "models/wafer/edge/host_edge.hpp"

#include "configs/failure.hpp"

#include <cmath>

namespace scribeline::models {

Picoseconds picoseconds_of(configs::Seconds time)
{
    constexpr double noise = 1e-6; // of a picosecond: what floating-point numbers miss by
    return static_cast<Picoseconds>(std::ceil(time.value() * 1e12 - noise));
}

HostEdge::HostEdge(configs::WaferParams const& wafer)
    : bytes_per_second_{wafer.io_bandwidth.value()}, latency_{picoseconds_of(wafer.io_latency)}
{
    if (!(bytes_per_second_ > 0))
        throw configs::UserError{configs::Exit::bad_config, "wafer.io_bandwidth: nothing passes an edge without "
                                                            "bandwidth. Choose more than zero."};
}

ServiceTime HostEdge::service(BulkRequest const& request)
{
    (request.write ? written_ : read_) += request.bytes;
    return {picoseconds_of(configs::Seconds{static_cast<double>(request.bytes) / bytes_per_second_}), latency_};
}

WaferLink::WaferLink(configs::WaferParams const& wafer)
    : bytes_per_second_{wafer.link_bandwidth.value()}, clock_{wafer.clock.value()}, latency_{whole_cycles(
                                                                                        wafer.link_latency.value())}
{
}

Picoseconds WaferLink::whole_cycles(double seconds) const
{
    constexpr double noise = 1e-6; // of a cycle
    return static_cast<Picoseconds>(std::llround(std::ceil(seconds * clock_ - noise) * 1e12 / clock_));
}

ServiceTime WaferLink::service(BulkRequest const& request)
{
    return {whole_cycles(static_cast<double>(request.bytes) / bytes_per_second_), latency_};
}

} // namespace scribeline::models
