// How a chunk of a prompt lies on a region of X columns and Y rows. Sizes are elements of one PE; what does not divide
// is padded.
//
//     tokens                        along y: a row of PEs holds `tokens` of the chunk
//     hidden, query, key, value     along x; a head of keys and values has a segment of columns, each with the same
//                                   elements of the query heads that share it
//     feed-forward                  along x
//     weights                       inputs along y, outputs along x, aligned for the product
//     scores                        queries along y, keys along the columns of the head's segment
//
// So the result of each product lies as the next one wants it. A layer's inner dimension is cut into max(X, Y) blocks.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/mapping/prefill_shape.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::workloads {

struct HeadsLayout {
    std::uint32_t heads_per_column; // of keys and values
    std::uint32_t segment;          // columns that share a head
    std::uint32_t share;            // query heads to one of keys and values
    std::uint32_t key, value;       // elements of one head
    std::uint32_t inner;            // of the output projection, elements of one block

    std::uint32_t query() const { return heads_per_column * share * key; }
    std::uint32_t keys() const { return heads_per_column * key; }
    std::uint32_t values() const { return heads_per_column * value; }
    std::uint32_t attended() const { return heads_per_column * share * value; }
};

struct WidthLayout {
    std::uint32_t tokens; // of a row, in each of them
    std::uint32_t width;  // elements of a column
    std::uint32_t inner;  // of the way back, elements of one block
    std::uint32_t from;   // of the input, elements of one block
    std::uint32_t to;     // of the output, elements of a column
    std::uint32_t count;
};

struct PrefillLayout {
    configs::GridSize        region;
    std::uint32_t            steps;  // of a product: blocks of its inner dimension
    std::uint32_t            tokens; // of a row
    std::uint32_t            hidden; // of a column
    std::uint32_t            inner;  // of hidden, in one block
    std::vector<HeadsLayout> attention;
    std::vector<WidthLayout> feed_forward;

    // Of one row's queries against a chunk's keys.
    std::uint64_t scores(HeadsLayout const& heads) const;

    // Bytes of one PE that the chunk needs beside weights and KV cache. `hidden_shifts`: a second buffer for the
    // largest block of weights; otherwise one for a row of it.
    double bytes(PrefillShape const&, configs::Parameters const&, bool hidden_shifts) const;
};

PrefillLayout prefill_layout(PrefillShape const&, std::uint32_t tokens_of_a_row, configs::GridSize region);

} // namespace scribeline::workloads
