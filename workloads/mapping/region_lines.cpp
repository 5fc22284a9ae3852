#include "workloads/mapping/region_lines.hpp"

#include "configs/failure.hpp"

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

} // namespace

RegionLines::RegionLines(LayerLayout const& layout, configs::Parameters const& p)
{
    lines_.emplace_back(Axis::x, tree_of(p, layout.columns, groups_of(p, layout.columns)), Color{0});
    lines_.emplace_back(Axis::y, tree_of(p, layout.rows, groups_of(p, layout.rows)), lines_[0].end_color());
    if (layout.segments != 1 || layout.segment != layout.rows) {
        // Rows behind the last head add zeros to its sums: left out, they would run ahead of all others, and what they
        // send would meet what those are still busy with.
        std::uint32_t const last = layout.rows - (layout.segments - 1) * layout.segment;
        auto const          tree = [&](std::uint32_t rows) {
            std::uint32_t const groups = rows == layout.rows ? groups_of(p, rows)
                                                  : rows < 16         ? 1
                                                                      : default_groups(rows);
            return tree_of(p, rows, groups);
        };
        auto heads = segments(tree(layout.segment), layout.segments - 1, (layout.segments - 1) * layout.segment);
        append(heads, tree(last));
        lines_.emplace_back(Axis::y, heads, lines_[1].end_color());
        index_[2] = 2;
    }
    end_color_ = of(Line::head).end_color();
    if (end_color() > p.fabric.colors)
        throw configs::UserError{
            configs::Exit::bad_config,
            fmt::format("mapping.reduction: needs {} colors on {}x{} PEs, and a router has fabric.colors = {}. Choose "
                        "two_level or chain, or a smaller region.",
                        end_color(), layout.columns, layout.rows, p.fabric.colors)};
}

RegionLines RegionLines::turned() const
{
    SCRIBELINE_EXPECT(of(Line::row).length() == of(Line::column).length());
    RegionLines lines;
    lines.end_color_ = end_color_;
    lines.lines_     = {lines_[1], lines_[0]};
    if (!one_head()) {
        auto const& head = lines_[2];
        lines.lines_.emplace_back(Axis::x, head.tree(), lines_[1].end_color());
        lines.index_[2] = 2;
    }
    return lines;
}

std::string RegionLines::describe(Line line, char const* what, std::uint32_t wavelets) const
{
    auto const& node = of(line).tree().nodes.front();
    return fmt::format("{} along {} over {} PEs, {} wavelet{}", what, of(line).axis() == Axis::x ? "x" : "y",
                       node.last - node.first + 1, wavelets, wavelets == 1 ? "" : "s");
}

} // namespace scribeline::workloads
