// A running state: heads are divided among the GPUs of a stage, keys held more than once where there are fewer of them.
// One kernel decays, recalls, updates and reads (as the recurrent kernels of flash-linear-attention do); prompts go
// through it in chunks of tokens, on tensor cores.
#include "models/gpu/forms/families/family.hpp"

#include "configs/units/whole.hpp"

#include <algorithm>

namespace scribeline::models {

namespace {

using workloads::Operator;
using workloads::StateRule;
using Id = workloads::OperatorId;

// Tokens of a chunk: flash-linear-attention and the kernels of Mamba-2 take 64 to 256.
constexpr double chunk = 64;

workloads::Recurrence const& of(KernelWriter const& w) { return w.shape().recurrence; }

std::uint64_t key_heads_of_one(KernelWriter const& w) { return std::max(1U, of(w).key_heads / w.tensor()); }

double kv_copies(GpuPlan const&, workloads::ModelShape const&, workloads::LayerKind const&) { return 1; }

bool state_in(KernelWriter& w, StepOperator& entry, Operator const&)
{
    auto const& r    = of(w);
    auto const  keys = r.rule == StateRule::none ? 0 : 2 * key_heads_of_one(w) * r.key_dim;
    auto const  own  = (r.value_width() + r.gates() + std::uint64_t{r.controls} * r.value_heads) / w.tensor();
    w.product(entry, w.rows(), own + keys + r.decay_rank + r.gate_rank, w.hidden());
    return true;
}

bool state_rates(KernelWriter& w, StepOperator& entry, Operator const&)
{
    auto const& r = of(w);
    if (r.decay_rank != 0)
        w.product(entry, w.rows(), key_heads_of_one(w) * r.key_dim, r.decay_rank);
    if (r.gate_rank != 0)
        w.product(entry, w.rows(), r.value_width() / w.tensor(), r.gate_rank);
    return true;
}

// With what is kept of the tokens before.
bool convolution(KernelWriter& w, StepOperator& entry, Operator const& op)
{
    auto const kept  = Bytes{op.bytes_kv} * static_cast<double>(w.sequences()) * w.parts_of_batch();
    entry.kv         = kept;
    entry.kv_written = kept * (1.0 / of(w).taps);
    entry.weights    = Bytes{op.bytes_weights} * w.parts_of_batch();
    w.vectors(entry, op, true, true, 0.5);
    return true;
}

// Of a token by itself, and of one in a chunk.
double flops_alone(workloads::Recurrence const& r)
{
    return (r.rule == StateRule::delta ? 7.0 : 5.0) * static_cast<double>(r.state());
}

double flops_in_chunk(workloads::Recurrence const& r)
{
    auto const heads  = static_cast<double>(r.value_heads);
    auto const inside = chunk * (r.key_dim + r.value_dim); // its scores and values, half of them masked
    auto const across = 4.0 * r.key_dim * r.value_dim;     // into the state and out of it
    auto const solved = chunk * (2.0 * r.key_dim + r.value_dim) + 2.0 * r.key_dim * r.value_dim;
    return heads * (inside + across + (r.rule == StateRule::delta ? solved : 0));
}

bool state(KernelWriter& w, StepOperator& entry, Operator const&)
{
    auto const& r    = of(w);
    auto        done = StateWork{};
    done.bytes       = Bytes{static_cast<double>(r.state()) * r.state_bits / 8};
    done.alone       = Flops{flops_alone(r)};
    done.in_chunk    = Flops{flops_in_chunk(r)};
    done.chunk       = chunk;
    entry.name       = "state";
    w.state(entry, done);
    return true;
}

bool state_norm(KernelWriter& w, StepOperator& entry, Operator const& op)
{
    w.vectors(entry, op, true, true, 1.0 / 3);
    return true;
}

bool state_out(KernelWriter& w, StepOperator& entry, Operator const&)
{
    w.product(entry, w.rows(), w.hidden(), of(w).value_width() / w.tensor());
    w.reduce(entry, w.rows() * w.hidden());
    return true;
}

bool state_sum(KernelWriter& w, StepOperator& entry, Operator const& op)
{
    w.vectors(entry, op, false, false, 1.0 / 3);
    return true;
}

} // namespace

MixerKernels const& recurrence_kernels()
{
    static auto const made = MixerKernels{workloads::Mixer::recurrence,
                                          &kv_copies,
                                          &no_copied_weights,
                                          {{Id::state_in, &state_in},
                                           {Id::state_rates, &state_rates},
                                           {Id::convolution, &convolution},
                                           {Id::state_key_norm, &in_the_same_kernel},
                                           {Id::state_recall, &in_the_same_kernel},
                                           {Id::state_update, &state},
                                           {Id::state_read, &in_the_same_kernel},
                                           {Id::state_norm, &state_norm},
                                           {Id::state_out, &state_out},
                                           {Id::state_sum, &state_sum}}};
    return made;
}

MixerKernels const& attention_and_recurrence_kernels()
{
    static auto const made = [] {
        auto both  = attention_kernels();
        auto more  = recurrence_kernels().rows;
        both.mixer = workloads::Mixer::attention_and_recurrence;
        both.rows.insert(both.rows.end(), more.begin(), more.end());
        return both;
    }();
    return made;
}

} // namespace scribeline::models
