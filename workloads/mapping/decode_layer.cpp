#include "workloads/mapping/decode_layer.hpp"

#include "configs/failure.hpp"
#include "workloads/mapping/collectives.hpp"
#include "workloads/mapping/pe_costs.hpp"
#include "workloads/mapping/region_choice.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace scribeline::workloads {

namespace {

ReductionTree tree_of(configs::Parameters const& p, std::uint32_t pes, std::uint32_t groups)
{
    switch (p.mapping.reduction) {
    case configs::Reduction::chain:
        return centred_chain(pes);
    case configs::Reduction::tree:
        return binary_tree(pes);
    case configs::Reduction::two_level:
        break;
    }
    return centred_two_level(pes, groups);
}

std::uint32_t groups_of(configs::Parameters const& p, std::uint32_t pes)
{
    if (p.mapping.groups > pes)
        throw configs::UserError{
            configs::Exit::bad_config,
            fmt::format("mapping.groups = {}: a line of {} PEs has at most {} groups. Choose fewer, "
                        "or 0 for about the square root.",
                        p.mapping.groups, pes, pes)};
    return p.mapping.groups == 0 ? default_groups(pes) : p.mapping.groups;
}

// Writes the operations of one PE, operator by operator, as the decode step lists them.
class LayerWriter {
  public:
    LayerWriter(DecodeStep const& step, configs::Parameters const& p, LayerLayout const& layout)
        : step_{step}, shape_{step.shape}, layout_{layout}, at_{layout}, costs_{p}, stream_{StreamCosts::of(p)},
          per_word_{p.workload.activation_bits == 16 ? 2u : 1u}, along_x_{Axis::x,
                                                                          tree_of(p, layout.columns,
                                                                                  groups_of(p, layout.columns)),
                                                                          0},
          along_y_{Axis::y, tree_of(p, layout.rows, groups_of(p, layout.rows)), along_x_.end_color()}
    {
        // One head spans the whole column in the published runs: then no colors of their own are needed.
        auto const segment = segments(tree_of(p, layout.segment, segment_groups(p)), layout.segments, layout.rows);
        if (layout.segments == 1 && layout.segment == layout.rows)
            by_head_ = &along_y_;
        else
            by_head_ = &segment_.emplace_back(Axis::y, segment, along_y_.end_color());
        if (by_head_->end_color() > p.fabric.colors)
            throw configs::UserError{
                configs::Exit::bad_config,
                fmt::format(
                    "mapping.reduction: needs {} colors on {}x{} PEs, and a router has fabric.colors = {}. Choose "
                    "two_level or chain, or a smaller region.",
                    by_head_->end_color(), layout.columns, layout.rows, p.fabric.colors)};
    }

    Program  write();
    SumDepth depth() const
    {
        return {additions(along_x_.tree()), additions(along_y_.tree()), additions(by_head_->tree())};
    }

  private:
    static std::uint32_t segment_groups_of(std::uint32_t pes) { return pes < 16 ? 1 : default_groups(pes); }
    std::uint32_t        segment_groups(configs::Parameters const& p) const
    {
        return layout_.segment == layout_.rows ? groups_of(p, layout_.rows) : segment_groups_of(layout_.segment);
    }

    void operations(std::uint32_t x, std::uint32_t y, std::vector<Operation>& to);
    void norm(std::uint32_t vector, std::uint32_t weight, std::uint32_t target);
    void qk_norm();
    void qkv();
    void rope();
    void kv_write();
    void scores();
    void softmax();
    void values();
    void product(std::uint32_t input, std::uint32_t n, std::uint32_t weights, std::uint32_t output, std::uint32_t m,
                 LineCollective const& line);
    void activation();
    void residual(std::uint32_t vector);

    void        run(Operation op, KernelCall kernel = {});
    void        all_reduce(LineCollective const& line, std::uint32_t address, std::uint32_t elements, Combine combine);
    std::string describe(LineCollective const& line, std::uint32_t elements) const;

    DecodeStep const&  step_;
    ModelShape const&  shape_;
    LayerLayout const& layout_;
    LayerMemory const  at_;
    PeCosts const      costs_;
    StreamCosts const  stream_;
    std::uint32_t      per_word_;
    LineCollective     along_x_, along_y_;

    std::vector<LineCollective> segment_; // none or one
    LineCollective const*       by_head_ = nullptr;

    // The PE and operator that is being written.
    std::uint32_t           x_ = 0, y_ = 0;
    std::uint16_t           op_ = 0;
    std::vector<Operation>* to_ = nullptr;
    Program                 out_;
    bool                    first_  = true; // the first PE fills the table of kernels
    std::size_t             kernel_ = 0;
};

void LayerWriter::run(Operation op, KernelCall kernel)
{
    op.op = op_;
    if (kernel.kernel != Kernel::nothing) {
        ++kernel_;
        if (first_)
            out_.kernels.push_back(kernel);
        op.kernel = static_cast<std::uint16_t>(kernel_);
    }
    to_->push_back(op);
}

std::string LayerWriter::describe(LineCollective const& line, std::uint32_t elements) const
{
    std::uint32_t const wavelets = (elements + per_word_ - 1) / per_word_;
    auto const&         node     = line.tree().nodes.front();
    std::uint32_t const pes      = node.last - node.first + 1;
    return fmt::format("all-reduce along {} over {} PEs, {} wavelet{}", line.axis() == Axis::x ? "x" : "y", pes,
                       wavelets, wavelets == 1 ? "" : "s");
}

void LayerWriter::all_reduce(LineCollective const& line, std::uint32_t address, std::uint32_t elements, Combine combine)
{
    Message const message{(elements + per_word_ - 1) / per_word_, address, combine, op_};
    line.all_reduce(line.axis() == Axis::x ? x_ : y_, message, stream_, *to_);
    auto& name = out_.operators[op_].collective;
    if (first_)
        name += (name.empty() ? "" : "; ") + describe(line, elements);
}

void LayerWriter::norm(std::uint32_t vector, std::uint32_t weight, std::uint32_t target)
{
    std::uint32_t const n      = layout_.hidden;
    bool const          centre = shape_.norm == Norm::layer;
    KernelCall          square{Kernel::square_sum, at_.sums, vector, 0, 0, n, centre ? 1u : 0u};
    square.scale = 1.0f / static_cast<float>(shape_.hidden);
    run(costs_.scalar(n), square);
    all_reduce(along_x_, at_.sums, centre ? 2 : 1, Combine::add);
    KernelCall scale{Kernel::normalise, target, vector, weight, at_.sums, n, centre ? 1u : 0u};
    scale.epsilon = static_cast<float>(shape_.norm_epsilon);
    run(costs_.scalar(n), scale);
}

// Each head's query and key on its own: their elements lie along the rows of the head's segment.
void LayerWriter::qk_norm()
{
    std::uint32_t const heads = layout_.heads_per_row * (layout_.share + 1);
    KernelCall          square{Kernel::square_sum, at_.qk_sums, at_.qkv, 0, 0, layout_.head, 0, heads};
    square.scale = 1.0f / static_cast<float>(shape_.head_dim);
    run(costs_.scalar(heads * layout_.head), square);
    all_reduce(*by_head_, at_.qk_sums, heads, Combine::add);
    KernelCall scale{Kernel::normalise, at_.qkv, at_.qkv, at_.qk_weight, at_.qk_sums, layout_.head, 0, heads};
    scale.epsilon = static_cast<float>(shape_.norm_epsilon);
    run(costs_.scalar(heads * layout_.head), scale);
}

// A matrix-vector product: one multiply-accumulate over all outputs for each input element, then the sum along `line`.
void LayerWriter::product(std::uint32_t input, std::uint32_t n, std::uint32_t weights, std::uint32_t output,
                          std::uint32_t m, LineCollective const& line)
{
    run(costs_.multiply_accumulate(n, m), {Kernel::matrix_vector, output, input, weights, 0, n, m});
    all_reduce(line, output, m, Combine::add);
}

// Query, key and value have matrices, and vector operations, of their own; their sums travel together.
void LayerWriter::qkv()
{
    std::uint32_t const n = layout_.hidden, m = layout_.query() + 2 * layout_.key();
    std::uint32_t const input = shape_.pre_norms ? at_.normed : at_.hidden;
    run(costs_.multiply_accumulate(n, layout_.query()));
    run(costs_.multiply_accumulate(n, layout_.key()));
    run(costs_.multiply_accumulate(n, layout_.key()), {Kernel::matrix_vector, at_.qkv, input, at_.w_qkv, 0, n, m});
    all_reduce(along_x_, at_.qkv, m, Combine::add);
}

void LayerWriter::rope()
{
    std::uint32_t const heads = layout_.heads_per_row * (layout_.share + 1);
    run(costs_.scalar(heads * layout_.head), {Kernel::rotate, at_.qkv, at_.qkv, at_.angles, 0, layout_.head, 0, heads});
}

void LayerWriter::kv_write()
{
    std::uint32_t const key = at_.qkv + layout_.query();
    run(costs_.copy(layout_.key()),
        {Kernel::append_key, at_.keys, key, 0, at_.slot, layout_.head, layout_.tokens, layout_.heads_per_row});
    run(costs_.copy(layout_.key()), {Kernel::append_value, at_.values, key + layout_.key(), 0, at_.slot, layout_.head,
                                     layout_.tokens, layout_.heads_per_row});
}

void LayerWriter::scores()
{
    std::uint32_t const heads = layout_.heads_per_row * layout_.share;
    KernelCall          call{Kernel::scores, at_.scores,     at_.qkv, at_.keys,     0,
                    layout_.head,   layout_.tokens, heads,   layout_.share};
    call.scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(shape_.head_dim)));
    run(costs_.multiply_accumulate(heads * layout_.head, layout_.tokens), call);
    all_reduce(*by_head_, at_.scores, layout_.scores(), Combine::add);
}

void LayerWriter::softmax()
{
    std::uint32_t const heads = layout_.heads_per_row * layout_.share;
    run(costs_.scalar(layout_.scores()),
        {Kernel::local_max, at_.maxima, at_.scores, 0, at_.mask, 0, layout_.tokens, heads});
    all_reduce(along_x_, at_.maxima, heads, Combine::max);
    run(costs_.scalar(layout_.scores()),
        {Kernel::exponentials, at_.totals, at_.scores, at_.maxima, at_.mask, 0, layout_.tokens, heads});
    all_reduce(along_x_, at_.totals, heads, Combine::add);
}

void LayerWriter::values()
{
    std::uint32_t const heads = layout_.heads_per_row * layout_.share;
    run(costs_.multiply_accumulate(heads * layout_.tokens, layout_.head),
        {Kernel::weighted_values, at_.attended, at_.scores, at_.values, at_.totals, layout_.head, layout_.tokens, heads,
         layout_.share});
    all_reduce(along_x_, at_.attended, layout_.query(), Combine::add);
}

// One pass for the function, and with a gate one for the product.
void LayerWriter::activation()
{
    std::uint32_t const n = layout_.ffn;
    run(costs_.scalar(shape_.gated ? 2 * n : n),
        {shape_.gated ? Kernel::gate : Kernel::activate, at_.product, at_.wide, at_.wide + n, 0, n});
}

void LayerWriter::residual(std::uint32_t vector)
{
    run(costs_.add(layout_.hidden), {Kernel::accumulate, at_.hidden, vector, 0, 0, layout_.hidden});
}

void LayerWriter::operations(std::uint32_t x, std::uint32_t y, std::vector<Operation>& to)
{
    x_                       = x;
    y_                       = y;
    to_                      = &to;
    op_                      = 0;
    kernel_                  = 0;
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
        {"out_proj", [&] { product(at_.attended, layout_.query(), at_.w_out, at_.out, layout_.hidden, along_y_); }},
        {"post_attention_norm", [&] { norm(at_.out, at_.post_weight[0], at_.out); }},
        {"attention_residual", [&] { residual(at_.out); }},
        {"ffn_norm", [&] { norm(at_.hidden, at_.norm_weight[1], at_.normed); }},
        {"gate_up",
         [&] {
             run(costs_.multiply_accumulate(layout_.hidden, layout_.ffn));
             run(costs_.multiply_accumulate(layout_.hidden, layout_.ffn),
                 {Kernel::matrix_vector, at_.wide, feed, at_.w_wide, 0, layout_.hidden, layout_.up()});
             all_reduce(along_x_, at_.wide, layout_.up(), Combine::add);
         }},
        {"up", [&] { product(feed, layout_.hidden, at_.w_wide, at_.wide, layout_.up(), along_x_); }},
        {"activation", [&] { activation(); }},
        {"down", [&] { product(at_.product, layout_.ffn, at_.w_down, at_.down, layout_.hidden, along_y_); }},
        {"post_ffn_norm", [&] { norm(at_.down, at_.post_weight[1], at_.down); }},
        {"ffn_residual", [&] { residual(at_.down); }},
    };
    for (auto const& op : step_.layer) {
        run(costs_.control());
        writers.at(op.name)();
        to.back().last = true;
        ++op_;
    }
}

// Positions of a line that do the same, by number: equal routes, and equal operations of an all-reduce.
std::vector<std::uint16_t> classes_of(std::vector<LineCollective const*> const& lines)
{
    std::map<std::vector<std::array<std::int32_t, 8>>, std::uint16_t> known;
    std::vector<std::uint16_t>                                        classes;
    for (std::uint32_t p = 0; p < lines.front()->length(); ++p) {
        std::vector<std::array<std::int32_t, 8>> signature;
        for (auto const* line : lines) {
            for (auto const& r : line->routes(p))
                signature.push_back({0, r.color, r.position, static_cast<int>(r.in), r.outs, 0, 0, 0});
            std::vector<Operation> ops;
            line->all_reduce(p, {}, StreamCosts::prepared(), ops);
            for (auto const& op : ops)
                signature.push_back({1, static_cast<int>(op.stream), static_cast<int>(op.start),
                                     static_cast<int>(op.combine), op.in, op.out, op.source, op.reduction});
        }
        classes.push_back(known.emplace(std::move(signature), static_cast<std::uint16_t>(known.size())).first->second);
    }
    return classes;
}

Program LayerWriter::write()
{
    out_.columns    = layout_.columns;
    out_.rows       = layout_.rows;
    out_.element    = per_word_ == 2 ? Element::fp16 : Element::fp32;
    out_.activation = static_cast<int>(shape_.activation);
    for (auto const& op : step_.layer)
        out_.operators.push_back({op.name, name_of(op.kind), ""});

    auto const by_x = classes_of({&along_x_});
    auto const by_y = by_head_ == &along_y_ ? classes_of({&along_y_}) : classes_of({&along_y_, by_head_});
    std::map<std::pair<std::uint16_t, std::uint16_t>, std::uint16_t> known;
    out_.role.resize(out_.pes());
    for (std::uint32_t y = 0; y < out_.rows; ++y)
        for (std::uint32_t x = 0; x < out_.columns; ++x) {
            auto const [entry, fresh] =
                known.emplace(std::pair{by_x[x], by_y[y]}, static_cast<std::uint16_t>(out_.roles.size()));
            if (fresh) {
                operations(x, y, out_.roles.emplace_back());
                first_       = false;
                auto& routes = out_.route_classes.emplace_back(along_x_.routes(x));
                routes.insert(routes.end(), along_y_.routes(y).begin(), along_y_.routes(y).end());
                if (by_head_ != &along_y_)
                    routes.insert(routes.end(), by_head_->routes(y).begin(), by_head_->routes(y).end());
            }
            out_.role[out_.pe(x, y)] = entry->second;
        }
    out_.route_class = out_.role;
    for (LineCollective const* line :
         {static_cast<LineCollective const*>(&along_x_), static_cast<LineCollective const*>(&along_y_), by_head_}) {
        if (!out_.broadcast_root[line->broadcast_color()].empty())
            continue; // one head: its line is the whole column's
        for (std::uint32_t i = 0; i < line->length(); ++i)
            out_.broadcast_root[line->broadcast_color()].push_back(line->root_of(i));
    }
    return std::move(out_);
}

} // namespace

LayerProgram map_decode_layer(DecodeStep const& step, configs::Parameters const& p)
{
    bool const   published = p.workload.kv_heads == configs::KvHeads::full;
    LayerProgram mapped;
    mapped.step   = step;
    mapped.layout = layout_of(step.shape, step.context, region_for(step.shape, step.context, p), !published);
    require_fit(mapped.layout, step.shape, p);
    LayerWriter writer{mapped.step, p, mapped.layout};
    mapped.depth   = writer.depth();
    mapped.program = writer.write();
    mapped.notes   = step.notes;
    return mapped;
}

} // namespace scribeline::workloads
