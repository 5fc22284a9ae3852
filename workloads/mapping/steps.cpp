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
    StepWriter(DecodeStep const& step, LayerLayout const& layout, RegionLines const& lines,
               configs::Parameters const& p)
        : shape_{step.shape}, layout_{layout}, lines_{lines}, at_{layout}, costs_{p},
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
    void activation();
    void residual(std::uint32_t vector);
    void embedding();
    void lm_head();
    void sampling();

    void run(Operation op, KernelCall kernel = {});
    void all_reduce(Line line, std::uint32_t address, std::uint32_t elements, Combine combine);
    void collective(Line line, Gather gather, std::uint32_t wavelets, std::uint32_t address, Combine combine);

    ModelShape const&   shape_;
    LayerLayout const&  layout_;
    RegionLines const&  lines_;
    LayerMemory const   at_;
    PeCosts const       costs_;
    std::uint32_t const per_word_, vocabulary_per_row_;

    std::uint16_t op_ = 0;
    Steps         out_;
};

void StepWriter::run(Operation op, KernelCall kernel)
{
    Step step;
    step.op       = op_;
    step.local    = op;
    step.local.op = op_;
    step.kernel   = kernel;
    out_.list.push_back(step);
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
    auto& name = out_.operators[op_].collective;
    name += (name.empty() ? "" : "; ") +
            lines_.describe(line, gather == Gather::reduce ? "reduce" : "all-reduce", wavelets);
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
    run(costs_.scalar(n), square);
    all_reduce(Line::row, at_.sums, centre ? 2 : 1, Combine::add);
    KernelCall scale{Kernel::normalise, target, vector, weight, at_.sums, n, centre ? 1u : 0u};
    scale.epsilon = static_cast<float>(shape_.norm_epsilon);
    run(costs_.scalar(n), scale);
}

// Each head's query and key on its own: their elements lie along the rows of the head's segment.
void StepWriter::qk_norm()
{
    std::uint32_t const heads = layout_.heads_per_row * (layout_.share + 1);
    KernelCall          square{Kernel::square_sum, at_.qk_sums, at_.qkv, 0, 0, layout_.head, 0, heads};
    square.scale = 1.0f / static_cast<float>(shape_.head_dim);
    run(costs_.scalar(heads * layout_.head), square);
    all_reduce(Line::head, at_.qk_sums, heads, Combine::add);
    KernelCall scale{Kernel::normalise, at_.qkv, at_.qkv, at_.qk_weight, at_.qk_sums, layout_.head, 0, heads};
    scale.epsilon = static_cast<float>(shape_.norm_epsilon);
    run(costs_.scalar(heads * layout_.head), scale);
}

// A matrix-vector product: one multiply-accumulate over all outputs for each input element, then the sum along `line`.
void StepWriter::product(std::uint32_t input, std::uint32_t n, std::uint32_t weights, std::uint32_t output,
                         std::uint32_t m, Line line)
{
    run(costs_.multiply_accumulate(n, m), {Kernel::matrix_vector, output, input, weights, 0, n, m});
    all_reduce(line, output, m, Combine::add);
}

// Query, key and value have matrices, and vector operations, of their own; their sums travel together.
void StepWriter::qkv()
{
    std::uint32_t const n = layout_.hidden, m = layout_.query() + 2 * layout_.key();
    std::uint32_t const input = shape_.pre_norms ? at_.normed : at_.hidden;
    run(costs_.multiply_accumulate(n, layout_.query()));
    run(costs_.multiply_accumulate(n, layout_.key()));
    run(costs_.multiply_accumulate(n, layout_.key()), {Kernel::matrix_vector, at_.qkv, input, at_.w_qkv, 0, n, m});
    all_reduce(Line::row, at_.qkv, m, Combine::add);
}

void StepWriter::rope()
{
    std::uint32_t const heads = layout_.heads_per_row * (layout_.share + 1);
    run(costs_.scalar(heads * layout_.head), {Kernel::rotate, at_.qkv, at_.qkv, at_.angles, 0, layout_.head, 0, heads});
}

void StepWriter::kv_write()
{
    std::uint32_t const key = at_.qkv + layout_.query();
    run(costs_.copy(layout_.key()),
        {Kernel::append_key, at_.keys, key, 0, at_.slot, layout_.head, layout_.tokens, layout_.heads_per_row});
    run(costs_.copy(layout_.key()), {Kernel::append_value, at_.values, key + layout_.key(), 0, at_.slot, layout_.head,
                                     layout_.tokens, layout_.heads_per_row});
}

void StepWriter::scores()
{
    std::uint32_t const heads = layout_.heads_per_row * layout_.share;
    KernelCall          call{Kernel::scores, at_.scores,     at_.qkv, at_.keys,     0,
                    layout_.head,   layout_.tokens, heads,   layout_.share};
    call.scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(shape_.head_dim)));
    run(costs_.multiply_accumulate(heads * layout_.head, layout_.tokens), call);
    all_reduce(Line::head, at_.scores, layout_.scores(), Combine::add);
}

void StepWriter::softmax()
{
    std::uint32_t const heads = layout_.heads_per_row * layout_.share;
    run(costs_.scalar(layout_.scores()),
        {Kernel::local_max, at_.maxima, at_.scores, 0, at_.mask, 0, layout_.tokens, heads});
    all_reduce(Line::row, at_.maxima, heads, Combine::max);
    run(costs_.scalar(layout_.scores()),
        {Kernel::exponentials, at_.totals, at_.scores, at_.maxima, at_.mask, 0, layout_.tokens, heads});
    all_reduce(Line::row, at_.totals, heads, Combine::add);
}

void StepWriter::values()
{
    std::uint32_t const heads = layout_.heads_per_row * layout_.share;
    run(costs_.multiply_accumulate(heads * layout_.tokens, layout_.head),
        {Kernel::weighted_values, at_.attended, at_.scores, at_.values, at_.totals, layout_.head, layout_.tokens, heads,
         layout_.share});
    all_reduce(Line::row, at_.attended, layout_.query(), Combine::add);
}

// One pass for the function, and with a gate one for the product.
void StepWriter::activation()
{
    std::uint32_t const n = layout_.ffn;
    run(costs_.scalar(shape_.gated ? 2 * n : n),
        {shape_.gated ? Kernel::gate : Kernel::activate, at_.product, at_.wide, at_.wide + n, 0, n});
}

void StepWriter::residual(std::uint32_t vector)
{
    run(costs_.add(layout_.hidden), {Kernel::accumulate, at_.hidden, vector, 0, 0, layout_.hidden});
}

// Every PE of the rows that hold the token's row of the table copies its part, all others zeros; the sum brings it to
// all rows, whichever the token is.
void StepWriter::embedding()
{
    run(costs_.copy(layout_.hidden));
    all_reduce(Line::column, at_.hidden, layout_.hidden, Combine::add);
}

// The sums of a row's outputs are needed where the row is searched: in the middle of the row.
void StepWriter::lm_head()
{
    run(costs_.multiply_accumulate(layout_.hidden, vocabulary_per_row_));
    collective(Line::row, Gather::reduce, (vocabulary_per_row_ + per_word_ - 1) / per_word_, at_.wide, Combine::add);
}

// The largest of a row's outputs, and of all rows: a wavelet with the value, and one with its index.
void StepWriter::sampling()
{
    run(costs_.scalar(vocabulary_per_row_));
    collective(Line::column, Gather::all_reduce, 2, at_.sums, Combine::max);
}

Steps StepWriter::write(std::vector<Operator> const& list, std::size_t first, std::size_t last)
{
    std::uint32_t const feed = shape_.pre_norms ? at_.normed : at_.hidden;

    std::map<std::string, std::function<void()>> const writers{
        {"attention_norm", [&] { norm(at_.hidden, at_.norm_weight[0], at_.normed); }},
        {"qkv", [&] { qkv(); }},
        {"qk_norm", [&] { qk_norm(); }},
        {"rope", [&] { rope(); }},
        {"kv_write", [&] { kv_write(); }},
        {"scores", [&] { scores(); }},
        {"softmax", [&] { softmax(); }},
        {"values", [&] { values(); }},
        {"out_proj", [&] { product(at_.attended, layout_.query(), at_.w_out, at_.out, layout_.hidden, Line::column); }},
        {"post_attention_norm", [&] { norm(at_.out, at_.post_weight[0], at_.out); }},
        {"attention_residual", [&] { residual(at_.out); }},
        {"ffn_norm", [&] { norm(at_.hidden, at_.norm_weight[1], at_.normed); }},
        {"gate_up",
         [&] {
             run(costs_.multiply_accumulate(layout_.hidden, layout_.ffn));
             run(costs_.multiply_accumulate(layout_.hidden, layout_.ffn),
                 {Kernel::matrix_vector, at_.wide, feed, at_.w_wide, 0, layout_.hidden, layout_.up()});
             all_reduce(Line::row, at_.wide, layout_.up(), Combine::add);
         }},
        {"up", [&] { product(feed, layout_.hidden, at_.w_wide, at_.wide, layout_.up(), Line::row); }},
        {"activation", [&] { activation(); }},
        {"down", [&] { product(at_.product, layout_.ffn, at_.w_down, at_.down, layout_.hidden, Line::column); }},
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

std::size_t first_of_feed_forward(DecodeStep const& step)
{
    auto const* const residual = find_operator(step.layer, "attention_residual");
    SCRIBELINE_EXPECT(residual != nullptr);
    return static_cast<std::size_t>(residual - step.layer.data()) + 1;
}

Steps layer_steps(DecodeStep const& step, LayerPart part, LayerLayout const& layout, RegionLines const& lines,
                  configs::Parameters const& p)
{
    std::size_t const middle = first_of_feed_forward(step);
    return StepWriter{step, layout, lines, p}.write(step.layer, part == LayerPart::feed_forward ? middle : 0,
                                                    part == LayerPart::attention ? middle : step.layer.size());
}

Steps embedding_steps(DecodeStep const& step, LayerLayout const& layout, RegionLines const& lines,
                      configs::Parameters const& p)
{
    return StepWriter{step, layout, lines, p}.write(step.once, 0, first_of_head(step));
}

Steps head_steps(DecodeStep const& step, LayerLayout const& layout, RegionLines const& lines,
                 configs::Parameters const& p)
{
    return StepWriter{step, layout, lines, p}.write(step.once, first_of_head(step), step.once.size());
}

} // namespace scribeline::workloads
