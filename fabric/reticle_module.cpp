#include "fabric/reticle_module.hpp"

namespace scribeline::fabric {

ReticleModule::ReticleModule(sc_core::sc_module_name name, Shared& shared, Block const& block,
                             configs::FabricClock clock, QuantumPhase& phase)
    : sc_core::sc_module{name}, clock_{clock}, phase_{phase}, reticle_{shared, block}, to_{"to", 4}, from_{"from", 4}
{
    SC_HAS_PROCESS(ReticleModule);
    SC_METHOD(run);
    sensitive << wake_;
}

void ReticleModule::end_of_elaboration()
{
    for (std::size_t side = 0; side < 4; ++side) {
        if (to_[side].size() != 0)
            out_[side] = to_[side][0];
        if (from_[side].size() != 0) {
            in_[side] = from_[side][0];
            in_[side]->wakes(wake_);
        }
    }
}

// Asks for the cycles [c, c + quantum), where c is the simulated time. All that can arrive in them was sent before c.
void ReticleModule::run()
{
    std::uint64_t const cycle = cycle_of(clock_, sc_core::sc_time_stamp());
    reticle_.advance(cycle); // nothing was due: this only moves its clock
    for (std::size_t side = 0; side < 4; ++side)
        if (in_[side]) {
            reticle_.deliver(static_cast<Direction>(side), in_[side]->arrived());
            in_[side]->clear();
        }
    if (reticle_.next_event() <= cycle)
        phase_.ask(*this);
    else
        wake_when_due();
}

void ReticleModule::hand_over()
{
    for (std::size_t side = 0; side < 4; ++side)
        if (out_[side])
            out_[side]->carry(reticle_.outbox(static_cast<Direction>(side)));
    wake_when_due();
}

void ReticleModule::wake_when_due()
{
    std::uint64_t const next = reticle_.next_event();
    if (next != never)
        wake_.notify(time_of(clock_, next) - sc_core::sc_time_stamp());
}

} // namespace scribeline::fabric
