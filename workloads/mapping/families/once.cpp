// What runs once. The embedding's table lies in the columns as the hidden vector does, its rows over the rows of PEs;
// the head's outputs lie over the rows.
#include "workloads/mapping/families/family.hpp"

namespace scribeline::workloads {

namespace {

// Every PE of the rows that hold the token's row of the table copies its part, all others zeros; the sum brings it to
// all rows, whichever the token is.
void embedding(StepWriter& w)
{
    w.run(w.costs.copy(w.layout.vector()));
    w.all_reduce(Line::column, w.at.hidden, w.layout.vector(), Combine::add);
}

void final_norm(StepWriter& w) { w.norm(w.at.hidden, w.at.norm_weight[0], w.at.normed); }

// The sums of a row's outputs are needed where the row is searched: in the middle of the row.
void lm_head(StepWriter& w)
{
    w.multiply(w.layout.hidden, w.vocabulary_per_row);
    w.reduce(Line::row, w.at.wide, w.batch * w.vocabulary_per_row, Combine::add);
}

// The largest of a row's outputs, and of all rows: a wavelet with the value, and one with its index.
void sampling(StepWriter& w)
{
    w.run(w.costs.scalar(w.batch * w.vocabulary_per_row));
    w.all_reduce_words(Line::column, w.at.sums, 2 * w.batch, Combine::max);
}

} // namespace

// A prompt is embedded and its last token sampled outside the layers.
MappedRows const mapped_once{{{OperatorId::embedding, &embedding},
                              {OperatorId::final_norm, &final_norm},
                              {OperatorId::lm_head, &lm_head},
                              {OperatorId::sampling, &sampling}},
                             {}};

} // namespace scribeline::workloads
