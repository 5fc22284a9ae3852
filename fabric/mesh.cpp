#include "fabric/mesh.hpp"

#include "configs/failure.hpp"
#include "fabric/route_check.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::fabric {

std::uint64_t quantum_of(configs::Parameters const& p)
{
    std::uint64_t const longest = p.fabric.hop_latency.count() + p.scribe.extra_latency.count();
    if (p.run.quantum > longest)
        throw configs::UserError{
            configs::Exit::bad_config,
            fmt::format("run.quantum = {}: reticles may run at most {} cycles apart, the latency of "
                        "a scribe-line link. Choose 1 to {}, or 0 for the longest.",
                        p.run.quantum, longest, longest)};
    return p.run.quantum == 0 ? longest : p.run.quantum;
}

Mesh::Mesh(workloads::Program const& program, configs::Parameters const& p, Fault fault, Probe* probe, Origin origin,
           LongerHops const* longer)
    : shared_{program, p, fault, probe, origin, longer}, quantum_{quantum_of(p)}, conductor_{p, shared_}
{
    require_routes_join(program);
    for (std::uint32_t y = 0; y < shared_.geometry.blocks_y(); ++y)
        for (std::uint32_t x = 0; x < shared_.geometry.blocks_x(); ++x)
            reticles_.push_back(std::make_unique<Reticle>(shared_, shared_.geometry.block(x, y)));
}

std::uint64_t Mesh::run_until_quiet()
{
    std::uint32_t const width = shared_.geometry.blocks_x();
    next_.resize(reticles_.size());
    for (std::size_t i = 0; i < reticles_.size(); ++i)
        next_[i] = reticles_[i]->next_event();
    std::vector<std::size_t> due;
    for (;;) {
        std::uint64_t const begin = *std::min_element(next_.begin(), next_.end());
        if (begin == never)
            break;
        std::uint64_t const end = begin + quantum_;
        due.clear();
        for (std::size_t i = 0; i < reticles_.size(); ++i)
            if (next_[i] < end) {
                due.push_back(i);
                reticles_[i]->advance(begin); // nothing was due: this only moves its clock
                conductor_.add(*reticles_[i]);
            }
        conductor_.run(end);
        for (auto const i : due) {
            auto const exchange = [&](Direction side, std::size_t j) {
                auto& parcel = reticles_[i]->outbox(side);
                if (parcel.empty())
                    return;
                if (reticles_[j]->now() < end)
                    reticles_[j]->advance(end); // it slept
                reticles_[j]->deliver(workloads::opposite(side), parcel);
                parcel.clear();
                next_[j] = reticles_[j]->next_event();
            };
            next_[i] = reticles_[i]->next_event();
            if (i % width + 1 < width)
                exchange(Direction::east, i + 1);
            if (i % width > 0)
                exchange(Direction::west, i - 1);
            if (i + width < reticles_.size())
                exchange(Direction::south, i + width);
            if (i >= width)
                exchange(Direction::north, i - width);
        }
    }
    cycles_ = 0;
    for (auto const& r : reticles_)
        cycles_ = std::max({cycles_, r->last_finish(), r->finished() ? 0 : r->now()});
    for (auto& r : reticles_)
        r->close(cycles_);
    return cycles_;
}

std::uint64_t Mesh::run()
{
    auto const cycles = run_until_quiet();
    require_finished(all(), cycles);
    return cycles;
}

std::vector<Reticle const*> Mesh::all() const
{
    std::vector<Reticle const*> list;
    for (auto const& r : reticles_)
        list.push_back(r.get());
    return list;
}

float Mesh::sram(std::uint32_t x, std::uint32_t y, std::uint32_t address)
{
    for (auto& r : reticles_) {
        auto const& b = r->block();
        if (x >= b.x0 && x < b.x1 && y >= b.y0 && y < b.y1)
            return r->payload().sram((y - b.y0) * b.width() + (x - b.x0))[address];
    }
    throw configs::SimulationFault{"no such PE in the region"};
}

std::uint64_t Mesh::operator_end(std::size_t op) const
{
    std::uint64_t end = 0;
    for (auto const& r : reticles_)
        if (r->operator_ends()[op].seen)
            end = std::max(end, r->operator_ends()[op].cycle);
    return end;
}

} // namespace scribeline::fabric
