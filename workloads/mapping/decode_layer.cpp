#include "workloads/mapping/decode_layer.hpp"

#include "workloads/mapping/region_choice.hpp"
#include "workloads/mapping/region_program.hpp"

namespace scribeline::workloads {

LayerProgram map_decode_layer(DecodeStep const& step, configs::Parameters const& p)
{
    LayerProgram mapped;
    mapped.step   = step;
    mapped.kind   = commonest_kind(step);
    mapped.layout = layout_of(step, mapped.kind, region_for(step, mapped.kind, p), p);
    require_fit(mapped.layout, step, mapped.kind, p);
    RegionLines const lines{mapped.layout, p};
    mapped.depth   = {additions(lines.of(Line::row).tree()), additions(lines.of(Line::column).tree()),
                      additions(lines.of(Line::head).tree())};
    mapped.program = region_program(layer_steps(mapped.step, mapped.kind, LayerPart::all, mapped.layout, &lines, p),
                                    lines, mapped.layout, static_cast<int>(step.shape.activation), p);
    mapped.notes   = step.notes;
    return mapped;
}

} // namespace scribeline::workloads
