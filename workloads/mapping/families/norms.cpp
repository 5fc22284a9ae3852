// Norms of the hidden vector and residuals, which every layer has.
#include "workloads/mapping/families/family.hpp"

namespace scribeline::workloads {

namespace {

void attention_norm(StepWriter& w) { w.norm(w.at.hidden, w.at.norm_weight[0], w.at.normed); }
void post_attention_norm(StepWriter& w) { w.norm(w.at.out, w.at.post_weight[0], w.at.out); }
void attention_residual(StepWriter& w) { w.residual(w.at.out); }
void ffn_norm(StepWriter& w) { w.norm(w.at.hidden, w.at.norm_weight[1], w.at.normed); }
void post_ffn_norm(StepWriter& w) { w.norm(w.at.down, w.at.post_weight[1], w.at.down); }
void ffn_residual(StepWriter& w) { w.residual(w.at.down); }

void prefill_norm(PrefillForms& f) { f.once() += f.norm(f.layout.hidden, f.layout.region.columns, 1); }
void prefill_residual(PrefillForms& f) { f.once() += f.vectors(1, f.layout.tokens * f.layout.hidden); }

} // namespace

MappedRows const mapped_norms{
    {{OperatorId::attention_norm, &attention_norm},
     {OperatorId::post_attention_norm, &post_attention_norm},
     {OperatorId::attention_residual, &attention_residual},
     {OperatorId::ffn_norm, &ffn_norm},
     {OperatorId::post_ffn_norm, &post_ffn_norm},
     {OperatorId::ffn_residual, &ffn_residual}},
    {{OperatorId::attention_norm, &prefill_norm},
     {OperatorId::post_attention_norm, &prefill_norm},
     {OperatorId::attention_residual, &prefill_residual},
     {OperatorId::ffn_norm, &prefill_norm},
     {OperatorId::post_ffn_norm, &prefill_norm},
     {OperatorId::ffn_residual, &prefill_residual}},
};

} // namespace scribeline::workloads
