#include "workloads/mapping/steps.hpp"

#include "configs/failure.hpp"
#include "workloads/mapping/step_writer.hpp"

namespace scribeline::workloads {

namespace {

std::size_t first_of_head(DecodeStep const& step)
{
    auto const* const norm = find_operator(step.once, OperatorId::final_norm);
    SCRIBELINE_EXPECT(norm != nullptr);
    return static_cast<std::size_t>(norm - step.once.data());
}

} // namespace

bool computes(LayerLayout const& layout)
{
    auto const& s       = layout.state;
    auto const  attends = layout.mixer == Mixer::attention && layout.gate == 0 && layout.key_matrices == 2 &&
                         layout.value == layout.head && layout.index_heads == 0;
    auto const states = layout.mixer == Mixer::recurrence && s.keys > 0 && s.taps > 1 && s.gates > 0 &&
                        s.norm_groups > 0 && s.decay_rows + s.gate_rows == 0;
    return layout.batch == 1 && layout.pairs == 0 && layout.residual_blocks == 0 && (attends || states);
}

std::size_t first_of_feed_forward(DecodeStep const& step, std::size_t kind)
{
    auto const&       list     = step.layer(kind);
    auto const* const residual = find_operator(list, OperatorId::attention_residual);
    return residual == nullptr ? 0 : static_cast<std::size_t>(residual - list.data()) + 1;
}

Steps layer_steps(DecodeStep const& step, std::size_t kind, LayerPart part, LayerLayout const& layout,
                  RegionLines const* lines, configs::Parameters const& p)
{
    auto const&       list   = step.layer(kind);
    std::size_t const middle = first_of_feed_forward(step, kind);
    return StepWriter{step, step.kinds.at(kind).kind, layout, lines, p}.write(
        list, part == LayerPart::feed_forward ? middle : 0, part == LayerPart::attention ? middle : list.size());
}

Steps embedding_steps(DecodeStep const& step, LayerLayout const& layout, RegionLines const* lines,
                      configs::Parameters const& p)
{
    return StepWriter{step, {}, layout, lines, p}.write(step.once, 0, first_of_head(step));
}

Steps head_steps(DecodeStep const& step, LayerLayout const& layout, RegionLines const* lines,
                 configs::Parameters const& p)
{
    return StepWriter{step, {}, layout, lines, p}.write(step.once, first_of_head(step), step.once.size());
}

} // namespace scribeline::workloads
