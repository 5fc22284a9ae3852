// How one decoder layer lies on a region of columns x rows PEs (whole-grid mapping). Sizes are elements of one PE; what
// does not divide is padded.
//
//     hidden vector     along x: column i holds `hidden` of it, every row the same
//     query, key, value along y: a key-value head has a segment of `segment` rows, each row `head` elements of it and
//                       the same elements of the query heads that share it; every column the same
//     KV cache          elements along y as the heads; tokens along x: column i holds `tokens`
//     feed-forward      along y: row i holds `ffn` of it
//
//     latent attention  what is cached of a token along y, as one head that all query heads share; compressed queries
//                       along y, queries and values of the heads along x
//     experts           dealt out to groups of rows; an expert's feed-forward along y over the rows of its group
//
// A matrix-vector product is a local product followed by an all-reduce along the axis of its input, so the axes
// alternate: x in, y out; y in, x out. Where one more would be needed, a PE copies what it has of both axes into zeros,
// and the sum along the other axis brings the vector there.
//
// A step of several sequences holds every vector and every cache as often, and each matrix once.
#pragma once

#include "configs/config.hpp"
#include "configs/units/whole.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/model_shape.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::workloads {

// Elements that a vector or a matrix takes in SRAM: whole wavelets of two (LayerMemory).
constexpr std::uint64_t padded(std::uint64_t elements) { return elements + elements % 2; }

// Elements of a line's one part, of so many that it is cut into.
inline std::uint32_t ceil_div(std::uint64_t all, std::uint64_t parts)
{
    return static_cast<std::uint32_t>(configs::ceil_divide(all, parts));
}

// Of a running state (families/recurrence.cpp); 0 without.
struct StateLayout {
    std::uint32_t heads_per_row = 0;         // of values
    std::uint32_t segments = 0, segment = 0; // of rows that share a head
    std::uint32_t head        = 0;           // elements of a head of values per row
    std::uint32_t gates       = 0;           // of gates per row
    std::uint32_t controls    = 0;           // of what a token has for each head, per row
    std::uint32_t key_rows    = 0;           // of queries and keys per row, before they turn to the columns
    std::uint32_t keys        = 0;           // of one head's keys per column
    std::uint32_t key_heads   = 0;           // all of them
    std::uint32_t own_keys    = 0;           // of them, that a row's values belong to
    bool          recalls     = false;       // the delta rule
    std::uint32_t taps        = 0;
    std::uint32_t norm_groups = 0;
    std::uint32_t decay_rows = 0, gate_rows = 0, gate_columns = 0; // of the short vectors
    std::uint32_t state_bits = 32;

    std::uint32_t values() const { return heads_per_row * head; }
    std::uint32_t mixed() const { return values() + key_rows; }
    std::uint32_t inputs() const { return mixed() + gates + controls; }
};

struct LayerLayout {
    std::uint32_t columns, rows;
    std::uint32_t hidden;        // elements of the hidden vector per column
    std::uint32_t segment;       // rows that share a key-value head
    std::uint32_t heads_per_row; // key-value heads in one row: above 1 where there are more heads than rows
    std::uint32_t segments;      // segments in use; the rows behind them hold no heads
    std::uint32_t share;         // query heads per key-value head
    std::uint32_t head;          // elements of a head per row
    std::uint32_t value;         // of a head of values, where those have a size of their own; otherwise as `head`
    std::uint32_t tokens;        // of the context per column
    std::uint32_t ffn;           // elements per row, of the feed-forward that all tokens pass
    bool          gated;
    Mixer         mixer  = Mixer::attention;
    std::uint32_t batch  = 1; // vectors that a step carries
    std::uint32_t caches = 1; // sequences that they belong to

    // Attention with keys and values as they are.
    std::uint32_t key_matrices = 2; // of keys and of values
    std::uint32_t gate         = 0; // elements of an output gate per row
    std::uint32_t attended     = 0; // tokens of a column that a query attends to: `tokens`, or those an index chose

    StateLayout state;

    // An index; 0 without. Elements.
    std::uint32_t index_heads   = 0; // all of them
    std::uint32_t index_rows    = 0; // of a key, and of a head's query, per row
    std::uint32_t index_queries = 0; // of all heads' queries per column
    std::uint32_t index_outputs = 0; // heads whose weights a row makes
    std::uint32_t index_blocks  = 0; // of all tokens, where they are chosen in blocks

    std::uint32_t residual_blocks = 0; // vectors as the hidden one that halves of layers take a mean of; 0: none

    // Latent attention; 0 without. Elements.
    std::uint32_t latent       = 0; // of the compressed keys and values per row: a part of `head`
    std::uint32_t query_rank   = 0; // of the compressed queries per row
    std::uint32_t query_rows   = 0; // of all heads' queries per row, where they are not compressed
    std::uint32_t head_queries = 0; // of all heads' queries per column
    std::uint32_t head_nope    = 0; // of them, those without position
    std::uint32_t head_values  = 0; // of all heads' values per column
    std::uint32_t heads_across = 0; // heads that the values of one column belong to
    std::uint32_t out_rows     = 0; // of the hidden vector per row, on its way to the columns

    // Routed experts; 0 without.
    std::uint32_t experts        = 0;          // that a PE holds a slice of
    std::uint32_t expert_ffn     = 0;          // elements of an expert per row
    std::uint32_t pairs          = 0;          // of a token and an expert, in the group that has most
    std::uint32_t router_outputs = 0;          // experts that a row scores
    std::uint32_t all_experts = 0, active = 0; // that a router scores, and chooses
    // What experts work on where it is not the hidden vector; 0: it is.
    std::uint32_t narrow = 0, narrow_rows = 0; // elements per column, per row
    std::uint32_t wide_rows = 0;               // of the hidden vector per row, on its way back

    bool          keeps() const { return key_matrices > 0; }             // a cache of its own
    std::uint32_t query() const { return heads_per_row * share * head; } // elements per row
    std::uint32_t key() const { return heads_per_row * head; }
    std::uint32_t kept_values() const { return heads_per_row * value; }
    std::uint32_t attended_values() const { return heads_per_row * share * value; }
    std::uint32_t scores() const { return heads_per_row * share * attended; }
    std::uint32_t expert_input() const { return narrow != 0 ? narrow : hidden; }
    std::uint32_t up() const { return gated ? 2 * ffn : ffn; }
    std::uint32_t expert_up() const { return gated ? 2 * expert_ffn : expert_ffn; }
    std::uint32_t vector() const { return hidden * batch; } // the hidden vector, of all sequences
    // Between gate_up and down, of all sequences: what every token passes, and what the pairs do.
    std::uint32_t fed() const { return ffn * batch + expert_ffn * pairs; }
    std::uint32_t widened() const { return up() * batch + expert_up() * pairs; }

    // Elements in the SRAM of one PE.
    std::uint64_t attention_weights() const;
    std::uint64_t feed_forward_weights() const
    {
        return padded(std::uint64_t{hidden} * up()) + padded(std::uint64_t{ffn} * hidden) +
               experts * (padded(std::uint64_t{expert_input()} * expert_up()) +
                          padded(std::uint64_t{expert_ffn} * expert_input())) +
               padded(std::uint64_t{hidden} * router_outputs) + padded(std::uint64_t{hidden} * narrow_rows) +
               padded(std::uint64_t{narrow} * wide_rows);
    }
    std::uint64_t weights() const { return attention_weights() + feed_forward_weights(); }
    std::uint64_t cache() const { return cache(tokens); }
    std::uint64_t cache(std::uint64_t tokens_of_a_column) const;
    double        state_bytes(double activation_bytes) const; // of running states and what convolutions look back at
    // Scores that wait in a PE for a token of its column, of one sequence: of attention, or of an index.
    std::uint32_t scores_of_token() const { return index_heads != 0 ? index_heads : heads_per_row * share; }
};

// Of layers of one kind, for the step's batch.
LayerLayout layout_of(DecodeStep const& step, std::size_t kind, configs::GridSize region, configs::Parameters const& p);
// Of all kinds.
using Layouts = std::vector<LayerLayout>;
Layouts layouts_of(DecodeStep const& step, configs::GridSize region, configs::Parameters const& p);

// A model whose layers are alike, one sequence. `pairs`: keep the two elements that a rotary embedding turns together
// in one PE.
LayerLayout layout_of(ModelShape const& shape, std::uint32_t context, configs::GridSize region, bool pairs);

// Bytes of one PE by part, for one layer resident.
struct BudgetPart {
    std::string name;
    double      bytes;
};
std::vector<BudgetPart> sram_budget(LayerLayout const&, configs::Parameters const&);
bool                    fits(LayerLayout const&, configs::Parameters const&);
// Throws configs::UserError (answer_is_no) with the part, the bytes missing and what would help.
void require_fit(LayerLayout const&, DecodeStep const&, std::size_t kind, configs::Parameters const&);

} // namespace scribeline::workloads
