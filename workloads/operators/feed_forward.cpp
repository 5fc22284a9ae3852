// The feed-forward: what all tokens pass, and experts of which a token passes some.
//
//     (router ->) gate_up -> activation -> down
#include "workloads/operators/families.hpp"

namespace scribeline::workloads {

namespace {

// Scores of all experts, and the best of them with their shares: an exponential and a comparison each.
void add_router(DecodeStep const& step, LayerKind const& kind, OperatorList& list, OperatorId input)
{
    list.matrix(OperatorId::router, OperatorKind::router, WeightPart::router, step.shape.hidden, kind.experts, input)
        .flops += 2.0 * kind.experts + 2.0 * kind.active;
}

} // namespace

std::uint64_t feed_forward_weights(ModelShape const& shape, LayerKind const& kind)
{
    std::uint64_t const matrices = shape.gated ? 3 : 2;
    return matrices * shape.hidden * (kind.ffn + std::uint64_t{kind.experts} * kind.expert_ffn) +
           std::uint64_t{shape.hidden} * kind.experts;
}

OperatorId add_feed_forward(DecodeStep const& step, LayerStep const& layer, OperatorList& list, OperatorId input)
{
    auto const& shape  = step.shape;
    auto const& kind   = layer.kind;
    auto const  hidden = static_cast<double>(shape.hidden);
    auto const  used   = kind.ffn + double{1} * kind.active * kind.expert_ffn;
    auto const  held   = kind.ffn + double{1} * kind.experts * kind.expert_ffn;
    auto const  widths = shape.gated ? 2.0 : 1.0;
    auto const  widen  = shape.gated ? OperatorId::gate_up : OperatorId::up;

    if (kind.experts > 0) {
        add_router(step, kind, list, input);
        input = OperatorId::router;
    }
    // What all tokens pass may be kept in another width than the experts.
    auto const all_pass = kind.experts > 0 ? WeightPart::shared_experts : WeightPart::feed_forward;
    auto const weigh    = [&](Operator& op, double rows) {
        auto const of = [&](double experts) {
            return list.bytes(all_pass, rows * kind.ffn) +
                   list.bytes(WeightPart::experts, rows * (experts * kind.expert_ffn));
        };
        op.bytes_weights = of(kind.active);
        op.bytes_held    = of(kind.experts);
    };
    weigh(list.matrices(widen, OperatorKind::gate_up, all_pass, hidden * widths * used, hidden * widths * held,
                        hidden + widths * used, input),
          hidden * widths);
    // The share of an expert is one more factor.
    auto const factors           = (shape.gated ? 1 : 0) + (kind.experts > 0 ? 1 : 0);
    auto&      activation        = list.add(OperatorId::activation, OperatorKind::activation, {widen});
    activation.flops             = (flops_of(shape.activation) + factors) * used;
    activation.bytes_activations = list.activations((widths + 1) * used);
    weigh(list.matrices(OperatorId::down, OperatorKind::down, all_pass, used * hidden, held * hidden, used + hidden,
                        OperatorId::activation),
          hidden);
    return OperatorId::down;
}

} // namespace scribeline::workloads
