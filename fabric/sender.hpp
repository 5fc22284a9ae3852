// Where a stream comes from.
#pragma once

#include "workloads/mapping/program.hpp"

#include <cstdint>

namespace scribeline::fabric {

// The PE, by its number in the region, whose stream the operation of the PE `own` receives.
inline std::uint32_t sender_of(workloads::Program const& program, std::uint32_t own, workloads::Operation const& op)
{
    std::uint32_t const columns = program.columns;
    if (op.source != 0)
        return static_cast<std::uint32_t>(own + std::int64_t{op.source} * (op.vertical ? columns : 1u));
    if (auto const& senders = program.sender[op.in]; !senders.empty())
        return senders[own];
    auto const& roots = program.broadcast_root[op.in];
    if (roots.empty())
        return own;
    return op.vertical ? roots[own / columns] * columns + own % columns
                       : own / columns * columns + roots[own % columns];
}

} // namespace scribeline::fabric
