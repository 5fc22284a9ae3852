// Every GPU's heads read all of what is cached, and every GPU compresses for itself.
#include "models/gpu/forms/families/family.hpp"

namespace scribeline::models {

namespace {

using workloads::Operator;
using Id = workloads::OperatorId;

double kv_copies(GpuPlan const& plan, workloads::ModelShape const&, workloads::LayerKind const&) { return plan.tensor; }

std::uint64_t heads_of_one(KernelWriter const& w) { return w.shape().heads / w.tensor(); }

bool query_down(KernelWriter& w, StepOperator& entry, Operator const&)
{
    w.product(entry, w.rows(), w.shape().latent.query_rank, w.hidden());
    return true;
}

bool latent_kv(KernelWriter& w, StepOperator& entry, Operator const&)
{
    w.product(entry, w.rows(), w.shape().latent.cached(), w.hidden());
    return true;
}

// Every head on its own: its queries, and what it makes of the compressed keys and values.
bool query_up(KernelWriter& w, StepOperator& entry, Operator const&)
{
    auto const& l = w.shape().latent;
    w.product(entry, w.rows(), heads_of_one(w) * w.shape().head_dim, l.query_rank != 0 ? l.query_rank : w.hidden());
    return true;
}

bool absorb_keys(KernelWriter& w, StepOperator& entry, Operator const&)
{
    w.product(entry, w.rows(), heads_of_one(w) * w.shape().latent.kv_rank, w.shape().latent.nope_dim);
    return true;
}

bool expand_values(KernelWriter& w, StepOperator& entry, Operator const&)
{
    w.product(entry, w.rows(), heads_of_one(w) * w.shape().latent.value_dim, w.shape().latent.kv_rank);
    return true;
}

// Of the heads of one GPU; its sigmoid and its product go with what the values' kernel writes.
bool output_gate(KernelWriter& w, StepOperator& entry, Operator const&)
{
    w.product(entry, w.rows(), w.shape().gate_width(w.layer().kind) / w.tensor(), w.hidden());
    return true;
}

bool out_proj(KernelWriter& w, StepOperator& entry, Operator const&)
{
    w.product(entry, w.rows(), w.hidden(), std::uint64_t{w.shape().heads} * w.shape().latent.value_dim / w.tensor());
    w.reduce(entry, w.rows() * w.hidden());
    return true;
}

// An index is the same on every GPU: each scores all tokens with all of its heads.
bool index_query(KernelWriter& w, StepOperator& entry, Operator const&)
{
    auto const& i = w.shape().index;
    w.product(entry, w.rows(), std::uint64_t{i.heads} * i.dim, w.shape().latent.query_rank);
    return true;
}

bool index_key(KernelWriter& w, StepOperator& entry, Operator const&)
{
    w.product(entry, w.rows(), w.shape().index.dim, w.hidden());
    return true;
}

bool index_weights(KernelWriter& w, StepOperator& entry, Operator const&)
{
    w.product(entry, w.rows(), w.shape().index.heads, w.hidden());
    return true;
}

// This token's key is written, those of all tokens are read.
bool index_scores(KernelWriter& w, StepOperator& entry, Operator const&)
{
    w.score_index(entry, w.shape().index.heads, w.shape().index.dim);
    return true;
}

// A pass over the scores of all tokens.
bool index_select(KernelWriter& w, StepOperator& entry, Operator const& op)
{
    w.vectors(entry, op, false, true, 0.5);
    return true;
}

bool attend(KernelWriter& w, StepOperator& entry, Operator const&)
{
    auto const& shape = w.shape();
    auto const  heads = heads_of_one(w);
    auto const  bits  = w.step.kv_bits;
    entry.name        = "attention";
    w.attention(entry, {1, heads, 1, shape.latent.cached(), 1, bits, shape.latent.kv_rank},
                {1, heads, kv_heads_of_one(w.plan, shape.kv_heads), shape.head_dim, 1, bits < 16 ? 8U : 16U, 0});
    return true;
}

} // namespace

MixerKernels const& latent_attention_kernels()
{
    static auto const made = MixerKernels{workloads::Mixer::latent_attention,
                                          &kv_copies,
                                          &no_copied_weights,
                                          {{Id::query_down, &query_down},
                                           {Id::query_up, &query_up},
                                           {Id::latent_kv, &latent_kv},
                                           {Id::rope, &rotate},
                                           {Id::absorb_keys, &absorb_keys},
                                           {Id::kv_write, &write_kv},
                                           {Id::index_query, &index_query},
                                           {Id::index_key, &index_key},
                                           {Id::index_weights, &index_weights},
                                           {Id::index_scores, &index_scores},
                                           {Id::index_select, &index_select},
                                           {Id::scores, &attend},
                                           {Id::softmax, &in_the_same_kernel},
                                           {Id::values, &in_the_same_kernel},
                                           {Id::expand_values, &expand_values},
                                           {Id::output_gate, &output_gate},
                                           {Id::out_proj, &out_proj}}};
    return made;
}

} // namespace scribeline::models
