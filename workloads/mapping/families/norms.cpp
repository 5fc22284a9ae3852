// Norms of the hidden vector and residuals, which every layer has.
#include "workloads/mapping/families/family.hpp"

namespace scribeline::workloads {

namespace {

// Their squares and their products with the half's own query, of all columns; the shares of them; and the sum.
void mix(StepWriter& w)
{
    auto const blocks = w.layout.residual_blocks;
    w.run(w.costs.multiply_accumulate(2 * w.batch * blocks, w.layout.hidden));
    w.all_reduce(Line::row, w.at.sums, 2 * w.batch * blocks, Combine::add);
    w.run(w.costs.scalar(w.batch * blocks));
    w.run(w.costs.multiply_accumulate(w.batch * blocks, w.layout.hidden));
}

void attention_norm(StepWriter& w) { w.norm(w.at.hidden, w.at.norm_weight[0], w.at.normed); }
void post_attention_norm(StepWriter& w) { w.norm(w.at.out, w.at.post_weight[0], w.at.out); }
void attention_residual(StepWriter& w) { w.residual(w.at.out); }
void ffn_norm(StepWriter& w) { w.norm(w.at.hidden, w.at.norm_weight[1], w.at.normed); }
void post_ffn_norm(StepWriter& w) { w.norm(w.at.down, w.at.post_weight[1], w.at.down); }
void ffn_residual(StepWriter& w) { w.residual(w.at.down); }

void prefill_norm(PrefillForms& f) { f.once() += f.norm(f.layout.hidden, f.layout.region.columns, 1); }
void prefill_mix(PrefillForms& f)
{
    auto const t = f.layout.tokens, blocks = f.shape.residual_blocks;
    f.once() += f.vectors(std::uint64_t{6} * blocks, t * f.layout.hidden) +
                f.mesh().all_reduce(f.layout.region.columns, 2.0 * t * blocks) * f.activation_bits() +
                MeshForms::of(f.costs().scalar(std::uint64_t{t} * blocks));
}

void prefill_residual(PrefillForms& f) { f.once() += f.vectors(1, f.layout.tokens * f.layout.hidden); }

} // namespace

MappedRows const mapped_norms{
    {{OperatorId::attention_mix, &mix},
     {OperatorId::ffn_mix, &mix},
     {OperatorId::attention_norm, &attention_norm},
     {OperatorId::post_attention_norm, &post_attention_norm},
     {OperatorId::attention_residual, &attention_residual},
     {OperatorId::ffn_norm, &ffn_norm},
     {OperatorId::post_ffn_norm, &post_ffn_norm},
     {OperatorId::ffn_residual, &ffn_residual}},
    {{OperatorId::attention_mix, &prefill_mix},
     {OperatorId::ffn_mix, &prefill_mix},
     {OperatorId::attention_norm, &prefill_norm},
     {OperatorId::post_attention_norm, &prefill_norm},
     {OperatorId::attention_residual, &prefill_residual},
     {OperatorId::ffn_norm, &prefill_norm},
     {OperatorId::post_ffn_norm, &prefill_norm},
     {OperatorId::ffn_residual, &prefill_residual}},
};

} // namespace scribeline::workloads
