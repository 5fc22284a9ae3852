// Rules of cutting a model, and what each part weighs.
#include "models/gpu/gpu_plan.hpp"

#include "configs/failure.hpp"
#include "configs/units/whole.hpp"
#include "models/gpu/forms/families/family.hpp"
#include "models/gpu/host_offload.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

bool divides_keys(std::uint32_t tensor, std::uint32_t kv_heads)
{
    return tensor <= kv_heads ? kv_heads % tensor == 0 : tensor % kv_heads == 0;
}

// Heads of queries, keys and running states, in every kind of layers.
bool divides_heads(std::uint32_t tensor, workloads::ModelShape const& shape)
{
    auto const  kinds = shape.layer_kinds();
    auto const& r     = shape.recurrence;
    return shape.heads % tensor == 0 &&
           std::all_of(
               kinds.begin(), kinds.end(),
               [&](workloads::LayerKind const& kind) { return divides_keys(tensor, shape.sizes_of(kind).kv_heads); }) &&
           (r.taps + r.state() == 0 ||
            (r.value_width() % tensor == 0 && (r.rule == workloads::StateRule::none ||
                                               (r.value_heads % tensor == 0 && divides_keys(tensor, r.key_heads)))));
}

// Every feed-forward that tokens pass, whether dense, shared or an expert's.
bool divides_widths(std::uint32_t tensor, workloads::ModelShape const& shape, configs::Experts experts)
{
    auto const kinds = shape.layer_kinds();
    return std::all_of(kinds.begin(), kinds.end(), [&](workloads::LayerKind const& kind) {
        auto const dealt = experts == configs::Experts::whole ? kind.experts : kind.expert_ffn;
        return kind.ffn % tensor == 0 && dealt % tensor == 0;
    });
}

// "14336", "18432, experts 2048"
std::string widths_of(workloads::ModelShape const& shape)
{
    auto text = std::string{};
    for (auto const& kind : shape.layer_kinds()) {
        if (kind.ffn != 0)
            text += fmt::format("{}{}", text.empty() ? "" : ", ", kind.ffn);
        if (kind.experts != 0)
            text += fmt::format("{}experts {}", text.empty() ? "" : ", ", kind.expert_ffn);
    }
    return text;
}

[[noreturn]] void refuse(std::string const& what) { throw configs::UserError{configs::Exit::bad_config, what}; }

} // namespace

std::vector<std::uint32_t> tensor_degrees(workloads::ModelShape const& shape, std::uint32_t most,
                                          configs::Experts experts)
{
    auto degrees = std::vector<std::uint32_t>{};
    for (std::uint32_t t = 1; t <= std::min(most, shape.heads); ++t)
        if (divides_heads(t, shape) && divides_widths(t, shape, experts))
            degrees.push_back(t);
    return degrees;
}

void require_possible(GpuPlan const& plan, workloads::ModelShape const& shape, configs::Parameters const& p)
{
    SCRIBELINE_EXPECT(plan.tensor > 0 && plan.pipeline > 0);
    auto const degrees = tensor_degrees(shape, std::min(p.nvlink.domain, p.gpu.devices), p.gpu.experts);
    auto const choices = fmt::format("Choose one of {}", fmt::join(degrees, ", "));
    if (plan.tensor > p.nvlink.domain)
        refuse(fmt::format("tensor parallelism of {}: NVLink joins {} GPUs (nvlink.domain). {}", plan.tensor,
                           p.nvlink.domain, choices));
    if (shape.heads % plan.tensor != 0)
        refuse(fmt::format("tensor parallelism of {}: does not divide the {} heads of {}. {}", plan.tensor, shape.heads,
                           shape.name, choices));
    if (!divides_keys(plan.tensor, shape.kv_heads))
        refuse(
            fmt::format("tensor parallelism of {}: neither divides the {} key heads of {} nor is a multiple of them. "
                        "{}",
                        plan.tensor, shape.kv_heads, shape.name, choices));
    if (!divides_heads(plan.tensor, shape))
        refuse(fmt::format("tensor parallelism of {}: does not divide the heads of all layers of {}, those of running "
                           "states among them. {}",
                           plan.tensor, shape.name, choices));
    if (!divides_widths(plan.tensor, shape, p.gpu.experts))
        refuse(fmt::format("tensor parallelism of {}: does not divide the feed-forward of {} ({}). {}", plan.tensor,
                           shape.name, widths_of(shape), choices));
    if (plan.pipeline > shape.layers)
        refuse(fmt::format("a pipeline of {} stages: {} has {} layers. Choose at most so many", plan.pipeline,
                           shape.name, shape.layers));
    if (plan.devices() > p.gpu.devices)
        refuse(fmt::format("{} x {} GPUs: the machine has {} (gpu.devices). Choose smaller degrees, or more GPUs",
                           plan.tensor, plan.pipeline, p.gpu.devices));
}

std::uint32_t kv_heads_of_one(GpuPlan const& plan, std::uint32_t kv_heads)
{
    return std::max(1U, kv_heads / plan.tensor);
}

Footprint footprint_of(GpuPlan const& plan, workloads::DecodeStep const& step, configs::Parameters const& p,
                       std::uint64_t batch, std::uint64_t context)
{
    auto const& shape  = step.shape;
    auto const  tensor = static_cast<double>(plan.tensor);
    auto const  layers = static_cast<double>(configs::ceil_divide(shape.layers, plan.pipeline));

    // Layers of different kinds are taken to be spread evenly over the stages. With more GPUs than key heads the
    // projections to keys and values are held more than once, and so are matrices that the heads of every GPU need.
    // What latent attention caches is read by all heads: every GPU of a stage holds it.
    auto held_by_layer = 0.0, kept = 0.0, state = 0.0; // the latter two of a sequence
    for (auto const& kind : step.kinds) {
        auto const share  = static_cast<double>(kind.layers) / shape.layers;
        auto const window = std::uint64_t{kind.kind.window};
        auto const tokens = static_cast<double>(window == 0 ? context : std::min(window, context));
        auto const memory = shape.kept_by(kind.kind);
        for (auto const& op : kind.operators)
            held_by_layer += share * op.bytes_held * (op.kind == workloads::OperatorKind::latent ? tensor : 1.0);
        auto const& family = mixer_kernels(shape.mixer_of(kind.kind));
        auto const  copies = family.kv_copies(plan, shape, kind.kind);
        held_by_layer += share * (copies - 1) * static_cast<double>(family.copied_weights(shape, kind.kind)) *
                         step.stored.at(static_cast<std::size_t>(workloads::WeightPart::attention)) / 8;
        auto const own = share *
                         (static_cast<double>(memory.state) * shape.recurrence.state_bits +
                          static_cast<double>(memory.recent) * step.activation_bits) /
                         8;
        state += own;
        kept += share * (static_cast<double>(memory.of_token) * step.kv_bits / 8 * tokens * copies) + own;
    }
    // The embedding stands on the first stage, the output projection on the last: one of them is the fullest.
    auto held_once = 0.0, largest_once = 0.0;
    for (auto const& op : step.once) {
        auto const held =
            op.bytes_held * (op.kind == workloads::OperatorKind::lm_head && !p.gpu.lm_head_cut ? tensor : 1);
        held_once += held;
        largest_once = std::max(largest_once, held);
    }
    auto const once = plan.pipeline == 1 ? held_once : largest_once;

    auto result     = Footprint{};
    result.weights  = configs::Bytes{(held_by_layer * layers + once) / tensor};
    result.kv       = configs::Bytes{kept / tensor * layers * static_cast<double>(batch)};
    result.state    = configs::Bytes{state / tensor * layers * static_cast<double>(batch)};
    result.runtime  = p.gpu.memory_runtime;
    result.capacity = p.gpu.memory;
    offload(result, p, layers, configs::Bytes{held_by_layer * layers / tensor});
    return result;
}

} // namespace scribeline::models
