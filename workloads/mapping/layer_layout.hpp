// How one decoder layer lies on a region of columns x rows PEs (whole-grid mapping). Sizes are elements of one PE; what
// does not divide is padded.
//
//     hidden vector     along x: column i holds `hidden` of it, every row the same
//     query, key, value along y: a key-value head has a segment of `segment` rows, each row `head` elements of it and
//                       the same elements of the query heads that share it; every column the same
//     KV cache          elements along y as the heads; tokens along x: column i holds `tokens`
//     feed-forward      along y: row i holds `ffn` of it
//
// A matrix-vector product is a local product followed by an all-reduce along the axis of its input, so the axes
// alternate: x in, y out; y in, x out.
#pragma once

#include "configs/config.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/model_shape.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::workloads {

// Elements that a vector or a matrix takes in SRAM: whole wavelets of two (LayerMemory).
constexpr std::uint64_t padded(std::uint64_t elements) { return elements + elements % 2; }

struct LayerLayout {
    std::uint32_t columns, rows;
    std::uint32_t hidden;        // elements of the hidden vector per column
    std::uint32_t segment;       // rows that share a key-value head
    std::uint32_t heads_per_row; // key-value heads in one row: above 1 where there are more heads than rows
    std::uint32_t segments;      // segments in use; the rows behind them hold no heads
    std::uint32_t share;         // query heads per key-value head
    std::uint32_t head;          // elements of a head per row
    std::uint32_t tokens;        // of the context per column
    std::uint32_t ffn;           // elements per row
    bool          gated;

    std::uint32_t query() const { return heads_per_row * share * head; } // elements per row
    std::uint32_t key() const { return heads_per_row * head; }
    std::uint32_t scores() const { return heads_per_row * share * tokens; }
    std::uint32_t up() const { return gated ? 2 * ffn : ffn; }

    // Elements in the SRAM of one PE.
    std::uint64_t attention_weights() const
    {
        return padded(std::uint64_t{hidden} * (query() + 2 * key())) + padded(std::uint64_t{query()} * hidden);
    }
    std::uint64_t feed_forward_weights() const
    {
        return padded(std::uint64_t{hidden} * up()) + padded(std::uint64_t{ffn} * hidden);
    }
    std::uint64_t weights() const { return attention_weights() + feed_forward_weights(); }
    std::uint64_t cache() const { return cache(tokens); }
    std::uint64_t cache(std::uint64_t tokens_of_a_column) const { return 2 * padded(key() * tokens_of_a_column); }
};

// `pairs`: keep the two elements that a rotary embedding turns together in one PE.
LayerLayout layout_of(ModelShape const& shape, std::uint32_t context, configs::GridSize region, bool pairs);

// Bytes of one PE by part, for one layer resident.
struct BudgetPart {
    std::string name;
    double      bytes;
};
std::vector<BudgetPart> sram_budget(LayerLayout const&, configs::Parameters const&);
bool                    fits(LayerLayout const&, configs::Parameters const&);
// Throws configs::UserError (answer_is_no) with the part, the bytes missing and what would help.
void require_fit(LayerLayout const&, ModelShape const&, configs::Parameters const&);

} // namespace scribeline::workloads
