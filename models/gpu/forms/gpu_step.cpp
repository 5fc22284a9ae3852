// Walks through the operators of a layer and of what runs once.
#include "models/gpu/forms/gpu_step.hpp"

#include "configs/failure.hpp"
#include "configs/units/whole.hpp"
#include "models/gpu/forms/attention.hpp"
#include "models/gpu/forms/matrix_product.hpp"
#include "models/gpu/forms/stage_work.hpp"
#include "models/gpu/host_offload.hpp"
#include "models/nvlink/all_reduce.hpp"
#include "workloads/expert_load.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

using workloads::Operator;
using workloads::OperatorKind;
using workloads::WeightPart;

constexpr double activation_bytes = 2; // between kernels, and in all-reduces: 16 bits

// So many tokens leave no expert out, unless almost no token chooses it.
constexpr std::uint64_t most_drawn = 4096;

Seconds& part(StepOperator& op, StepPart which) { return op.parts[static_cast<std::size_t>(which)]; }

class GpuStep {
  public:
    GpuStep(workloads::DecodeStep const& step, configs::Parameters const& p, double sustained_share,
            GpuPlan const& plan, StepWork const& work)
        : step_{step}, p_{p}, device_{gpu_device(p, sustained_share)}, plan_{plan}, work_{work},
          parts_{stage_work(work, plan)}, batch_{work.sequences()}
    {
        SCRIBELINE_EXPECT(!parts_.empty());
        for (auto const& part : parts_) {
            sequences_ += part.sequences;
            rows_ += part.sequences * part.tokens;
            logits_ += part.prompt ? part.sequences : part.sequences * part.tokens;
        }
    }

    StepOutcome run()
    {
        auto marked = std::size_t{0};
        for (auto const& layer : step_.kinds) {
            layer_ = &layer;
            for (auto const& op : layer.operators)
                add(op, layer.layers);
            auto const kind = static_cast<std::uint32_t>(&layer - step_.kinds.data());
            for (; marked < outcome_.operators.size(); ++marked)
                outcome_.operators[marked].layer_kind = kind;
        }
        for (auto const& op : step_.once)
            add(op, 1);
        add_transfers();
        // A batch of prompts is ready when its last part has passed: each part follows the time of the busiest stage
        // after the one before, the last one as much of it as it has sequences. A token of decode does not wait for the
        // other parts.
        if (has_prompts()) {
            auto const longer = 1 + (parts_of_batch() - 1) * share_of_busiest_stage();
            for (auto& op : outcome_.operators)
                for (auto& each : op.parts)
                    each = each * longer;
        }
        return finish();
    }

  private:
    // Rows of every product: tokens that one stage works on at a time.
    std::uint64_t rows() const { return rows_; }

    bool has_prompts() const { return !work_.prefill.empty(); }
    bool is_prompts() const { return work_.decode.empty() && work_.verify.empty(); }

    // Of the time of a part through all stages. The first stages have a layer more where layers do not divide; the
    // first embeds, the last has what is behind the layers, and all but that hand vectors on.
    double share_of_busiest_stage() const
    {
        auto const stages  = plan_.pipeline;
        auto const layers  = step_.shape.layers;
        auto       of_kind = std::vector<Seconds>(step_.kinds.size()); // a layer
        auto       first = Seconds{}, last = first, handing = first, all = first;
        for (auto const& op : outcome_.operators) {
            auto const  time = sum_of(op.parts);
            auto const* once = workloads::find_operator(step_.once, op.name);
            all += time;
            if (op.layer_kind)
                of_kind.at(*op.layer_kind) += time / static_cast<double>(step_.kinds.at(*op.layer_kind).layers);
            else if (once != nullptr)
                (once->kind == OperatorKind::embed ? first : last) += time;
            else if (stages > 1) // between stages
                handing += time / (stages - 1.0);
        }
        auto busiest = Seconds{};
        auto layer   = 0U;
        for (std::uint32_t s = 0; s < stages; ++s) {
            auto time = s == 0 ? first : Seconds{};
            time += s + 1 == stages ? last : handing;
            for (auto const end = layer + layers / stages + (s < layers % stages ? 1 : 0); layer < end; ++layer)
                time += of_kind.at(step_.shape.kind_of(layer));
            busiest = std::max(busiest, time);
        }
        return all.value() > 0 ? ratio(busiest, all) : 1.0 / stages;
    }

    // Of a part of the batch that goes through the pipeline: all GPUs of all stages, for the whole batch.
    double everywhere() const { return static_cast<double>(plan_.tensor) * parts_of_batch(); }
    double parts_of_batch() const { return static_cast<double>(batch_) / static_cast<double>(sequences_); }

    void add(Operator const& op, std::uint64_t times)
    {
        auto const& shape  = step_.shape;
        auto const  t      = plan_.tensor;
        auto const  hidden = std::uint64_t{shape.hidden};
        auto        entry  = StepOperator{op.name, times, {}, {}, {}, {}, {}};
        switch (op.kind) {
        case OperatorKind::qkv:
            product(entry, rows(), shape.query_width() / t + 2ULL * kv_heads_of_one(plan_, shape) * shape.head_dim,
                    hidden);
            break;
        case OperatorKind::out_proj:
            product(entry, rows(), hidden,
                    (shape.latent.kv_rank != 0 ? std::uint64_t{shape.heads} * shape.latent.value_dim
                                               : shape.query_width()) /
                        t);
            reduce(entry, rows() * hidden);
            break;
        case OperatorKind::gate_up:
            feed_forward(entry, true);
            break;
        case OperatorKind::down:
            feed_forward(entry, false);
            reduce(entry, rows() * hidden);
            break;
        case OperatorKind::router: // every GPU scores all experts
            product(entry, rows(), layer_->kind.experts, hidden, WeightPart::router);
            break;
        case OperatorKind::latent: // the heads of every GPU need all of it
            product(entry, rows(), op.name == "latent_kv" ? shape.latent.cached() : shape.latent.query_rank, hidden);
            break;
        case OperatorKind::heads:
            heads_product(entry, op.name);
            break;
        case OperatorKind::lm_head: // of the last token only; every GPU then learns the others' largest logits
            product(entry, logits_, (std::uint64_t{shape.vocabulary} + t - 1) / t, hidden,
                    shape.tied_embeddings ? WeightPart::embedding : WeightPart::lm_head);
            reduce(entry, logits_ * t);
            break;
        case OperatorKind::attention:
            if (op.name != "scores")
                return; // one kernel does scores, softmax and values
            entry.name = "attention";
            attention(entry);
            break;
        case OperatorKind::softmax:
            return;
        case OperatorKind::kv_write:
            entry.kv         = Bytes{op.bytes_kv * kv_copies()} * static_cast<double>(rows()) * parts_of_batch();
            entry.kv_written = entry.kv;
            vectors(entry, op, true, false); // by the kernel that rotates
            break;
        case OperatorKind::rope:
        case OperatorKind::activation:
            vectors(entry, op, true, true);
            break;
        case OperatorKind::residual:
            vectors(entry, op, false, false); // by the norm that follows
            break;
        case OperatorKind::norm:
            vectors(entry, op, op.name == "qk_norm", true);
            break;
        case OperatorKind::embed:
            // Rows of the table are spread over the GPUs: one of them has it.
            entry.weights = Bytes{op.bytes_weights} * static_cast<double>(rows()) * parts_of_batch();
            vectors(entry, op, false, true);
            break;
        case OperatorKind::sampling:
            vectors(entry, op, true, true);
            break;
        }
        scale(entry, static_cast<double>(times));
        outcome_.operators.push_back(std::move(entry));
    }

    // Key heads held more than once are written more than once.
    double kv_copies() const
    {
        if (step_.shape.latent.kv_rank != 0)
            return plan_.tensor; // every GPU's heads read all of what is cached
        return static_cast<double>(kv_heads_of_one(plan_, step_.shape)) * plan_.tensor / step_.shape.kv_heads;
    }

    void product(StepOperator& entry, std::uint64_t m, std::uint64_t n, std::uint64_t k,
                 WeightPart part_of_model = WeightPart::attention)
    {
        // A checkpoint may keep its parts in different widths. Quantisation of activations is part of the kernel
        // before.
        auto const stored = step_.stored.at(static_cast<std::size_t>(part_of_model));
        auto const weight = workloads::format_width(stored);
        auto const bits   = weight < 16 ? std::max(weight, 8U) : step_.activation_bits;
        auto const done =
            matrix_product(device_, {m, n, k, weight, bits, false, stored == weight ? 0 : stored}, Launch::graph);
        part(entry, StepPart::weights) += done.time.body;
        part(entry, StepPart::kernel_fixed) += done.time.fixed;
        entry.weights += done.weights * everywhere();
        entry.vectors += done.activations * everywhere();
        entry.vectors_written += done.written * everywhere();
        entry.flops += done.flops * everywhere();
        entry.kernels.push_back(done.work);
    }

    // What all tokens pass, and the experts as one kernel over those that any token chose, each with as many rows as it
    // has tokens: cut among the GPUs as the rest is, or whole on one of them. Then the GPU with most tokens decides.
    // Every GPU has all tokens from the all-reduce before, and the one behind adds the experts up, wherever they are.
    void feed_forward(StepOperator& entry, bool widens)
    {
        auto const& kind   = layer_->kind;
        auto const  t      = plan_.tensor;
        auto const  hidden = std::uint64_t{step_.shape.hidden};
        auto const  widths = step_.shape.gated ? 2ULL : 1ULL;
        auto const  cut    = [&](std::uint64_t m, std::uint64_t width, std::uint64_t count, WeightPart weights) {
            if (width > 0)
                product(entry, m, widens ? count * widths * configs::ceil_divide(width, t) : count * hidden,
                        widens ? hidden : configs::ceil_divide(width, t), weights);
        };
        cut(rows(), kind.ffn, 1, kind.experts == 0 ? WeightPart::feed_forward : WeightPart::shared_experts);
        if (kind.experts == 0)
            return;
        auto draw        = workloads::ExpertDraw{};
        draw.experts     = kind.experts;
        draw.active      = kind.active;
        draw.tokens      = static_cast<std::uint32_t>(std::min<std::uint64_t>(rows(), most_drawn));
        draw.imbalance   = p_.workload.expert_imbalance.value;
        draw.seed        = p_.run.seed;
        draw.layers      = std::max(1U, layer_->layers);
        bool const whole = p_.gpu.experts == configs::Experts::whole;
        draw.groups      = whole ? std::min(t, kind.experts) : 1;
        auto const load  = workloads::expert_load(draw);
        auto const scale = static_cast<double>(rows()) / draw.tokens; // of tokens beyond those drawn
        auto const pairs = static_cast<std::uint64_t>(std::ceil(load.busiest * scale));
        auto const distinct =
            std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::ceil(load.distinct / draw.groups)), 1, pairs);
        if (whole)
            product(entry, configs::ceil_divide(pairs, distinct),
                    widens ? distinct * widths * kind.expert_ffn : distinct * hidden, widens ? hidden : kind.expert_ffn,
                    WeightPart::experts);
        else
            cut(configs::ceil_divide(pairs, distinct), kind.expert_ffn, distinct, WeightPart::experts);
    }

    // Of latent attention, every head on its own: its queries, and what it makes of the compressed keys and values.
    void heads_product(StepOperator& entry, std::string const& name)
    {
        auto const& shape = step_.shape;
        auto const& l     = shape.latent;
        auto const  heads = std::uint64_t{shape.heads / plan_.tensor};
        if (name == "query_up")
            product(entry, rows(), heads * shape.head_dim, l.query_rank != 0 ? l.query_rank : shape.hidden);
        else if (name == "absorb_keys")
            product(entry, rows(), heads * l.kv_rank, l.nope_dim);
        else
            product(entry, rows(), heads * l.value_dim, l.kv_rank);
    }

    // Tokens that the layer keeps of so many.
    std::uint64_t kept(std::uint64_t context) const
    {
        auto const window = std::uint64_t{layer_->kind.window};
        return window == 0 ? context : std::min(window, context);
    }

    void add_attention(StepOperator& entry, AttentionTime const& done)
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
    void decode_attention_of(StepOperator& entry, std::uint64_t tokens)
    {
        auto sequences = std::uint64_t{0}, attended = std::uint64_t{0};
        for (auto const& part : parts_)
            if (!part.prompt && part.tokens == tokens) {
                sequences += part.sequences;
                attended += part.sequences * kept(part.context + tokens - 1);
            }
        auto const& shape   = step_.shape;
        auto const  queries = std::uint64_t{shape.heads / plan_.tensor} * tokens;
        auto const  context = configs::ceil_divide(attended, sequences);
        auto const  latent  = shape.latent.kv_rank != 0;
        auto const  asked =
            latent ? DecodeAttention{sequences,           queries, 1, shape.latent.cached(), context, step_.kv_bits,
                                     shape.latent.kv_rank}
                    : DecodeAttention{sequences,     queries, kv_heads_of_one(plan_, shape), shape.head_dim, context,
                                     step_.kv_bits, 0};
        add_attention(entry, decode_attention(device_, asked, Launch::graph));
    }

    void attention(StepOperator& entry)
    {
        auto const& shape = step_.shape;
        auto const  heads = std::uint64_t{shape.heads / plan_.tensor};
        auto const  keys  = std::uint64_t{kv_heads_of_one(plan_, shape)};
        auto        seen  = std::vector<std::uint64_t>{}; // tokens of a sequence that decodes or checks
        for (auto const& each : parts_) {
            if (each.prompt)
                add_attention(entry, prefill_attention(device_,
                                                       {each.sequences, heads, keys, shape.head_dim, each.tokens,
                                                        step_.kv_bits < 16 ? 8U : 16U, each.context - 1},
                                                       Launch::graph));
            else if (std::find(seen.begin(), seen.end(), each.tokens) == seen.end()) {
                seen.push_back(each.tokens);
                decode_attention_of(entry, each.tokens);
            }
        }
    }

    // Of the vectors of an element-wise operator, as workloads/decode_step.cpp counts them: what it writes is the last
    // of two, or of three.
    double written_share(OperatorKind kind) const
    {
        switch (kind) {
        case OperatorKind::embed:
            return 1;
        case OperatorKind::sampling:
        case OperatorKind::kv_write: // into the cache, which is counted as such
            return 0;
        case OperatorKind::residual:
            return 1.0 / 3;
        case OperatorKind::activation:
            return step_.shape.gated ? 1.0 / 3 : 0.5;
        default:
            return 0.5;
        }
    }

    // `divided`: each GPU has its share of the vector; otherwise each has all of it.
    void vectors(StepOperator& entry, Operator const& op, bool divided, bool a_kernel)
    {
        auto const tokens = static_cast<double>(op.kind == OperatorKind::sampling ? logits_ : rows());
        auto const share  = divided ? 1.0 / plan_.tensor : 1.0;
        auto const moved  = Bytes{op.bytes_activations * tokens * share};
        auto const done   = vector_kernel(device_, moved, Launch::graph);
        part(entry, StepPart::vectors) += done.body;
        if (entry.kv.value() > 0)
            part(entry, StepPart::kv) += entry.kv / everywhere() / device_.vector_rate();
        if (a_kernel)
            part(entry, StepPart::kernel_fixed) += done.fixed;
        entry.vectors += moved * everywhere();
        entry.vectors_written += moved * written_share(op.kind) * everywhere();
        entry.kernels.push_back(vector_work(entry, moved, written_share(op.kind), a_kernel ? done.fixed : Seconds{}));
        entry.flops += Flops{op.flops * tokens * share} * everywhere();
    }

    // With what the entry has of weights and of the cache: one kernel moves both.
    KernelWork vector_work(StepOperator const& entry, Bytes moved, double written, Seconds fixed) const
    {
        auto phase                  = KernelPhase{};
        phase.bytes.weights         = entry.weights / everywhere();
        phase.bytes.kv_written      = entry.kv_written / everywhere();
        phase.bytes.kv              = (entry.kv - entry.kv_written) / everywhere();
        phase.bytes.vectors         = moved * (1 - written);
        phase.bytes.vectors_written = moved * written;
        phase.flight                = device_.vector_flight();
        return {fixed, {phase}, {}};
    }

    void reduce(StepOperator& entry, std::uint64_t elements)
    {
        if (plan_.tensor == 1)
            return;
        auto const vector = Bytes{static_cast<double>(elements) * activation_bytes};
        auto const done   = all_reduce(p_.nvlink, p_.nvlink.all_reduce, plan_.tensor, vector);
        part(entry, StepPart::collective) += done.total();
        entry.reduced = vector;
        entry.linked += vector * (sent_by_one(done.algorithm, plan_.tensor) * everywhere());
    }

    void add_transfers()
    {
        if (plan_.pipeline == 1)
            return;
        auto       entry                = StepOperator{"stage_transfer", plan_.pipeline - 1, {}, {}, {}, {}, {}};
        auto const vector               = Bytes{static_cast<double>(rows()) * step_.shape.hidden * activation_bytes};
        auto const within               = plan_.devices() <= p_.nvlink.domain;
        part(entry, StepPart::transfer) = send(p_.nvlink, vector, within);
        entry.linked                    = vector * parts_of_batch();
        scale(entry, plan_.pipeline - 1.0);
        outcome_.operators.push_back(std::move(entry));
    }

    // Weights, keys and values beyond the HBM. Stages work one after another on a token, each with its own share of the
    // layers.
    void add_host_memory()
    {
        auto const& memory = outcome_.footprint;
        if (!(memory.offloaded.value() > 0) && !(memory.weights_offloaded.value() > 0))
            return;
        auto compute = Seconds{}; // of the layers, during which those ahead are fetched
        for (auto const& op : outcome_.operators)
            if (workloads::find_operator(step_.once, op.name) == nullptr && op.name != "stage_transfer")
                compute += sum_of(op.parts);
        auto const layers  = (step_.shape.layers + plan_.pipeline - 1) / plan_.pipeline;
        auto const stages  = static_cast<double>(plan_.pipeline);
        auto       entry   = StepOperator{"from_host", 1, {}, {}, {}, {}, {}};
        auto&      waiting = part(entry, StepPart::host_memory);
        auto       own     = memory;
        if (!is_prompts()) { // of its cache, a stage fetches that of the sequences that it works on
            own.offloaded = memory.offloaded / parts_of_batch();
            waiting       = wait_for_host(own, p_, layers, compute / stages) * stages;
        } else { // every part of a batch of prompts passes the layers by itself, and leaves its keys and values
            own.offloaded      = Bytes{};
            auto const passes  = stages + parts_of_batch() - 1;
            auto const weights = wait_for_host(own, p_, layers, compute / passes) * passes;
            waiting            = weights + wait_to_write(memory, p_, compute + weights);
        }
        entry.linked = (memory.offloaded + memory.weights_offloaded) * static_cast<double>(outcome_.devices);
        outcome_.operators.push_back(std::move(entry));
        auto const note = [&](Bytes bytes, char const* what, char const* key, std::string const& tier) {
            if (bytes.value() > 0)
                outcome_.notes.push_back(fmt::format("of the {}, {:.1f} GB of every GPU lie in {} ({})", what,
                                                     bytes.value() / 1e9, tier, key));
        };
        note(memory.weights_offloaded, "weights", "gpu.weights_tier", p_.gpu.weights_tier);
        note(memory.offloaded, "KV cache", "gpu.kv_tier", p_.gpu.kv_tier);
    }

    static void scale(StepOperator& entry, double times)
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

    StepOutcome finish()
    {
        auto& o    = outcome_;
        o.what     = is_prompts() ? "prefill" : has_prompts() ? "mixed" : "decode";
        o.batch    = batch_;
        o.context  = mean_context(work_);
        o.tensor   = plan_.tensor;
        o.pipeline = plan_.pipeline;
        o.devices  = plan_.devices();

        o.parts_of_batch = parts_of_batch();
        o.waits_for_all  = has_prompts();
        o.handed_on      = Bytes{static_cast<double>(rows()) * step_.shape.hidden * activation_bytes};

        o.footprint = footprint_of(plan_, step_, p_, batch_, o.context);
        o.notes     = step_.notes;
        add_host_memory();
        close_books(o, p_.serving.engine_overhead);

        // Stages work side by side on the parts of the batch: a device is busy with the whole batch for as long as a
        // token takes through all stages.
        auto const devices = static_cast<double>(o.devices);
        auto const moved   = o.weights + o.kv + o.vectors;
        auto const bits    = std::max(step_.weight_bits, 8U) > 8 ? 16U : 8U;
        o.bandwidth_share  = ratio(moved, p_.gpu.memory_bandwidth * o.floor * devices);
        o.arithmetic_share = ratio(o.flops, device_.peak(bits) * o.floor * devices);
        o.energy_at_most   = p_.gpu.power * o.floor * devices;
        o.energy           = device_energy(o, moved, p_.device_energy, step_.weight_bits);
        if (batch_ % sequences_ != 0)
            o.notes.push_back(
                fmt::format("a batch of {} does not fill a pipeline of {} stages evenly", batch_, plan_.pipeline));
        return std::move(o);
    }

    workloads::DecodeStep const& step_;
    workloads::LayerStep const*  layer_ = nullptr; // whose operators are walked through
    configs::Parameters const&   p_;
    GpuDevice                    device_;
    GpuPlan                      plan_;
    StepWork const&              work_;
    std::vector<StageWork>       parts_;
    std::uint64_t                sequences_ = 0; // of the batch, in one stage at a time
    std::uint64_t                rows_      = 0; // their tokens
    std::uint64_t                logits_    = 0; // of them, whose logits are needed
    std::uint64_t                batch_;
    StepOutcome                  outcome_;
};

} // namespace

StepOutcome step_on_gpus(workloads::DecodeStep const& step, configs::Parameters const& p, double sustained_share,
                         GpuPlan const& plan, StepWork const& work)
{
    require_possible(plan, step.shape, p);
    return GpuStep{step, p, sustained_share, plan, work}.run();
}

StepOutcome decode_on_gpus(workloads::DecodeStep const& step, configs::Parameters const& p, double sustained_share,
                           GpuPlan const& plan, std::uint64_t batch)
{
    SCRIBELINE_EXPECT(batch > 0);
    return step_on_gpus(step, p, sustained_share, plan, StepWork{{{step.context, batch}}, {}, {}});
}

StepOutcome prefill_on_gpus(workloads::DecodeStep const& step, configs::Parameters const& p, double sustained_share,
                            GpuPlan const& plan, std::uint64_t batch)
{
    SCRIBELINE_EXPECT(batch > 0);
    return step_on_gpus(step, p, sustained_share, plan, StepWork{{}, {}, {{0, step.context, batch}}});
}

std::optional<GpuPlan> fastest_plan(workloads::DecodeStep const& step, configs::Parameters const& p,
                                    double sustained_share, StepWork const& work)
{
    auto       best      = std::optional<GpuPlan>{};
    auto       best_time = Seconds{};
    auto const asked     = [](std::uint32_t wish, std::uint32_t value) { return wish == 0 || wish == value; };
    for (auto const tensor : tensor_degrees(step.shape, std::min(p.nvlink.domain, p.gpu.devices), p.gpu.experts))
        for (std::uint32_t stages = 1; stages <= std::min(p.gpu.devices / tensor, step.shape.layers); ++stages) {
            auto const plan = GpuPlan{tensor, stages};
            if (!asked(p.gpu.tensor, tensor) || !asked(p.gpu.pipeline, stages) ||
                !footprint_of_work(plan, step, p, work).fits())
                continue;
            auto const time = step_on_gpus(step, p, sustained_share, plan, work).floor;
            if (!best || time < best_time) {
                best      = plan;
                best_time = time;
            }
        }
    return best;
}

} // namespace scribeline::models
