#include "fabric/quantum_phase.hpp"

#include "fabric/reticle_module.hpp"

namespace scribeline::fabric {

QuantumPhase::QuantumPhase(char const* name, configs::Parameters const& p, Shared const& shared, std::uint64_t quantum)
    : sc_core::sc_prim_channel{name}, clock_{p.wafer.clock}, quantum_{quantum}, conductor_{p, shared}
{
}

void QuantumPhase::ask(ReticleModule& module)
{
    asked_.push_back(&module);
    request_update();
}

void QuantumPhase::update()
{
    for (auto* module : asked_)
        conductor_.add(module->reticle());
    conductor_.run(cycle_of(clock_, sc_core::sc_time_stamp()) + quantum_);
    for (auto* module : asked_)
        module->hand_over();
    asked_.clear();
}

} // namespace scribeline::fabric
