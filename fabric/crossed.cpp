#include "fabric/crossed.hpp"

#include "fabric/sender.hpp"

namespace scribeline::fabric {

using workloads::Operation;
using workloads::Program;
using workloads::Stream;

namespace {

std::uint64_t of_operations(Program const& program, Geometry const& geometry, std::uint32_t pe, std::uint32_t first,
                            std::uint32_t last)
{
    std::uint64_t crossed = 0;
    auto const&   role    = program.roles[program.role[pe]];
    for (std::uint32_t i = first; i < last; ++i) {
        Operation const& op = role[i];
        if (op.stream != Stream::receive && op.stream != Stream::receive_send)
            continue;
        std::uint32_t const from = sender_of(program, pe, op), columns = program.columns;
        if ((op.vertical ? geometry.crossings_y(from / columns, pe / columns)
                         : geometry.crossings_x(from % columns, pe % columns)) != 0)
            crossed += op.wavelets;
    }
    return crossed;
}

} // namespace

std::uint64_t wavelets_crossed(Program const& program, Geometry const& geometry)
{
    std::uint64_t crossed = 0;
    for (std::uint32_t pe = 0; pe < program.pes(); ++pe) {
        if (program.scripts.empty()) {
            crossed += of_operations(program, geometry, pe, 0,
                                     static_cast<std::uint32_t>(program.roles[program.role[pe]].size()));
            continue;
        }
        auto const& bounds = program.segments[program.role[pe]];
        for (auto const& play : program.scripts[program.script[pe]])
            crossed += play.times * of_operations(program, geometry, pe, bounds[play.first], bounds[play.last]);
    }
    return crossed;
}

} // namespace scribeline::fabric
