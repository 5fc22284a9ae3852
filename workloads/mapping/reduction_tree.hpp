// Who sends its sum to whom, on a line of PEs. Drawn for P = 8:
//
//     chain            0 <- 1 <- 2 <- 3 <- 4 <- 5 <- 6 <- 7
//     star             0 <- 1, 0 <- 2, ... 0 <- 7             (the switches of one color take turns)
//     tree             0 <- 1, 2 <- 3, 4 <- 5, 6 <- 7;  0 <- 2, 4 <- 6;  0 <- 4
//     two-level        0 <- 1, 2 <- 3, 4 <- 5, 6 <- 7 in groups of two;  0 <- 2 <- 4 <- 6 their leaders
//     centred          as two-level, but groups meet in their middle and leaders in the middle of the line
//
// A line may be cut into segments, each with a tree of its own.
#pragma once

#include <cstdint>
#include <vector>

namespace scribeline::workloads {

struct Child {
    std::uint32_t position;
    bool          activates; // its first wavelet starts a task; otherwise the task that served the child before goes on
};

// A forest over the positions of a line: a position without a parent is a root.
struct ReductionTree {
    struct Node {
        std::uint32_t      parent;        // itself: a root
        std::vector<Child> children;      // in the order in which they are received
        std::uint32_t      first, last;   // the segment that the node belongs to
        bool               relays = true; // sends on while it receives from its last child; else when it has the sum
    };
    std::vector<Node> nodes;

    bool is_root(std::uint32_t p) const { return nodes[p].parent == p; }
};

// To position 0, unless said otherwise. The leaders of two_level begin when their groups are done: two phases, as in
// the published form.
ReductionTree chain(std::uint32_t pes);
ReductionTree binary_tree(std::uint32_t pes);
ReductionTree two_level(std::uint32_t pes, std::uint32_t groups);
// To the leader in the middle of the line.
ReductionTree centred_chain(std::uint32_t pes);
ReductionTree centred_two_level(std::uint32_t pes, std::uint32_t groups);

// `count` copies of a tree, one behind the other, on a line of `pes`; what is left over takes no part.
ReductionTree segments(ReductionTree const& tree, std::uint32_t count, std::uint32_t pes);

// Another tree behind those of a line.
void append(ReductionTree& line, ReductionTree const& tree);

// The divisor of `pes` nearest to its square root, or the square root itself, rounded, where that is far from any
// divisor: equal groups keep the stages few. This is how the published runs chose (20 of 420, 22 of 660).
std::uint32_t default_groups(std::uint32_t pes);

// Additions, one after another, that a number passes on its longest way to its root: what rounding goes by.
std::uint32_t additions(ReductionTree const& tree);

} // namespace scribeline::workloads
