#include "workloads/mapping/prefill_plan.hpp"

#include "configs/failure.hpp"
#include "workloads/mapping/layer_layout.hpp"
#include "workloads/mapping/planner.hpp"
#include "workloads/mapping/prefill_forms.hpp"
#include "workloads/mapping/region_choice.hpp"
#include "workloads/mapping/token_forms.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include <fmt/format.h>

namespace scribeline::workloads {

namespace {

// What a stage does for each chunk: halves of layers, by kind.
struct StageLoad {
    std::vector<double> attentions, feed_forwards;
    bool                embeds = false, leaves_wafer = false, last = false, layers = false;
};

std::vector<StageLoad> loads_of(TokenPlan const& plan, ModelShape const& shape)
{
    auto const             kinds = shape.layer_kinds().size();
    std::vector<StageLoad> loads;
    for (std::size_t s = 0; s < plan.stages.size(); ++s) {
        StageLoad load{std::vector<double>(kinds), std::vector<double>(kinds)};
        for (auto const& block : plan.stages[s].blocks) {
            if (block.kind == BlockKind::attention)
                ++load.attentions[shape.kind_of(block.layer)];
            if (block.kind == BlockKind::feed_forward)
                ++load.feed_forwards[shape.kind_of(block.layer)];
            load.layers = load.layers || is_half(block.kind);
            load.embeds = load.embeds || block.kind == BlockKind::embedding;
        }
        load.last         = s + 1 == plan.stages.size();
        load.leaves_wafer = !load.last && plan.stages[s + 1].wafer != plan.stages[s].wafer;
        loads.push_back(load);
    }
    return loads;
}

// One way of cutting the prompt.
class Cut {
  public:
    Cut(std::vector<PrefillShape> const& shapes, DecodeStep const& step, configs::Parameters const& p,
        TokenPlan const& plan, std::uint32_t tokens_of_a_row, bool hidden)
        : p_{p}, step_{step}, region_{plan.region}, hidden_{hidden}
    {
        for (auto const& shape : shapes) {
            kinds_.push_back(std::make_unique<Kind>(shape, tokens_of_a_row, plan.region, p, hidden));
            bytes_ = std::max(bytes_, kinds_.back()->layout.bytes(shape, p, hidden));
        }
        std::uint64_t const chunk = std::uint64_t{tokens_of_a_row} * plan.region.rows;
        chunks_                   = static_cast<std::uint32_t>((p.workload.prompt + chunk - 1) / chunk);
    }

    std::uint32_t chunks() const { return chunks_; }

    // Of all kinds, as many layers of each as the model has.
    double layers() const
    {
        double sum = 0;
        for (std::size_t kind = 0; kind < kinds_.size(); ++kind)
            for (std::uint32_t i = 0; i < chunks_; ++i)
                sum += step_.kinds[kind].layers * (forms(kind).attention(i) + forms(kind).feed_forward());
        return sum;
    }

    double stage(StageLoad const& load, std::uint32_t chunk) const
    {
        double sum = (load.embeds ? embedding() : 0) + (load.last ? 0 : move(load.leaves_wafer));
        for (std::size_t kind = 0; kind < kinds_.size(); ++kind)
            sum += load.attentions[kind] * forms(kind).attention(chunk) +
                   load.feed_forwards[kind] * forms(kind).feed_forward();
        return sum;
    }

    PrefillPlan result(double cycles) const
    {
        PrefillPlan out;
        out.tokens            = p_.workload.prompt;
        out.chunks            = chunks_;
        out.tokens_of_a_row   = layout().tokens;
        out.hidden_shifts     = hidden_;
        out.cycles            = cycles;
        out.cycles_of_a_layer = layers() / step_.shape.layers;
        out.bytes             = bytes_;
        out.kind              = commonest_kind(step_);
        double pairs          = 0;
        for (std::uint32_t i = 0; i < chunks_; ++i)
            pairs += forms(out.kind).pairs(i);
        for (auto const& op : forms(out.kind).operators())
            out.operators.push_back({op.name, op.shape, op.once * double{1} * chunks_ + op.per_pair * pairs});
        return out;
    }

  private:
    // Forms refer to the layout beside them.
    struct Kind {
        Kind(PrefillShape const& shape, std::uint32_t tokens, configs::GridSize region, configs::Parameters const& p,
             bool hidden)
            : layout{prefill_layout(shape, tokens, region)}, forms{shape, layout, p, hidden}
        {
        }
        PrefillLayout const layout;
        PrefillForms const  forms;
    };
    PrefillForms const&  forms(std::size_t kind) const { return kinds_[kind]->forms; }
    PrefillLayout const& layout() const { return kinds_.front()->layout; }

    std::uint32_t words() const
    {
        return MeshCosts{p_}.wavelets(std::uint64_t{layout().tokens} * layout().hidden, p_.workload.activation_bits);
    }
    double control() const { return static_cast<double>(length_of(MeshCosts{p_}.control())); }

    // Every row of the table may be anywhere in its column: all words of a column pass one link at worst.
    double embedding() const
    {
        LineTimes const times = LineTimes::of(p_);
        return control() + static_cast<double>(length_of(MeshCosts{p_}.copy(layout().tokens, layout().hidden))) +
               times.setup + region_.rows * (words() * times.serialisation + times.hop) + times.turn();
    }

    // Each PE's part goes to the PE in its place in the next region, all of a line over one link at the border.
    double move(bool over_link) const
    {
        LineTimes const times = LineTimes::of(p_);
        double const    side  = region_.rows;
        double          way   = control() + times.setup + times.turn() + times.activation +
                     side * (words() * times.serialisation + times.hop);
        if (over_link) {
            double const bytes = static_cast<double>(layout().tokens) * region_.rows * step_.shape.hidden *
                                 p_.workload.activation_bits / 8;
            way += p_.wafer.clock.value() * (p_.wafer.link_latency.value() + bytes / p_.wafer.link_bandwidth.value());
        }
        return way;
    }

    configs::Parameters const& p_;
    DecodeStep const&          step_;
    configs::GridSize const    region_;
    bool const                 hidden_;

    std::vector<std::unique_ptr<Kind>> kinds_;

    std::uint32_t chunks_ = 0;
    double        bytes_  = 0;
};

struct Passage {
    double all = 0, first = 0, busiest = 0;
};

// A stage begins a chunk when it is done with the one before, and the chunk has come.
Passage through(Cut const& cut, std::vector<StageLoad> const& loads)
{
    Passage             passage;
    std::vector<double> done(loads.size(), 0.0), busy(loads.size(), 0.0);
    for (std::uint32_t i = 0; i < cut.chunks(); ++i) {
        double at = 0;
        for (std::size_t s = 0; s < loads.size(); ++s) {
            double const time = cut.stage(loads[s], i);
            busy[s] += time;
            at = done[s] = std::max(at, done[s]) + time;
        }
        if (i == 0)
            passage.first = at;
        passage.all = at;
    }
    passage.busiest = *std::max_element(busy.begin(), busy.end());
    return passage;
}

// Tokens of a row in the fewest chunks that are tried, and in smaller ones: each number of chunks up to a few, then
// twice as many each time.
std::vector<std::uint32_t> sizes(std::uint32_t prompt, std::uint32_t rows, std::uint32_t most)
{
    std::vector<std::uint32_t> list;
    std::uint32_t const        whole = (prompt + rows - 1) / rows;
    for (std::uint32_t chunks = (whole + most - 1) / most; chunks <= whole; chunks += std::max(1u, chunks / 8)) {
        auto const tokens = (whole + chunks - 1) / chunks;
        if (list.empty() || list.back() != tokens)
            list.push_back(tokens);
    }
    return list;
}

// Bytes of a PE that a token's vectors take while it is decoded. A prompt comes before that, and has them.
double vectors_of_decode(DecodeStep const& step, configs::Parameters const& p, configs::GridSize region)
{
    for (auto const& part : sram_budget(layout_of(step, commonest_kind(step), region, p), p))
        if (part.name == "activations")
            return part.bytes;
    SCRIBELINE_EXPECT(!"a budget without activations");
    return 0;
}

// The prompt by decode steps, each as long as that of the last token, which attends to the whole context.
PrefillPlan by_decode(DecodeStep const& step, configs::Parameters const& p, TokenPlan const& plan, double left,
                      std::string note)
{
    auto const kind       = commonest_kind(step);
    auto const layouts    = layouts_of(step, plan.region, p);
    auto const layers     = layers_as_of(step, kind, layouts, p) * layer_form(step, kind, layouts[kind], p);
    auto const token      = plan.candidates.empty() ? layers : plan.candidates.front().cycles_per_token;
    auto const behind     = plan.busiest > 0 ? plan.busiest : token;
    auto       out        = PrefillPlan{};
    out.by_decode         = true;
    out.tokens            = p.workload.prompt;
    out.chunks            = p.workload.prompt;
    out.cycles            = token + (out.tokens - 1) * behind;
    out.first_chunk       = plan.busiest > 0 ? token : 0;
    out.busiest_stage     = plan.busiest * out.tokens;
    out.left              = left;
    out.kind              = kind;
    out.cycles_of_a_layer = layers / step.shape.layers * out.tokens;
    out.notes.push_back(std::move(note));
    return out;
}

[[noreturn]] void refuse(DecodeStep const& step, TokenPlan const& plan, double need, double left)
{
    throw configs::UserError{
        configs::Exit::answer_is_no,
        fmt::format("the prompt of {} does not fit: on regions of {}x{} PEs even one token to a row needs {:.0f} bytes "
                    "of a PE's SRAM, and weights and KV cache leave {:.0f}. Use more PEs (--region), narrower weights "
                    "(workload.weight_bits) or a shorter context (--context).",
                    step.shape.name, plan.region.columns, plan.region.rows, need, left)};
}

} // namespace

PrefillPlan plan_prefill(DecodeStep const& step, configs::Parameters const& p, TokenPlan const& plan)
{
    SCRIBELINE_EXPECT(p.workload.prompt > 0 && !plan.stages.empty());
    if (plan.streamed)
        throw configs::UserError{
            configs::Exit::answer_is_no,
            "workload.prompt: the prefill of a prompt with streamed weights is not simulated. Choose "
            "mapping.weights = resident, or leave the prompt out."};
    auto const region = plan.region;
    if (region.columns < 2 || region.rows < 2)
        throw configs::UserError{configs::Exit::bad_config,
                                 fmt::format("workload.prompt: products need a mesh, and the region is {}x{}. Choose "
                                             "at least 2x2 (--region).",
                                             region.columns, region.rows)};
    std::vector<PrefillShape> shapes;
    for (std::size_t kind = 0; kind < step.kinds.size(); ++kind)
        shapes.push_back(prefill_shape(step, kind));
    bool const layer = schedule_of(p) == configs::Schedule::layer;
    auto const loads = loads_of(plan, step.shape);
    double     left  = p.pe.sram.value();
    for (std::size_t s = 0; s < loads.size(); ++s)
        if (loads[s].layers)
            left = std::min(left, p.pe.sram.value() - plan.stages[s].bytes_per_pe);
    left += vectors_of_decode(step, p, region);

    auto const bytes = [&](std::uint32_t tokens, bool hidden) {
        double most = 0;
        for (auto const& shape : shapes)
            most = std::max(most, prefill_layout(shape, tokens, region).bytes(shape, p, hidden));
        return most;
    };
    std::uint32_t const whole = (p.workload.prompt + region.rows - 1) / region.rows;
    // The most tokens of a row that fit: what is needed grows with them.
    auto const most = [&](bool hidden) {
        std::uint32_t low = 0, high = whole;
        while (low < high) {
            std::uint32_t const middle = low + (high - low + 1) / 2;
            if (bytes(middle, hidden) <= left)
                low = middle;
            else
                high = middle - 1;
        }
        return low;
    };
    std::optional<PrefillPlan> best;
    for (bool const hidden : {true, false}) {
        std::uint32_t const fit = most(hidden);
        if (fit == 0 || (layer && best))
            continue;
        for (auto const tokens : sizes(p.workload.prompt, region.rows, fit)) {
            Cut const     cut{shapes, step, p, plan, tokens, hidden};
            Passage const passage = layer ? Passage{cut.layers(), 0, 0} : through(cut, loads);
            if (!best || passage.all < best->cycles) {
                best                = cut.result(passage.all);
                best->first_chunk   = passage.first;
                best->busiest_stage = passage.busiest;
                best->left          = left;
            }
            if (layer)
                break;
        }
    }
    // What decodes a token has room for a prompt's, one behind another.
    if (!best && layer)
        refuse(step, plan, bytes(1, false), left);
    if (!best) {
        auto decoded = by_decode(
            step, p, plan, left,
            fmt::format(
                "prefill: by decode steps, one token behind another: products of a chunk need {:.0f} bytes of a PE's "
                "SRAM, and weights and KV cache leave {:.0f}. More wafers (--machine NAME:N) make room for them",
                bytes(1, false), left));
        decoded.no_chunk = true;
        return decoded;
    }
    if (layer)
        best->notes.push_back(fmt::format("prefill: one layer counted {} times; the embedding is left out, as in the "
                                          "published runs",
                                          step.shape.layers));
    else if (auto decoded =
                 by_decode(step, p, plan, left,
                           "prefill: by decode steps, one token behind another, which is faster than products "
                           "of a chunk with so few tokens");
             decoded.cycles < best->cycles)
        return decoded;
    best->notes.push_back("prefill: the masked half of the scores is computed as well, and weights and KV cache lie as "
                          "each phase needs them: no change between the two layouts is counted");
    if (!best->hidden_shifts)
        best->notes.push_back("prefill: no room for a second buffer of weights, so their shifts are not hidden behind "
                              "the products");
    return *best;
}

TokenPlan plan_with_prompt(DecodeStep const& step, configs::Parameters const& p)
{
    auto best = plan_token(step, p);
    if (p.workload.prompt == 0 || schedule_of(p) == configs::Schedule::layer || best.candidates.empty())
        return best;
    auto const   token   = [](TokenPlan const& plan) { return plan.candidates.front().cycles_per_token; };
    double const longest = 1.05 * token(best);
    auto const   first   = [&](TokenPlan const& plan) -> std::optional<double> {
        try {
            auto const prefill = plan_prefill(step, p, plan);
            return prefill.no_chunk ? std::nullopt : std::optional{prefill.cycles + token(plan)};
        } catch (configs::UserError const& refusal) {
            if (refusal.code() != configs::Exit::answer_is_no)
                throw;
            return std::nullopt;
        }
    };
    auto       earliest = first(best);
    auto const consider = [&](double kibibytes, std::uint32_t wafers) {
        auto reserved           = p;
        reserved.mapping.wafers = wafers;
        reserved.pe.sram_runtime += configs::Bytes{kibibytes * 1024};
        try {
            auto plan = plan_token(step, reserved);
            for (auto& stage : plan.stages)
                stage.bytes_per_pe -= kibibytes * 1024;
            if (plan.candidates.empty() || (earliest && token(plan) > longest))
                return;
            if (auto const time = first(plan); time && (!earliest || *time < *earliest)) {
                earliest = time;
                best     = std::move(plan);
                best.notes.push_back(fmt::format("planned with {} KiB of each PE kept free for the prompt", kibibytes));
            }
        } catch (configs::UserError const& refusal) {
            if (refusal.code() != configs::Exit::answer_is_no)
                throw;
        }
    };
    std::uint32_t const wafers = best.wafers;
    for (double const kibibytes : {0.5, 2.0, 4.0, 8.0, 16.0})
        consider(kibibytes, wafers);
    if (!earliest && p.mapping.wafers == 0) // as few as hold the prompt as well
        consider(1, 0);
    return best;
}

} // namespace scribeline::workloads
