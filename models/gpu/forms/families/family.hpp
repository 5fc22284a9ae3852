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
    // Of all of its GPUs' caches, how often a token's keys and values are written.
    double (*kv_copies)(KernelWriter const&);
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
bool write_kv(KernelWriter&, StepOperator&, workloads::Operator const&);
bool rotate(KernelWriter&, StepOperator&, workloads::Operator const&);
bool in_the_same_kernel(KernelWriter&, StepOperator&, workloads::Operator const&);

} // namespace scribeline::models
