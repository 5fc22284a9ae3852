// Counts of every operator. n stands for elements, m for the elements of a matrix.
#include "workloads/decode_step.hpp"

#include "configs/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace scribeline::workloads {

namespace {

constexpr std::array kind_names{"norm",    "qkv",        "rope", "kv_write", "attention", "softmax", "out_proj",
                                "gate_up", "activation", "down", "residual", "embed",     "lm_head", "sampling"};

// Square and add, then scale by the reciprocal root and by the weight; a layer norm adds up first, subtracts the mean
// and adds a bias.
double flops_of_norm(Norm norm, double n) { return (norm == Norm::rms ? 4 : 7) * n; }

// Per element, with exp, erf and tanh one each: x / (1 + exp(-x));  x / 2 (1 + erf(x / sqrt 2));
// x / 2 (1 + tanh(a (x + b x^3)));  max(0, x).
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
    void matrix(char const* name, OperatorKind kind, double rows, double columns, std::string const& after)
    {
        auto& op             = add(name, kind, {after});
        op.flops             = 2 * rows * columns;
        op.bytes_weights     = rows * columns * step_.weight_bits / 8;
        op.bytes_held        = op.bytes_weights;
        op.bytes_activations = activations(rows + columns);
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

// From `input` (empty: the layer's input) to the output projection; returns the last operator before the residual.
std::string add_attention(DecodeStep const& step, OperatorList& list, std::string input)
{
    auto const& shape   = step.shape;
    auto const  hidden  = static_cast<double>(shape.hidden);
    auto const  query   = static_cast<double>(shape.query_width());
    auto const  keys    = static_cast<double>(shape.kv_width());
    auto const  context = static_cast<double>(step.context);
    auto const  scores  = static_cast<double>(shape.heads) * context;

    list.matrix("qkv", OperatorKind::qkv, hidden, query + 2 * keys, input);
    input = "qkv";
    if (shape.qk_norm) {
        list.norm("qk_norm", shape.norm, query + keys, input);
        input = "qk_norm";
    }
    // A pair turns in four multiplications and two additions.
    auto const rotated     = (query + keys) * shape.rotary_fraction;
    auto&      rope        = list.add("rope", OperatorKind::rope, {input});
    rope.flops             = 3 * rotated;
    rope.bytes_activations = list.activations(2 * rotated);

    auto& write             = list.add("kv_write", OperatorKind::kv_write, {"rope"});
    write.bytes_kv          = list.kv(2 * keys);
    write.bytes_activations = list.activations(2 * keys);

    // Query heads that share a head of keys read it once.
    auto& products             = list.add("scores", OperatorKind::attention, {"rope", "kv_write"});
    products.flops             = 2 * query * context;
    products.bytes_kv          = list.kv(keys * context);
    products.bytes_activations = list.activations(query + scores);

    // Per score: scale, maximum, subtract, exp, sum, divide.
    auto& softmax             = list.add("softmax", OperatorKind::softmax, {"scores"});
    softmax.flops             = 6 * scores;
    softmax.bytes_activations = list.activations(2 * scores);

    auto& values             = list.add("values", OperatorKind::attention, {"kv_write", "softmax"});
    values.flops             = 2 * query * context;
    values.bytes_kv          = list.kv(keys * context);
    values.bytes_activations = list.activations(scores + query);

    list.matrix("out_proj", OperatorKind::out_proj, query, hidden, "values");
    if (!shape.post_norms)
        return "out_proj";
    list.norm("post_attention_norm", shape.norm, hidden, "out_proj");
    return "post_attention_norm";
}

// The same for the feed-forward.
std::string add_feed_forward(DecodeStep const& step, OperatorList& list, std::string const& input)
{
    auto const& shape  = step.shape;
    auto const  hidden = static_cast<double>(shape.hidden);
    auto const  ffn    = static_cast<double>(shape.ffn);
    auto const* widen  = shape.gated ? "gate_up" : "up";

    list.matrix(widen, OperatorKind::gate_up, hidden, (shape.gated ? 2 : 1) * ffn, input);
    auto& activation             = list.add("activation", OperatorKind::activation, {widen});
    activation.flops             = (flops_of(shape.activation) + (shape.gated ? 1 : 0)) * ffn;
    activation.bytes_activations = list.activations((shape.gated ? 3 : 2) * ffn);
    list.matrix("down", OperatorKind::down, ffn, hidden, "activation");
    if (!shape.post_norms)
        return "down";
    list.norm("post_ffn_norm", shape.norm, hidden, "down");
    return "post_ffn_norm";
}

void add_layer(DecodeStep& step)
{
    auto const& shape  = step.shape;
    auto const  hidden = static_cast<double>(shape.hidden);
    auto        list   = OperatorList{step, step.layer};
    auto        input  = std::string{};
    auto        norm   = [&](char const* name, std::string const& after) {
        list.norm(name, shape.norm, hidden, after);
        return std::string{name};
    };

    if (shape.pre_norms)
        input = norm("attention_norm", input);
    auto const attended = add_attention(step, list, input);
    list.residual("attention_residual", hidden, {attended});

    // Side by side, the feed-forward starts from what attention started from, and the two meet in the residuals.
    if (!shape.parallel_blocks) {
        input = "attention_residual";
        if (shape.pre_norms)
            input = norm("ffn_norm", input);
    }
    auto const fed = add_feed_forward(step, list, input);
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
    embedding.bytes_weights     = hidden * step.weight_bits / 8;
    embedding.bytes_held        = hidden * vocabulary * step.weight_bits / 8;
    embedding.bytes_activations = list.activations(hidden);

    list.norm("final_norm", shape.norm, hidden, "embedding"); // with the layers between
    list.matrix("lm_head", OperatorKind::lm_head, hidden, vocabulary, "final_norm");
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
    if (model.sliding_window != 0 && step.context > model.sliding_window)
        step.notes.push_back(fmt::format("layers with a sliding window of {} tokens are counted as if they attended to "
                                         "all {}",
                                         model.sliding_window, step.context));
    if (model.soft_caps)
        step.notes.push_back("the soft caps on scores and logits are left out");
    if (shape.kv_width() != model.kv_width() || shape.heads != model.heads)
        step.notes.push_back(fmt::format("workload.kv_heads = full: one head of {} elements in place of {} with {} of "
                                         "keys and values",
                                         shape.head_dim, model.heads, model.kv_heads));
}

} // namespace

char const* name_of(OperatorKind kind) { return kind_names.at(static_cast<std::size_t>(kind)); }

DecodeStep decode_step(ModelShape const& model, configs::WorkloadParams const& params)
{
    SCRIBELINE_EXPECT(params.context > 0 && params.weight_bits > 0 && params.kv_bits > 0 && params.activation_bits > 0);
    auto step            = DecodeStep{};
    step.shape           = params.kv_heads == configs::KvHeads::full ? with_full_kv(model) : model;
    step.context         = params.context;
    step.weight_bits     = params.weight_bits;
    step.kv_bits         = params.kv_bits;
    step.activation_bits = params.activation_bits;
    add_layer(step);
    add_once(step);
    add_notes(step, model);
    return step;
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
    add(step.layer, static_cast<double>(step.shape.layers));
    add(step.once, 1);
    return totals;
}

} // namespace scribeline::workloads
