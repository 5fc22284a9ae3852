// One kernel does scores, softmax and values; the one that rotates writes the cache.
#include "models/gpu/forms/families/family.hpp"

#include "workloads/operators/families.hpp"

namespace scribeline::models {

namespace {

using workloads::Operator;
using Id = workloads::OperatorId;

workloads::HeadSizes sizes_of(KernelWriter const& w) { return w.shape().sizes_of(w.layer().kind); }

// Key heads held more than once are written more than once.
double kv_copies(GpuPlan const& plan, workloads::ModelShape const& shape, workloads::LayerKind const& kind)
{
    auto const all = shape.sizes_of(kind).kv_heads;
    return static_cast<double>(kv_heads_of_one(plan, all)) * plan.tensor / all;
}

std::uint64_t copied_weights(workloads::ModelShape const& shape, workloads::LayerKind const& kind)
{
    return workloads::key_matrices(kind) * shape.hidden * shape.sizes_of(kind).kv_width();
}

bool qkv(KernelWriter& w, StepOperator& entry, Operator const&)
{
    auto const  sizes    = sizes_of(w);
    auto const& kind     = w.layer().kind;
    auto const  matrices = std::uint64_t{workloads::key_matrices(kind)};
    auto const  keys     = matrices * kv_heads_of_one(w.plan, sizes.kv_heads) * sizes.head_dim;
    w.product(entry, w.rows(), (sizes.query_width() + w.shape().gate_width(kind)) / w.tensor() + keys, w.hidden());
    return true;
}

bool out_proj(KernelWriter& w, StepOperator& entry, Operator const&)
{
    w.product(entry, w.rows(), w.hidden(), sizes_of(w).query_width() / w.tensor());
    w.reduce(entry, w.rows() * w.hidden());
    return true;
}

bool attend(KernelWriter& w, StepOperator& entry, Operator const&)
{
    auto const sizes = sizes_of(w);
    auto const heads = std::uint64_t{sizes.heads / w.tensor()};
    auto const keys  = std::uint64_t{kv_heads_of_one(w.plan, sizes.kv_heads)};
    auto const bits  = w.step.kv_bits;
    entry.name       = "attention";
    w.attention(entry, {1, heads, keys, sizes.head_dim, 1, bits, 0},
                {1, heads, keys, sizes.head_dim, 1, bits < 16 ? 8U : 16U, 0});
    return true;
}

bool output_gate(KernelWriter& w, StepOperator& entry, Operator const& op)
{
    w.vectors(entry, op, true, true, 1.0 / 3);
    return true;
}

bool norm_of_heads(KernelWriter& w, StepOperator& entry, Operator const& op)
{
    w.vectors(entry, op, true, true, 0.5);
    return true;
}

} // namespace

bool write_kv(KernelWriter& w, StepOperator& entry, Operator const& op)
{
    auto const copies = mixer_kernels(w.shape().mixer_of(w.layer().kind)).kv_copies(w.plan, w.shape(), w.layer().kind);
    entry.kv          = Bytes{op.bytes_kv * copies} * static_cast<double>(w.rows()) * w.parts_of_batch();
    entry.kv_written  = entry.kv;
    w.vectors(entry, op, true, false, 0); // into the cache, which is counted as such; by the kernel that rotates
    return true;
}

bool rotate(KernelWriter& w, StepOperator& entry, Operator const& op)
{
    w.vectors(entry, op, true, true, 0.5);
    return true;
}

bool in_the_same_kernel(KernelWriter&, StepOperator&, Operator const&) { return false; }

MixerKernels const& attention_kernels()
{
    static auto const made = MixerKernels{workloads::Mixer::attention,
                                          &kv_copies,
                                          &copied_weights,
                                          {{Id::qkv, &qkv},
                                           {Id::qk_norm, &norm_of_heads},
                                           {Id::rope, &rotate},
                                           {Id::kv_write, &write_kv},
                                           {Id::scores, &attend},
                                           {Id::softmax, &in_the_same_kernel},
                                           {Id::values, &in_the_same_kernel},
                                           {Id::output_gate, &output_gate},
                                           {Id::out_proj, &out_proj}}};
    return made;
}

} // namespace scribeline::models
