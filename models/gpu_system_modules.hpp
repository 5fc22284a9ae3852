// The modules of a GPU system: a GPU, the link of one GPU, and where GPUs wait for one another.
#pragma once

#include "models/nvlink/all_reduce.hpp"
#include "models/tlm/bulk_initiator.hpp"
#include "models/tlm/single_resource.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::models {

// One kernel on one GPU.
struct GpuKernel {
    Picoseconds   time    = 0;                      // launch and body, without what partial sums take
    std::uint64_t weights = 0, kv = 0, vectors = 0; // bytes
    std::uint64_t reduce = 0;                       // bytes of the vector that the GPUs of a stage add up; 0: none
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
    // `peers`: of its stage. `begin` is when all of its stage may start, `end` when all of the next may. All outlive
    // it.
    GpuModule(sc_core::sc_module_name name, GpuStage const& stage, Meeting& peers, Meeting* begin, Meeting* end);

    BulkInitiator hbm, link;
    Picoseconds   finished() const { return finished_; }

  private:
    void run();
    void run(GpuKernel const& kernel, std::uint32_t layer);

    GpuStage const& stage_;
    Meeting&        peers_;
    Meeting *       begin_, *end_;
    LocalTime*      time_     = nullptr;
    Picoseconds     finished_ = 0;
};

} // namespace scribeline::models
