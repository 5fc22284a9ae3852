#include "workloads/operators/operator_list.hpp"

#include "configs/failure.hpp"

namespace scribeline::workloads {

double flops_of_norm(Norm norm, double n) { return (norm == Norm::rms ? 4 : 7) * n; }

// x / (1 + exp(-x));  x / 2 (1 + erf(x / sqrt 2));  x / 2 (1 + tanh(a (x + b x^3)));  max(0, x);  max(0, x)^2;
// a x^2 + b x above 0, a (exp(min(x, e)) - 1 - x) + b x below (xIELU, arXiv 2411.13010);
// a tanh(x / a) / (1 + exp(-x)), and b tanh(u / b) of what it gates (SiTU, Kimi K3).
double flops_of(Activation activation)
{
    switch (activation) {
    case Activation::silu:
        return 4;
    case Activation::gelu:
        return 5;
    case Activation::gelu_tanh:
        return 9;
    case Activation::relu:
        return 1;
    case Activation::relu_squared:
        return 2;
    case Activation::xielu:
        return 7;
    case Activation::situ:
        return 16;
    }
    return 0;
}

Operator& OperatorList::add(OperatorId id, OperatorKind kind, std::vector<OperatorId> const& after)
{
    auto op = Operator{id, name_of(id), kind, 0, 0, 0, 0, 0, {}};
    for (auto const before : after) {
        if (before == OperatorId::layer_input)
            continue;
        auto const* const found = find_operator(list_, before);
        SCRIBELINE_EXPECT(found != nullptr);
        op.after.push_back(static_cast<std::size_t>(found - list_.data()));
    }
    list_.push_back(std::move(op));
    return list_.back();
}

Operator& OperatorList::matrix(OperatorId id, OperatorKind kind, WeightPart part, double rows, double columns,
                               OperatorId after)
{
    return matrices(id, kind, part, rows * columns, rows * columns, rows + columns, after);
}

Operator& OperatorList::matrices(OperatorId id, OperatorKind kind, WeightPart part, double used, double held,
                                 double vectors, OperatorId after)
{
    auto& op             = add(id, kind, {after});
    op.flops             = 2 * used;
    op.bytes_weights     = bytes(part, used);
    op.bytes_held        = bytes(part, held);
    op.bytes_activations = activations(vectors);
    return op;
}

OperatorId OperatorList::norm(OperatorId id, Norm kind, double n, OperatorId after)
{
    auto& op             = add(id, OperatorKind::norm, {after});
    op.flops             = flops_of_norm(kind, n);
    op.bytes_activations = activations(2 * n);
    return id;
}

OperatorId OperatorList::residual(OperatorId id, double n, std::vector<OperatorId> const& after)
{
    auto& op             = add(id, OperatorKind::residual, after);
    op.flops             = n;
    op.bytes_activations = activations(3 * n);
    return id;
}

void OperatorList::softmax(double scores)
{
    auto& softmax             = add(OperatorId::softmax, OperatorKind::softmax, {OperatorId::scores});
    softmax.flops             = 6 * scores;
    softmax.bytes_activations = activations(2 * scores);
}

void OperatorList::rope(double rotated, OperatorId input)
{
    auto& rope             = add(OperatorId::rope, OperatorKind::rope, {input});
    rope.flops             = 3 * rotated;
    rope.bytes_activations = activations(2 * rotated);
}

double OperatorList::bytes(WeightPart part, double weights) const
{
    return weights * step_.stored[static_cast<std::size_t>(part)] / 8;
}

} // namespace scribeline::workloads
