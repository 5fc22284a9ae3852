// Moves what lies in the host's memory: a job at a time, in pieces, several of them on their way.
//
//     tier of the host <--> link of this GPU <--> HBM          a piece occupies all three
#pragma once

#include "models/gpu/gpu_system_state.hpp"
#include "models/tlm/bulk_initiator.hpp"

#include <deque>
#include <memory>
#include <vector>

namespace scribeline::models {

class CopyEngine final : public sc_core::sc_module {
  public:
    // With sockets to the tiers of weights and of keys and values, where something lies there.
    CopyEngine(sc_core::sc_module_name name, GpuSystemState& state, bool weights, bool kv);

    BulkInitiator                  hbm, link;
    std::unique_ptr<BulkInitiator> weights_tier, kv_tier;

    void begin(std::uint32_t layers); // nothing is asked for
    // From `when` on, but not before the jobs before it. A write goes from the HBM to the host.
    void post(Picoseconds when, BulkRequest const& request);
    // Until all that was posted for the layer has been moved.
    void wait_for(LocalTime& time, std::uint32_t layer);

    TrafficBooks  asked() const;
    std::uint64_t activations() const { return time_.activations(); }

  private:
    struct Job {
        Picoseconds when;
        BulkRequest request;
    };
    struct Layer {
        std::uint32_t open   = 0; // jobs
        Picoseconds   latest = 0;
    };
    void        run();
    Picoseconds move(BulkRequest const& request);

    GpuSystemState&    state_;
    LocalTime          time_;
    std::deque<Job>    jobs_;
    std::vector<Layer> layers_;
    sc_core::sc_event  posted_, moved_;
};

} // namespace scribeline::models
