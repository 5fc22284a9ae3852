// One operator of a step at a time, as the kernels that do it on the GPUs of a plan. Families (families/family.hpp) say
// which; here is what they are made of: products, passes over vectors, attention, all-reduces.
#pragma once

#include "models/gpu/device.hpp"
#include "models/gpu/forms/attention.hpp"
#include "models/gpu/forms/stage_work.hpp"
#include "models/gpu/gpu_plan.hpp"
#include "models/gpu/step_outcome.hpp"
#include "models/machine.hpp"
#include "workloads/decode_step.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::models {

// Of all heads, on all GPUs of a stage.
struct StateWork {
    Bytes  bytes;           // of one sequence's states
    Flops  alone, in_chunk; // of a token by itself, on lanes; of one among `chunk`, on tensor cores
    double chunk = 1;       // tokens
};

constexpr double activation_bytes = 2; // between kernels, and in all-reduces: 16 bits

class KernelWriter {
  public:
    KernelWriter(workloads::DecodeStep const& step, configs::Parameters const& p, double sustained_share,
                 GpuPlan const& plan, StepWork const& work);

    // Appends the kernels of an operator that runs so many times a step; nothing where those of another do its work.
    // `layer`: where it stands; null: behind or before the layers.
    void add(workloads::Operator const& op, workloads::LayerStep const* layer, std::uint64_t times,
             std::vector<StepOperator>& to);

    workloads::DecodeStep const& step;
    configs::Parameters const&   p;
    GpuDevice const              device;
    GpuPlan const                plan;
    std::vector<StageWork> const parts; // of the batch, as one stage meets them

    workloads::ModelShape const& shape() const { return step.shape; }
    workloads::LayerStep const&  layer() const { return *layer_; }
    std::uint32_t                tensor() const { return plan.tensor; }
    std::uint64_t                hidden() const { return step.shape.hidden; }
    std::uint64_t                rows() const { return rows_; }     // of every product: tokens in a stage at a time
    std::uint64_t                logits() const { return logits_; } // of them, whose logits are needed
    std::uint64_t                sequences() const { return sequences_; }
    double                       parts_of_batch() const;
    bool                         has_prompts() const;
    // Of a part of the batch that goes through the pipeline: all GPUs of all stages, for the whole batch.
    double everywhere() const { return static_cast<double>(plan.tensor) * parts_of_batch(); }
    // Tokens that the layer keeps of so many, and of them those that a query attends to.
    std::uint64_t kept(std::uint64_t context) const;
    std::uint64_t attended(std::uint64_t context) const;

    // m x k by k x n, on one GPU.
    void product(StepOperator& entry, std::uint64_t m, std::uint64_t n, std::uint64_t k,
                 workloads::WeightPart part_of_model = workloads::WeightPart::attention) const;
    // `divided`: each GPU has its share of the vector; otherwise each has all of it. No kernel of its own: another's
    // does it along the way. `written`: share of its vectors.
    void vectors(StepOperator& entry, workloads::Operator const& op, bool divided, bool a_kernel, double written) const;
    // A kernel that moves what each GPU has: so much read, so much written.
    void moved(StepOperator& entry, Bytes read, Bytes written) const;
    // Products of `pairs` (token, expert) with so many weights of an expert on this GPU, of `distinct` of them, by
    // warps that compute a value each: lanes multiply, weights pass memory once as vectors do, and L2 for every pair.
    void streamed_experts(StepOperator& entry, std::uint64_t pairs, std::uint64_t distinct,
                          std::uint64_t weights) const;
    // Attention of sequences that decode or check, each against its keys, `one` of which is asked by `queries` heads.
    void attention(StepOperator& entry, DecodeAttention one, PrefillAttention prompt) const;
    // Scores of all tokens that the layer keeps, by heads that share a key of `dim` elements.
    void score_index(StepOperator& entry, std::uint32_t heads, std::uint32_t dim) const;
    // A running state: read and written once a sequence and step, or, of a prompt, once a chunk.
    void state(StepOperator& entry, StateWork const& work) const;
    void reduce(StepOperator& entry, std::uint64_t elements) const;

  private:
    void       add_attention(StepOperator& entry, AttentionTime const& done) const;
    void       decode_attention_of(StepOperator& entry, DecodeAttention one, std::uint64_t tokens) const;
    KernelWork vector_work(StepOperator const& entry, Bytes moved, double written, Seconds fixed) const;

    workloads::LayerStep const* layer_     = nullptr;
    std::uint64_t               sequences_ = 0; // of the batch, in one stage at a time
    std::uint64_t               rows_ = 0, logits_ = 0;
    std::uint64_t               batch_;
};

} // namespace scribeline::models
