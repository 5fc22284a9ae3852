#include "workloads/mapping/steps.hpp"

#include "configs/failure.hpp"
#include "workloads/mapping/layer_memory.hpp"
#include "workloads/mapping/pe_costs.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <utility>

namespace scribeline::workloads {

namespace {

// Writes operators as steps, in the order of a list of the decode step.
class StepWriter {
  public:
    StepWriter(DecodeStep const& step, LayerLayout const& layout, RegionLines const* lines,
               configs::Parameters const& p)
        : shape_{step.shape}, layout_{layout}, lines_{lines}, at_{layout}, costs_{p}, batch_{layout.batch},
          weight_bits_{step.weight_bits}, kv_bits_{step.kv_bits}, computes_{computes(layout)},
          per_word_{p.workload.activation_bits == 16 ? 2u : 1u},
          vocabulary_per_row_{static_cast<std::uint32_t>((step.shape.vocabulary + layout.rows - 1) / layout.rows)}
    {
    }

    Steps write(std::vector<Operator> const& list, std::size_t first, std::size_t last);

  private:
    void norm(std::uint32_t vector, std::uint32_t weight, std::uint32_t target);
    void qk_norm();
    void qkv();
    void rope();
    void kv_write();
    void scores();
    void softmax();
    void values();
    void product(std::uint32_t input, std::uint32_t n, std::uint32_t weights, std::uint32_t output, std::uint32_t m,
                 Line line);
    void latent_norm(std::uint32_t n);
    void turn(std::uint32_t n, Line line);
    void query_up();
    void absorb_keys();
    void expand_values();
    void latent_out();
    void router();
    void gate_up();
    void up();
    void down();
    void activation();
    void residual(std::uint32_t vector);
    void embedding();
    void lm_head();
    void sampling();

    void run(Operation op, KernelCall kernel = {});
    void multiply(std::uint32_t n, std::uint32_t m, KernelCall kernel = {});
    void multiply_experts(std::uint32_t n, std::uint32_t m);
    void multiply_cache(std::uint32_t n, std::uint32_t m, KernelCall kernel);
    void latent_softmax();
    void all_reduce(Line line, std::uint32_t address, std::uint32_t elements, Combine combine);
    void collective(Line line, Gather gather, std::uint32_t wavelets, std::uint32_t address, Combine combine);

    ModelShape const&   shape_;
    LayerLayout const&  layout_;
    RegionLines const*  lines_;
    LayerMemory const   at_;
    PeCosts const       costs_;
    std::uint32_t const batch_, weight_bits_, kv_bits_;
    bool const          computes_;
    std::uint32_t const per_word_, vocabulary_per_row_;

    std::uint16_t op_ = 0;
    Steps         out_;
};

void StepWriter::run(Operation op, KernelCall kernel)
{
    bool const first = out_.list.empty() || out_.list.back().op != op_; // an operator has a step, however short
    if (!first && length_of(op) == 0 && (!computes_ || kernel.kernel == Kernel::nothing))
        return;
    Step step;
    step.op       = op_;
    step.local    = op;
    step.local.op = op_;
    if (computes_)
        step.kernel = kernel;
    out_.list.push_back(step);
}

// A matrix of n x m elements with the vectors of all sequences: a vector operation over the m outputs for each input
// element and sequence, or, where that is less, one over the sequences for each element of the matrix.
void StepWriter::multiply(std::uint32_t n, std::uint32_t m, KernelCall kernel)
{
    if (auto const wide = costs_.widen(n, m, weight_bits_); length_of(wide) > 0)
        run(wide);
    auto op = costs_.multiply_accumulate(batch_ * n, m);
    if (batch_ > 1)
        if (auto const across = costs_.multiply_accumulate(n * m, batch_); length_of(across) < length_of(op))
            op = across;
    run(op, kernel);
}

// The slices of the experts that the pairs ask for, each with one vector.
void StepWriter::multiply_experts(std::uint32_t n, std::uint32_t m)
{
    if (auto const wide = costs_.widen(layout_.pairs * n, m, weight_bits_); length_of(wide) > 0)
        run(wide);
    run(costs_.multiply_accumulate(layout_.pairs * n, m));
}

// With the keys or values of all sequences. Each query head multiplies its n inputs with m elements of the cache: a
// vector operation for each input, or, where that is less, one for each element of the cache over all vectors that
// share it.
void StepWriter::multiply_cache(std::uint32_t n, std::uint32_t m, KernelCall kernel)
{
    std::uint32_t const held    = layout_.caches * layout_.heads_per_row;
    std::uint32_t const sharing = layout_.share * (batch_ / layout_.caches);
    if (auto const wide = costs_.widen(held * n, m, kv_bits_); length_of(wide) > 0)
        run(wide);
    auto op = costs_.multiply_accumulate(held * sharing * n, m);
    if (auto const across = costs_.multiply_accumulate(held * n * m, sharing); length_of(across) < length_of(op))
        op = across;
    run(op, kernel);
}

void StepWriter::collective(Line line, Gather gather, std::uint32_t wavelets, std::uint32_t address, Combine combine)
{
    Step step;
    step.op         = op_;
    step.collective = true;
    step.line       = line;
    step.gather     = gather;
    step.message    = {wavelets, address, combine, op_};
    out_.list.push_back(step);
    if (lines_ == nullptr)
        return;
    auto& name = out_.operators[op_].collective;
    name += (name.empty() ? "" : "; ") +
            lines_->describe(line, gather == Gather::reduce ? "reduce" : "all-reduce", wavelets);
}

void StepWriter::all_reduce(Line line, std::uint32_t address, std::uint32_t elements, Combine combine)
{
    collective(line, Gather::all_reduce, (elements + per_word_ - 1) / per_word_, address, combine);
}

void StepWriter::norm(std::uint32_t vector, std::uint32_t weight, std::uint32_t target)
{
    std::uint32_t const n      = layout_.hidden;
    bool const          centre = shape_.norm == Norm::layer;
    KernelCall          square{Kernel::square_sum, at_.sums, vector, 0, 0, n, centre ? 1u : 0u};
    square.scale = 1.0f / static_cast<float>(shape_.hidden);
    run(costs_.scalar(batch_ * n), square);
    all_reduce(Line::row, at_.sums, batch_ * (centre ? 2 : 1), Combine::add);
    KernelCall scale{Kernel::normalise, target, vector, weight, at_.sums, n, centre ? 1u : 0u};
    scale.epsilon = static_cast<float>(shape_.norm_epsilon);
    run(costs_.scalar(batch_ * n), scale);
}

// Of a compressed vector, which lies along y.
void StepWriter::latent_norm(std::uint32_t n)
{
    run(costs_.scalar(batch_ * n));
    all_reduce(Line::column, at_.sums, batch_ * (shape_.norm == Norm::layer ? 2 : 1), Combine::add);
    run(costs_.scalar(batch_ * n));
}

// A vector that lies along one axis to the other: each PE copies what it has of both into zeros, and `line` adds up.
void StepWriter::turn(std::uint32_t n, Line line)
{
    run(costs_.copy(batch_ * n));
    all_reduce(line, at_.out, batch_ * n, Combine::add);
}

// Each head's query and key on its own: their elements lie along the rows of the head's segment.
void StepWriter::qk_norm()
{
    std::uint32_t const heads = layout_.heads_per_row * (layout_.share + 1);
    KernelCall          square{Kernel::square_sum, at_.qk_sums, at_.qkv, 0, 0, layout_.head, 0, heads};
    square.scale = 1.0f / static_cast<float>(shape_.head_dim);
    run(costs_.scalar(batch_ * heads * layout_.head), square);
    all_reduce(Line::head, at_.qk_sums, batch_ * heads, Combine::add);
    KernelCall scale{Kernel::normalise, at_.qkv, at_.qkv, at_.qk_weight, at_.qk_sums, layout_.head, 0, heads};
    scale.epsilon = static_cast<float>(shape_.norm_epsilon);
    run(costs_.scalar(batch_ * heads * layout_.head), scale);
}

// A matrix-vector product: one multiply-accumulate over all outputs for each input element, then the sum along `line`.
void StepWriter::product(std::uint32_t input, std::uint32_t n, std::uint32_t weights, std::uint32_t output,
                         std::uint32_t m, Line line)
{
    multiply(n, m, {Kernel::matrix_vector, output, input, weights, 0, n, m});
    all_reduce(line, output, batch_ * m, Combine::add);
}

// Query, key and value have matrices, and vector operations, of their own; their sums travel together.
void StepWriter::qkv()
{
    std::uint32_t const n = layout_.hidden, m = layout_.query() + 2 * layout_.key();
    std::uint32_t const input = shape_.pre_norms ? at_.normed : at_.hidden;
    multiply(n, layout_.query());
    multiply(n, layout_.key());
    multiply(n, layout_.key(), {Kernel::matrix_vector, at_.qkv, input, at_.w_qkv, 0, n, m});
    all_reduce(Line::row, at_.qkv, batch_ * m, Combine::add);
}

void StepWriter::rope()
{
    if (layout_.latent != 0) { // of the queries along x, of the key along y
        run(costs_.scalar(batch_ * (layout_.head_queries - layout_.head_nope)));
        run(costs_.scalar(batch_ * (layout_.head - layout_.latent)));
        return;
    }
    std::uint32_t const heads = layout_.heads_per_row * (layout_.share + 1);
    run(costs_.scalar(batch_ * heads * layout_.head),
        {Kernel::rotate, at_.qkv, at_.qkv, at_.angles, 0, layout_.head, 0, heads});
}

void StepWriter::kv_write()
{
    std::uint32_t const key = at_.qkv + layout_.query();
    run(costs_.copy(batch_ * layout_.key()),
        {Kernel::append_key, at_.keys, key, 0, at_.slot, layout_.head, layout_.tokens, layout_.heads_per_row});
    if (layout_.latent != 0)
        return; // the same elements are keys and values
    run(costs_.copy(batch_ * layout_.key()), {Kernel::append_value, at_.values, key + layout_.key(), 0, at_.slot,
                                              layout_.head, layout_.tokens, layout_.heads_per_row});
}

void StepWriter::scores()
{
    std::uint32_t const heads = layout_.heads_per_row * layout_.share;
    KernelCall          call{Kernel::scores, at_.scores,     at_.qkv, at_.keys,     0,
                    layout_.head,   layout_.tokens, heads,   layout_.share};
    call.scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(shape_.head_dim)));
    multiply_cache(layout_.head, layout_.tokens, call);
    all_reduce(Line::head, at_.scores, batch_ * layout_.scores(), Combine::add);
}

// All rows have the scores of all heads. Each does its share of them: the largest and the sums of a head meet along
// both axes, and what the shares have become goes to all rows.
void StepWriter::latent_softmax()
{
    std::uint32_t const heads = batch_ * layout_.share, scores = batch_ * layout_.scores();
    std::uint32_t const share = (scores + layout_.rows - 1) / layout_.rows;
    for (auto const combine : {Combine::max, Combine::add}) {
        run(costs_.scalar(share));
        for (auto const line : {Line::column, Line::row})
            all_reduce(line, at_.totals, heads, combine);
    }
    all_reduce(Line::column, at_.scores, scores, Combine::add);
}

void StepWriter::softmax()
{
    if (layout_.latent != 0)
        return latent_softmax();
    std::uint32_t const heads = layout_.heads_per_row * layout_.share;
    run(costs_.scalar(batch_ * layout_.scores()),
        {Kernel::local_max, at_.maxima, at_.scores, 0, at_.mask, 0, layout_.tokens, heads});
    all_reduce(Line::row, at_.maxima, batch_ * heads, Combine::max);
    run(costs_.scalar(batch_ * layout_.scores()),
        {Kernel::exponentials, at_.totals, at_.scores, at_.maxima, at_.mask, 0, layout_.tokens, heads});
    all_reduce(Line::row, at_.totals, batch_ * heads, Combine::add);
}

void StepWriter::values()
{
    std::uint32_t const heads = layout_.heads_per_row * layout_.share;
    std::uint32_t const dims  = layout_.latent != 0 ? layout_.latent : layout_.head;
    multiply_cache(layout_.tokens, dims,
                   {Kernel::weighted_values, at_.attended, at_.scores, at_.values, at_.totals, layout_.head,
                    layout_.tokens, heads, layout_.share});
    all_reduce(Line::row, at_.attended, batch_ * heads * dims, Combine::add);
}

// Out of compressed queries, along y, to the heads along x. Where queries are not compressed, the heads' share of rows
// comes first, and then turns.
void StepWriter::query_up()
{
    if (layout_.query_rank != 0)
        return product(at_.qkv, layout_.query_rank, 0, at_.attended, layout_.head_queries, Line::column);
    product(at_.normed, layout_.hidden, 0, at_.qkv, layout_.query_rows, Line::row);
    turn(layout_.head_queries, Line::column);
}

// Each head's queries with its matrix of keys, block by block: along x in, along y out, where rows that carry position
// take the rotated elements as they are.
void StepWriter::absorb_keys()
{
    multiply(layout_.head_nope, layout_.latent);
    run(costs_.copy(batch_ * (layout_.head_queries - layout_.head_nope)));
    all_reduce(Line::row, at_.qkv, batch_ * layout_.query(), Combine::add);
}

// Each head's sum with its matrix of values: along y in, along x out.
void StepWriter::expand_values()
{
    std::uint32_t const heads = layout_.heads_across;
    multiply(layout_.latent * heads, (layout_.head_values + heads - 1) / heads);
    all_reduce(Line::column, at_.attended, batch_ * layout_.head_values, Combine::add);
}

void StepWriter::latent_out()
{
    product(at_.attended, layout_.head_values, at_.w_out, at_.out, layout_.out_rows, Line::row);
    turn(layout_.hidden, Line::column);
}

// The scores of a row's experts go to all rows, which each place their own by how many are better; those that come out
// among the first send their index and share into the place that is theirs.
void StepWriter::router()
{
    multiply(layout_.hidden, layout_.router_outputs);
    all_reduce(Line::row, at_.sums, batch_ * layout_.router_outputs, Combine::add);
    turn(layout_.all_experts, Line::column);
    for (std::uint32_t own = 0; own < batch_ * layout_.router_outputs; ++own)
        run(costs_.add(layout_.all_experts));
    run(costs_.scalar(batch_ * layout_.active));
    all_reduce(Line::column, at_.sums, 2 * batch_ * layout_.active, Combine::add);
}

void StepWriter::gate_up()
{
    std::uint32_t const feed = shape_.pre_norms ? at_.normed : at_.hidden;
    if (layout_.ffn > 0) {
        multiply(layout_.hidden, layout_.ffn);
        multiply(layout_.hidden, layout_.ffn,
                 {Kernel::matrix_vector, at_.wide, feed, at_.w_wide, 0, layout_.hidden, layout_.up()});
    }
    if (layout_.pairs > 0)
        for (int matrix = 0; matrix < 2; ++matrix)
            multiply_experts(layout_.hidden, layout_.expert_ffn);
    all_reduce(Line::row, at_.wide, layout_.widened(), Combine::add);
}

void StepWriter::up()
{
    std::uint32_t const feed = shape_.pre_norms ? at_.normed : at_.hidden;
    if (layout_.ffn > 0)
        multiply(layout_.hidden, layout_.ffn,
                 {Kernel::matrix_vector, at_.wide, feed, at_.w_wide, 0, layout_.hidden, layout_.ffn});
    if (layout_.pairs > 0)
        multiply_experts(layout_.hidden, layout_.expert_ffn);
    all_reduce(Line::row, at_.wide, layout_.widened(), Combine::add);
}

void StepWriter::down()
{
    if (layout_.ffn > 0)
        multiply(layout_.ffn, layout_.hidden,
                 {Kernel::matrix_vector, at_.down, at_.product, at_.w_down, 0, layout_.ffn, layout_.hidden});
    if (layout_.pairs > 0)
        multiply_experts(layout_.expert_ffn, layout_.hidden);
    all_reduce(Line::column, at_.down, layout_.vector(), Combine::add);
}

// One pass for the function, with a gate one for the product, and one for the share of an expert.
void StepWriter::activation()
{
    std::uint32_t const n = layout_.ffn, all = layout_.fed();
    run(costs_.scalar((shape_.gated ? 2 * all : all) + layout_.expert_ffn * layout_.pairs),
        {shape_.gated ? Kernel::gate : Kernel::activate, at_.product, at_.wide, at_.wide + n, 0, n});
}

void StepWriter::residual(std::uint32_t vector)
{
    run(costs_.add(layout_.vector()), {Kernel::accumulate, at_.hidden, vector, 0, 0, layout_.hidden});
}

// Every PE of the rows that hold the token's row of the table copies its part, all others zeros; the sum brings it to
// all rows, whichever the token is.
void StepWriter::embedding()
{
    run(costs_.copy(layout_.vector()));
    all_reduce(Line::column, at_.hidden, layout_.vector(), Combine::add);
}

// The sums of a row's outputs are needed where the row is searched: in the middle of the row.
void StepWriter::lm_head()
{
    multiply(layout_.hidden, vocabulary_per_row_);
    collective(Line::row, Gather::reduce, (batch_ * vocabulary_per_row_ + per_word_ - 1) / per_word_, at_.wide,
               Combine::add);
}

// The largest of a row's outputs, and of all rows: a wavelet with the value, and one with its index.
void StepWriter::sampling()
{
    run(costs_.scalar(batch_ * vocabulary_per_row_));
    collective(Line::column, Gather::all_reduce, 2 * batch_, at_.sums, Combine::max);
}

Steps StepWriter::write(std::vector<Operator> const& list, std::size_t first, std::size_t last)
{
    std::map<std::string, std::function<void()>> const writers{
        {"attention_norm", [&] { norm(at_.hidden, at_.norm_weight[0], at_.normed); }},
        {"qkv", [&] { qkv(); }},
        {"qk_norm", [&] { qk_norm(); }},
        {"rope", [&] { rope(); }},
        {"kv_write", [&] { kv_write(); }},
        {"scores", [&] { scores(); }},
        {"softmax", [&] { softmax(); }},
        {"values", [&] { values(); }},
        {"query_down", [&] { product(at_.normed, layout_.hidden, 0, at_.qkv, layout_.query_rank, Line::row); }},
        {"query_norm", [&] { latent_norm(layout_.query_rank); }},
        {"query_up", [&] { query_up(); }},
        {"latent_kv", [&] { product(at_.normed, layout_.hidden, 0, at_.qkv, layout_.head, Line::row); }},
        {"latent_norm", [&] { latent_norm(layout_.latent); }},
        {"absorb_keys", [&] { absorb_keys(); }},
        {"expand_values", [&] { expand_values(); }},
        {"out_proj",
         [&] {
             if (layout_.latent != 0)
                 latent_out();
             else
                 product(at_.attended, layout_.query(), at_.w_out, at_.out, layout_.hidden, Line::column);
         }},
        {"post_attention_norm", [&] { norm(at_.out, at_.post_weight[0], at_.out); }},
        {"attention_residual", [&] { residual(at_.out); }},
        {"ffn_norm", [&] { norm(at_.hidden, at_.norm_weight[1], at_.normed); }},
        {"router", [&] { router(); }},
        {"gate_up", [&] { gate_up(); }},
        {"up", [&] { up(); }},
        {"activation", [&] { activation(); }},
        {"down", [&] { down(); }},
        {"post_ffn_norm", [&] { norm(at_.down, at_.post_weight[1], at_.down); }},
        {"ffn_residual", [&] { residual(at_.down); }},
        {"embedding", [&] { embedding(); }},
        {"final_norm", [&] { norm(at_.hidden, at_.norm_weight[0], at_.normed); }},
        {"lm_head", [&] { lm_head(); }},
        {"sampling", [&] { sampling(); }},
    };
    for (std::size_t i = first; i < last; ++i) {
        out_.operators.push_back({list[i].name, name_of(list[i].kind), ""});
        run(costs_.control());
        writers.at(list[i].name)();
        ++op_;
    }
    return std::move(out_);
}

std::size_t first_of_head(DecodeStep const& step)
{
    auto const* const norm = find_operator(step.once, "final_norm");
    SCRIBELINE_EXPECT(norm != nullptr);
    return static_cast<std::size_t>(norm - step.once.data());
}

} // namespace

bool computes(LayerLayout const& layout) { return layout.batch == 1 && layout.latent == 0 && layout.pairs == 0; }

std::size_t first_of_feed_forward(DecodeStep const& step, std::size_t kind)
{
    auto const&       list     = step.layer(kind);
    auto const* const residual = find_operator(list, "attention_residual");
    SCRIBELINE_EXPECT(residual != nullptr);
    return static_cast<std::size_t>(residual - list.data()) + 1;
}

Steps layer_steps(DecodeStep const& step, std::size_t kind, LayerPart part, LayerLayout const& layout,
                  RegionLines const* lines, configs::Parameters const& p)
{
    auto const&       list   = step.layer(kind);
    std::size_t const middle = first_of_feed_forward(step, kind);
    return StepWriter{step, layout, lines, p}.write(list, part == LayerPart::feed_forward ? middle : 0,
                                                    part == LayerPart::attention ? middle : list.size());
}

Steps embedding_steps(DecodeStep const& step, LayerLayout const& layout, RegionLines const* lines,
                      configs::Parameters const& p)
{
    return StepWriter{step, layout, lines, p}.write(step.once, 0, first_of_head(step));
}

Steps head_steps(DecodeStep const& step, LayerLayout const& layout, RegionLines const* lines,
                 configs::Parameters const& p)
{
    return StepWriter{step, layout, lines, p}.write(step.once, first_of_head(step), step.once.size());
}

} // namespace scribeline::workloads
