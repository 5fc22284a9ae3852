// Counts of every operator. n stands for elements, m for the elements of a matrix.
#include "workloads/decode_step.hpp"

#include "configs/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace scribeline::workloads {

namespace {

constexpr std::array kind_names{"norm",     "qkv",      "rope",       "kv_write", "attention", "softmax",
                                "out_proj", "gate_up",  "activation", "down",     "residual",  "embed",
                                "lm_head",  "sampling", "router",     "latent",   "heads"};

// Square and add, then scale by the reciprocal root and by the weight; a layer norm adds up first, subtracts the mean
// and adds a bias.
double flops_of_norm(Norm norm, double n) { return (norm == Norm::rms ? 4 : 7) * n; }

// Per element, with exp, erf and tanh one each: x / (1 + exp(-x));  x / 2 (1 + erf(x / sqrt 2));
// x / 2 (1 + tanh(a (x + b x^3)));  max(0, x);  max(0, x)^2;  a x^2 + b x above 0, a (exp(min(x, e)) - 1 - x) + b x
// below (xIELU, arXiv 2411.13010).
double flops_of(Activation activation)
{
    switch (activation) {
    case Activation::silu:
        return 4;
    case Activation::gelu:
        return 5;
    case Activation::gelu_tanh:
        return 9;
    case Activation::relu:
        return 1;
    case Activation::relu_squared:
        return 2;
    case Activation::xielu:
        return 7;
    }
    return 0;
}

// Appends operators and resolves the names they come after.
class OperatorList {
  public:
    OperatorList(DecodeStep const& step, std::vector<Operator>& list) : step_{step}, list_{list} {}

    Operator& add(char const* name, OperatorKind kind, std::vector<std::string> const& after)
    {
        auto op = Operator{name, kind, 0, 0, 0, 0, 0, {}};
        for (auto const& before : after) {
            if (before.empty()) // the layer's input
                continue;
            auto const* const found = find_operator(list_, before);
            SCRIBELINE_EXPECT(found != nullptr);
            op.after.push_back(static_cast<std::size_t>(found - list_.data()));
        }
        list_.push_back(std::move(op));
        return list_.back();
    }

    // Batch 1: each weight is read once and used in one multiply-accumulate.
    Operator& matrix(char const* name, OperatorKind kind, WeightPart part, double rows, double columns,
                     std::string const& after)
    {
        return matrices(name, kind, part, rows * columns, rows * columns, rows + columns, after);
    }

    // `used` and `held` of weights; `vectors` in and out.
    Operator& matrices(char const* name, OperatorKind kind, WeightPart part, double used, double held, double vectors,
                       std::string const& after)
    {
        auto& op             = add(name, kind, {after});
        op.flops             = 2 * used;
        op.bytes_weights     = bytes(part, used);
        op.bytes_held        = bytes(part, held);
        op.bytes_activations = activations(vectors);
        return op;
    }

    double bytes(WeightPart part, double weights) const
    {
        return weights * step_.stored[static_cast<std::size_t>(part)] / 8;
    }

    // The weights of a norm are below 0.01 % of the model's and left out.
    void norm(char const* name, Norm kind, double n, std::string const& after)
    {
        auto& op             = add(name, OperatorKind::norm, {after});
        op.flops             = flops_of_norm(kind, n);
        op.bytes_activations = activations(2 * n);
    }

    void residual(char const* name, double n, std::vector<std::string> const& after)
    {
        auto& op             = add(name, OperatorKind::residual, after);
        op.flops             = n;
        op.bytes_activations = activations(3 * n);
    }

    double activations(double n) const { return n * step_.activation_bits / 8; }
    double kv(double n) const { return n * step_.kv_bits / 8; }

  private:
    DecodeStep const&      step_;
    std::vector<Operator>& list_;
};

// Per score: scale, maximum, subtract, exp, sum, divide.
void add_softmax(OperatorList& list, double scores)
{
    auto& softmax             = list.add("softmax", OperatorKind::softmax, {"scores"});
    softmax.flops             = 6 * scores;
    softmax.bytes_activations = list.activations(2 * scores);
}

// A pair turns in four multiplications and two additions.
void add_rope(OperatorList& list, double rotated, std::string const& input)
{
    auto& rope             = list.add("rope", OperatorKind::rope, {input});
    rope.flops             = 3 * rotated;
    rope.bytes_activations = list.activations(2 * rotated);
}

// From `input` (empty: the layer's input) to the values that the output projection takes.
void add_full_attention(DecodeStep const& step, LayerStep const& layer, OperatorList& list, std::string input)
{
    auto const& shape   = step.shape;
    auto const  hidden  = static_cast<double>(shape.hidden);
    auto const  query   = static_cast<double>(shape.query_width());
    auto const  keys    = static_cast<double>(shape.kv_width());
    auto const  context = static_cast<double>(layer.attended);
    auto const  scores  = static_cast<double>(shape.heads) * context;

    list.matrix("qkv", OperatorKind::qkv, WeightPart::attention, hidden, query + 2 * keys, input);
    input = "qkv";
    if (shape.qk_norm) {
        list.norm("qk_norm", shape.norm, query + keys, input);
        input = "qk_norm";
    }
    add_rope(list, (query + keys) * shape.rotary_fraction, input);

    auto& write             = list.add("kv_write", OperatorKind::kv_write, {"rope"});
    write.bytes_kv          = list.kv(2 * keys);
    write.bytes_activations = list.activations(2 * keys);

    // Query heads that share a head of keys read it once.
    auto& products             = list.add("scores", OperatorKind::attention, {"rope", "kv_write"});
    products.flops             = 2 * query * context;
    products.bytes_kv          = list.kv(keys * context);
    products.bytes_activations = list.activations(query + scores);

    add_softmax(list, scores);

    auto& values             = list.add("values", OperatorKind::attention, {"kv_write", "softmax"});
    values.flops             = 2 * query * context;
    values.bytes_kv          = list.kv(keys * context);
    values.bytes_activations = list.activations(scores + query);

    list.matrix("out_proj", OperatorKind::out_proj, WeightPart::attention, query, hidden, "values");
}

// The same where all heads share one compressed vector a token, their keys and values.
void add_latent_attention(DecodeStep const& step, LayerStep const& layer, OperatorList& list, std::string input)
{
    auto const& shape   = step.shape;
    auto const& l       = shape.latent;
    auto const  hidden  = static_cast<double>(shape.hidden);
    auto const  heads   = static_cast<double>(shape.heads);
    auto const  context = static_cast<double>(layer.attended);
    auto const  latent  = static_cast<double>(l.kv_rank);
    auto const  cached  = static_cast<double>(l.cached());
    auto const  query   = static_cast<double>(shape.query_width());
    auto const  scores  = heads * context;

    auto const first = input;
    if (l.query_rank != 0) {
        list.matrix("query_down", OperatorKind::latent, WeightPart::attention, hidden, l.query_rank, input);
        list.norm("query_norm", shape.norm, l.query_rank, "query_down");
        input = "query_norm";
    }
    list.matrix("query_up", OperatorKind::heads, WeightPart::attention, l.query_rank != 0 ? l.query_rank : hidden, query, input);
    list.matrix("latent_kv", OperatorKind::latent, WeightPart::attention, hidden, cached, first);
    list.norm("latent_norm", shape.norm, latent, "latent_kv");
    add_rope(list, (heads + 1) * l.rope_dim, "latent_norm");
    list.matrices("absorb_keys", OperatorKind::heads, WeightPart::attention, heads * l.nope_dim * latent, heads * l.nope_dim * latent,
                  query + heads * cached, "query_up");

    auto& write             = list.add("kv_write", OperatorKind::kv_write, {"rope"});
    write.bytes_kv          = list.kv(cached);
    write.bytes_activations = list.activations(cached);

    // What is cached of a token are its keys and its values: counted as read once, with the scores.
    auto& products             = list.add("scores", OperatorKind::attention, {"absorb_keys", "kv_write"});
    products.flops             = 2 * heads * cached * context;
    products.bytes_kv          = list.kv(cached * context);
    products.bytes_activations = list.activations(heads * cached + scores);

    add_softmax(list, scores);

    auto& values             = list.add("values", OperatorKind::attention, {"kv_write", "softmax"});
    values.flops             = 2 * heads * latent * context;
    values.bytes_activations = list.activations(scores + heads * latent);

    list.matrices("expand_values", OperatorKind::heads, WeightPart::attention, heads * latent * l.value_dim, heads * latent * l.value_dim,
                  heads * (latent + l.value_dim), "values");
    list.matrix("out_proj", OperatorKind::out_proj, WeightPart::attention, heads * l.value_dim, hidden, "expand_values");
}

// Returns the last operator before the residual.
std::string add_attention(DecodeStep const& step, LayerStep const& layer, OperatorList& list, std::string const& input)
{
    auto const& shape = step.shape;
    if (shape.latent.kv_rank != 0)
        add_latent_attention(step, layer, list, input);
    else
        add_full_attention(step, layer, list, input);
    if (!shape.post_norms)
        return "out_proj";
    list.norm("post_attention_norm", shape.norm, shape.hidden, "out_proj");
    return "post_attention_norm";
}

// Scores of all experts, and the best of them with their shares: an exponential and a comparison each.
void add_router(DecodeStep const& step, LayerKind const& kind, OperatorList& list, std::string const& input)
{
    list.matrix("router", OperatorKind::router, WeightPart::router, step.shape.hidden, kind.experts, input).flops +=
        2.0 * kind.experts + 2.0 * kind.active;
}

// The same for the feed-forward.
std::string add_feed_forward(DecodeStep const& step, LayerStep const& layer, OperatorList& list, std::string input)
{
    auto const& shape  = step.shape;
    auto const& kind   = layer.kind;
    auto const  hidden = static_cast<double>(shape.hidden);
    auto const  used   = kind.ffn + double{1} * kind.active * kind.expert_ffn;
    auto const  held   = kind.ffn + double{1} * kind.experts * kind.expert_ffn;
    auto const  widths = shape.gated ? 2.0 : 1.0;
    auto const* widen  = shape.gated ? "gate_up" : "up";

    if (kind.experts > 0) {
        add_router(step, kind, list, input);
        input = "router";
    }
    // What all tokens pass may be kept in another width than the experts.
    auto const  all_pass = kind.experts > 0 ? WeightPart::shared_experts : WeightPart::feed_forward;
    auto const  weigh    = [&](Operator& op, double rows) {
        auto const of = [&](double experts) {
            return list.bytes(all_pass, rows * kind.ffn) +
                   list.bytes(WeightPart::experts, rows * (experts * kind.expert_ffn));
        };
        op.bytes_weights = of(kind.active);
        op.bytes_held    = of(kind.experts);
    };
    weigh(list.matrices(widen, OperatorKind::gate_up, all_pass, hidden * widths * used, hidden * widths * held,
                        hidden + widths * used, input),
          hidden * widths);
    // The share of an expert is one more factor.
    auto const factors           = (shape.gated ? 1 : 0) + (kind.experts > 0 ? 1 : 0);
    auto&      activation        = list.add("activation", OperatorKind::activation, {widen});
    activation.flops             = (flops_of(shape.activation) + factors) * used;
    activation.bytes_activations = list.activations((widths + 1) * used);
    weigh(list.matrices("down", OperatorKind::down, all_pass, used * hidden, held * hidden, used + hidden,
                        "activation"),
          hidden);
    if (!shape.post_norms)
        return "down";
    list.norm("post_ffn_norm", shape.norm, hidden, "down");
    return "post_ffn_norm";
}

void add_layer(DecodeStep const& step, LayerStep& layer)
{
    auto const& shape  = step.shape;
    auto const  hidden = static_cast<double>(shape.hidden);
    auto        list   = OperatorList{step, layer.operators};
    auto        input  = std::string{};
    auto        norm   = [&](char const* name, std::string const& after) {
        list.norm(name, shape.norm, hidden, after);
        return std::string{name};
    };

    if (shape.pre_norms)
        input = norm("attention_norm", input);
    auto const attended = add_attention(step, layer, list, input);
    list.residual("attention_residual", hidden, {attended});

    // Side by side, the feed-forward starts from what attention started from, and the two meet in the residuals.
    if (!shape.parallel_blocks) {
        input = "attention_residual";
        if (shape.pre_norms)
            input = norm("ffn_norm", input);
    }
    auto const fed = add_feed_forward(step, layer, list, input);
    list.residual("ffn_residual", hidden, {"attention_residual", fed});
}

void add_once(DecodeStep& step)
{
    auto const& shape      = step.shape;
    auto const  hidden     = static_cast<double>(shape.hidden);
    auto const  vocabulary = static_cast<double>(shape.vocabulary);
    auto        list       = OperatorList{step, step.once};

    // One row of the table is read.
    auto& embedding             = list.add("embedding", OperatorKind::embed, {});
    embedding.bytes_weights     = list.bytes(WeightPart::embedding, hidden);
    embedding.bytes_held        = list.bytes(WeightPart::embedding, hidden * vocabulary);
    embedding.bytes_activations = list.activations(hidden);

    list.norm("final_norm", shape.norm, hidden, "embedding"); // with the layers between
    list.matrix("lm_head", OperatorKind::lm_head,
                shape.tied_embeddings ? WeightPart::embedding : WeightPart::lm_head, hidden, vocabulary, "final_norm");
    if (shape.tied_embeddings)
        step.once.back().bytes_held = 0; // reads the table that the embedding holds

    // Greedy: the largest logit.
    auto& sampling             = list.add("sampling", OperatorKind::sampling, {"lm_head"});
    sampling.flops             = vocabulary;
    sampling.bytes_activations = list.activations(vocabulary);
}

void add_notes(DecodeStep& step, ModelShape const& model)
{
    auto const& shape = step.shape;
    if (step.context > model.max_context)
        step.notes.push_back(fmt::format("the context of {} tokens is longer than the {} that {} was made for",
                                         step.context, model.max_context, model.name));
    if (!model.assumed.empty())
        step.notes.push_back(fmt::format("the file of {} leaves these to its class: {}", model.name,
                                         fmt::join(model.assumed, ", ")));
    if (model.soft_caps)
        step.notes.push_back("the soft caps on scores and logits are left out");
    if (std::any_of(shape.kinds.begin(), shape.kinds.end(), [](auto const& kind) { return kind.chunked; }))
        step.notes.push_back("layers that attend to a piece of the context are counted at the end of a full piece");
    if (shape.kv_width() != model.kv_width() || shape.heads != model.heads)
        step.notes.push_back(fmt::format("workload.kv_heads = full: one head of {} elements in place of {} with {} of "
                                         "keys and values",
                                         shape.head_dim, model.heads, model.kv_heads));
}

} // namespace

char const* name_of(OperatorKind kind) { return kind_names.at(static_cast<std::size_t>(kind)); }

DecodeStep decode_step(ModelShape const& model, configs::WorkloadParams const& params)
{
    SCRIBELINE_EXPECT(params.context > 0 && params.kv_bits > 0 && params.activation_bits > 0);
    auto step            = DecodeStep{};
    step.shape           = params.kv_heads == configs::KvHeads::full ? with_full_kv(model) : model;
    step.context         = params.context;
    if (params.weight_bits.checkpoint) {
        step.stored      = model.checkpoint.stored;
        step.weight_bits = model.checkpoint.bits;
        step.stored_bits = model.checkpoint_element_bits();
    } else {
        step.stored.fill(params.weight_bits);
        step.weight_bits = format_width(params.weight_bits);
        step.stored_bits = params.weight_bits;
    }
    step.kv_bits         = params.kv_bits;
    step.activation_bits = params.activation_bits;
    auto const kinds     = step.shape.layer_kinds();
    for (std::uint32_t kind = 0; kind < kinds.size(); ++kind) {
        auto layer = LayerStep{kinds[kind], step.shape.layers_of(kind), step.context, {}};
        // Of a piece of the context a token sees what stands before it; a whole piece is what the layer must hold.
        if (kinds[kind].window != 0)
            layer.attended = std::min(step.context, kinds[kind].window);
        add_layer(step, layer);
        step.kinds.push_back(std::move(layer));
    }
    add_once(step);
    add_notes(step, model);
    return step;
}

void settle_widths(configs::WorkloadParams& params, ModelShape const& shape)
{
    if (params.weight_bits.checkpoint)
        params.weight_bits.value = shape.checkpoint_element_bits();
}

bool speculates(configs::WorkloadParams const& params) { return params.draft_model != "none"; }

std::uint32_t vectors_of_step(configs::WorkloadParams const& params)
{
    return params.batch * (speculates(params) ? params.draft_tokens + 1 : 1);
}

Operator const* find_operator(std::vector<Operator> const& list, std::string_view name)
{
    auto const found = std::find_if(list.begin(), list.end(), [&](auto const& op) { return op.name == name; });
    return found == list.end() ? nullptr : &*found;
}

StepTotals totals_of(DecodeStep const& step)
{
    auto totals = StepTotals{};
    auto add    = [&](std::vector<Operator> const& list, double times) {
        for (auto const& op : list) {
            totals.flops += times * op.flops;
            totals.bytes_weights += times * op.bytes_weights;
            totals.bytes_kv += times * op.bytes_kv;
            totals.bytes_activations += times * op.bytes_activations;
            totals.bytes_held += times * op.bytes_held;
        }
    };
    for (auto const& kind : step.kinds)
        add(kind.operators, static_cast<double>(kind.layers));
    add(step.once, 1);
    return totals;
}

} // namespace scribeline::workloads
