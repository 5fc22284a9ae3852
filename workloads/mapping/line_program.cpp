#include "workloads/mapping/line_program.hpp"

#include "configs/failure.hpp"

#include <utility>

#include <fmt/format.h>

namespace scribeline::workloads {

namespace {

// Every position of the line is a role of its own.
Program side_by_side(Axis axis, std::uint32_t length, std::uint32_t lines, OperatorName name)
{
    SCRIBELINE_EXPECT(length >= 1 && lines >= 1 && length <= 0xffff);
    Program program;
    program.columns = axis == Axis::x ? length : lines;
    program.rows    = axis == Axis::x ? lines : length;
    program.roles.resize(length);
    program.route_classes.resize(length);
    program.operators.push_back(std::move(name));
    for (std::uint32_t y = 0; y < program.rows; ++y)
        for (std::uint32_t x = 0; x < program.columns; ++x)
            program.role.push_back(static_cast<std::uint16_t>(axis == Axis::x ? x : y));
    program.route_class = program.role;
    return program;
}

void mark_last(Program& program)
{
    for (auto& role : program.roles)
        if (!role.empty())
            role.back().last = true;
}

char const* name_of(LineStage stage)
{
    switch (stage) {
    case LineStage::reduce:
        return "reduce";
    case LineStage::broadcast:
        return "broadcast";
    case LineStage::all_reduce:
        break;
    }
    return "all_reduce";
}

std::string describe(char const* what, Axis axis, std::uint32_t pes, Message const& message)
{
    return fmt::format("{} along {} over {} PEs, {} wavelets", what, axis == Axis::x ? "x" : "y", pes,
                       message.wavelets);
}

} // namespace

Program line_program(LineCollective const& line, LineStage stage, Message const& message, StreamCosts const& costs,
                     std::uint32_t lines)
{
    char const* const name    = name_of(stage);
    Program           program = side_by_side(line.axis(), line.length(), lines,
                                             {name, "collective", describe(name, line.axis(), line.length(), message)});
    for (std::uint32_t p = 0; p < line.length(); ++p) {
        program.route_classes[p] = line.routes(p);
        if (stage != LineStage::broadcast)
            line.reduce(p, message, costs, program.roles[p]);
        if (stage != LineStage::reduce)
            line.broadcast(p, message, costs, program.roles[p]);
    }
    mark_last(program);
    if (line.broadcast_color() != no_color)
        for (std::uint32_t p = 0; p < line.length(); ++p)
            program.broadcast_root[line.broadcast_color()].push_back(line.root_of(p));
    return program;
}

Program line_program(StarReduce const& star, Message const& message, StreamCosts const& costs, std::uint32_t lines)
{
    Program program = side_by_side(star.axis(), star.pes(), lines,
                                   {"reduce", "collective", describe("star reduce", star.axis(), star.pes(), message)});
    for (std::uint32_t p = 0; p < star.pes(); ++p) {
        program.route_classes[p] = star.routes(p);
        star.reduce(p, message, costs, program.roles[p]);
    }
    mark_last(program);
    return program;
}

void add_payload(Program& program, Element element, std::uint32_t elements)
{
    program.element       = element;
    program.sram_elements = elements;
    program.sram.assign(program.pes() * elements, 0.0f);
}

} // namespace scribeline::workloads
