// What runs once a token.
//
//     embedding -> (the layers) -> final_norm -> lm_head -> sampling
#include "workloads/operators/families.hpp"

namespace scribeline::workloads {

void add_once(DecodeStep& step)
{
    using Id               = OperatorId;
    auto const& shape      = step.shape;
    auto const  hidden     = static_cast<double>(shape.hidden);
    auto const  vocabulary = static_cast<double>(shape.vocabulary);
    auto        list       = OperatorList{step, step.once};

    // One row of the table is read.
    auto& embedding             = list.add(Id::embedding, OperatorKind::embed, {});
    embedding.bytes_weights     = list.bytes(WeightPart::embedding, hidden);
    embedding.bytes_held        = list.bytes(WeightPart::embedding, hidden * vocabulary);
    embedding.bytes_activations = list.activations(hidden);

    list.norm(Id::final_norm, shape.norm, hidden, Id::embedding); // with the layers between
    list.matrix(Id::lm_head, OperatorKind::lm_head, shape.tied_embeddings ? WeightPart::embedding : WeightPart::lm_head,
                hidden, vocabulary, Id::final_norm);
    if (shape.tied_embeddings)
        step.once.back().bytes_held = 0; // reads the table that the embedding holds

    // Greedy: the largest logit.
    auto& sampling             = list.add(Id::sampling, OperatorKind::sampling, {Id::lm_head});
    sampling.flops             = vocabulary;
    sampling.bytes_activations = list.activations(vocabulary);
}

} // namespace scribeline::workloads
