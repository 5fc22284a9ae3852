#include "workloads/mapping/off_wafer_way.hpp"

#include "configs/reticle_boundaries.hpp"
#include "workloads/mapping/collectives.hpp"
#include "workloads/mapping/layer_layout.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::workloads {

namespace {

// So many that they cover the time; what floating-point numbers miss by is no cycle.
std::uint64_t cycles_in(double seconds, configs::Parameters const& p)
{
    constexpr double noise = 1e-6;
    return static_cast<std::uint64_t>(std::ceil(seconds * p.wafer.clock.value() - noise));
}

// What every way has: one message of so many wavelets, sent by one operator.
WayCycles message(std::uint64_t wavelets, configs::Parameters const& p)
{
    auto const          costs    = StreamCosts::of(p);
    auto const          link     = static_cast<std::uint64_t>(p.fabric.link_serialisation.count());
    std::uint64_t const interval = std::max<std::uint64_t>(link, costs.interval);
    WayCycles           way;
    way.dispatch =
        static_cast<std::uint64_t>(p.software.operator_overhead.count()) + 2 * costs.setup + costs.activation;
    way.hops          = 2 * static_cast<std::uint64_t>(p.fabric.ramp_latency.count());
    way.serialisation = (wavelets * interval + 7) / 8;
    return way;
}

struct Span {
    std::uint32_t from, to; // tiles of one axis
};

// What the rate of a scribe line holds a message up, beyond that of a link.
void pass_slowly(WayCycles& way, std::uint64_t wavelets, configs::Parameters const& p)
{
    std::uint64_t const interval = StreamCosts::of(p).interval, slow = configs::scribe_serialisation(p).count(),
                        link = p.fabric.link_serialisation.count();
    if (way.lines != 0)
        way.scribe += ((wavelets - 1) * (std::max(slow, interval) - std::max(link, interval)) + 7) / 8;
}

void pass(WayCycles& way, Span span, std::uint32_t usable, std::uint32_t reticles, configs::Parameters const& p)
{
    way.hops += std::uint64_t{std::max(span.from, span.to) - std::min(span.from, span.to)} *
                static_cast<std::uint64_t>(p.fabric.hop_latency.count());
    std::uint64_t const lines = configs::scribe_lines(span.from, span.to, usable, reticles);
    way.lines += lines;
    way.scribe += lines * static_cast<std::uint64_t>(p.scribe.extra_latency.count());
}

// The tiles of two ranges that are farthest apart.
Span farthest(std::uint32_t a, std::uint32_t length_a, std::uint32_t b, std::uint32_t length_b)
{
    std::uint32_t const end_a = a + length_a - 1, end_b = b + length_b - 1;
    auto const          distance = [](std::uint32_t x, std::uint32_t y) { return x < y ? y - x : x - y; };
    return distance(end_a, b) > distance(a, end_b) ? Span{end_a, b} : Span{a, end_b};
}

// From the first column of a region to the east edge, and from the west edge to the last column of the other one. The
// step onto the link and the one off it are hops as well.
void pass_edges(WayCycles& way, Stage const& from, Stage const& to, configs::Parameters const& p)
{
    auto const& wafer = p.wafer;
    pass(way, {from.x0, wafer.columns - 1}, wafer.columns, wafer.reticle_columns, p);
    pass(way, {0, to.x0 + to.region.columns - 1}, wafer.columns, wafer.reticle_columns, p);
    way.hops += 2 * static_cast<std::uint64_t>(p.fabric.hop_latency.count());
    way.off_wafer += cycles_in(wafer.link_latency.value(), p);
}

} // namespace

WayCycles link_way(DecodeStep const& step, configs::Parameters const& p, Stage const& from, Stage const& to)
{
    auto const          part     = layout_of(step, 0, from.region, p).vector();
    std::uint32_t const packed   = p.workload.activation_bits == 16 ? 2 : 1;
    std::uint64_t const wavelets = (std::uint64_t{part} + packed - 1) / packed;
    auto                way      = message(wavelets, p);
    pass_edges(way, from, to, p);
    pass_slowly(way, wavelets, p);
    double const bytes = double{1} * step.shape.hidden * vectors_of_step(p.workload) * p.workload.activation_bits / 8;
    way.off_wafer += cycles_in(bytes / p.wafer.link_bandwidth.value(), p);
    return way;
}

WayCycles return_way(DecodeStep const&, configs::Parameters const& p, Stage const& head, Stage const& embedding)
{
    auto        way   = message(1, p);
    auto const& wafer = p.wafer;
    if (head.wafer != embedding.wafer)
        pass_edges(way, head, embedding, p);
    else
        pass(way, farthest(head.x0, head.region.columns, embedding.x0, embedding.region.columns), wafer.columns,
             wafer.reticle_columns, p);
    pass(way, farthest(head.y0, head.region.rows, embedding.y0, embedding.region.rows), wafer.rows, wafer.reticle_rows,
         p);
    return way;
}

} // namespace scribeline::workloads
