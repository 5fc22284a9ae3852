// A GPU: a thread that walks through the kernels of its stage, and a copy engine beside it.
//
//              hbm  <-- kernels' bytes, as many on their way as the SMs hold; what the switch and the host bring
//     GPU     dies  <-- the share of them that crosses from one die to the other
//              link --> a port of the switch: all-reduces, activations for the next stage
//     engine   host --> link to the host, tier of the host: weights and cache that lie there
//
// When a kernel ends is not known beforehand: it is when its arithmetic and its last byte are over, and when bytes come
// is up to the targets, and to who else asks them. docs/gpu.md, "GPUs as modules".
//
// A kernel whose memory nobody else may ask takes to the picosecond what it took before, for it begins when that memory
// is free and leaves it so: it is run once, and then its time, bytes and waits are added as often as it stands for.
#pragma once

#include "models/gpu/copy_engine.hpp"
#include "models/gpu/gpu_program.hpp"
#include "models/gpu/gpu_totals.hpp"
#include "models/nvlink/collective.hpp"
#include "models/tlm/bulk_initiator.hpp"
#include "models/tlm/meeting.hpp"

#include "configs/parameters.hpp"

#include <array>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace scribeline::models {

// One GPU of a stage (gpu_stage.hpp).
class StageRun;

class GpuModule final : public sc_core::sc_module {
  public:
    // `number` among all GPUs; `port` of its switch. `group` is the first port of its stage. All references outlive it.
    struct Place {
        std::uint32_t number = 0, stage = 0, port = 0, group = 0;
    };
    GpuModule(sc_core::sc_module_name name, Place const& place, GpuSystemState& state, StageRun& stage,
              CopyEngine* engine);

    BulkInitiator                  hbm, link;
    std::unique_ptr<BulkInitiator> dies;    // GPUs of several dies
    std::unique_ptr<BulkInitiator> network; // stages that no switch joins
    Mailbox                        inbox;   // activations that have come
    GpuModule*                     next_stage = nullptr;

    // What it must know of what belongs to it alone.
    struct View {
        std::function<Picoseconds()> free_from; // nothing is under way at its memory after that
        std::function<GpuTotals()>   totals;    // of that memory, as it ran; ports are others' as well
    };
    void connect(View view) { view_ = std::move(view); }

    void start(); // what the state's program says

    // Of the last run.
    bool             done() const { return done_; }
    Picoseconds      began() const { return began_; }
    Picoseconds      finished() const { return finished_; }
    PartTimes const& parts() const { return parts_; }
    std::uint64_t    activations() const { return activations_; }

    GpuTotals repeated() const; // of kernels that were not run again, since it was made
    // Of layers that were not run because others had shown what they take.
    void add(PartTimes const& parts);

  private:
    void        run();
    void        walk();
    void        pass(std::uint32_t number);
    void        fetch(std::uint32_t layer);
    void        operate(std::vector<GpuOperation> const& operations, std::uint32_t layer);
    void        kernel(KernelWork const& work, StepPart part, std::uint32_t layer);
    void        run_phases(KernelWork const& work, std::uint32_t layer);
    Picoseconds stream(KernelPhase const& phase, std::uint32_t layer);
    Picoseconds ask(BulkRequest const& request);
    // All that `request` has over its port, and into the memory where it `lands`; when the last byte is there.
    Picoseconds send(BulkRequest const& request, bool lands);
    void        all_reduce(configs::Bytes vector, std::uint32_t layer);
    void        hand_on(std::uint64_t vector);
    void        spent(StepPart part); // since the last call

    struct KnownKernel {
        Picoseconds   time = 0; // of its phases and its tail
        GpuTotals     totals;
        std::uint64_t repeated = 0;
    };

    Place             place_;
    GpuSystemState&   state_;
    StageRun&         stage_;
    CopyEngine*       engine_;
    LocalTime         time_;
    sc_core::sc_event go_;
    bool              done_  = true;
    Picoseconds       began_ = 0, finished_ = 0, marked_ = 0;
    PartTimes         parts_{};
    std::uint32_t     fetched_ = 0, fetched_kv_ = 0; // layers whose weights, whose cache is asked for
    std::uint64_t     activations_ = 0;

    View                                     view_;
    std::map<KernelWork const*, KnownKernel> known_;    // of the program
    GpuTotals                                repeated_; // of programs before it
};

} // namespace scribeline::models
