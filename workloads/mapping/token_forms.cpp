#include "workloads/mapping/token_forms.hpp"

#include "configs/reticle_boundaries.hpp"
#include "workloads/mapping/off_wafer_way.hpp"
#include "workloads/mapping/pe_costs.hpp"
#include "workloads/mapping/reduction_tree.hpp"
#include "workloads/mapping/steps.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::workloads {

namespace {

// What the region that sends is busy with, and all of it.
WayForm link_form(WayCycles const& way)
{
    return {static_cast<double>(way.dispatch + way.serialisation), static_cast<double>(way.total())};
}

} // namespace

namespace {

double cycles_of(Steps const& steps, LayerLayout const& l, configs::Parameters const& p)
{
    LineTimes const times  = LineTimes::of(p);
    auto const&     wafer  = p.wafer;
    double          cycles = 0;
    for (auto const& step : steps.list) {
        if (!step.collective) {
            cycles += static_cast<double>(length_of(step.local));
            continue;
        }
        std::uint32_t const pes  = step.line == Line::row ? l.columns : step.line == Line::column ? l.rows : l.segment;
        auto const          form = step.gather == Gather::reduce ? centred_reduce_form : centred_all_reduce_form;
        double const        cuts = step.line == Line::row ? mean_cuts(pes, wafer.columns, wafer.reticle_columns)
                                                          : mean_cuts(pes, wafer.rows, wafer.reticle_rows);
        cycles += pes < 2 ? 0.0 : form(pes, default_groups(pes), step.message.wavelets, times, cuts);
    }
    return cycles;
}

} // namespace

BlockForms::BlockForms(DecodeStep const& step, Layouts const& layouts, configs::Parameters const& p)
{
    auto const set = [&](BlockKind block, Steps const& steps, LayerLayout const& l) {
        cycles_[static_cast<std::size_t>(block)].push_back(cycles_of(steps, l, p));
    };
    set(BlockKind::embedding, embedding_steps(step, layouts.front(), nullptr, p), layouts.front());
    set(BlockKind::head, head_steps(step, layouts.front(), nullptr, p), layouts.front());
    for (std::size_t kind = 0; kind < layouts.size(); ++kind) {
        auto const& l = layouts[kind];
        set(BlockKind::attention, layer_steps(step, kind, LayerPart::attention, l, nullptr, p), l);
        set(BlockKind::feed_forward, layer_steps(step, kind, LayerPart::feed_forward, l, nullptr, p), l);
    }
}

double layer_form(DecodeStep const& step, std::size_t kind, LayerLayout const& l, configs::Parameters const& p)
{
    return cycles_of(layer_steps(step, kind, LayerPart::all, l, nullptr, p), l, p);
}

double layers_as_of(DecodeStep const& step, std::size_t kind, Layouts const& layouts, configs::Parameters const& p)
{
    if (layouts.size() == 1)
        return step.shape.layers;
    BlockForms const forms{step, layouts, p};
    double           all = 0;
    for (std::size_t k = 0; k < layouts.size(); ++k)
        all += step.kinds[k].layers * forms.layer(k);
    return all / forms.layer(kind);
}

WayForms::WayForms(DecodeStep const& step, LayerLayout const& l, configs::Parameters const& p, std::uint32_t regions_x,
                   std::uint32_t regions_y)
    : step_{step}, p_{p}, layout_{l}, regions_x_{regions_x}, regions_y_{regions_y}
{
    LineTimes const times = LineTimes::of(p);
    double const    words = std::ceil(l.vector() / (p.workload.activation_bits == 16 ? 2.0 : 1.0));
    sending_              = static_cast<double>(length_of(PeCosts{p}.control())) + times.setup +
               std::ceil(words * std::max(times.serialisation, times.interval));
    slow_      = times.behind_a_cut(words);
    receiving_ = 2 * times.ramp + times.activation + times.setup;
}

Stage WayForms::at(std::size_t stage) const
{
    auto const place = place_of(stage, regions_x_, regions_y_);
    auto       made  = Stage{};
    made.wafer       = place.wafer;
    made.grid_x      = place.grid_x;
    made.grid_y      = place.grid_y;
    made.x0          = place.grid_x * layout_.columns;
    made.y0          = place.grid_y * layout_.rows;
    made.region      = {layout_.columns, layout_.rows};
    return made;
}

Stage WayForms::whole(std::uint32_t wafer) const
{
    auto made   = Stage{};
    made.wafer  = wafer;
    made.region = {p_.wafer.columns, p_.wafer.rows};
    return made;
}

WayForm WayForms::on_wafer(std::uint32_t hops, std::uint32_t scribe_lines) const
{
    double const way = static_cast<double>(p_.fabric.hop_latency.count()) * hops +
                       static_cast<double>(p_.scribe.extra_latency.count()) * scribe_lines;
    double const slow = scribe_lines == 0 ? 0.0 : slow_;
    return {sending_ + slow, sending_ + slow + receiving_ + way};
}

WayForm WayForms::to_next(std::size_t stage) const
{
    auto const here = at(stage), there = at(stage + 1);
    if (here.wafer != there.wafer)
        return link_form(link_way(step_, p_, here, there));

    bool const east = here.grid_x != there.grid_x;
    // The snake turns where it goes east, and back with its first step up or down again.
    bool const turned = here.grid_x > 0 && stage % regions_y_ == 0;
    bool const across = east == turned;
    auto const side   = east ? layout_.columns : layout_.rows;
    // The farthest sender of a line: at the border, or at the far corner of the diagonal.
    std::uint32_t const hops = across ? side : 2 * side - 1;
    auto const&         w    = p_.wafer;
    if (east) {
        std::uint32_t const last = there.x0 + side - 1;
        return on_wafer(hops, configs::scribe_lines(last - hops, last, w.columns, w.reticle_columns));
    }
    bool const          south = there.y0 > here.y0;
    std::uint32_t const last  = south ? there.y0 + side - 1 : there.y0;
    return on_wafer(hops, configs::scribe_lines(south ? last - hops : last + hops, last, w.rows, w.reticle_rows));
}

WayForm WayForms::to_head(std::size_t stages, std::uint32_t wafers) const
{
    auto const last = at(stages - 1);
    if (last.wafer + 1 != wafers)
        return link_form(link_way(step_, p_, last, whole(wafers - 1)));
    std::uint32_t const end = last.y0 + last.region.rows - 1, edge = p_.wafer.rows - 1;
    auto const          fan = [&](std::uint32_t from, std::uint32_t to, std::uint32_t hops) {
        return hops == 0 ? WayForm{}
                                  : on_wafer(hops, configs::scribe_lines(from, to, p_.wafer.rows, p_.wafer.reticle_rows));
    };
    auto const north = fan(last.y0, 0, last.y0), south = fan(end, edge, edge - end);
    return north.total > south.total ? north : south;
}

WayForm WayForms::back(std::size_t stages) const
{
    return stages < 2 ? WayForm{} : link_form(return_way(step_, p_, at(stages - 1), at(0)));
}

WayForm WayForms::back_to_table(std::uint32_t wafers) const
{
    return link_form(return_way(step_, p_, whole(wafers - 1), whole(0)));
}

} // namespace scribeline::workloads
