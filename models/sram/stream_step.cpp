// Walks through the operators: bytes over the rate, arithmetic over its rate, the larger of the two.
#include "models/sram/stream_step.hpp"

#include "configs/failure.hpp"
#include "configs/units/whole.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

using configs::Bytes;
using configs::Flops;
using configs::Seconds;
using workloads::Operator;
using workloads::OperatorKind;

constexpr double activation_bytes = 2; // between devices: 16 bits

double held_by(std::vector<Operator> const& list)
{
    auto sum = 0.0;
    for (auto const& op : list)
        sum += op.bytes_held;
    return sum;
}

double held_by_layers(workloads::DecodeStep const& step)
{
    auto sum = 0.0;
    for (auto const& kind : step.kinds)
        sum += kind.layers * held_by(kind.operators);
    return sum;
}

// Embedding and output projection weigh as much as so many layers.
std::uint32_t layers_worth_of_once(workloads::DecodeStep const& step)
{
    return static_cast<std::uint32_t>(std::ceil(held_by(step.once) * step.shape.layers / held_by_layers(step)));
}

// Work goes through the stages in pieces, one after another: of decode, shares of the batch; of prefill, parts of
// prompts.
struct Pieces {
    bool          prompts   = false;
    std::uint64_t count     = 1;
    double        tokens    = 1; // of one piece
    double        logits    = 1; // of it that the output projection is for
    double        sequences = 1; // whose caches a piece reads
    double        attended  = 1; // of the context of the step, by a token in the mean
};

std::uint64_t sequences_that_decode(StepWork const& work)
{
    auto sum = std::uint64_t{0};
    for (auto const& group : work.decode)
        sum += group.count;
    for (auto const& group : work.verify)
        sum += group.count;
    return sum;
}

Pieces pieces_of_decode(StreamMachine const& machine, StepWork const& work)
{
    auto tokens = std::uint64_t{0};
    for (auto const& group : work.decode)
        tokens += group.count;
    for (auto const& group : work.verify)
        tokens += group.count * group.tokens;
    auto const all       = sequences_that_decode(work);
    auto const sequences = configs::ceil_divide(all, std::uint64_t{machine.stages});
    auto const of_one    = static_cast<double>(sequences) * static_cast<double>(tokens) / static_cast<double>(all);
    return {false, configs::ceil_divide(all, sequences), of_one, of_one, static_cast<double>(sequences), 1};
}

// Parts of every prompt, behind `before` tokens. A token attends to those and to half of its prompt, on average.
Pieces pieces_of_prefill(PrefillGroup const& group, std::uint32_t parts)
{
    auto const tokens = static_cast<double>(group.tokens), before = static_cast<double>(group.before);
    return {true, group.count * parts, tokens / parts, 1, 1, (before + tokens / 2) / (before + tokens)};
}

// The operators of a step whose context is that of its sequences.
class StreamPass {
  public:
    StreamPass(workloads::DecodeStep const& step, StreamMachine const& machine, Pieces const& pieces,
               std::uint64_t sequences)
        : step_{step}, machine_{machine}, pieces_{pieces}, sequences_{sequences}
    {
    }

    std::vector<StepOperator> run()
    {
        for (auto const& kind : step_.kinds)
            for (auto const& op : kind.operators)
                add(op, kind.layers, machine_.group);
        auto const once = std::max(1U, layers_worth_of_once(step_)) * machine_.group;
        for (auto const& op : step_.once)
            add(op, 1, std::min(once, machine_.devices));
        add_transfers();
        return std::move(operators_);
    }

  private:
    // Of decode, the token of one piece: others are in other stages meanwhile. Of prefill, all pieces: the first passes
    // all stages, and each other one follows a stage's time later.
    double times_through() const
    {
        return pieces_.prompts ? 1 + (static_cast<double>(pieces_.count) - 1) / machine_.stages : 1.0;
    }

    static Seconds& part(StepOperator& entry, StepPart which) { return entry.parts[static_cast<std::size_t>(which)]; }

    // Bytes of keys and values: what is written, or read once for all tokens of a sequence in the piece.
    double cached(Operator const& op) const
    {
        auto const reads = op.kind == OperatorKind::attention || op.kind == OperatorKind::softmax;
        return op.bytes_kv * (reads ? pieces_.sequences * pieces_.attended : pieces_.tokens);
    }

    void add(Operator const& op, std::uint64_t times, std::uint32_t devices)
    {
        // Of the output projection and the sampling, the last token of each prompt is enough.
        auto const last    = op.kind == OperatorKind::lm_head || op.kind == OperatorKind::sampling;
        auto const rows    = last ? pieces_.logits : pieces_.tokens;
        auto const prompt  = last && pieces_.prompts;
        auto const runs    = static_cast<double>(times) * (prompt ? 1.0 : times_through());
        auto const count   = static_cast<double>(times) * static_cast<double>(prompt ? sequences_ : pieces_.count);
        auto const table   = op.kind == OperatorKind::embed; // one row of it for every token
        auto const attends = op.kind == OperatorKind::attention || op.kind == OperatorKind::softmax;
        auto const read    = Bytes{op.bytes_weights * (table ? rows : 1.0)};
        auto const kv      = Bytes{cached(op)};
        auto const flops   = Flops{op.flops * rows * (attends ? pieces_.attended : 1.0)};

        auto       entry      = StepOperator{};
        auto const rate       = machine_.rate() * static_cast<double>(devices);
        auto const arithmetic = flops / (machine_.arithmetic * static_cast<double>(devices));
        auto const memory     = (read + kv) / rate;
        auto const kind = kv.value() > 0 ? StepPart::kv : read.value() > 0 ? StepPart::weights : StepPart::vectors;
        entry.name      = op.name;
        entry.times     = times;
        part(entry, kind) += std::max(memory, arithmetic) * runs;
        part(entry, StepPart::kernel_fixed) += machine_.operator_fixed * runs;
        if (devices > 1 && (op.kind == OperatorKind::out_proj || op.kind == OperatorKind::down)) {
            // Reduce-scatter and all-gather among neighbours, by schedule: nobody waits for flags.
            auto const n      = static_cast<double>(devices);
            auto const vector = Bytes{pieces_.tokens * step_.shape.hidden * activation_bytes};
            auto const time   = machine_.link_latency * 2 + vector * (2 * (n - 1) / n) / machine_.link_bandwidth;
            part(entry, StepPart::collective) += time * runs;
            entry.linked = vector * (2 * (n - 1) * count);
        }
        entry.weights = read * count;
        entry.kv      = kv * count;
        entry.vectors = Bytes{op.bytes_activations * rows} * count;
        entry.flops   = flops * count;
        operators_.push_back(std::move(entry));
    }

    void add_transfers()
    {
        auto const hops = machine_.stages - 1.0;
        if (hops <= 0)
            return;
        auto       entry  = StepOperator{};
        auto const vector = Bytes{pieces_.tokens * step_.shape.hidden * activation_bytes};
        entry.name        = "stage_transfer";
        entry.times       = machine_.stages - 1;
        part(entry, StepPart::transfer) =
            (machine_.link_latency + vector / machine_.link_bandwidth) * (hops * times_through());
        entry.linked = vector * (hops * static_cast<double>(pieces_.count));
        operators_.push_back(std::move(entry));
    }

    workloads::DecodeStep const& step_;
    StreamMachine const&         machine_;
    Pieces                       pieces_;
    std::uint64_t                sequences_;
    std::vector<StepOperator>    operators_;
};

configs::Seconds sum_of(std::vector<StepOperator> const& operators)
{
    auto sum = configs::Seconds{};
    for (auto const& op : operators)
        sum += models::sum_of(op.parts);
    return sum;
}

workloads::DecodeStep at_context(workloads::DecodeStep const& step, configs::WorkloadParams w, std::uint64_t context)
{
    w.context = static_cast<std::uint32_t>(context);
    return workloads::decode_step(step.shape, w);
}

// More parts fill the pipeline, and read the weights more often: the fastest of the powers of two.
std::vector<StepOperator> fastest_prefill(StreamMachine const& machine, workloads::DecodeStep const& step,
                                          configs::Parameters const& p, PrefillGroup const& group)
{
    constexpr std::uint64_t most_parts = 1024;
    auto const              at         = at_context(step, p.workload, group.before + group.tokens);
    auto                    best       = std::vector<StepOperator>{};
    for (std::uint32_t parts = 1; parts <= std::min(most_parts, group.tokens); parts *= 2) {
        auto operators = StreamPass{at, machine, pieces_of_prefill(group, parts), group.count}.run();
        if (best.empty() || sum_of(operators) < sum_of(best))
            best = std::move(operators);
    }
    return best;
}

// Tokens in all caches when the step is done.
double cached_tokens(StepWork const& work)
{
    auto sum = std::uint64_t{0};
    for (auto const& group : work.decode)
        sum += group.count * group.context;
    for (auto const& group : work.verify)
        sum += group.count * (group.context + group.tokens - 1);
    for (auto const& group : work.prefill)
        sum += group.count * (group.before + group.tokens);
    return static_cast<double>(sum);
}

void sum_up(StepOutcome& o, StreamMachine const& machine, workloads::DecodeStep const& step,
            configs::Parameters const& p, StepWork const& work)
{
    auto const devices = static_cast<double>(machine.devices);
    o.batch            = work.sequences();
    o.context  = static_cast<std::uint64_t>(std::ceil(cached_tokens(work) / static_cast<double>(work.sequences())));
    o.devices  = machine.devices;
    o.tensor   = machine.group;
    o.pipeline = machine.stages;
    o.notes    = step.notes;

    // The compiler spreads what is held evenly.
    auto const held      = held_by_layers(step) + held_by(step.once);
    auto const kv        = step.shape.kv_bytes_per_token(step.kv_bits) * cached_tokens(work);
    o.footprint.weights  = Bytes{held / devices};
    o.footprint.kv       = Bytes{kv / devices};
    o.footprint.capacity = machine.memory;
    close_books(o, machine.engine);

    auto const moved   = o.weights + o.kv; // vectors stay in registers and buffers
    o.bandwidth_share  = ratio(moved, machine.peak_rate * o.floor * devices);
    o.arithmetic_share = ratio(o.flops, machine.peak_arithmetic * o.floor * devices);
    o.energy_at_most   = machine.power * o.floor * devices;
    o.energy           = device_energy(o, moved, p.device_energy, step.weight_bits);
}

} // namespace

StreamMachine plain_accelerators(configs::Parameters const& p, workloads::DecodeStep const& step)
{
    auto machine            = StreamMachine{};
    machine.devices         = std::min(p.plain.devices, step.shape.layers);
    machine.group           = 1;
    machine.stages          = machine.devices;
    machine.memory          = p.plain.memory;
    machine.peak_rate       = p.plain.bandwidth;
    machine.sustained       = p.plain.bandwidth_share.value;
    machine.peak_arithmetic = step.weight_bits <= 8 ? p.plain.peak_8 : p.plain.peak_16;
    machine.arithmetic      = machine.peak_arithmetic * p.plain.arithmetic_share.value;
    machine.operator_fixed  = p.plain.operator_fixed;
    machine.link_bandwidth  = p.plain.link_bandwidth;
    machine.link_latency    = p.plain.link_latency;
    machine.power           = p.plain.power;
    machine.engine          = p.serving.engine_overhead;
    return machine;
}

StreamMachine sram_rack(configs::Parameters const& p, workloads::DecodeStep const& step)
{
    // All layers, and what weighs as much as so many more, on chips of their own where there are enough.
    auto const units = step.shape.layers + layers_worth_of_once(step);
    auto const group = p.sram.group != 0 ? p.sram.group : std::max(1U, p.sram.chips / units);
    if (p.sram.group != 0 && std::uint64_t{group} * units > p.sram.chips && group > 1)
        throw configs::UserError{
            configs::Exit::bad_config,
            fmt::format("sram.group = {}: {} chips make {} groups, and {} needs {} (its layers, embedding and output "
                        "projection). Choose at most {}, or 0",
                        group, p.sram.chips, p.sram.chips / group, step.shape.name, units,
                        std::max(1U, p.sram.chips / units))};
    auto machine            = StreamMachine{};
    machine.devices         = p.sram.chips;
    machine.group           = group;
    machine.stages          = std::min(p.sram.chips / group, units);
    machine.memory          = p.sram.memory;
    machine.peak_rate       = p.sram.bandwidth;
    machine.sustained       = p.sram.bandwidth_share.value;
    machine.peak_arithmetic = step.weight_bits <= 8 ? p.sram.peak_8 : p.sram.peak_16;
    machine.arithmetic      = machine.peak_arithmetic * p.sram.arithmetic_share.value;
    machine.operator_fixed  = p.sram.operator_fixed;
    machine.link_bandwidth  = p.sram.link_bandwidth;
    machine.link_latency    = p.sram.link_latency;
    machine.power           = p.sram.power;
    machine.engine          = p.serving.engine_overhead;
    return machine;
}

StepOutcome step_on_stream(StreamMachine const& machine, workloads::DecodeStep const& step,
                           configs::Parameters const& p, StepWork const& work)
{
    SCRIBELINE_EXPECT(work.tokens() > 0);
    auto o = StepOutcome{};
    o.what = work.prefill.empty() ? "decode" : sequences_that_decode(work) == 0 ? "prefill" : "mixed";
    if (auto const sequences = sequences_that_decode(work); sequences > 0) {
        auto decode = work;
        decode.prefill.clear();
        auto const context =
            static_cast<std::uint64_t>(std::ceil(cached_tokens(decode) / static_cast<double>(sequences)));
        o.operators =
            StreamPass{at_context(step, p.workload, context), machine, pieces_of_decode(machine, decode), sequences}
                .run();
    }
    for (auto const& group : work.prefill) {
        auto prompts = fastest_prefill(machine, step, p, group);
        std::move(prompts.begin(), prompts.end(), std::back_inserter(o.operators));
    }
    sum_up(o, machine, step, p, work);
    return o;
}

} // namespace scribeline::models
