// One kernel does scores, softmax and values; the one that rotates writes the cache.
#include "models/gpu/forms/families/family.hpp"

namespace scribeline::models {

namespace {

using workloads::Operator;
using Id = workloads::OperatorId;

// Key heads held more than once are written more than once.
double kv_copies(KernelWriter const& w)
{
    return static_cast<double>(kv_heads_of_one(w.plan, w.shape())) * w.tensor() / w.shape().kv_heads;
}

bool qkv(KernelWriter& w, StepOperator& entry, Operator const&)
{
    auto const& shape = w.shape();
    w.product(entry, w.rows(),
              shape.query_width() / w.tensor() + 2ULL * kv_heads_of_one(w.plan, shape) * shape.head_dim, w.hidden());
    return true;
}

bool out_proj(KernelWriter& w, StepOperator& entry, Operator const&)
{
    w.product(entry, w.rows(), w.hidden(), w.shape().query_width() / w.tensor());
    w.reduce(entry, w.rows() * w.hidden());
    return true;
}

bool attend(KernelWriter& w, StepOperator& entry, Operator const&)
{
    auto const& shape = w.shape();
    auto const  heads = std::uint64_t{shape.heads / w.tensor()};
    auto const  keys  = std::uint64_t{kv_heads_of_one(w.plan, shape)};
    auto const  bits  = w.step.kv_bits;
    entry.name        = "attention";
    w.attention(entry, {1, heads, keys, shape.head_dim, 1, bits, 0},
                {1, heads, keys, shape.head_dim, 1, bits < 16 ? 8U : 16U, 0});
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
    auto const copies = mixer_kernels(w.shape().mixer_of(w.layer().kind)).kv_copies(w);
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

MixerKernels const attention_kernels{workloads::Mixer::attention,
                                     &kv_copies,
                                     {{Id::qkv, &qkv},
                                      {Id::qk_norm, &norm_of_heads},
                                      {Id::rope, &rotate},
                                      {Id::kv_write, &write_kv},
                                      {Id::scores, &attend},
                                      {Id::softmax, &in_the_same_kernel},
                                      {Id::values, &in_the_same_kernel},
                                      {Id::out_proj, &out_proj}}};

} // namespace scribeline::models
