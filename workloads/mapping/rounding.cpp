#include "workloads/mapping/rounding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace scribeline::workloads {

// Each rounding moves a number by at most the unit roundoff u (2^-11 for fp16, 2^-24 for fp32) of its size. A number of
// the result has passed through a chain of sums: in every operator the elements that a PE adds up and the additions of
// an all-reduce, plus a few roundings at the end. Were all n roundings of the chain in the same direction, the error
// would be n u; they are not, and it grows with the square root: for independent roundings it exceeds lambda sqrt(n) u
// with a probability below 2 exp(-lambda^2 / 2) (Higham and Mary, SIAM J. Sci. Comput. 41, 2019, A2815). lambda is
// assumed: no number of runs of many small models and one of 8B on 420x420 PEs needed more than 1.6, and 4 leaves room
// for the softmax, which turns an error of a score into as large a relative error of its exponential.
double rounding_bound(LayerProgram const& layer)
{
    auto const&      l         = layer.layout;
    auto const&      d         = layer.depth;
    double const     u         = layer.program.element == Element::fp16 ? std::exp2(-11) : std::exp2(-24);
    constexpr double lambda    = 4;
    constexpr double at_end    = 4; // scaling, rotating, dividing, activating
    double           roundings = 0;
    for (auto const& op : layer.step.layer(layer.kind)) {
        std::uint32_t sum = 0;
        if (op.kind == OperatorKind::norm || op.kind == OperatorKind::qkv || op.kind == OperatorKind::gate_up)
            sum = l.hidden + d.x;
        if (op.kind == OperatorKind::attention || op.kind == OperatorKind::softmax)
            sum = std::max(l.head + d.head, l.tokens + d.x);
        if (op.kind == OperatorKind::out_proj)
            sum = l.query() + d.y;
        if (op.kind == OperatorKind::down)
            sum = l.ffn + d.y;
        if (op.kind == OperatorKind::state || op.kind == OperatorKind::convolution)
            sum = std::max(l.state.keys + d.x, l.state.taps + d.y);
        if (l.mixer == Mixer::recurrence && (op.kind == OperatorKind::out_proj || op.kind == OperatorKind::norm))
            sum = std::max(sum, l.state.values() + d.y);
        roundings += sum + at_end;
    }
    return lambda * std::sqrt(roundings) * u;
}

float rounded_to_fp16(float x)
{
    constexpr int significant = 11, smallest = -24; // bits; the exponent of the smallest subnormal
    if (x == 0.0f || !std::isfinite(x))
        return x;
    int exponent = 0;
    std::frexp(x, &exponent); // |x| in [2^(exponent-1), 2^exponent)
    int const   last    = std::max(exponent - significant, smallest);
    float const rounded = std::ldexp(std::nearbyint(std::ldexp(x, -last)), last);
    return std::abs(rounded) > 65504.0f ? std::copysign(std::numeric_limits<float>::infinity(), x) : rounded;
}

} // namespace scribeline::workloads
