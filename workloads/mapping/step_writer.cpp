#include "workloads/mapping/step_writer.hpp"

#include "workloads/mapping/families/family.hpp"

#include <utility>

namespace scribeline::workloads {

StepWriter::StepWriter(DecodeStep const& step, LayerKind const& kind, LayerLayout const& layout_,
                       RegionLines const* lines, configs::Parameters const& p)
    : shape{step.shape}, layout{layout_}, at{layout}, costs{p}, batch{layout.batch},
      vocabulary_per_row{static_cast<std::uint32_t>((step.shape.vocabulary + layout.rows - 1) / layout.rows)},
      head_dim{step.shape.sizes_of(kind).head_dim}, score_bits{p.workload.activation_bits}, lines_{lines},
      weight_bits_{step.weight_bits}, kv_bits_{step.kv_bits}, computes_{computes(layout)},
      per_word_{p.workload.activation_bits == 16 ? 2u : 1u}
{
}

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
    if (auto const wide = costs.widen(n, m, weight_bits_); length_of(wide) > 0)
        run(wide);
    auto op = costs.multiply_accumulate(batch * n, m);
    if (batch > 1)
        if (auto const across = costs.multiply_accumulate(n * m, batch); length_of(across) < length_of(op))
            op = across;
    run(op, kernel);
}

// The slices of the experts that the pairs ask for, each with one vector.
void StepWriter::multiply_experts(std::uint32_t n, std::uint32_t m)
{
    if (auto const wide = costs.widen(layout.pairs * n, m, weight_bits_); length_of(wide) > 0)
        run(wide);
    run(costs.multiply_accumulate(layout.pairs * n, m));
}

// With the keys or values of all sequences. Each query head multiplies its n inputs with m elements of the cache: a
// vector operation for each input, or, where that is less, one for each element of the cache over all vectors that
// share it.
void StepWriter::multiply_cache(std::uint32_t n, std::uint32_t m, KernelCall kernel)
{
    multiply_kept(layout.caches * layout.heads_per_row, layout.share * (batch / layout.caches), n, m, kernel);
}

void StepWriter::multiply_index(std::uint32_t n, std::uint32_t m)
{
    multiply_kept(layout.caches, layout.index_heads * (batch / layout.caches), n, m, {});
}

void StepWriter::multiply_kept(std::uint32_t held, std::uint32_t sharing, std::uint32_t n, std::uint32_t m,
                               KernelCall kernel)
{
    if (auto const wide = costs.widen(held * n, m, kv_bits_); length_of(wide) > 0)
        run(wide);
    auto op = costs.multiply_accumulate(held * sharing * n, m);
    if (auto const across = costs.multiply_accumulate(held * n * m, sharing); length_of(across) < length_of(op))
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

void StepWriter::all_reduce_words(Line line, std::uint32_t address, std::uint32_t words, Combine combine)
{
    collective(line, Gather::all_reduce, words, address, combine);
}

void StepWriter::reduce(Line line, std::uint32_t address, std::uint32_t elements, Combine combine)
{
    collective(line, Gather::reduce, (elements + per_word_ - 1) / per_word_, address, combine);
}

void StepWriter::norm(std::uint32_t vector, std::uint32_t weight, std::uint32_t target)
{
    std::uint32_t const n      = layout.hidden;
    bool const          centre = shape.norm == Norm::layer;
    KernelCall          square{Kernel::square_sum, at.sums, vector, 0, 0, n, centre ? 1u : 0u};
    square.scale = 1.0f / static_cast<float>(shape.hidden);
    run(costs.scalar(batch * n), square);
    all_reduce(Line::row, at.sums, batch * (centre ? 2 : 1), Combine::add);
    KernelCall scale{Kernel::normalise, target, vector, weight, at.sums, n, centre ? 1u : 0u};
    scale.epsilon = static_cast<float>(shape.norm_epsilon);
    run(costs.scalar(batch * n), scale);
}

void StepWriter::turn(std::uint32_t n, Line line)
{
    run(costs.copy(batch * n));
    all_reduce(line, at.out, batch * n, Combine::add);
}

// A matrix-vector product: one multiply-accumulate over all outputs for each input element, then the sum along `line`.
void StepWriter::product(std::uint32_t input, std::uint32_t n, std::uint32_t weights, std::uint32_t output,
                         std::uint32_t m, Line line)
{
    multiply(n, m, {Kernel::matrix_vector, output, input, weights, 0, n, m});
    all_reduce(line, output, batch * m, Combine::add);
}

void StepWriter::residual(std::uint32_t vector)
{
    run(costs.add(layout.vector()), {Kernel::accumulate, at.hidden, vector, 0, 0, layout.hidden});
}

Steps StepWriter::write(std::vector<Operator> const& list, std::size_t first, std::size_t last)
{
    for (std::size_t i = first; i < last; ++i) {
        out_.operators.push_back({list[i].name, name_of(list[i].kind), ""});
        run(costs.control());
        writer_of(list[i].id, layout)(*this);
        ++op_;
    }
    return std::move(out_);
}

} // namespace scribeline::workloads
