#include "workloads/mapping/region_choice.hpp"

#include "workloads/mapping/layer_layout.hpp"
#include "workloads/mapping/token_forms.hpp"

#include <algorithm>

namespace scribeline::workloads {

configs::GridSize region_for(DecodeStep const& step, std::size_t kind, configs::Parameters const& p)
{
    if (p.mapping.region.columns != 0 && p.mapping.region.rows != 0)
        return p.mapping.region;
    std::uint32_t const most  = std::min(p.wafer.columns, p.wafer.rows);
    std::uint32_t       best  = most;
    double              least = -1;
    // Steps of about a twentieth: the optimum is flat.
    for (std::uint32_t side = 2; side <= most; side += 1 + side / 20) {
        auto const layout = layout_of(step, kind, {side, side}, p);
        if (!fits(layout, p))
            continue;
        double const cycles = layer_form(step, kind, layout, p);
        if (least < 0 || cycles < least) {
            least = cycles;
            best  = side;
        }
    }
    return {best, best};
}

std::size_t commonest_kind(DecodeStep const& step)
{
    auto const most = std::max_element(step.kinds.begin(), step.kinds.end(),
                                       [](auto const& a, auto const& b) { return a.layers < b.layers; });
    return static_cast<std::size_t>(most - step.kinds.begin());
}

std::uint32_t first_layer_of(DecodeStep const& step, std::size_t kind)
{
    std::uint32_t layer = 0;
    while (step.shape.kind_of(layer) != kind)
        ++layer;
    return layer;
}

} // namespace scribeline::workloads
