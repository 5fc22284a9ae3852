#include "models/gpu/forms/kernel_writer.hpp"

#include "configs/failure.hpp"
#include "configs/units/whole.hpp"
#include "models/gpu/forms/families/family.hpp"
#include "models/gpu/forms/matrix_product.hpp"
#include "models/nvlink/all_reduce.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace scribeline::models {

namespace {

// Of 32 bits in an SM, from the H100 on (CUDA programming guide); a multiply-accumulate a cycle each.
constexpr double fp32_lanes = 128;

Seconds& part(StepOperator& op, StepPart which) { return op.parts[static_cast<std::size_t>(which)]; }

void scale(StepOperator& entry, double times)
{
    for (auto& each : entry.parts)
        each = each * times;
    entry.weights = entry.weights * times;
    entry.kv      = entry.kv * times;
    entry.vectors = entry.vectors * times;
    entry.flops   = entry.flops * times;
    entry.linked  = entry.linked * times;

    entry.kv_written      = entry.kv_written * times;
    entry.vectors_written = entry.vectors_written * times;
}

} // namespace

KernelWriter::KernelWriter(workloads::DecodeStep const& step_, configs::Parameters const& p_, double sustained_share,
                           GpuPlan const& plan_, StepWork const& work)
    : step{step_}, p{p_}, device{gpu_device(p_, sustained_share)}, plan{plan_}, parts{stage_work(work, plan_)},
      batch_{work.sequences()}
{
    SCRIBELINE_EXPECT(!parts.empty());
    for (auto const& part : parts) {
        sequences_ += part.sequences;
        rows_ += part.sequences * part.tokens;
        logits_ += part.prompt ? part.sequences : part.sequences * part.tokens;
    }
}

double KernelWriter::parts_of_batch() const { return static_cast<double>(batch_) / static_cast<double>(sequences_); }

bool KernelWriter::has_prompts() const
{
    return std::any_of(parts.begin(), parts.end(), [](StageWork const& part) { return part.prompt; });
}

std::uint64_t KernelWriter::kept(std::uint64_t context) const
{
    auto const window = std::uint64_t{layer_->kind.window};
    return window == 0 ? context : std::min(window, context);
}

std::uint64_t KernelWriter::attended(std::uint64_t context) const
{
    auto const chosen = std::uint64_t{shape().chosen_by(layer_->kind)};
    return chosen == 0 ? kept(context) : std::min(chosen, kept(context));
}

void KernelWriter::add(workloads::Operator const& op, workloads::LayerStep const* layer, std::uint64_t times,
                       std::vector<StepOperator>& to)
{
    layer_           = layer;
    auto       entry = StepOperator{op.name, times, {}, {}, {}, {}, {}};
    auto const mixer = layer == nullptr ? workloads::Mixer::attention : shape().mixer_of(layer->kind);
    if (!kernels_of(op.id, mixer)(*this, entry, op))
        return;
    scale(entry, static_cast<double>(times));
    to.push_back(std::move(entry));
}

void KernelWriter::product(StepOperator& entry, std::uint64_t m, std::uint64_t n, std::uint64_t k,
                           workloads::WeightPart part_of_model) const
{
    // A checkpoint may keep its parts in different widths. Quantisation of activations is part of the kernel
    // before.
    auto const stored = step.stored.at(static_cast<std::size_t>(part_of_model));
    auto const weight = workloads::format_width(stored);
    auto const bits   = weight < 16 ? std::max(weight, 8U) : step.activation_bits;
    auto const done =
        matrix_product(device, {m, n, k, weight, bits, false, stored == weight ? 0 : stored}, Launch::graph);
    part(entry, StepPart::weights) += done.time.body;
    part(entry, StepPart::kernel_fixed) += done.time.fixed;
    entry.weights += done.weights * everywhere();
    entry.vectors += done.activations * everywhere();
    entry.vectors_written += done.written * everywhere();
    entry.flops += done.flops * everywhere();
    entry.kernels.push_back(done.work);
}

void KernelWriter::add_attention(StepOperator& entry, AttentionTime const& done) const
{
    part(entry, StepPart::kv) += done.time.body;
    part(entry, StepPart::kernel_fixed) += done.time.fixed;
    entry.kv += done.kv * everywhere();
    entry.flops += done.flops * everywhere();
    auto const bytes = done.work.bytes(); // of vectors that pass memory before the attention of a prompt
    entry.vectors += (bytes.vectors + bytes.vectors_written) * everywhere();
    entry.vectors_written += bytes.vectors_written * everywhere();
    entry.kernels.push_back(done.work);
}

// Every token of a sequence asks the same keys: as many queries more for each of them.
void KernelWriter::decode_attention_of(StepOperator& entry, DecodeAttention one, std::uint64_t tokens) const
{
    auto sequences = std::uint64_t{0}, keys = std::uint64_t{0};
    for (auto const& part : parts)
        if (!part.prompt && part.tokens == tokens) {
            sequences += part.sequences;
            keys += part.sequences * attended(part.context + tokens - 1);
        }
    one.batch = sequences;
    one.heads *= tokens;
    one.context = configs::ceil_divide(keys, sequences);
    add_attention(entry, decode_attention(device, one, Launch::graph));
}

void KernelWriter::attention(StepOperator& entry, DecodeAttention one, PrefillAttention prompt) const
{
    auto seen = std::vector<std::uint64_t>{}; // tokens of a sequence that decodes or checks
    for (auto const& each : parts) {
        if (each.prompt) {
            auto const chosen = std::uint64_t{shape().chosen_by(layer_->kind)};
            prompt.batch      = each.sequences;
            prompt.tokens     = each.tokens;
            prompt.before     = each.context - 1;
            // Where every token attends to the same number of others, pieces of as many behind half as many do.
            if (chosen != 0 && each.context - 1 + each.tokens > 2 * chosen) {
                prompt.batch  = each.sequences * configs::ceil_divide(each.tokens, chosen);
                prompt.tokens = std::min(each.tokens, chosen);
                prompt.before = chosen / 2;
            }
            add_attention(entry, prefill_attention(device, prompt, Launch::graph));
        } else if (std::find(seen.begin(), seen.end(), each.tokens) == seen.end()) {
            seen.push_back(each.tokens);
            decode_attention_of(entry, one, each.tokens);
        }
    }
}

void KernelWriter::vectors(StepOperator& entry, workloads::Operator const& op, bool divided, bool a_kernel,
                           double written) const
{
    auto const tokens = static_cast<double>(op.kind == workloads::OperatorKind::sampling ? logits_ : rows());
    auto const share  = divided ? 1.0 / plan.tensor : 1.0;
    auto const moved  = Bytes{op.bytes_activations * tokens * share};
    auto const done   = vector_kernel(device, moved, Launch::graph);
    part(entry, StepPart::vectors) += done.body;
    if (entry.kv.value() > 0)
        part(entry, StepPart::kv) += entry.kv / everywhere() / device.vector_rate();
    if (a_kernel)
        part(entry, StepPart::kernel_fixed) += done.fixed;
    entry.vectors += moved * everywhere();
    entry.vectors_written += moved * written * everywhere();
    entry.kernels.push_back(vector_work(entry, moved, written, a_kernel ? done.fixed : Seconds{}));
    entry.flops += Flops{op.flops * tokens * share} * everywhere();
}

// With what the entry has of weights and of the cache: one kernel moves both.
KernelWork KernelWriter::vector_work(StepOperator const& entry, Bytes moved, double written, Seconds fixed) const
{
    auto phase                  = KernelPhase{};
    phase.bytes.weights         = entry.weights / everywhere();
    phase.bytes.kv_written      = entry.kv_written / everywhere();
    phase.bytes.kv              = (entry.kv - entry.kv_written) / everywhere();
    phase.bytes.vectors         = moved * (1 - written);
    phase.bytes.vectors_written = moved * written;
    phase.flight                = device.vector_flight();
    return {fixed, {phase}, {}};
}

void KernelWriter::moved(StepOperator& entry, Bytes read, Bytes written) const
{
    auto phase                  = KernelPhase{};
    phase.bytes.vectors         = read;
    phase.bytes.vectors_written = written;
    phase.flight                = device.vector_flight();
    auto const done             = vector_kernel(device, read + written, Launch::graph);
    part(entry, StepPart::vectors) += done.body;
    part(entry, StepPart::kernel_fixed) += done.fixed;
    entry.vectors += (read + written) * everywhere();
    entry.vectors_written += written * everywhere();
    entry.kernels.push_back({done.fixed, {phase}, {}});
}

void KernelWriter::streamed_experts(StepOperator& entry, std::uint64_t pairs, std::uint64_t distinct,
                                    std::uint64_t weights) const
{
    auto const stored   = step.stored.at(static_cast<std::size_t>(workloads::WeightPart::experts)) / 8;
    auto const of_one   = Bytes{static_cast<double>(weights) * stored};
    auto const lanes    = device.gpu.clock * Flops{2 * fp32_lanes * static_cast<double>(device.gpu.sms)};
    auto const flops    = Flops{2.0 * static_cast<double>(pairs) * static_cast<double>(weights)};
    auto       phase    = KernelPhase{};
    phase.bytes.weights = of_one * static_cast<double>(distinct);
    phase.flight        = device.vector_flight();
    phase.arithmetic    = std::max(flops / lanes, of_one * static_cast<double>(pairs) / device.gpu.l2_bandwidth);
    auto const work     = KernelWork{device.launch(Launch::graph), {phase}, {}};
    part(entry, StepPart::weights) += time_alone(work, device.stream_rate()) - work.fixed;
    part(entry, StepPart::kernel_fixed) += work.fixed;
    entry.weights += phase.bytes.weights * everywhere();
    entry.flops += flops * everywhere();
    entry.kernels.push_back(work);
}

// A closed loop of reads, as of keys; what is computed are products alone.
void KernelWriter::score_index(StepOperator& entry, std::uint32_t heads, std::uint32_t dim) const
{
    auto keys = 0.0, pairs = 0.0; // read; asked by a token
    for (auto const& part : parts) {
        auto const before = static_cast<double>(kept(part.context - 1));
        auto const tokens = static_cast<double>(part.tokens), each = static_cast<double>(part.sequences);
        keys += each * (before + tokens);
        pairs += each * tokens * (before + (tokens + 1) / 2);
    }
    auto const bits        = step.kv_bits < 16 ? 8U : 16U;
    auto const read        = Bytes{keys * dim * step.kv_bits / 8};
    auto const own         = Bytes{static_cast<double>(rows_) * dim * step.kv_bits / 8};
    auto const flops       = Flops{2.0 * heads * dim * pairs};
    auto       phase       = KernelPhase{};
    phase.bytes.kv         = read;
    phase.bytes.kv_written = own;
    phase.flight           = device.vector_flight();
    phase.arithmetic       = flops / device.products(bits);
    auto const work        = KernelWork{device.launch(Launch::graph), {phase}, {}};
    part(entry, StepPart::kv) += time_alone(work, device.stream_rate()) - work.fixed;
    part(entry, StepPart::kernel_fixed) += work.fixed;
    entry.kv += (read + own) * everywhere();
    entry.kv_written += own * everywhere();
    entry.flops += flops * everywhere();
    entry.kernels.push_back(work);
}

void KernelWriter::state(StepOperator& entry, StateWork const& work) const
{
    auto       moved = Bytes{};
    auto       flops = Flops{};
    auto       time  = Seconds{};
    auto const lanes = device.gpu.clock * Flops{2 * fp32_lanes * static_cast<double>(device.gpu.sms)};
    for (auto const& each : parts) {
        auto const sequences = static_cast<double>(each.sequences), tokens = static_cast<double>(each.tokens);
        auto const chunked = each.prompt && tokens > 1;
        auto const done    = (chunked ? work.in_chunk : work.alone) * (sequences * tokens);
        moved += work.bytes * (sequences * (chunked ? std::ceil(tokens / work.chunk) : 1));
        flops += done;
        time += chunked ? done / device.products(16) : done / lanes;
    }
    auto const share       = 1.0 / plan.tensor;
    auto       phase       = KernelPhase{};
    phase.bytes.kv         = moved * share;
    phase.bytes.kv_written = moved * share;
    phase.flight           = device.vector_flight();
    phase.arithmetic       = time * share;
    auto const kernel      = KernelWork{device.launch(Launch::graph), {phase}, {}};
    part(entry, StepPart::kv) += time_alone(kernel, device.stream_rate()) - kernel.fixed;
    part(entry, StepPart::kernel_fixed) += kernel.fixed;
    entry.kv += moved * (2 * share * everywhere());
    entry.kv_written += moved * (share * everywhere());
    entry.flops += flops * (share * everywhere());
    entry.kernels.push_back(kernel);
}

void KernelWriter::reduce(StepOperator& entry, std::uint64_t elements) const
{
    if (plan.tensor == 1)
        return;
    auto const vector = Bytes{static_cast<double>(elements) * activation_bytes};
    auto const done   = all_reduce(p.nvlink, p.nvlink.all_reduce, plan.tensor, vector);
    part(entry, StepPart::collective) += done.total();
    entry.reduced = vector;
    entry.linked += vector * (sent_by_one(done.algorithm, plan.tensor) * everywhere());
}

} // namespace scribeline::models
