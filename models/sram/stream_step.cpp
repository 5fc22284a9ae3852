// Walks through the operators: bytes over the rate, arithmetic over its rate, the larger of the two.
#include "models/sram/stream_step.hpp"

#include "models/serving/engine_time.hpp"

#include "configs/failure.hpp"
#include "configs/units/whole.hpp"

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

StreamLayout layout_on(StreamMachine const& machine, workloads::DecodeStep const& step)
{
    auto       layout = StreamLayout{};
    auto const layers = step.shape.layers;
    auto const stages = std::min(layers, machine.stages);
    layout.group      = machine.group;
    auto next         = 0U;
    for (std::uint32_t s = 0; s <= stages; ++s) {
        layout.first_layer.push_back(next);
        next += layers / stages + (s < layers % stages ? 1 : 0);
    }
    layout.head_hops  = machine.stages - stages;
    layout.head_chips = std::min(std::max(1U, layers_worth_of_once(step)) * machine.group, machine.devices);
    auto const used   = std::max(machine.stages * machine.group, layout.head_chips);
    layout.head_first = used - layout.head_chips;
    return layout;
}

// The operators of a step whose context is that of its sequences.
class StreamPass {
  public:
    StreamPass(workloads::DecodeStep const& step, StreamMachine const& machine, Pieces const& pieces,
               std::uint64_t sequences)
        : step_{step}, machine_{machine}, pieces_{pieces}, sequences_{sequences}
    {
        program_.layout = layout_on(machine, step);
        program_.pieces = pieces.prompts ? pieces.count : 1; // of decode, one: others are in other stages meanwhile
        program_.pieces_of_a_prompt = pieces.prompts ? pieces.count / sequences : 1;
        program_.vector             = vector();
        for (std::uint32_t layer = 0; layer < step.shape.layers; ++layer)
            program_.kind_of.push_back(step.shape.kind_of(layer));
    }

    void run()
    {
        auto of_kind = std::vector<Seconds>{}; // a layer of it
        auto first   = std::vector<std::size_t>{0};
        for (auto const& kind : step_.kinds) {
            program_.kinds.emplace_back();
            chosen_ = step_.shape.chosen_by(kind.kind);
            for (auto const& op : kind.operators)
                add(op, kind.layers, machine_.group, program_.kinds.back());
            of_kind.push_back(time_of(first.back(), operators_.size()));
            first.push_back(operators_.size());
        }
        for (auto const& op : step_.once) {
            auto const embeds = op.kind == OperatorKind::embed;
            add(op, 1, embeds ? machine_.group : program_.layout.head_chips, embeds ? program_.before : program_.after);
        }
        auto const busiest = busiest_stage(of_kind);
        for (std::size_t kind = 0; kind < of_kind.size(); ++kind)
            for (auto i = first[kind]; i < first[kind + 1]; ++i)
                scale(operators_[i], step_.kinds[kind].layers + behind_the_first() * layers_in(busiest, kind));
        // A head on devices of the layers keeps them from the prompt that follows.
        auto const heads = pieces_.prompts && program_.layout.shares_devices() ? static_cast<double>(sequences_) : 1.0;
        for (auto i = first.back(); i < operators_.size(); ++i) {
            auto const embeds = workloads::find_operator(step_.once, operators_[i].name)->kind == OperatorKind::embed;
            scale(operators_[i], embeds ? 1 + (busiest == 0 ? behind_the_first() : 0) : heads);
        }
        add_transfers();
    }

    std::vector<StepOperator> const& operators() const { return operators_; }
    StreamProgram const&             program() const { return program_; }

  private:
    // Pieces that follow the first one, each the time of the busiest stage later.
    double behind_the_first() const { return static_cast<double>(program_.pieces) - 1; }

    Bytes vector() const { return Bytes{pieces_.tokens * step_.shape.hidden * activation_bytes}; }

    static Seconds& part(StepOperator& entry, StepPart which) { return entry.parts[static_cast<std::size_t>(which)]; }

    static void scale(StepOperator& entry, double runs)
    {
        for (auto& each : entry.parts)
            each = each * runs;
    }

    Seconds time_of(std::size_t first, std::size_t end) const
    {
        auto sum = Seconds{};
        for (auto i = first; i < end; ++i)
            sum += models::sum_of(operators_[i].parts);
        return sum;
    }

    double layers_in(std::uint32_t stage, std::size_t kind) const
    {
        auto const& at    = program_.layout.first_layer;
        auto        count = 0.0;
        for (auto layer = at[stage]; layer < at[stage + 1]; ++layer)
            count += program_.kind_of[layer] == kind;
        return count;
    }

    std::uint32_t busiest_stage(std::vector<Seconds> const& of_kind) const
    {
        auto most    = 0U;
        auto longest = Seconds{};
        for (std::uint32_t stage = 0; stage < program_.layout.stages(); ++stage) {
            auto time = Seconds{};
            for (std::size_t kind = 0; kind < of_kind.size(); ++kind)
                time += of_kind[kind] * layers_in(stage, kind);
            if (longest < time) {
                longest = time;
                most    = stage;
            }
        }
        return most;
    }

    static bool attends(Operator const& op)
    {
        return op.kind == OperatorKind::attention || op.kind == OperatorKind::softmax ||
               op.kind == OperatorKind::index || op.kind == OperatorKind::index_select;
    }

    // Of what the step attends to, by a token in the mean. Where an index chooses, all but the first tokens attend to
    // as many.
    double attended(Operator const& op) const
    {
        auto const looked = op.kind == OperatorKind::attention || op.kind == OperatorKind::softmax;
        return looked && chosen_ != 0 && chosen_ < step_.context ? 1.0 : pieces_.attended;
    }

    // Bytes of keys and values: what is written, or read once for all tokens of a sequence in the piece.
    double cached(Operator const& op) const
    {
        if (op.kind == OperatorKind::state || op.kind == OperatorKind::convolution) // as much whatever the context
            return op.bytes_kv * pieces_.sequences;
        return op.bytes_kv * (attends(op) ? pieces_.sequences * attended(op) : pieces_.tokens);
    }

    // With the times of one run.
    void add(Operator const& op, std::uint64_t times, std::uint32_t devices, std::vector<StreamOperation>& operations)
    {
        // Behind the layers, the last token of each prompt is enough.
        auto const last = &operations == &program_.after;
        auto const rows = last ? pieces_.logits : pieces_.tokens;
        auto const count =
            static_cast<double>(times) * static_cast<double>(last && pieces_.prompts ? sequences_ : pieces_.count);
        auto const table = op.kind == OperatorKind::embed; // one row of it for every token
        auto const read  = Bytes{op.bytes_weights * (table ? rows : 1.0)};
        auto const kv    = Bytes{cached(op)};
        auto const flops = Flops{op.flops * rows * (attends(op) ? attended(op) : 1.0)};

        auto       entry      = StepOperator{};
        auto const rate       = machine_.rate() * static_cast<double>(devices);
        auto const arithmetic = flops / (machine_.arithmetic * static_cast<double>(devices));
        auto const memory     = (read + kv) / rate;
        auto const kind      = kv.value() > 0 ? StepPart::kv : read.value() > 0 ? StepPart::weights : StepPart::vectors;
        auto       operation = StreamOperation{kind, read, kv, op.kind == OperatorKind::kv_write, arithmetic, {}};
        entry.name           = op.name;
        entry.times          = times;
        part(entry, kind) += std::max(memory, arithmetic);
        part(entry, StepPart::kernel_fixed) += machine_.operator_fixed;
        if (devices > 1 && (op.kind == OperatorKind::out_proj || op.kind == OperatorKind::down)) {
            // Reduce-scatter and all-gather among neighbours, by schedule: nobody waits for flags.
            auto const n      = static_cast<double>(devices);
            operation.reduced = vector();
            part(entry, StepPart::collective) +=
                machine_.link_latency * 2 + vector() * (2 * (n - 1) / n) / machine_.link_bandwidth;
            entry.linked = vector() * (2 * (n - 1) * count);
        }
        entry.weights = read * count;
        entry.kv      = kv * count;
        entry.vectors = Bytes{op.bytes_activations * rows} * count;
        entry.flops   = flops * count;
        operators_.push_back(std::move(entry));
        operations.push_back(operation);
    }

    // Beside the work of the group that sends.
    void add_transfers()
    {
        auto const hops = static_cast<double>(program_.layout.hops());
        if (hops <= 0)
            return;
        auto entry                      = StepOperator{};
        entry.name                      = "stage_transfer";
        entry.times                     = program_.layout.hops();
        part(entry, StepPart::transfer) = (machine_.link_latency + vector() / machine_.link_bandwidth) * hops;
        entry.linked                    = vector() * (hops * static_cast<double>(pieces_.count));
        operators_.push_back(std::move(entry));
    }

    workloads::DecodeStep const& step_;
    StreamMachine const&         machine_;
    Pieces                       pieces_;
    std::uint64_t                sequences_;
    std::vector<StepOperator>    operators_;
    StreamProgram                program_;
    std::uint32_t                chosen_ = 0; // tokens, by an index of the layers at hand
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

void append(StreamStep& to, StreamPass const& pass)
{
    to.form.operators.insert(to.form.operators.end(), pass.operators().begin(), pass.operators().end());
    to.programs.push_back(pass.program());
}

// More parts fill the pipeline, and read the weights more often: the fastest of the powers of two.
void append_fastest_prefill(StreamStep& to, StreamMachine const& machine, workloads::DecodeStep const& step,
                            configs::Parameters const& p, PrefillGroup const& group)
{
    constexpr std::uint64_t most_parts = 1024;
    auto const              at         = at_context(step, p.workload, group.before + group.tokens);
    auto                    best       = std::optional<StreamPass>{};
    for (std::uint32_t parts = 1; parts <= std::min(most_parts, group.tokens); parts *= 2) {
        auto pass = StreamPass{at, machine, pieces_of_prefill(group, parts), group.count};
        pass.run();
        if (!best || sum_of(pass.operators()) < sum_of(best->operators()))
            best.emplace(std::move(pass));
    }
    if (best)
        append(to, *best);
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
    auto const held = held_by_layers(step) + held_by(step.once);
    auto const kv   = step.shape.kv_bytes_per_token(step.kv_bits) * cached_tokens(work) +
                    step.shape.state_bytes(step.activation_bits) * static_cast<double>(work.sequences());
    o.footprint.weights = Bytes{held / devices};
    o.footprint.kv      = Bytes{kv / devices};
    o.footprint.state =
        Bytes{step.shape.state_bytes(step.activation_bits) * static_cast<double>(work.sequences()) / devices};
    o.footprint.capacity = machine.memory;
    close_books(o, engine_time(p, step.shape.layers).of(o.batch));

    auto const moved    = o.weights + o.kv; // vectors stay in registers and buffers
    o.bandwidth_share   = ratio(moved, machine.peak_rate * o.floor * devices);
    o.arithmetic_share  = ratio(o.flops, machine.peak_arithmetic * o.floor * devices);
    o.energy_at_most    = machine.power * o.floor * devices;
    o.energy            = device_energy(o, moved, p.device_energy, step.weight_bits, machine.power);
    o.beyond_full_power = keep_full_power(o.energy, o.energy_at_most);
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
    return machine;
}

StreamStep count_on_stream(StreamMachine const& machine, workloads::DecodeStep const& step,
                           configs::Parameters const& p, StepWork const& work)
{
    SCRIBELINE_EXPECT(work.tokens() > 0);
    auto  result = StreamStep{};
    auto& o      = result.form;
    o.what       = work.prefill.empty() ? "decode" : sequences_that_decode(work) == 0 ? "prefill" : "mixed";
    if (auto const sequences = sequences_that_decode(work); sequences > 0) {
        auto decode = work;
        decode.prefill.clear();
        auto const context =
            static_cast<std::uint64_t>(std::ceil(cached_tokens(decode) / static_cast<double>(sequences)));
        auto const at   = at_context(step, p.workload, context);
        auto       pass = StreamPass{at, machine, pieces_of_decode(machine, decode), sequences};
        pass.run();
        append(result, pass);
    }
    for (auto const& group : work.prefill)
        if (group.tokens > 0 && group.count > 0)
            append_fastest_prefill(result, machine, step, p, group);
    sum_up(o, machine, step, p, work);
    return result;
}

StepOutcome step_on_stream(StreamMachine const& machine, workloads::DecodeStep const& step,
                           configs::Parameters const& p, StepWork const& work)
{
    return count_on_stream(machine, step, p, work).form;
}

std::uint32_t StreamLayout::devices() const { return std::max(stages() * group, head_first + head_chips); }

} // namespace scribeline::models
