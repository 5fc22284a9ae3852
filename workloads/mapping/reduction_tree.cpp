#include "workloads/mapping/reduction_tree.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::workloads {

namespace {

ReductionTree roots(std::uint32_t pes)
{
    ReductionTree tree;
    for (std::uint32_t p = 0; p < pes; ++p)
        tree.nodes.push_back({p, {}, 0, pes - 1, true});
    return tree;
}

void join(ReductionTree& tree, std::uint32_t child, std::uint32_t parent, bool activates)
{
    tree.nodes[child].parent = parent;
    tree.nodes[parent].children.push_back({child, activates});
}

// Positions [first, last] pass their sums on to `middle`, from both sides.
void meet(ReductionTree& tree, std::vector<std::uint32_t> const& line, std::size_t middle)
{
    for (std::size_t i = 0; i < middle; ++i)
        join(tree, line[i], line[i + 1], true);
    for (std::size_t i = line.size() - 1; i > middle; --i)
        join(tree, line[i], line[i - 1], i > middle + 1 || middle == 0);
}

std::vector<std::uint32_t> range(std::uint32_t first, std::uint32_t count)
{
    std::vector<std::uint32_t> line(count);
    for (std::uint32_t i = 0; i < count; ++i)
        line[i] = first + i;
    return line;
}

// Sizes differ by one at most, the larger ones first.
std::vector<std::vector<std::uint32_t>> cut(std::uint32_t pes, std::uint32_t groups)
{
    SCRIBELINE_EXPECT(groups >= 1 && groups <= pes);
    std::vector<std::vector<std::uint32_t>> cuts;
    std::uint32_t                           first = 0;
    for (std::uint32_t g = 0; g < groups; ++g) {
        std::uint32_t const size = pes / groups + (g < pes % groups ? 1 : 0);
        cuts.push_back(range(first, size));
        first += size;
    }
    return cuts;
}

} // namespace

ReductionTree chain(std::uint32_t pes)
{
    auto tree = roots(pes);
    for (std::uint32_t p = pes - 1; p > 0; --p)
        join(tree, p, p - 1, true);
    return tree;
}

ReductionTree binary_tree(std::uint32_t pes)
{
    auto tree = roots(pes);
    for (std::uint32_t stride = 1; stride < pes; stride *= 2)
        for (std::uint32_t p = 0; p + stride < pes; p += 2 * stride)
            join(tree, p + stride, p, true);
    return tree;
}

ReductionTree two_level(std::uint32_t pes, std::uint32_t groups)
{
    auto                       tree = roots(pes);
    std::vector<std::uint32_t> leaders;
    for (auto const& group : cut(pes, groups)) {
        meet(tree, group, 0);
        leaders.push_back(group.front());
    }
    meet(tree, leaders, 0);
    tree.nodes[leaders.back()].relays = false;
    return tree;
}

ReductionTree centred_chain(std::uint32_t pes)
{
    auto tree = roots(pes);
    meet(tree, range(0, pes), pes / 2);
    return tree;
}

ReductionTree centred_two_level(std::uint32_t pes, std::uint32_t groups)
{
    auto                       tree = roots(pes);
    std::vector<std::uint32_t> leaders;
    for (auto const& group : cut(pes, groups)) {
        meet(tree, group, group.size() / 2);
        leaders.push_back(group[group.size() / 2]);
    }
    // The shorter side arrives first at the leader in the middle, and is received first.
    std::size_t const middle = leaders.size() / 2;
    for (std::size_t i = leaders.size() - 1; i > middle; --i)
        join(tree, leaders[i], leaders[i - 1], true);
    for (std::size_t i = 0; i < middle; ++i)
        join(tree, leaders[i], leaders[i + 1], i + 1 < middle || 2 * middle != leaders.size() - 1);
    return tree;
}

void append(ReductionTree& line, ReductionTree const& tree)
{
    auto const before = static_cast<std::uint32_t>(line.nodes.size());
    for (auto node : tree.nodes) {
        node.parent += before;
        node.first += before;
        node.last += before;
        for (auto& child : node.children)
            child.position += before;
        line.nodes.push_back(std::move(node));
    }
}

ReductionTree segments(ReductionTree const& tree, std::uint32_t count, std::uint32_t pes)
{
    auto const    length = static_cast<std::uint32_t>(tree.nodes.size());
    ReductionTree line;
    SCRIBELINE_EXPECT(count * length <= pes);
    for (std::uint32_t s = 0; s < count; ++s)
        append(line, tree);
    for (std::uint32_t p = count * length; p < pes; ++p)
        line.nodes.push_back({p, {}, p, p, true});
    return line;
}

std::uint32_t default_groups(std::uint32_t pes)
{
    // The nearest divisor is the largest below the root: its partner above is further away.
    double const root = std::sqrt(static_cast<double>(pes));
    auto         best = static_cast<std::uint32_t>(root);
    while (best > 1 && pes % best != 0)
        --best;
    bool const far = 1.5 * best < root;
    return far ? static_cast<std::uint32_t>(std::lround(root)) : best;
}

std::uint32_t additions(ReductionTree const& tree)
{
    // Children are not numbered before their parents, so a depth settles only after its children's have.
    std::vector<std::uint32_t> depth(tree.nodes.size());
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t p = 0; p < depth.size(); ++p) {
            std::uint32_t own = 0;
            for (auto const& child : tree.nodes[p].children)
                own = std::max(own, depth[child.position]) + 1;
            changed  = changed || own != depth[p];
            depth[p] = own;
        }
    }
    return depth.empty() ? 0 : *std::max_element(depth.begin(), depth.end());
}

} // namespace scribeline::workloads
