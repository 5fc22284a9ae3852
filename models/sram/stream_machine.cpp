// Walks through the operators: bytes over the rate, arithmetic over its rate, the larger of the two.
#include "models/sram/stream_machine.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
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

enum class Phase { decode, prefill };

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

// Pieces of work go through the stages one after another: of decode, shares of the batch; of prefill, parts of prompts.
struct Pieces {
    double        tokens = 1; // of one piece
    double        rows   = 1; // of it that the output projection needs
    std::uint64_t count  = 1;
};

Pieces pieces_of_decode(StreamMachine const& machine, std::uint64_t batch)
{
    auto const sequences = static_cast<double>((batch + machine.stages - 1) / machine.stages);
    auto const count     = static_cast<std::uint64_t>(std::ceil(static_cast<double>(batch) / sequences));
    return {sequences, sequences, count};
}

Pieces pieces_of_prefill(workloads::DecodeStep const& step, std::uint64_t batch, std::uint32_t parts_of_prompt)
{
    return {static_cast<double>(step.context) / parts_of_prompt, 1, batch * parts_of_prompt};
}

class StreamStep {
  public:
    StreamStep(workloads::DecodeStep const& step, configs::Parameters const& p, std::uint64_t batch, Phase phase,
               Pieces const& pieces)
        : step_{step}, energy_{p.device_energy}, machine_{stream_machine(p, step)}, phase_{phase}, pieces_{pieces},
          batch_{batch}
    {
    }

    StepOutcome run()
    {
        for (auto const& kind : step_.kinds)
            for (auto const& op : kind.operators)
                add(op, kind.layers, machine_.group);
        auto const once = std::max(1U, layers_worth_of_once(step_)) * machine_.group;
        for (auto const& op : step_.once)
            add(op, 1, std::min(once, machine_.devices));
        add_transfers();
        return finish();
    }

  private:
    // Of decode, the token of one piece: others are in other stages meanwhile. Of prefill, all pieces: the first passes
    // all stages, and each other one follows a stage's time later.
    double times_through() const
    {
        return phase_ == Phase::decode ? 1.0 : 1 + (static_cast<double>(pieces_.count) - 1) / machine_.stages;
    }

    static Seconds& part(StepOperator& entry, StepPart which) { return entry.parts[static_cast<std::size_t>(which)]; }

    void add(Operator const& op, std::uint64_t times, std::uint32_t devices)
    {
        // Of the output projection and the sampling, the last token of each prompt is enough.
        auto const last  = op.kind == OperatorKind::lm_head || op.kind == OperatorKind::sampling;
        auto const rows  = last ? pieces_.rows : pieces_.tokens;
        auto       entry = StepOperator{op.name, times, {}, {}, {}, {}, {}};
        auto const whole = phase_ == Phase::prefill;
        auto const runs  = static_cast<double>(times) * (last && whole ? 1.0 : times_through());
        auto const count = static_cast<double>(times) * static_cast<double>(last && whole ? batch_ : pieces_.count);
        auto const table = op.kind == OperatorKind::embed; // one row of it for every token
        auto const read  = Bytes{op.bytes_weights * (table ? rows : 1.0)};
        // A piece of a prompt reads the keys and values before it, half of them on average, once for all its tokens.
        auto const attends =
            whole && (op.kind == OperatorKind::attention || op.kind == OperatorKind::softmax) ? 0.5 : 1.0;
        auto const kv    = Bytes{op.bytes_kv * (attends < 1 ? attends : rows)};
        auto const flops = Flops{op.flops * rows * attends};

        auto const rate       = machine_.rate * static_cast<double>(devices);
        auto const arithmetic = flops / (machine_.arithmetic * static_cast<double>(devices));
        auto const memory     = (read + kv) / rate;
        auto const kind = kv.value() > 0 ? StepPart::kv : read.value() > 0 ? StepPart::weights : StepPart::vectors;
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
        outcome_.operators.push_back(std::move(entry));
    }

    void add_transfers()
    {
        auto const hops = machine_.stages - 1.0;
        if (hops <= 0)
            return;
        auto       entry  = StepOperator{"stage_transfer", machine_.stages - 1, {}, {}, {}, {}, {}};
        auto const vector = Bytes{pieces_.tokens * step_.shape.hidden * activation_bytes};
        part(entry, StepPart::transfer) =
            (machine_.link_latency + vector / machine_.link_bandwidth) * (hops * times_through());
        entry.linked = vector * (hops * static_cast<double>(pieces_.count));
        outcome_.operators.push_back(std::move(entry));
    }

    StepOutcome finish()
    {
        auto& o    = outcome_;
        o.what     = phase_ == Phase::decode ? "decode" : "prefill";
        o.batch    = batch_;
        o.context  = step_.context;
        o.devices  = machine_.devices;
        o.tensor   = machine_.group;
        o.pipeline = machine_.stages;
        o.notes    = step_.notes;

        // The compiler spreads what is held evenly.
        auto const devices = static_cast<double>(machine_.devices);
        auto const held    = held_by_layers(step_) + held_by(step_.once);
        auto const kv = step_.shape.kv_bytes_per_token(step_.kv_bits) * static_cast<double>(batch_) * step_.context;
        o.footprint   = {Bytes{held / devices}, Bytes{kv / devices}, Bytes{}, machine_.memory, Bytes{}, Bytes{}};
        close_books(o, machine_.engine);

        auto const moved   = o.weights + o.kv; // vectors stay in registers and buffers
        o.bandwidth_share  = ratio(moved, machine_.peak_rate * o.floor * devices);
        o.arithmetic_share = ratio(o.flops, machine_.peak_arithmetic * o.floor * devices);
        o.energy_at_most   = machine_.power * o.floor * devices;
        o.energy           = device_energy(o, moved, energy_, step_.weight_bits);
        return std::move(o);
    }

    workloads::DecodeStep const& step_;
    configs::DeviceEnergyParams  energy_;
    StreamMachine                machine_;
    Phase                        phase_;
    Pieces                       pieces_;
    std::uint64_t                batch_;
    StepOutcome                  outcome_;
};

} // namespace

StreamMachine stream_machine(configs::Parameters const& p, workloads::DecodeStep const& step)
{
    using configs::MachineKind;
    auto const narrow = step.weight_bits <= 8;
    if (p.machine.kind == MachineKind::plain) {
        auto const peak   = narrow ? p.plain.peak_8 : p.plain.peak_16;
        auto const stages = std::min(p.plain.devices, step.shape.layers);
        return {stages,
                1,
                stages,
                p.plain.memory,
                p.plain.bandwidth,
                p.plain.bandwidth * p.plain.bandwidth_share.value,
                peak * p.plain.arithmetic_share.value,
                peak,
                p.plain.operator_fixed,
                p.plain.link_bandwidth,
                p.plain.link_latency,
                p.plain.power,
                p.serving.engine_overhead};
    }
    if (p.machine.kind != MachineKind::sram)
        throw configs::UserError{configs::Exit::bad_config,
                                 "machine.kind: only 'sram' and 'plain' are machines of this sort"};

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
    auto const peak = narrow ? p.sram.peak_8 : p.sram.peak_16;
    return {p.sram.chips,
            group,
            std::min(p.sram.chips / group, units),
            p.sram.memory,
            p.sram.bandwidth,
            p.sram.bandwidth * p.sram.bandwidth_share.value,
            peak * p.sram.arithmetic_share.value,
            peak,
            p.sram.operator_fixed,
            p.sram.link_bandwidth,
            p.sram.link_latency,
            p.sram.power,
            p.serving.engine_overhead};
}

StepOutcome decode_on_stream(workloads::DecodeStep const& step, configs::Parameters const& p, std::uint64_t batch)
{
    SCRIBELINE_EXPECT(batch > 0);
    return StreamStep{step, p, batch, Phase::decode, pieces_of_decode(stream_machine(p, step), batch)}.run();
}

StepOutcome prefill_on_stream(workloads::DecodeStep const& step, configs::Parameters const& p, std::uint64_t batch)
{
    SCRIBELINE_EXPECT(batch > 0);
    // More parts fill the pipeline, and read the weights more often: the fastest of the powers of two.
    constexpr std::uint32_t most_parts = 1024;
    auto                    best       = std::optional<StepOutcome>{};
    for (std::uint32_t parts = 1; parts <= std::min(most_parts, step.context); parts *= 2) {
        auto outcome = StreamStep{step, p, batch, Phase::prefill, pieces_of_prefill(step, batch, parts)}.run();
        if (!best || outcome.floor < best->floor)
            best = std::move(outcome);
    }
    return *best;
}

} // namespace scribeline::models
