#include "workloads/mapping/decode_layer.hpp"

#include "workloads/mapping/region_choice.hpp"
#include "workloads/mapping/region_program.hpp"

namespace scribeline::workloads {

LayerProgram map_decode_layer(DecodeStep const& step, configs::Parameters const& p)
{
    bool const   published = p.workload.kv_heads == configs::KvHeads::full;
    LayerProgram mapped;
    mapped.step   = step;
    mapped.layout = layout_of(step.shape, step.context, region_for(step.shape, step.context, p), !published);
    require_fit(mapped.layout, step.shape, p);
    RegionLines const lines{mapped.layout, p};
    mapped.depth   = {additions(lines.of(Line::row).tree()), additions(lines.of(Line::column).tree()),
                      additions(lines.of(Line::head).tree())};
    mapped.program = region_program(layer_steps(mapped.step, LayerPart::all, mapped.layout, lines, p), lines,
                                    mapped.layout, static_cast<int>(step.shape.activation), p);
    mapped.notes   = step.notes;
    return mapped;
}

} // namespace scribeline::workloads
