// The feed-forward: what all tokens pass, and experts of which a token passes some.
//
//     (router -> to_experts ->) gate_up -> activation -> down (-> from_experts)
//
// The router may know experts that give a token back as it is (LongCat): of those that it chooses so many do nothing.
//
// Experts may work in a narrower space than the hidden vector's (latent experts, Nemotron 3): all tokens pass the
// matrices into it and out of it.
#include "workloads/operators/families.hpp"

namespace scribeline::workloads {

namespace {

// Scores of all experts, and the best of them with their shares: an exponential and a comparison each.
void add_router(DecodeStep const& step, LayerKind const& kind, OperatorList& list, OperatorId input)
{
    auto const scored = kind.experts + kind.idle_experts;
    list.matrix(OperatorId::router, OperatorKind::router, WeightPart::router, step.shape.hidden, scored, input).flops +=
        2.0 * scored + 2.0 * kind.active;
}

} // namespace

std::uint64_t feed_forward_weights(ModelShape const& shape, LayerKind const& kind)
{
    std::uint64_t const matrices = shape.gated ? 3 : 2;
    auto const          hidden   = std::uint64_t{shape.hidden};
    return matrices * (hidden * kind.ffn + std::uint64_t{kind.experts} * kind.expert_ffn * shape.expert_input(kind)) +
           hidden * (kind.experts + kind.idle_experts) + 2 * hidden * kind.expert_input;
}

OperatorId add_feed_forward(DecodeStep const& step, LayerStep const& layer, OperatorList& list, OperatorId input)
{
    auto const& shape  = step.shape;
    auto const& kind   = layer.kind;
    auto const  hidden = static_cast<double>(shape.hidden);
    auto const  inside = static_cast<double>(shape.expert_input(kind));
    auto const  pass   = static_cast<double>(kind.ffn);             // what all tokens do
    auto const  used   = double{1} * kind.active * kind.expert_ffn; // of experts
    auto const  held   = double{1} * kind.experts * kind.expert_ffn;
    auto const  widths = shape.gated ? 2.0 : 1.0;
    auto const  widen  = shape.gated ? OperatorId::gate_up : OperatorId::up;
    // What all tokens pass may be kept in another width than the experts.
    auto const all_pass = kind.experts > 0 ? WeightPart::shared_experts : WeightPart::feed_forward;

    if (kind.experts > 0) {
        add_router(step, kind, list, input);
        input = OperatorId::router;
    }
    if (kind.expert_input != 0) {
        list.matrix(OperatorId::to_experts, OperatorKind::latent, all_pass, hidden, inside, input);
        input = OperatorId::to_experts;
    }
    auto const add = [&](OperatorId id, OperatorKind which, double matrices, double vectors, OperatorId after) {
        auto&      op = list.matrices(id, which, all_pass, matrices * (hidden * pass + inside * used),
                                      matrices * (hidden * pass + inside * held), vectors, after);
        auto const of = [&](double experts) {
            return list.bytes(all_pass, matrices * hidden * pass) +
                   list.bytes(WeightPart::experts, matrices * inside * experts);
        };
        op.bytes_weights = of(used);
        op.bytes_held    = of(held);
    };
    add(widen, OperatorKind::gate_up, widths, hidden + widths * (pass + used), input);
    // The share of an expert is one more factor.
    auto const factors           = (shape.gated ? 1 : 0) + (kind.experts > 0 ? 1 : 0);
    auto&      activation        = list.add(OperatorId::activation, OperatorKind::activation, {widen});
    activation.flops             = (flops_of(shape.activation) + factors) * (pass + used);
    activation.bytes_activations = list.activations((widths + 1) * (pass + used));
    add(OperatorId::down, OperatorKind::down, 1, pass + used + hidden, OperatorId::activation);
    if (kind.expert_input == 0)
        return OperatorId::down;
    list.matrix(OperatorId::from_experts, OperatorKind::latent, all_pass, inside, hidden, OperatorId::down);
    return OperatorId::from_experts;
}

} // namespace scribeline::workloads
