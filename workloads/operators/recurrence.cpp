// A running state in place of keys and values. Of every head it is a matrix, key_dim x value_dim, that each token
// decays and adds to; what it keeps does not grow with the context.
//
//     state_in -> (state_rates ->) convolution -> (state_key_norm -> state_recall ->) state_update -> state_read
//         -> state_norm -> state_out
//
//     sum     S = a S + k v^T                     Mamba-2 (arXiv 2405.21060), lightning attention (arXiv 2401.04658)
//     delta   S = a S + b k (v - (a S)^T k)^T     gated delta net (arXiv 2412.06464), Kimi delta attention (2510.26692)
//     none    the convolution is all there is     LFM2
//
// with y = S^T q behind it, and the gate on what the norm makes of y. Mamba calls q, k and v by C, B and x.
#include "workloads/operators/families.hpp"

#include <algorithm>

namespace scribeline::workloads {

namespace {

using Id = OperatorId;

std::uint64_t weights(ModelShape const& shape, LayerKind const&)
{
    auto const& r      = shape.recurrence;
    auto const  hidden = std::uint64_t{shape.hidden};
    return hidden * r.inputs() + r.decay_rank * (hidden + r.key_width()) + r.gate_rank * (hidden + r.value_width()) +
           r.taps * r.mixed() + r.value_width() * hidden;
}

Kept kept(ModelShape const& shape, LayerKind const&)
{
    auto const& r = shape.recurrence;
    return {0, r.state(), (std::max(1U, r.taps) - 1) * r.mixed()};
}

// The rate of decay of every element of a key, and the gate, where they come out of short vectors.
OperatorId add_rates(ModelShape const& shape, OperatorList& list, OperatorId input)
{
    auto const& r  = shape.recurrence;
    auto const  up = double{1} * r.decay_rank * static_cast<double>(r.key_width()) +
                    double{1} * r.gate_rank * static_cast<double>(r.value_width());
    auto const both =
        static_cast<double>((r.decay_rank != 0 ? r.key_width() : 0) + (r.gate_rank != 0 ? r.value_width() : 0));
    if (up == 0)
        return input;
    list.matrices(Id::state_rates, OperatorKind::heads, WeightPart::attention, up, up,
                  r.decay_rank + r.gate_rank + both, input);
    return Id::state_rates;
}

OperatorId add_convolution(ModelShape const& shape, OperatorList& list, OperatorId input)
{
    auto const& r = shape.recurrence;
    if (r.taps < 2)
        return input;
    auto const mixed = static_cast<double>(r.mixed());
    auto const around =
        r.rule == StateRule::none ? 2 * mixed : flops_of(Activation::silu) * mixed; // two gates, or SiLU
    auto& op = list.matrices(Id::convolution, OperatorKind::convolution, WeightPart::attention, r.taps * mixed,
                             r.taps * mixed, 2 * mixed, input);
    op.flops += around;
    op.bytes_kv = list.activations(r.taps * mixed); // those before are read, this token's is left
    return Id::convolution;
}

// What the state gives for this token, and what the token leaves in it.
OperatorId add_state(DecodeStep const& step, OperatorList& list, OperatorId input)
{
    auto const& r      = step.shape.recurrence;
    auto const  values = static_cast<double>(r.value_width());
    auto const  keys   = static_cast<double>(r.key_width());
    auto const  state  = static_cast<double>(r.state());
    auto const  bytes  = state * r.state_bits / 8;
    auto const  delta  = r.rule == StateRule::delta;
    auto        before = input;
    if (delta) {
        before                   = list.norm(Id::state_key_norm, Norm::rms, 2 * keys, before);
        auto& recall             = list.add(Id::state_recall, OperatorKind::state, {before});
        recall.flops             = 3 * state; // a decay, and a multiply-accumulate
        recall.bytes_kv          = bytes;
        recall.bytes_activations = list.activations(keys + values);
        before                   = Id::state_recall;
    }
    auto& update             = list.add(Id::state_update, OperatorKind::state, {before});
    update.flops             = delta ? 2 * state + 2 * values : 3 * state;
    update.bytes_kv          = delta ? bytes : 2 * bytes;
    update.bytes_activations = list.activations(keys + values);

    auto& read             = list.add(Id::state_read, OperatorKind::state, {Id::state_update});
    read.flops             = 2 * state;
    read.bytes_activations = list.activations(keys + values);
    return Id::state_read;
}

OperatorId add(DecodeStep const& step, LayerStep const&, OperatorList& list, OperatorId input)
{
    auto const& shape  = step.shape;
    auto const& r      = shape.recurrence;
    auto const  hidden = static_cast<double>(shape.hidden);
    auto const  values = static_cast<double>(r.value_width());

    list.matrix(Id::state_in, OperatorKind::qkv, WeightPart::attention, hidden,
                static_cast<double>(r.inputs() + r.decay_rank + r.gate_rank), input);
    auto last = add_convolution(shape, list, add_rates(shape, list, Id::state_in));
    if (r.rule != StateRule::none)
        last = add_state(step, list, last);
    if (r.norm_groups != 0 || (r.gated && r.rule != StateRule::none)) { // a norm, a gate, or both
        auto&      norm  = list.add(Id::state_norm, OperatorKind::norm, {last});
        auto const gated = r.gated || r.gate_rank != 0 ? 1.0 : 0.0;
        norm.flops       = (r.norm_groups != 0 ? flops_of_norm(Norm::rms, values) : 0) +
                     gated * (flops_of(Activation::silu) + 1) * values;
        norm.bytes_activations = list.activations((2 + gated) * values);
        last                   = Id::state_norm;
    }
    list.matrix(Id::state_out, OperatorKind::out_proj, WeightPart::attention, values, hidden, last);
    return Id::state_out;
}

} // namespace

MixerFamily const recurrence{"a running state", Mixer::recurrence, &weights, &kept, &add};

// Both read the same norm, and their outputs add up (Falcon-H1).
namespace {

std::uint64_t weights_of_both(ModelShape const& shape, LayerKind const& kind)
{
    return full_attention.weights(shape, kind) + weights(shape, kind);
}

Kept kept_by_both(ModelShape const& shape, LayerKind const& kind)
{
    auto both     = kept(shape, kind);
    both.of_token = full_attention.kept(shape, kind).of_token;
    return both;
}

OperatorId add_both(DecodeStep const& step, LayerStep const& layer, OperatorList& list, OperatorId input)
{
    full_attention.add(step, layer, list, input);
    add(step, layer, list, input);
    auto& sum             = list.add(Id::state_sum, OperatorKind::residual, {Id::out_proj, Id::state_out});
    sum.flops             = step.shape.hidden;
    sum.bytes_activations = list.activations(3.0 * step.shape.hidden);
    return Id::state_sum;
}

} // namespace

MixerFamily const attention_and_recurrence{"attention beside a running state", Mixer::attention_and_recurrence,
                                           &weights_of_both, &kept_by_both, &add_both};

} // namespace scribeline::workloads
