// Walks through the operators of a layer and of what runs once.
#include "models/gpu/forms/gpu_step.hpp"
#include "models/serving/engine_time.hpp"

#include "configs/failure.hpp"
#include "models/gpu/forms/kernel_writer.hpp"
#include "models/gpu/host_offload.hpp"
#include "models/nvlink/all_reduce.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

using workloads::OperatorKind;

Seconds& part(StepOperator& op, StepPart which) { return op.parts[static_cast<std::size_t>(which)]; }

class GpuStep {
  public:
    GpuStep(workloads::DecodeStep const& step, configs::Parameters const& p, double sustained_share,
            GpuPlan const& plan, StepWork const& work)
        : step_{step}, p_{p}, plan_{plan}, work_{work}, kernels_{step, p, sustained_share, plan, work}
    {
    }

    StepOutcome run()
    {
        auto marked = std::size_t{0};
        for (auto const& layer : step_.kinds) {
            for (auto const& op : layer.operators)
                kernels_.add(op, &layer, layer.layers, outcome_.operators);
            auto const kind = static_cast<std::uint32_t>(&layer - step_.kinds.data());
            for (; marked < outcome_.operators.size(); ++marked)
                outcome_.operators[marked].layer_kind = kind;
        }
        for (auto const& op : step_.once)
            kernels_.add(op, nullptr, 1, outcome_.operators);
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

    double parts_of_batch() const { return kernels_.parts_of_batch(); }

    void add_transfers()
    {
        if (plan_.pipeline == 1)
            return;
        auto const times                = plan_.pipeline - 1.0;
        auto       entry                = StepOperator{"stage_transfer", plan_.pipeline - 1, {}, {}, {}, {}, {}};
        auto const vector               = handed_on();
        auto const within               = plan_.devices() <= p_.nvlink.domain;
        part(entry, StepPart::transfer) = send(p_.nvlink, vector, within) * times;
        entry.linked                    = vector * parts_of_batch() * times;
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

    Bytes handed_on() const
    {
        return Bytes{static_cast<double>(kernels_.rows()) * step_.shape.hidden * activation_bytes};
    }

    StepOutcome finish()
    {
        auto& o    = outcome_;
        o.what     = is_prompts() ? "prefill" : has_prompts() ? "mixed" : "decode";
        o.batch    = work_.sequences();
        o.context  = mean_context(work_);
        o.tensor   = plan_.tensor;
        o.pipeline = plan_.pipeline;
        o.devices  = plan_.devices();

        o.parts_of_batch = parts_of_batch();
        o.waits_for_all  = has_prompts();
        o.handed_on      = handed_on();

        o.footprint = footprint_of(plan_, step_, p_, o.batch, o.context);
        o.notes     = step_.notes;
        add_host_memory();
        close_books(o, engine_time(p_, step_.shape.layers).of(o.batch));

        // Stages work side by side on the parts of the batch: a device is busy with the whole batch for as long as a
        // token takes through all stages.
        auto const devices  = static_cast<double>(o.devices);
        auto const moved    = o.weights + o.kv + o.vectors;
        auto const bits     = std::max(step_.weight_bits, 8U) > 8 ? 16U : 8U;
        o.bandwidth_share   = ratio(moved, p_.gpu.memory_bandwidth * o.floor * devices);
        o.arithmetic_share  = ratio(o.flops, kernels_.device.peak(bits) * o.floor * devices);
        o.energy_at_most    = p_.gpu.power * o.floor * devices;
        o.energy            = device_energy(o, moved, p_.device_energy, step_.weight_bits, p_.gpu.power);
        o.beyond_full_power = keep_full_power(o.energy, o.energy_at_most);
        if (o.batch % kernels_.sequences() != 0)
            o.notes.push_back(
                fmt::format("a batch of {} does not fill a pipeline of {} stages evenly", o.batch, plan_.pipeline));
        return std::move(o);
    }

    workloads::DecodeStep const& step_;
    configs::Parameters const&   p_;
    GpuPlan                      plan_;
    StepWork const&              work_;
    KernelWriter                 kernels_;
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
