// What stands in the SRAM of a PE when a region owns several blocks.
//
//     once a region               code and runtime, the vectors of a token on its way, angles, sums
//     once a block                weights, with those of its norms
//     once a request, in attention  keys and values
//
// Where weights are streamed (mapping.weights) a region has two buffers for them, whatever it owns: one for what
// computes, and one for what comes behind it. Of the embedding it holds the row that the token needs.
//
// All are bytes of one PE, padded as the layout and LayerMemory pad. A region with one layer and one request needs what
// sram_budget() says, but for norms beyond two, which that leaves out.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/layer_layout.hpp"
#include "workloads/mapping/token_plan.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::workloads {

class StageMemory {
  public:
    StageMemory(DecodeStep const&, Layouts const&, configs::Parameters const&);

    double capacity() const { return capacity_; } // of a PE
    double once() const { return once_ + buffers_ + reserved_; }
    // Two buffers of weights, together, in place of those of the blocks.
    void stream(double bytes) { buffers_ = bytes; }
    bool streams() const { return streamed_; }
    // For tables that are spread over the wafer, beside what stands in the region.
    void   reserve(double bytes) { reserved_ = bytes; }
    double reserved() const { return reserved_; }
    double weights(Block) const;
    // Of one request (of all sequences that a step decodes together), in a block.
    double cache(Block) const;
    // A tied head reads the table of an embedding in its region: what the two save together.
    double shared_table() const { return shared_table_; }

    double bytes(std::vector<Block> const&, std::uint32_t requests) const;
    // Whose caches fit; 0 where there is none, or none fits.
    std::uint32_t requests(std::vector<Block> const&) const;
    // Of a single request. Nothing when there is no cache in the stage; the context must fit.
    KvGrowth growth(std::vector<Block> const&) const;

    // `bytes` by part, for messages.
    std::vector<BudgetPart> parts(std::vector<Block> const&, std::uint32_t requests) const;
    // Those of once(), whatever the region owns.
    std::vector<BudgetPart> parts_of_once() const;
    // The longest context whose scores fit beside the rest of once(): tokens, of a layer of the kind that holds most.
    std::uint64_t longest_scored() const;

  private:
    // Of a layer of one kind.
    struct Kind {
        LayerLayout layout;
        double      cache, attention, feed_forward;
        bool        grows; // with the context, beyond a window
    };
    Kind const& kind_of(Block block) const { return kinds_.at(kind_at_.empty() ? 0 : kind_at_.at(block.layer)); }
    double      grown(Kind const&, std::uint64_t tokens) const; // the cache with so many tokens in a column

    std::vector<std::uint8_t> kind_at_; // [layer], as in ModelShape
    std::vector<Kind>         kinds_;
    double                    capacity_, kv_, activation_; // bytes: of a PE; of an element
    double                    once_ = 0, shared_table_, reserved_ = 0;
    std::uint64_t             scores_per_token_;
    double                    runtime_, scores_ = 0; // parts of once_
    bool                      streamed_;
    double                    buffers_ = 0;
    double                    embedding_, head_;
    std::uint32_t             columns_, context_;
};

} // namespace scribeline::workloads
