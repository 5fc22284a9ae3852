// GPUs as SystemC modules joined by TLM-2.0 sockets, loosely timed.
//
//     gpu 0 ---> hbm 0 <--- copy engine 0 ---> link to the host 0
//       |  `---> die link 0          `-------> tier of the host <--- copy engine 1     one for all GPUs of a host
//       v
//     switch: a port for each GPU; one switch for each NVLink domain. Between domains: a network port for each GPU.
//
// Modules are made once, when the system is; then it runs one program after another, each from where the time stands.
#pragma once

#include "models/gpu/gpu_plan.hpp"
#include "models/gpu/gpu_program.hpp"
#include "models/gpu/gpu_totals.hpp"
#include "models/tlm/transaction_log.hpp"

#include "configs/parameters.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace scribeline::models {

// What else goes on while the GPUs work, at a steady rate.
struct OtherTraffic {
    enum class What : std::uint8_t {
        cache_written_back, // reads of the HBM of `gpu`, for whoever keeps it
        cache_handed_over   // from the port of `gpu` to that of `peer`, in the same domain
    };
    What                    what = What::cache_written_back;
    std::uint32_t           gpu = 0, peer = 0;
    configs::BytesPerSecond rate{};
};

struct GpuSystemOptions {
    Picoseconds               quantum      = 1'000'000; // 1 us
    std::uint64_t             trace_events = 0;         // transfers that are kept; then no layer is skipped
    bool                      skips        = true;      // layers whose time is known exactly (gpu_stage.hpp)
    std::vector<OtherTraffic> others;
};

// Totals are of all layers, those that were skipped included.
struct GpuSystemRun : GpuTotals {
    configs::Seconds time;     // until the last GPU has finished
    StepParts        parts{};  // of it
    Books            switches; // what went in came out

    std::uint64_t modules       = 0; // of SystemC
    std::uint64_t simulated     = 0; // transactions
    std::uint64_t kernel_events = 0; // activations of threads
    std::uint64_t layers_run = 0, layers_skipped = 0;

    configs::Seconds hbm_occupied() const; // of all HBM together
    Books            books() const;        // of the GPUs by kind, and of the switches
};

struct RecordedGpuSystem {
    GpuSystemRun     run;
    TransactionTrace trace;
};

class GpuSystem {
  public:
    // Throws configs::UserError when the plan needs more ports than the switches have, or something that the
    // configuration names could never move a byte. `parameters` are copied.
    GpuSystem(configs::Parameters const& parameters, GpuPlan const& plan, GpuSystemOptions const& options = {});
    ~GpuSystem();

    // Throws what a module threw; the system is of no use then.
    RecordedGpuSystem run(GpuProgram const& program);

  private:
    class Modules;
    std::unique_ptr<Modules> modules_;
};

// Makes a system and runs the step that `form` has counted.
RecordedGpuSystem run_gpu_system(workloads::DecodeStep const&, StepOutcome const& form, configs::Parameters const&,
                                 GpuSystemOptions const& options = {});

} // namespace scribeline::models
