#include "workloads/mapping/collectives.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <utility>

namespace scribeline::workloads {

namespace {

// Towards position 0, and away from it.
Direction down(Axis axis) { return axis == Axis::x ? Direction::west : Direction::north; }
Direction up(Axis axis) { return axis == Axis::x ? Direction::east : Direction::south; }

} // namespace

Operation stream_operation(Stream kind, Message const& message, StreamCosts const& costs, Axis axis)
{
    Operation op;
    op.stream   = kind;
    op.combine  = message.combine;
    op.op       = message.op;
    op.wavelets = message.wavelets;
    op.address  = message.address;
    op.dispatch = costs.setup;
    op.interval = costs.interval;
    op.vertical = axis == Axis::y;
    return op;
}

StreamCosts StreamCosts::of(configs::Parameters const& p)
{
    // A wavelet carries two fp16 elements or one fp32, and is added at the rate of the datapath, one wavelet a cycle at
    // most.
    bool const          half     = p.workload.activation_bits == 16;
    std::uint32_t const elements = half ? 2 : 1;
    std::uint32_t const rate     = half ? p.pe.add_rate_fp16.hundredths : p.pe.mac_rate_fp32.hundredths;
    std::uint32_t const interval = (elements * 800 + rate - 1) / rate;
    return StreamCosts{static_cast<std::uint32_t>(p.pe.stream_setup.count()),
                       static_cast<std::uint32_t>(p.pe.task_activation.count()), std::max(8u, interval)};
}

LineCollective::LineCollective(Axis axis, ReductionTree tree, Color first_color, bool broadcasts)
    : axis_{axis}, tree_{std::move(tree)}, first_color_{first_color}, end_color_{first_color},
      edge_color_(tree_.nodes.size(), no_color), routes_(tree_.nodes.size())
{
    color_edges();
    for (std::uint32_t p = 0; p < length(); ++p) {
        if (tree_.is_root(p))
            continue;
        std::uint32_t const parent = tree_.nodes[p].parent;
        Direction const     along  = towards(p, parent);
        Color const         color  = edge_color_[p];
        routes_[p].push_back({color, 0, Direction::ramp, bit(along)});
        for (std::uint32_t q = p < parent ? p + 1 : p - 1; q != parent; q = p < parent ? q + 1 : q - 1)
            routes_[q].push_back({color, 0, opposite(along), bit(along)});
        routes_[parent].push_back({color, 0, opposite(along), bit(Direction::ramp)});
    }
    if (!broadcasts)
        return;
    broadcast_color_ = end_color_++;
    for (std::uint32_t root = 0; root < length(); ++root) {
        auto const& node = tree_.nodes[root];
        if (!tree_.is_root(root) || node.first == node.last)
            continue;
        auto const own = [&](std::uint32_t p) {
            return static_cast<std::uint8_t>((p > node.first && p <= root ? bit(down(axis_)) : 0) |
                                             (p < node.last && p >= root ? bit(up(axis_)) : 0) |
                                             (p != root ? bit(Direction::ramp) : 0));
        };
        for (std::uint32_t p = node.first; p <= node.last; ++p)
            routes_[p].push_back({broadcast_color_, 0, p == root ? Direction::ramp : towards(p, root), own(p)});
    }
}

Direction LineCollective::towards(std::uint32_t from, std::uint32_t to) const
{
    return to < from ? down(axis_) : up(axis_);
}

std::uint32_t LineCollective::root_of(std::uint32_t position) const
{
    while (!tree_.is_root(position))
        position = tree_.nodes[position].parent;
    return position;
}

// Greedy colouring of intervals in the order of their lower ends needs no more colors than the deepest tile has edges.
void LineCollective::color_edges()
{
    std::vector<std::uint32_t> edges;
    for (std::uint32_t p = 0; p < length(); ++p)
        if (!tree_.is_root(p))
            edges.push_back(p);
    auto const low  = [&](std::uint32_t p) { return std::min(p, tree_.nodes[p].parent); };
    auto const high = [&](std::uint32_t p) { return std::max(p, tree_.nodes[p].parent); };
    std::sort(edges.begin(), edges.end(), [&](auto a, auto b) {
        return std::pair{low(a), high(a)} < std::pair{low(b), high(b)};
    });
    std::vector<std::uint32_t> occupied_to; // per color: the last tile that it touches, + 1
    for (auto const p : edges) {
        std::size_t c = 0;
        while (c < occupied_to.size() && occupied_to[c] > low(p))
            ++c;
        if (c == occupied_to.size())
            occupied_to.push_back(0);
        occupied_to[c] = high(p) + 1;
        edge_color_[p] = static_cast<Color>(first_color_ + c);
    }
    end_color_ = static_cast<Color>(first_color_ + occupied_to.size());
}

void LineCollective::reduce(std::uint32_t position, Message const& message, StreamCosts const& costs,
                            std::vector<Operation>& to) const
{
    auto const& node = tree_.nodes[position];
    Color const out  = edge_color_[position];
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        auto const& child    = node.children[i];
        bool const  forwards = out != no_color && node.relays && i + 1 == node.children.size();
        auto        op = stream_operation(forwards ? Stream::receive_send : Stream::receive, message, costs, axis_);
        op.in          = edge_color_[child.position];
        op.out         = forwards ? out : no_color;
        op.start       = child.activates ? Start::on_arrival : Start::armed;
        op.dispatch    = costs.setup + (child.activates ? costs.activation : 0);
        op.source      = static_cast<std::int32_t>(child.position) - static_cast<std::int32_t>(position);
        op.reduction   = true;
        to.push_back(op);
    }
    if (out != no_color && (node.children.empty() || !node.relays)) {
        auto op      = stream_operation(Stream::send, message, costs, axis_);
        op.out       = out;
        op.reduction = true;
        to.push_back(op);
    }
}

void LineCollective::broadcast(std::uint32_t position, Message const& message, StreamCosts const& costs,
                               std::vector<Operation>& to) const
{
    SCRIBELINE_EXPECT(broadcast_color_ != no_color);
    auto const& node = tree_.nodes[position];
    if (node.first == node.last)
        return;
    if (tree_.is_root(position)) {
        auto op = stream_operation(Stream::send, message, costs, axis_);
        op.out  = broadcast_color_;
        to.push_back(op);
        return;
    }
    auto op    = stream_operation(Stream::receive, message, costs, axis_);
    op.in      = broadcast_color_;
    op.combine = Combine::replace;
    to.push_back(op);
}

void LineCollective::all_reduce(std::uint32_t position, Message const& message, StreamCosts const& costs,
                                std::vector<Operation>& to) const
{
    reduce(position, message, costs, to);
    broadcast(position, message, costs, to);
}

StarReduce::StarReduce(Axis axis, std::uint32_t pes, Color color) : axis_{axis}, pes_{pes}, color_{color}, routes_(pes)
{
    routes_[0].push_back({color, 0, up(axis), bit(Direction::ramp)});
    for (std::uint32_t p = 1; p < pes; ++p) {
        routes_[p].push_back({color, 0, Direction::ramp, bit(down(axis))});
        if (p + 1 < pes)
            routes_[p].push_back({color, 1, up(axis), bit(down(axis))});
    }
}

void StarReduce::reduce(std::uint32_t position, Message const& message, StreamCosts const& costs,
                        std::vector<Operation>& to) const
{
    if (position > 0) {
        auto op    = stream_operation(Stream::send, message, costs, axis_);
        op.out     = color_;
        op.control = true;
        to.push_back(op);
        return;
    }
    for (std::uint32_t p = 1; p < pes_; ++p) {
        auto op      = stream_operation(Stream::receive, message, costs, axis_);
        op.in        = color_;
        op.source    = static_cast<std::int32_t>(p);
        op.reduction = true;
        to.push_back(op);
    }
}

} // namespace scribeline::workloads
