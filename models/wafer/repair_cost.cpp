#include "models/wafer/repair_cost.hpp"

#include "workloads/mapping/layer_layout.hpp"
#include "workloads/mapping/region_lines.hpp"
#include "workloads/mapping/steps.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace scribeline::models {

namespace {

using workloads::BlockKind;
using workloads::Line;
using workloads::Stage;

using Halves = std::array<std::uint64_t, 3>; // by Line

// Of the collectives of each kind of block on regions of one size.
struct RegionHalves {
    std::uint32_t segment = 0;

    std::map<std::pair<BlockKind, std::uint32_t>, Halves> of; // and by kind of layer

    RegionHalves(workloads::DecodeStep const& step, configs::Parameters const& p, Stage const& stage)
    {
        auto const                   layouts = workloads::layouts_of(step, stage.region, p);
        workloads::RegionLines const lines{layouts.front(), p};
        segment = layouts.front().segment;
        for (auto const& block : stage.blocks) {
            auto& halves = of[key(step, block)];
            if (halves != Halves{})
                continue;
            auto const part  = block.kind == BlockKind::attention ? workloads::LayerPart::attention
                                                                  : workloads::LayerPart::feed_forward;
            auto const kind  = key(step, block).second;
            auto const steps = block.kind == BlockKind::embedding ? embedding_steps(step, layouts.front(), &lines, p)
                               : block.kind == BlockKind::head
                                   ? head_steps(step, layouts.front(), &lines, p)
                                   : layer_steps(step, kind, part, layouts[kind], &lines, p);
            for (auto const& each : steps.list)
                if (each.collective)
                    halves[static_cast<std::size_t>(each.line)] += each.gather == workloads::Gather::all_reduce ? 2 : 1;
        }
    }

    static std::pair<BlockKind, std::uint32_t> key(workloads::DecodeStep const& step, workloads::Block block)
    {
        return {block.kind, is_half(block.kind) ? step.shape.kind_of(block.layer) : 0};
    }
};

void add_collectives(std::vector<LineBundle>& list, workloads::DecodeStep const& step, Stage const& stage,
                     std::uint32_t number, bool turned, RegionHalves const& region)
{
    Halves sum{};
    for (auto const& block : stage.blocks)
        for (std::size_t i = 0; i < sum.size(); ++i)
            sum[i] += region.of.at(RegionHalves::key(step, block))[i];
    for (auto const line : {Line::row, Line::column, Line::head}) {
        bool const along_x = (line == Line::row) != turned;
        LineBundle bundle{stage.wafer, along_x, {stage.x0, stage.y0}};
        bundle.length  = along_x ? stage.region.columns : stage.region.rows;
        bundle.lines   = along_x ? stage.region.rows : stage.region.columns;
        bundle.segment = line == Line::head ? region.segment : 0;
        bundle.halves  = sum[static_cast<std::size_t>(line)];
        bundle.stage   = number;
        if (bundle.halves != 0)
            list.push_back(bundle);
    }
}

// Both regions, from end to end of their lines; true where the vector turns.
bool add_way(std::vector<LineBundle>& list, Stage const& from, Stage const& to, std::uint32_t number, bool turned)
{
    if (from.wafer != to.wafer || (to.region.rows == from.region.rows && to.x0 == from.x0 && to.y0 == from.y0) ||
        to.region.rows < from.region.rows)
        return false;
    bool const x = to.x0 != from.x0;
    LineBundle way{from.wafer, x, {std::min(from.x0, to.x0), std::min(from.y0, to.y0)}};
    auto const end = [](std::uint32_t a, std::uint32_t la, std::uint32_t b, std::uint32_t lb) {
        return std::max(a + la, b + lb);
    };
    way.length = x ? end(from.x0, from.region.columns, to.x0, to.region.columns) - way.begin.x
                   : end(from.y0, from.region.rows, to.y0, to.region.rows) - way.begin.y;
    way.lines  = x ? from.region.rows : from.region.columns;
    way.ways   = 1;
    way.stage  = number;
    list.push_back(way);
    return to.region.rows == from.region.rows && x != turned;
}

} // namespace

std::vector<LineBundle> line_bundles(workloads::DecodeStep const& step, configs::Parameters const& p,
                                     workloads::TokenPlan const& plan)
{
    std::vector<LineBundle> list;
    bool                    turned = false;
    for (std::uint32_t s = 0; s < plan.stages.size(); ++s) {
        auto const& stage = plan.stages[s];
        add_collectives(list, step, stage, s, turned, RegionHalves{step, p, stage});
        if (s + 1 == plan.stages.size())
            break;
        if (stage.wafer != plan.stages[s + 1].wafer)
            turned = false;
        else if (add_way(list, stage, plan.stages[s + 1], s, turned))
            turned = !turned;
    }
    return list;
}

std::uint64_t repair_cost(LineBundle const& b, std::vector<fabric::LongerHops> const& longer)
{
    auto const&         links   = longer[b.wafer];
    std::uint32_t const segment = b.segment == 0 ? b.length : b.segment;
    std::uint64_t       half = 0, whole = 0; // of the slowest line
    for (std::uint32_t line = 0; line < b.lines; ++line) {
        std::uint64_t sum = 0, all = 0;
        for (std::uint32_t i = 0; i + 1 < b.length; ++i) {
            std::uint32_t const in = i % segment; // link from `in` to the next place of its segment
            if (in == 0 || in == segment / 2)
                sum = 0;
            auto const cycles =
                b.along_x ? links.east(b.begin.x + i, b.begin.y + line) : links.south(b.begin.x + line, b.begin.y + i);
            all += cycles;
            if (in + 1 == segment)
                continue; // between two segments
            sum += cycles;
            half = std::max(half, sum);
        }
        whole = std::max(whole, all);
    }
    return half * b.halves + whole * b.ways;
}

std::uint64_t repair_cost(std::vector<LineBundle> const& bundles, std::vector<fabric::LongerHops> const& longer)
{
    std::uint64_t sum = 0;
    for (auto const& bundle : bundles)
        sum += repair_cost(bundle, longer);
    return sum;
}

} // namespace scribeline::models
