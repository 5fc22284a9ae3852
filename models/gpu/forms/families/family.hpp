// Which kernels the operators of a family (workloads/operators) are on a GPU. families.cpp lists them.
#pragma once

#include "models/gpu/forms/kernel_writer.hpp"

#include <vector>

namespace scribeline::models {

// Writes an operator's kernels into its entry, and says whether it has any: one kernel may do the work of several.
using WriteKernels = bool (*)(KernelWriter&, StepOperator& entry, workloads::Operator const&);

struct KernelRow {
    workloads::OperatorId id;
    WriteKernels          write;
};

struct MixerKernels {
    workloads::Mixer mixer;
    // In how many copies all GPUs of a stage hold the cache, and write it.
    double (*kv_copies)(GpuPlan const&, workloads::ModelShape const&, workloads::LayerKind const&);
    // Matrices that make it, held in as many copies: elements of one. Those of operators of kind `latent` are not among
    // them: every GPU has all of those.
    std::uint64_t (*copied_weights)(workloads::ModelShape const&, workloads::LayerKind const&);
    std::vector<KernelRow> rows;
};
MixerKernels const& attention_kernels();
MixerKernels const& latent_attention_kernels();
MixerKernels const& recurrence_kernels();
MixerKernels const& attention_and_recurrence_kernels();
MixerKernels const& no_mixer_kernels();

extern std::vector<KernelRow> const feed_forward_kernels, vector_kernels;

MixerKernels const& mixer_kernels(workloads::Mixer);
// Of the layer's own family first, then of what all layers have.
WriteKernels kernels_of(workloads::OperatorId, workloads::Mixer);

// Several families have these.
std::uint64_t no_copied_weights(workloads::ModelShape const&, workloads::LayerKind const&);
bool          write_kv(KernelWriter&, StepOperator&, workloads::Operator const&);
bool          rotate(KernelWriter&, StepOperator&, workloads::Operator const&);
bool          in_the_same_kernel(KernelWriter&, StepOperator&, workloads::Operator const&);

} // namespace scribeline::models
