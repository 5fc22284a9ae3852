#include "fabric/wafer_module.hpp"

#include "fabric/mesh.hpp"
#include "fabric/route_check.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::fabric {

WaferModule::WaferModule(sc_core::sc_module_name name, workloads::Program const& program, configs::Parameters const& p,
                         Fault fault, Probe* probe, LongerHops const* longer)
    : sc_core::sc_module{name}, shared_{program, p, fault, probe, {}, longer}, phase_{"quantum_phase", p, shared_,
                                                                                      quantum_of(p)}
{
    require_routes_join(program);
    configs::FabricClock clock{p.wafer.clock};
    std::uint32_t const  width = shared_.geometry.blocks_x(), height = shared_.geometry.blocks_y();
    for (std::uint32_t y = 0; y < height; ++y)
        for (std::uint32_t x = 0; x < width; ++x)
            modules_.push_back(std::make_unique<ReticleModule>(fmt::format("reticle_{}_{}", x, y).c_str(), shared_,
                                                               shared_.geometry.block(x, y), clock, phase_));
    for (std::uint32_t i = 0; i < width * height; ++i) {
        if (i % width + 1 < width)
            join(i, i + 1, Direction::east, clock);
        if (i + width < width * height)
            join(i, i + width, Direction::south, clock);
    }
}

void WaferModule::join(std::uint32_t a, std::uint32_t b, Direction side, configs::FabricClock clock)
{
    auto const link = [&](char const* way, std::uint32_t from, std::uint32_t to) {
        return std::make_unique<ScribeLineLink>(fmt::format("scribe_{}_{}_{}", way, from, to).c_str(), clock);
    };
    auto       there  = link("to", a, b);
    auto       back   = link("back", b, a);
    auto const facing = workloads::opposite(side);
    modules_[a]->to(side).bind(*there);
    modules_[b]->from(facing).bind(*there);
    modules_[b]->to(facing).bind(*back);
    modules_[a]->from(side).bind(*back);
    joints_.push_back({a, b, side, std::move(there)});
    joints_.push_back({b, a, workloads::opposite(side), std::move(back)});
}

std::uint64_t WaferModule::finish()
{
    std::uint64_t cycles = 0;
    for (auto const& m : modules_)
        cycles = std::max({cycles, m->reticle().last_finish(), m->reticle().finished() ? 0 : m->reticle().now()});
    for (auto& m : modules_)
        m->reticle().close(cycles);
    require_finished(static_cast<WaferModule const*>(this)->reticles(), cycles);
    return cycles;
}

std::vector<Reticle const*> WaferModule::reticles() const
{
    std::vector<Reticle const*> list;
    for (auto const& m : modules_)
        list.push_back(&static_cast<ReticleModule const&>(*m).reticle());
    return list;
}

std::vector<Reticle*> WaferModule::reticles()
{
    std::vector<Reticle*> list;
    for (auto const& m : modules_)
        list.push_back(&m->reticle());
    return list;
}

OnScribeLines WaferModule::on_scribe_lines() const
{
    OnScribeLines on;
    for (auto const& joint : joints_) {
        on.wavelets += joint.link->in_flight();
        on.credits += joint.link->credits_in_flight();
    }
    return on;
}

std::vector<WaferModule::Edge> WaferModule::edges() const
{
    std::vector<Edge> list;
    for (auto const& joint : joints_)
        list.push_back({joint.from, joint.to, joint.side, joint.link->carried()});
    return list;
}

} // namespace scribeline::fabric
