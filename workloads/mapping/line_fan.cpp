#include "workloads/mapping/line_fan.hpp"

#include "configs/failure.hpp"

namespace scribeline::workloads {

LineFan::LineFan(Axis axis, std::uint32_t sender, std::uint32_t first, std::uint32_t last, Color color)
    : axis_{axis}, sender_{sender}, first_{first}, last_{last}, color_{color}
{
    SCRIBELINE_EXPECT(first <= last && (sender < first || sender > last));
}

std::vector<Route> LineFan::routes(std::uint32_t position) const
{
    bool const      up = sender_ < first_; // the message travels towards higher positions
    Direction const onward =
        axis_ == Axis::x ? (up ? Direction::east : Direction::west) : (up ? Direction::south : Direction::north);
    if (position == sender_)
        return {{color_, 0, Direction::ramp, bit(onward)}};
    std::uint32_t const end = up ? last_ : first_;
    if (up ? position < sender_ || position > end : position > sender_ || position < end)
        return {};
    auto const outs = static_cast<std::uint8_t>((position != end ? bit(onward) : 0) |
                                                (receives(position) ? bit(Direction::ramp) : 0));
    return {{color_, 0, opposite(onward), outs}};
}

void LineFan::send(Message const& message, StreamCosts const& costs, std::vector<Operation>& to) const
{
    auto op = stream_operation(Stream::send, message, costs, axis_);
    op.out  = color_;
    to.push_back(op);
}

void LineFan::receive(Message const& message, StreamCosts const& costs, std::vector<Operation>& to) const
{
    auto op     = stream_operation(Stream::receive, message, costs, axis_);
    op.in       = color_;
    op.combine  = Combine::replace;
    op.start    = Start::on_arrival;
    op.dispatch = costs.setup + costs.activation;
    to.push_back(op);
}

Program fan_program(Axis axis, std::uint32_t length, std::uint32_t sender, std::uint32_t first, std::uint32_t last,
                    Message const& message, StreamCosts const& costs)
{
    LineFan const fan{axis, sender, first, last, 0};
    Program       program;
    program.columns = axis == Axis::x ? length : 1;
    program.rows    = axis == Axis::x ? 1 : length;
    program.operators.push_back({"transfer", "transfer", ""});
    program.broadcast_root[0].assign(length, sender);
    for (std::uint32_t p = 0; p < length; ++p) {
        program.role.push_back(static_cast<std::uint16_t>(p));
        program.route_classes.push_back(fan.routes(p));
        auto& role = program.roles.emplace_back();
        if (p == sender)
            fan.send(message, costs, role);
        else if (fan.receives(p))
            fan.receive(message, costs, role);
        if (!role.empty())
            role.back().last = true;
    }
    program.route_class = program.role;
    return program;
}

} // namespace scribeline::workloads
