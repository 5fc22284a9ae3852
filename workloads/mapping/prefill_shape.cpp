#include "workloads/mapping/prefill_shape.hpp"

#include "workloads/mapping/steps.hpp"

namespace scribeline::workloads {

PrefillShape prefill_shape(DecodeStep const& step)
{
    auto const&  model = step.shape;
    PrefillShape shape;
    shape.layers     = model.layers;
    shape.hidden     = model.hidden;
    shape.gated      = model.gated;
    shape.layer_norm = model.norm == Norm::layer;
    // One head as wide as the hidden vector, as in the published runs, need not keep pairs together.
    bool const one_head = model.heads == 1;
    shape.attention.push_back({model.heads, model.kv_heads, model.head_dim, model.head_dim, !one_head});
    shape.feed_forward.push_back({1.0, model.ffn, 1});
    for (auto const& op : step.layer)
        shape.operators.push_back(op.name);
    shape.first_of_feed_forward = first_of_feed_forward(step);
    return shape;
}

} // namespace scribeline::workloads
