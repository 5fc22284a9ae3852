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

// What the reticle that sends sees of a link, and what the one that receives sees: the interfaces of their ports.
class ScribeLineOut : public virtual sc_core::sc_interface {
  public:
    // In the update phase: takes what `parcel` holds and leaves it empty.
    virtual void carry(Parcel& parcel) = 0;
};

class ScribeLineIn : public virtual sc_core::sc_interface {
  public:
    // What was carried since the last clear.
    virtual Parcel const& arrived() const = 0;
    virtual void          clear()         = 0;
    // Notified at the first arrival of what was sent.
    virtual void wakes(sc_core::sc_event& event) = 0;
};

// One direction. What is sent is handed over in the update phase, when no process runs, and taken in by a process: so
// it cannot matter which of the two reticles ran first.
class ScribeLineLink final : public sc_core::sc_object, public ScribeLineOut, public ScribeLineIn {
  public:
    ScribeLineLink(char const* name, configs::FabricClock clock);

    void          carry(Parcel& parcel) override;
    Parcel const& arrived() const override { return arrived_; }
    void          clear() override { arrived_.clear(); }
    void          wakes(sc_core::sc_event& event) override { receiver_ = &event; }

    std::uint64_t in_flight() const { return arrived_.wavelets.size(); }
    std::uint64_t credits_in_flight() const { return arrived_.credits.size(); }
    std::uint64_t carried() const { return carried_; } // wavelets

  private:
    configs::FabricClock const clock_;
    Parcel                     arrived_;
    sc_core::sc_event*         receiver_ = nullptr;
    std::uint64_t              carried_  = 0;
};

} // namespace scribeline::fabric
