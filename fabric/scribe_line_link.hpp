// A scribe-line link joins the facing edges of two reticles.
//
//      reticle A                       reticle B
//     +-----------+   wavelets -->   +-----------+
//     | east edge |                  | west edge |
//     +-----------+   <-- credits    +-----------+
//
// A credit spends as long on the scribe line as the wavelet it makes room for. Nothing arrives sooner than the latency
// after it was sent, so two reticles may run that many cycles apart without error: the latency bounds the quantum.
#pragma once

#include "configs/units/cycles.hpp"
#include "fabric/parcel.hpp"

#include <systemc>

namespace scribeline::fabric {

// One direction. A primitive channel: what is sent becomes visible in the next delta cycle, so it cannot matter which
// of the two reticles ran first.
class ScribeLineLink final : public sc_core::sc_prim_channel {
  public:
    ScribeLineLink(char const* name, configs::FabricClock clock);

    // Takes what `parcel` holds and leaves it empty.
    void   send(Parcel& parcel);
    Parcel receive(); // everything since the last call; empty if nothing came

    // Notified at the first arrival of what was sent.
    void wakes(sc_core::sc_event& event) { receiver_ = &event; }

    std::uint64_t in_flight() const { return arrived_.wavelets.size() + sending_.wavelets.size(); }
    std::uint64_t credits_in_flight() const { return arrived_.credits.size() + sending_.credits.size(); }
    std::uint64_t carried() const { return carried_; } // wavelets

  private:
    void update() override;

    configs::FabricClock const clock_;
    Parcel                     sending_, arrived_;
    sc_core::sc_event*         receiver_ = nullptr;
    std::uint64_t              carried_  = 0;
};

} // namespace scribeline::fabric
