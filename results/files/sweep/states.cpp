#include "results/files/sweep/states.hpp"

#include "results/files/sweep/gather.hpp"

namespace scribeline::results {

void PointStates::refresh(SweepFolder const& folder)
{
    status.resize(folder.plan().points.size());
    for (std::size_t point = 0; point < status.size(); ++point)
        status[point] = faults.count(point) > 0 ? PointStatus::failed : folder.status(point);
}

PointStates read_states(SweepFolder const& folder, unsigned processes)
{
    auto states = PointStates{};
    states.refresh(folder);
    gather_runs(folder, processes, [&](std::size_t point, RunRow const& row) {
        if (!row.fault.empty())
            states.faults[point] = row.fault;
        states.status[point] = !row.fault.empty()        ? PointStatus::failed
                               : !row.infeasible.empty() ? PointStatus::infeasible
                                                         : PointStatus::ok;
    });
    return states;
}

} // namespace scribeline::results
