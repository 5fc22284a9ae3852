// Where the blocks of a token run: wafers, regions on them, and the consecutive blocks that each region owns.
//
//     wafer 0                         wafer 1
//     +--------+--------+             A token passes the stages in order. A stage is a region; its blocks run there one
//     | 0      | 5      |             after another, and the hidden vector travels to the next region: south or north
//     +--------+--------+   link      along a column of regions, east at its end (a snake), over the wafer link at the
//     | 1      | 4      |  ------>    end of a wafer. All regions of a plan have the same size.
//     +--------+--------+
//     | 2      | 3      |
//     +--------+--------+
#pragma once

#include "configs/config.hpp"
#include "workloads/decode_step.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::workloads {

// Half a layer each, because attention and feed-forward may stand in regions of their own.
enum class BlockKind : std::uint8_t { embedding, attention, feed_forward, head };

struct Block {
    BlockKind     kind;
    std::uint32_t layer = 0; // of attention and feed_forward
};

constexpr bool is_half(BlockKind kind) { return kind == BlockKind::attention || kind == BlockKind::feed_forward; }

struct Stage {
    std::uint32_t      wafer = 0;
    std::uint32_t      x0 = 0, y0 = 0;         // first tile of the region on its wafer
    std::uint32_t      grid_x = 0, grid_y = 0; // which region of the wafer
    configs::GridSize  region;                 // the plan's; all of the wafer for tables that are spread over it
    std::vector<Block> blocks;                 // in the order in which they run
    double             bytes_per_pe = 0;       // resident: runtime, weights, one request's KV cache, vectors
    std::uint32_t      requests     = 0; // whose KV caches fit at the context asked for; 0: no cache in this stage
};

// How far a request's KV cache can grow, tokens in all. By concatenation the new tokens of all columns go to the column
// that holds the end of the context until its PEs are full; balanced shifting spreads them over all columns.
struct KvGrowth {
    std::uint64_t concatenated = 0, balanced = 0;
};

// One choice that the planner considered.
struct Candidate {
    configs::GridSize region;
    std::uint32_t     stages = 0, wafers = 0;
    double            cycles_per_token  = 0; // closed form; 0: does not fit
    double            tokens_per_second = 0; // of all requests in flight
    std::string       verdict;               // "chosen", or why not
};

struct TokenPlan {
    configs::GridSize region;
    std::uint32_t     wafers = 1, regions_x = 1, regions_y = 1; // regions per wafer
    // The first stage holds the embedding and the last one the head, each over all PEs of its wafer and beside the
    // stages that stand there. Otherwise embedding and head are blocks of a region as others are.
    bool                   wafer_tables = false;
    bool                   streamed     = false; // weights cross the edge for each token: mapping.weights
    std::vector<Stage>     stages;
    double                 table_bytes = 0; // of a PE, in the bytes of every stage: tables spread over the wafer
    double                 busiest     = 0; // cycles of the busiest stage, for one token: closed form; 0: no pipeline
    std::uint32_t          requests = 1; // in flight at once: by KV cache, and no more than keep the busiest stage busy
    KvGrowth               growth;
    std::vector<Candidate> candidates; // best first
    std::vector<std::string> notes;
};

// Of a token, in the order in which they run.
std::vector<Block> blocks_of(ModelShape const&);

std::string describe(Block);                     // "feed-forward of layer 3"
std::string describe(std::vector<Block> const&); // "embedding to attention of layer 2"

// Where the snake passes its `stage`th region.
struct StagePlace {
    std::uint32_t wafer, grid_x, grid_y;
};
StagePlace place_of(std::size_t stage, std::uint32_t regions_x, std::uint32_t regions_y);

} // namespace scribeline::workloads
