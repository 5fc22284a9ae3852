// One kernel does scores, softmax and values; the one that rotates writes the cache.
#include "models/gpu/forms/families/family.hpp"

#include "workloads/operators/families.hpp"

#include <algorithm>

namespace scribeline::models {

namespace {

using workloads::Operator;
using Id = workloads::OperatorId;

workloads::HeadSizes sizes_of(KernelWriter const& w) { return w.shape().sizes_of(w.layer().kind); }

// Key heads held more than once are written more than once.
double key_copies(GpuPlan const& plan, workloads::ModelShape const& shape, workloads::LayerKind const& kind)
{
    auto const all = shape.sizes_of(kind).kv_heads;
    return static_cast<double>(kv_heads_of_one(plan, all)) * plan.tensor / all;
}

// The keys of an index stand on every GPU.
double kv_copies(GpuPlan const& plan, workloads::ModelShape const& shape, workloads::LayerKind const& kind)
{
    auto const copies = key_copies(plan, shape, kind);
    auto const index  = shape.chosen_by(kind) != 0 ? static_cast<double>(shape.index.dim) : 0.0;
    if (index == 0)
        return copies;
    auto const kept = static_cast<double>(shape.kept_by(kind).of_token);
    return copies + (plan.tensor - copies) * index / kept;
}

// Elements of keys and values that so many heads of them make.
std::uint64_t made_by(workloads::ModelShape const& shape, workloads::LayerKind const& kind, std::uint64_t heads)
{
    auto const sizes = shape.sizes_of(kind);
    auto const each  = workloads::key_matrices(kind);
    return each == 0 ? 0 : heads * (sizes.head_dim + (each - 1) * std::uint64_t{sizes.value_dim});
}

std::uint64_t copied_weights(workloads::ModelShape const& shape, workloads::LayerKind const& kind)
{
    return made_by(shape, kind, shape.sizes_of(kind).kv_heads) * shape.hidden;
}

bool qkv(KernelWriter& w, StepOperator& entry, Operator const&)
{
    auto const  sizes = sizes_of(w);
    auto const& kind  = w.layer().kind;
    auto const  keys  = made_by(w.shape(), kind, kv_heads_of_one(w.plan, sizes.kv_heads));
    w.product(entry, w.rows(), (sizes.query_width() + w.shape().gate_width(kind)) / w.tensor() + keys, w.hidden());
    return true;
}

bool out_proj(KernelWriter& w, StepOperator& entry, Operator const&)
{
    w.product(entry, w.rows(), w.hidden(), sizes_of(w).attended_width() / w.tensor());
    w.reduce(entry, w.rows() * w.hidden());
    return true;
}

bool attend(KernelWriter& w, StepOperator& entry, Operator const&)
{
    auto const sizes = sizes_of(w);
    auto const heads = std::uint64_t{sizes.heads / w.tensor()};
    auto const keys  = std::uint64_t{kv_heads_of_one(w.plan, sizes.kv_heads)};
    auto const bits  = w.step.kv_bits;
    auto const mean  = (sizes.head_dim + sizes.value_dim) / 2; // a score and a sum take as much of both together
    entry.name       = "attention";
    w.attention(entry, {1, heads, keys, mean, 1, bits, 0}, {1, heads, keys, mean, 1, bits < 16 ? 8U : 16U, 0});
    return true;
}

// An index that chooses blocks: its queries go with the heads of keys, its key is on every GPU.
std::uint32_t index_heads_of_one(KernelWriter const& w) { return std::max(1U, w.shape().index.heads / w.tensor()); }

bool index_query(KernelWriter& w, StepOperator& entry, Operator const&)
{
    w.product(entry, w.rows(), std::uint64_t{index_heads_of_one(w)} * w.shape().index.dim, w.hidden());
    return true;
}

bool index_key(KernelWriter& w, StepOperator& entry, Operator const&)
{
    w.product(entry, w.rows(), w.shape().index.dim, w.hidden());
    return true;
}

bool index_scores(KernelWriter& w, StepOperator& entry, Operator const&)
{
    w.score_index(entry, index_heads_of_one(w), w.shape().index.dim);
    return true;
}

bool index_select(KernelWriter& w, StepOperator& entry, Operator const& op)
{
    w.vectors(entry, op, true, true, 0.5);
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
    auto const& kind   = w.layer().kind;
    auto const  latent = w.shape().mixer_of(kind) == workloads::Mixer::latent_attention;
    auto const  copies = latent ? mixer_kernels(workloads::Mixer::latent_attention).kv_copies(w.plan, w.shape(), kind)
                                : key_copies(w.plan, w.shape(), kind);
    entry.kv           = Bytes{op.bytes_kv * copies} * static_cast<double>(w.rows()) * w.parts_of_batch();
    entry.kv_written   = entry.kv;
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
                                           {Id::index_query, &index_query},
                                           {Id::index_key, &index_key},
                                           {Id::index_scores, &index_scores},
                                           {Id::index_select, &index_select},
                                           {Id::scores, &attend},
                                           {Id::softmax, &in_the_same_kernel},
                                           {Id::values, &in_the_same_kernel},
                                           {Id::output_gate, &output_gate},
                                           {Id::out_proj, &out_proj}}};
    return made;
}

} // namespace scribeline::models
