// Weights that cross the edge of a wafer while the block before computes.
//
//     edge      | w2      | w3         | w4      |                a stage has two buffers: block i computes from one
//     region    | block 1 | block 2 ...wait | block 3 | wait ..   while the weights of block i + 1 come into the other
//
// A load begins when the block that had the buffer is done and the edge is free; a block begins when the token is there
// and its weights are. Stages on one wafer share its edge. A stage of no more blocks than buffers keeps them: its
// weights cross once, before the first token.
//
// Tokens follow one another, and the times are those of a token in the steady state: the loads of its first blocks
// began while the token before was in other stages.
#pragma once

#include "configs/books.hpp"
#include "configs/parameters.hpp"
#include "models/tlm/bulk_server.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace scribeline::models {

struct StreamedBlock {
    std::uint32_t wafer = 0, stage = 0;
    std::uint64_t bytes      = 0; // of its weights
    std::uint64_t link_bytes = 0; // that come with the token over the link from the wafer before; 0: it is on this one
    Picoseconds   way        = 0; // of the token to it, without that link
    Picoseconds   compute    = 0;
};

// Who brings the weights: a plain server, or a module that asks its socket.
class WeightSource {
  public:
    virtual ~WeightSource() = default;
    // When the last byte will be in the SRAM, asked for at `at`. Calls come in the order of `at`.
    virtual Picoseconds load(std::uint32_t wafer, Picoseconds at, std::uint64_t bytes) = 0;
    // When the token is over the link to `wafer`, sent at `at`.
    virtual Picoseconds send(std::uint32_t wafer, Picoseconds at, std::uint64_t bytes) = 0;
    // The token is computed: `wafer`, the last it was on, tells the host. Nothing waits for that.
    virtual void answer(std::uint32_t wafer, Picoseconds at) = 0;
    // Nothing happens before `at` any more.
    virtual void wait_until(Picoseconds at) = 0;
};

// Edges and links of so many wafers as plain servers.
class PlainSource final : public WeightSource {
  public:
    PlainSource(configs::WaferParams const& wafer, std::uint32_t wafers);
    Picoseconds load(std::uint32_t wafer, Picoseconds at, std::uint64_t bytes) override;
    Picoseconds send(std::uint32_t wafer, Picoseconds at, std::uint64_t bytes) override;
    void        answer(std::uint32_t, Picoseconds) override {}
    void        wait_until(Picoseconds) override {}

    std::vector<BulkServer*> edges() const;

  private:
    std::vector<std::unique_ptr<BulkServer>> edges_, links_; // [wafer]
};

struct StreamedToken {
    std::vector<Picoseconds>   waits; // before each block, for its weights
    std::vector<bool>          stays; // [block]: its stage keeps it
    Picoseconds                total = 0;
    std::uint64_t              bytes = 0; // that cross for each token, all edges together
    std::vector<std::uint64_t> of_wafer;  // the same by wafer
    configs::Books             books;     // bytes asked for, bytes of the blocks
};

// Of one token in the steady state; blocks in the order in which it passes them.
StreamedToken stream_weights(std::vector<StreamedBlock> const& blocks, WeightSource& source);

} // namespace scribeline::models
