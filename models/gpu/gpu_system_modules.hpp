// The modules of a GPU system: a GPU, the link of one GPU, and where GPUs wait for one another.
#pragma once

#include "models/gpu/host_offload.hpp"
#include "models/nvlink/all_reduce.hpp"
#include "models/tlm/bulk_initiator.hpp"
#include "models/tlm/single_resource.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace scribeline::models {

// One kernel on one GPU.
struct GpuKernel {
    Picoseconds   time    = 0;                         // launch and body, without what partial sums take
    std::uint64_t weights = 0, kv = 0, vectors = 0;    // bytes
    std::uint64_t kv_written = 0, vectors_written = 0; // of them
    std::uint64_t reduce = 0;                          // bytes of the vector that the GPUs of a stage add up; 0: none
};

struct GpuStage {
    std::vector<GpuKernel> before, layer, after; // embedding; a layer; what follows the last
    std::uint32_t          layers   = 0;
    std::uint64_t          transfer = 0; // bytes to the next stage; 0: it is the last
};

// A thread waits until `size` have come. Each catches up with the kernel first: the last to come is the latest.
class Meeting {
  public:
    explicit Meeting(std::uint32_t size) : size_{size} {}
    void wait(LocalTime& time);

  private:
    std::uint32_t     size_, here_ = 0;
    sc_core::sc_event all_here_;
};

// NVLink of one GPU. A collective is asked for by the bytes of its vector, and takes what all_reduce() says: the wires
// for as long as bytes pass them. Activations go to the next stage.
class LinkServer final : public SingleResource {
  public:
    LinkServer(configs::NvlinkParams const& nvlink, std::uint32_t gpus, bool within_domain)
        : nvlink_{nvlink}, gpus_{gpus}, within_domain_{within_domain}
    {
    }

  private:
    ServiceTime service(BulkRequest const& request) override;

    configs::NvlinkParams const& nvlink_;
    std::uint32_t                gpus_; // that reduce
    bool                         within_domain_;
};

class GpuModule final : public sc_core::sc_module {
  public:
    // `peers`: of its stage. `begin` is when all of its stage may start, `end` when all of the next may. `fetches` is
    // what each layer needs from the host. All outlive it.
    GpuModule(sc_core::sc_module_name name, GpuStage const& stage, std::vector<HostFetch> const& fetches,
              Meeting& peers, Meeting* begin, Meeting* end);

    BulkInitiator                               hbm, link;
    std::vector<std::unique_ptr<BulkInitiator>> host; // one for each fetch
    Picoseconds                                 finished() const { return finished_; }

  private:
    void run();
    void run(GpuKernel const& kernel, std::uint32_t layer);
    // Asks for what has buffers while this layer computes.
    void fetch(std::uint32_t layer);

    GpuStage const&               stage_;
    std::vector<HostFetch> const& fetches_;
    Meeting&                      peers_;
    Meeting *                     begin_, *end_;
    LocalTime*                    time_     = nullptr;
    Picoseconds                   finished_ = 0;
    std::vector<std::uint32_t>    asked_;   // layers, of each fetch
    std::vector<Picoseconds>      arrived_; // of each layer, all its fetches
};

} // namespace scribeline::models
