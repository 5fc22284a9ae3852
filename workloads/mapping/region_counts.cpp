#include "workloads/mapping/region_counts.hpp"

#include "configs/failure.hpp"
#include "configs/reticle_boundaries.hpp"
#include "workloads/mapping/line_fan.hpp"

#include <algorithm>

namespace scribeline::workloads {

namespace {

std::uint64_t pes(configs::GridSize size) { return std::uint64_t{size.columns} * size.rows; }

} // namespace

RegionCounts::RegionCounts(configs::Parameters const& p)
    : wafer_{p.wafer}, costs_{StreamCosts::of(p)}, per_wavelet_{p.workload.activation_bits == 16 ? 2u : 1u}
{
}

std::uint32_t RegionCounts::cuts(bool x, std::uint32_t a, std::uint32_t b) const
{
    return x ? configs::scribe_lines(a, b, wafer_.columns, wafer_.reticle_columns)
             : configs::scribe_lines(a, b, wafer_.rows, wafer_.reticle_rows);
}

std::vector<WorkCounts> RegionCounts::of_steps(Steps const& steps, RegionLines const& lines,
                                               RegionPlace const& place) const
{
    std::vector<WorkCounts> list(steps.operators.size());
    for (auto const& step : steps.list)
        list[step.op] += step.collective ? of_collective(step, lines.of(step.line), place)
                                         : work_of(step.local, per_wavelet_) * pes(place.size);
    return list;
}

WorkCounts RegionCounts::of_collective(Step const& step, LineCollective const& line, RegionPlace const& place) const
{
    bool const          along_x  = (step.line == Line::row) != place.turned;
    std::uint32_t const origin   = along_x ? place.x0 : place.y0;
    std::uint64_t const wavelets = step.message.wavelets;
    WorkCounts          counts;
    auto const          travel = [&](std::uint32_t from, std::uint32_t to) {
        counts.hops += wavelets * (std::max(from, to) - std::min(from, to));
        counts.crossings += wavelets * cuts(along_x, origin + from, origin + to);
    };
    std::vector<Operation> operations;
    for (std::uint32_t p = 0; p < line.length(); ++p) {
        line.reduce(p, step.message, costs_, operations);
        if (step.gather == Gather::all_reduce)
            line.broadcast(p, step.message, costs_, operations);
        auto const& node = line.tree().nodes[p];
        if (node.parent != p)
            travel(p, node.parent);
        else if (step.gather == Gather::all_reduce) // the root's sum goes to both ends of its segment
            travel(node.first, node.last);
    }
    for (auto const& op : operations)
        counts += work_of(op, per_wavelet_);
    return counts * (along_x ? place.size.rows : place.size.columns);
}

WorkCounts RegionCounts::of_fan(bool x, std::uint32_t sender, std::uint32_t first, std::uint32_t last,
                                std::uint32_t wavelets, std::uint64_t lines) const
{
    std::uint32_t const    far = sender < first ? last : first;
    LineFan const          fan{x ? Axis::x : Axis::y, sender, first, last, 0};
    std::vector<Operation> operations;
    fan.send({wavelets, 0}, costs_, operations);
    auto counts = work_of(operations.front(), per_wavelet_);
    operations.clear();
    fan.receive({wavelets, 0}, costs_, operations);
    counts += work_of(operations.front(), per_wavelet_) * (last - first + 1);
    counts.hops      = std::uint64_t{wavelets} * (std::max(sender, far) - std::min(sender, far));
    counts.crossings = std::uint64_t{wavelets} * cuts(x, sender, far);
    return counts * lines;
}

WorkCounts RegionCounts::of_move(RegionPlace const& from, RegionPlace const& to, std::uint32_t wavelets,
                                 Operation const& control) const
{
    bool const          x      = from.y0 == to.y0;
    bool const          across = from.turned == x;
    std::uint32_t const side   = x ? from.size.columns : from.size.rows;
    std::uint32_t const begin = x ? from.x0 : from.y0, first = x ? to.x0 : to.y0, last = first + side - 1;
    WorkCounts          counts = work_of(control, per_wavelet_) * pes(from.size);
    if (across) { // the border sends
        auto const border = first > begin ? begin + side - 1 : begin;
        counts += of_fan(x, border, first, last, wavelets, x ? from.size.rows : from.size.columns);
    } else { // the diagonal sends
        for (std::uint32_t j = 0; j < side; ++j)
            counts += of_fan(x, begin + j, first, last, wavelets, 1);
    }
    return counts;
}

WorkCounts RegionCounts::of_spread(RegionPlace const& region, std::uint32_t first, std::uint32_t rows,
                                   std::uint32_t wavelets, Operation const& control) const
{
    SCRIBELINE_EXPECT(first <= region.y0);
    std::uint32_t const top = region.y0 - first, last = region.y0 + region.size.rows - 1;
    WorkCounts          counts = work_of(control, per_wavelet_) * pes(region.size);
    if (first > 0)
        counts += of_fan(false, region.y0, top, region.y0 - 1, wavelets, region.size.columns);
    if (last + 1 < top + rows)
        counts += of_fan(false, last, last + 1, top + rows - 1, wavelets, region.size.columns);
    return counts;
}

} // namespace scribeline::workloads
