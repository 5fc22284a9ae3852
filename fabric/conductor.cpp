#include "fabric/conductor.hpp"

#include <algorithm>

namespace scribeline::fabric {

namespace {

// Visits of tiles and PEs in a quantum, some 50 ns each, that are worth the microsecond that sharing them costs.
constexpr std::uint64_t least_load = 100;

} // namespace

Conductor::Conductor(configs::Parameters const& p, Shared const& shared)
    : crew_{shared.probe ? 1 : p.run.threads, std::size_t{shared.geometry.blocks_x()} * shared.geometry.blocks_y()}
{
}

void Conductor::run(std::uint64_t until)
{
    std::uint64_t load = 0;
    for (auto const& due : due_)
        load += due.load * (until - due.reticle->now());
    if (crew_.threads() > 1 && due_.size() > 1 && load >= least_load) {
        // The largest first: then the threads end together.
        std::sort(due_.begin(), due_.end(), [](Due const& a, Due const& b) { return a.load > b.load; });
        ++shared_quanta_;
        crew_.run(due_.size(), [&](std::size_t i) { due_[i].reticle->advance(until); });
    } else {
        for (auto const& due : due_)
            due.reticle->advance(until);
    }
    for (auto const& due : due_)
        due.reticle->publish();
    due_.clear();
}

} // namespace scribeline::fabric
