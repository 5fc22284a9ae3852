// What all tokens pass, and experts as one kernel over those that any token chose.
#include "configs/units/whole.hpp"
#include "models/gpu/forms/families/family.hpp"
#include "workloads/expert_load.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::models {

namespace {

using workloads::Operator;
using workloads::WeightPart;
using Id = workloads::OperatorId;

// So many tokens leave no expert out, unless almost no token chooses it.
constexpr std::uint64_t most_drawn = 4096;

// A step of decode alone: each value of a prompt's many tokens would read the same weights again.
bool output_centric(KernelWriter const& w)
{
    return w.p.gpu.expert_kernel == configs::ExpertKernel::output_centric && !w.has_prompts();
}

// What moves tokens to their experts, in a kernel each: pairs are counted and sorted by expert; rows gathered, and
// padded to tiles; quantised where experts are narrow. Behind them rows are scattered to their tokens, and combined.
void around_experts(KernelWriter& w, StepOperator& entry, bool widens, std::uint64_t pairs)
{
    auto const& kind   = w.layer().kind;
    auto const  row    = activation_bytes * static_cast<double>(w.shape().expert_input(kind));
    auto const  tokens = Bytes{row * static_cast<double>(w.rows())};
    auto const  copies = Bytes{row * static_cast<double>(pairs)};
    auto const  narrow = workloads::format_width(w.step.stored.at(static_cast<std::size_t>(WeightPart::experts))) < 16;
    if (!widens) {
        if (narrow) {
            auto const inside = copies * (1.0 * kind.expert_ffn / w.shape().expert_input(kind));
            w.moved(entry, inside, inside * 0.5);
        }
        return;
    }
    constexpr double index_bytes = 4; // an expert's number, and where its row lies
    auto const       indices     = Bytes{2 * index_bytes * static_cast<double>(pairs)};
    w.moved(entry, indices, indices);
    w.moved(entry, tokens, copies);
    if (narrow)
        w.moved(entry, copies, copies * 0.5);
}

// Behind the last product.
void combine_experts(KernelWriter& w, StepOperator& entry, std::uint64_t pairs)
{
    auto const row = activation_bytes * static_cast<double>(w.shape().expert_input(w.layer().kind));
    auto const all = Bytes{row * static_cast<double>(pairs)};
    w.moved(entry, all, all);
    w.moved(entry, all, Bytes{row * static_cast<double>(w.rows())});
}

// What all tokens pass, and the experts as one kernel over those that any token chose, each with as many rows as it
// has tokens: cut among the GPUs as the rest is, or whole on one of them. Then the GPU with most tokens decides.
// Every GPU has all tokens from the all-reduce before, and the one behind adds the experts up, wherever they are.
void feed_forward(KernelWriter& w, StepOperator& entry, bool widens)
{
    auto const& kind   = w.layer().kind;
    auto const  t      = w.tensor();
    auto const  widths = w.shape().gated ? 2ULL : 1ULL;
    auto const  inside = std::uint64_t{w.shape().expert_input(kind)};
    auto const  cut    = [&](std::uint64_t m, std::uint64_t width, std::uint64_t count, std::uint64_t across,
                         WeightPart weights) {
        if (width > 0)
            w.product(entry, m, widens ? count * widths * configs::ceil_divide(width, t) : count * across,
                      widens ? across : configs::ceil_divide(width, t), weights);
    };
    cut(w.rows(), kind.ffn, 1, w.hidden(), kind.experts == 0 ? WeightPart::feed_forward : WeightPart::shared_experts);
    if (kind.experts == 0)
        return;
    auto draw        = workloads::ExpertDraw{};
    draw.experts     = kind.experts;
    draw.active      = kind.active;
    draw.tokens      = static_cast<std::uint32_t>(std::min<std::uint64_t>(w.rows(), most_drawn));
    draw.imbalance   = w.p.workload.expert_imbalance.value;
    draw.seed        = w.p.run.seed;
    draw.layers      = std::max(1U, w.layer().layers);
    bool const whole = w.p.gpu.experts == configs::Experts::whole;
    draw.groups      = whole ? std::min(t, kind.experts) : 1;
    auto const load  = workloads::expert_load(draw);
    auto const scale = static_cast<double>(w.rows()) / draw.tokens; // of tokens beyond those drawn
    auto const pairs = static_cast<std::uint64_t>(std::ceil(load.busiest * scale));
    auto const distinct =
        std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::llround(load.distinct / draw.groups)), 1, pairs);
    if (output_centric(w)) {
        w.streamed_experts(entry, pairs, distinct,
                           (widens ? widths : 1) * inside * configs::ceil_divide(kind.expert_ffn, whole ? 1 : t));
        return;
    }
    around_experts(w, entry, widens, pairs);
    if (whole)
        w.product(entry, configs::ceil_divide(pairs, distinct),
                  widens ? distinct * widths * kind.expert_ffn : distinct * inside, widens ? inside : kind.expert_ffn,
                  WeightPart::experts);
    else
        cut(configs::ceil_divide(pairs, distinct), kind.expert_ffn, distinct, inside, WeightPart::experts);
    if (!widens)
        combine_experts(w, entry, pairs);
}

bool widen(KernelWriter& w, StepOperator& entry, Operator const&)
{
    feed_forward(w, entry, true);
    return true;
}

// Where experts give something narrower than the hidden vector, what they give is widened first.
bool down(KernelWriter& w, StepOperator& entry, Operator const&)
{
    feed_forward(w, entry, false);
    if (w.layer().kind.expert_input == 0)
        w.reduce(entry, w.rows() * w.hidden());
    return true;
}

// Every GPU does it for all tokens, and on the way back for its share of the sums.
bool to_experts(KernelWriter& w, StepOperator& entry, Operator const&)
{
    w.product(entry, w.rows(), w.layer().kind.expert_input, w.hidden(), WeightPart::shared_experts);
    return true;
}

bool from_experts(KernelWriter& w, StepOperator& entry, Operator const&)
{
    w.product(entry, w.rows(), w.hidden(), w.layer().kind.expert_input, WeightPart::shared_experts);
    w.reduce(entry, w.rows() * w.hidden());
    return true;
}

// Every GPU scores all experts.
bool router(KernelWriter& w, StepOperator& entry, Operator const&)
{
    auto const& kind = w.layer().kind;
    w.product(entry, w.rows(), kind.experts + kind.idle_experts, w.hidden(), WeightPart::router);
    return true;
}

bool activation(KernelWriter& w, StepOperator& entry, Operator const& op)
{
    // Of experts alone: in the registers of the warps that compute them.
    auto const& kind = w.layer().kind;
    if (kind.experts > 0 && kind.ffn == 0 && output_centric(w))
        return false;
    w.vectors(entry, op, true, true, w.shape().gated ? 1.0 / 3 : 0.5);
    return true;
}

} // namespace

std::vector<KernelRow> const feed_forward_kernels{{Id::router, &router},
                                                  {Id::to_experts, &to_experts},
                                                  {Id::from_experts, &from_experts},
                                                  {Id::gate_up, &widen},
                                                  {Id::up, &widen},
                                                  {Id::activation, &activation},
                                                  {Id::down, &down}};

} // namespace scribeline::models
