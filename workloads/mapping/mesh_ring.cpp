#include "workloads/mapping/mesh_ring.hpp"

#include "configs/failure.hpp"

namespace scribeline::workloads {

MeshRing::MeshRing(Axis axis, std::uint32_t pes, Color first_color, bool forward)
    : axis_{axis}, first_color_{first_color}, forward_{forward}, index_(pes), routes_(pes)
{
    SCRIBELINE_EXPECT(pes >= 2);
    for (std::uint32_t p = 0; p < pes; p += 2)
        position_.push_back(p);
    for (std::uint32_t p = pes - pes % 2; p-- > 0;)
        if (p % 2 == 1)
            position_.push_back(p);
    for (std::uint32_t i = 0; i < pes; ++i)
        index_[position_[i]] = i;

    Direction const up = axis == Axis::x ? Direction::east : Direction::south;
    for (std::uint32_t p = 0; p < pes; ++p) {
        std::uint32_t const next  = to(p);
        Color const         color = out_color(p);
        Direction const     along = next > p ? up : opposite(up);
        routes_[p].push_back({color, 0, Direction::ramp, bit(along)});
        if (next != p + 1 && p != next + 1)
            routes_[(p + next) / 2].push_back({color, 0, opposite(along), bit(along)});
        routes_[next].push_back({color, 0, opposite(along), bit(Direction::ramp)});
    }
}

std::uint32_t MeshRing::step(std::uint32_t position, bool up) const
{
    return position_[(index_[position] + (up ? 1 : pes() - 1)) % pes()];
}

std::uint32_t MeshRing::to(std::uint32_t position) const { return step(position, forward_); }
std::uint32_t MeshRing::from(std::uint32_t position) const { return step(position, !forward_); }

Color MeshRing::out_color(std::uint32_t position) const
{
    return static_cast<Color>(first_color_ + position % 2 * 2 + position / 2 % 2);
}

void MeshRing::shift(std::uint32_t position, Message const& sent, Message const& received, StreamCosts const& costs,
                     std::vector<Operation>& to_list) const
{
    Operation send     = stream_operation(Stream::send, sent, costs, axis_);
    send.background    = true;
    send.out           = out_color(position);
    Operation receive  = stream_operation(Stream::receive, received, costs, axis_);
    receive.background = true;
    receive.combine    = Combine::replace;
    receive.in         = in_color(position);
    receive.source     = static_cast<std::int32_t>(from(position)) - static_cast<std::int32_t>(position);
    to_list.push_back(send);
    to_list.push_back(receive);
}

} // namespace scribeline::workloads
