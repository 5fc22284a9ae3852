#include "workloads/mapping/token_forms.hpp"

#include "configs/reticle_boundaries.hpp"
#include "workloads/mapping/off_wafer_way.hpp"
#include "workloads/mapping/pe_costs.hpp"
#include "workloads/mapping/reduction_tree.hpp"
#include "workloads/mapping/region_choice.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::workloads {

namespace {

double length(Operation const& op) { return double{1} * op.dispatch + op.arithmetic + op.sram; }

// What the region that sends is busy with, and all of it.
WayForm link_form(WayCycles const& way)
{
    return {static_cast<double>(way.dispatch + way.serialisation), static_cast<double>(way.total())};
}

} // namespace

BlockForms::BlockForms(DecodeStep const& step, LayerLayout const& l, configs::Parameters const& p)
{
    auto const&     shape = step.shape;
    PeCosts const   costs{p};
    LineTimes const times    = LineTimes::of(p);
    double const    per_word = p.workload.activation_bits == 16 ? 2 : 1;
    auto const      reduce   = [&](auto form, std::uint32_t pes, double wavelets, double cuts) {
        return pes < 2 ? 0.0 : form(pes, default_groups(pes), wavelets, times, cuts);
    };
    auto const   cuts_y  = [&](std::uint32_t pes) { return mean_cuts(pes, p.wafer.rows, p.wafer.reticle_rows); };
    double const cuts_x  = mean_cuts(l.columns, p.wafer.columns, p.wafer.reticle_columns);
    auto const   along_x = [&](double elements) {
        return reduce(centred_all_reduce_form, l.columns, std::ceil(elements / per_word), cuts_x);
    };
    auto const along_y = [&](std::uint32_t pes, double elements) {
        return reduce(centred_all_reduce_form, pes, std::ceil(elements / per_word), cuts_y(pes));
    };
    double const control = length(costs.control());
    double const norm    = 2 * length(costs.scalar(l.hidden)) + along_x(1);
    double const add     = length(costs.add(l.hidden));

    // Operators up to and with the first residual belong to attention.
    double attention = attention_cycles(l, p) + 2 * length(costs.copy(l.key())) + add;
    double expansion = feed_forward_cycles(l, p) + add;
    bool   attends   = true;
    for (auto const& op : step.layer) {
        (attends ? attention : expansion) += control;
        if (op.name == "post_attention_norm")
            attention += norm;
        else if (op.name == "post_ffn_norm")
            expansion += norm;
        else if (op.name == "qk_norm") {
            std::uint32_t const heads = l.heads_per_row * (l.share + 1);
            attention += 2 * length(costs.scalar(heads * l.head)) + along_y(l.segment, heads);
        } else if (op.name == "attention_residual")
            attends = false;
    }
    // The estimate of a layer has a norm in each half.
    auto const has = [&](char const* name) { return find_operator(step.layer, name) != nullptr; };
    if (!has("attention_norm"))
        attention -= norm;
    if (!has("ffn_norm"))
        expansion -= norm;

    // The row of the table is added to nothing from all other rows; the head's sums are needed where they are searched.
    auto const   words     = static_cast<std::uint32_t>(std::ceil(double{1} * shape.vocabulary / l.rows));
    double const embedding = control + length(costs.copy(l.hidden)) + along_y(l.rows, l.hidden);
    double const head      = 3 * control + norm + length(costs.multiply_accumulate(l.hidden, words)) +
                        reduce(centred_reduce_form, l.columns, std::ceil(words / per_word), cuts_x) +
                        length(costs.scalar(words)) + reduce(centred_all_reduce_form, l.rows, 2, cuts_y(l.rows));
    cycles_ = {embedding, attention, expansion, head};
}

WayForms::WayForms(DecodeStep const& step, LayerLayout const& l, configs::Parameters const& p, std::uint32_t regions_x,
                   std::uint32_t regions_y)
    : step_{step}, p_{p}, layout_{l}, regions_x_{regions_x}, regions_y_{regions_y}
{
    LineTimes const times = LineTimes::of(p);
    double const    words = std::ceil(l.hidden / (p.workload.activation_bits == 16 ? 2.0 : 1.0));
    sending_ =
        length(PeCosts{p}.control()) + times.setup + std::ceil(words * std::max(times.serialisation, times.interval));
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
