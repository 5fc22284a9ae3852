// Norms and residuals of the hidden vector, which every GPU has all of, and what runs once.
#include "models/gpu/forms/families/family.hpp"

namespace scribeline::models {

namespace {

using workloads::Operator;
using Id = workloads::OperatorId;

bool norm(KernelWriter& w, StepOperator& entry, Operator const& op)
{
    w.vectors(entry, op, false, true, 0.5);
    return true;
}

// All vectors in, one out.
bool mix(KernelWriter& w, StepOperator& entry, Operator const& op)
{
    w.vectors(entry, op, false, true, 1.0 / (w.shape().residual_blocks + 1));
    return true;
}

// By the norm that follows. What it writes is the last of three.
bool residual(KernelWriter& w, StepOperator& entry, Operator const& op)
{
    w.vectors(entry, op, false, false, 1.0 / 3);
    return true;
}

// Rows of the table are spread over the GPUs: one of them has it.
bool embedding(KernelWriter& w, StepOperator& entry, Operator const& op)
{
    entry.weights = Bytes{op.bytes_weights} * static_cast<double>(w.rows()) * w.parts_of_batch();
    w.vectors(entry, op, false, true, 1);
    return true;
}

// Of the last token only; every GPU then learns the others' largest logits, unless it computes all of them.
bool lm_head(KernelWriter& w, StepOperator& entry, Operator const&)
{
    auto const t = w.p.gpu.lm_head_cut ? w.tensor() : 1U;
    w.product(entry, w.logits(), (std::uint64_t{w.shape().vocabulary} + t - 1) / t, w.hidden(),
              w.shape().tied_embeddings ? workloads::WeightPart::embedding : workloads::WeightPart::lm_head);
    if (w.p.gpu.lm_head_cut)
        w.reduce(entry, w.logits() * t);
    return true;
}

bool sampling(KernelWriter& w, StepOperator& entry, Operator const& op)
{
    w.vectors(entry, op, true, true, 0);
    return true;
}

} // namespace

std::vector<KernelRow> const vector_kernels{{Id::attention_mix, &mix},
                                            {Id::ffn_mix, &mix},
                                            {Id::attention_norm, &norm},
                                            {Id::post_attention_norm, &norm},
                                            {Id::query_norm, &norm},
                                            {Id::latent_norm, &norm},
                                            {Id::attention_residual, &residual},
                                            {Id::ffn_norm, &norm},
                                            {Id::post_ffn_norm, &norm},
                                            {Id::ffn_residual, &residual},
                                            {Id::embedding, &embedding},
                                            {Id::final_norm, &norm},
                                            {Id::lm_head, &lm_head},
                                            {Id::sampling, &sampling}};

} // namespace scribeline::models
