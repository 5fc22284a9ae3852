// The blocks of a replica's KV pool: which are in use, which of the free ones still hold a prompt that may come again.
//
//     free, the next to be taken first:   [never used][tail of r1][prompt of r1, its last block first][tail of r2] ..
//
// Blocks of ended requests stay where they are until they are taken: least recently freed first, and of a request its
// tail first (vLLM v1, prefix caching). Prompts are told apart in groups, as a trace tells them: a group is as many
// blocks as one hash of the trace stands for, and a pool never looks into it, except that its last blocks go first.
//
// A second copy of a group, made by requests that are computed at the same time, is held but never found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace scribeline::models {

class KvPool {
  public:
    explicit KvPool(std::uint64_t blocks);

    std::uint64_t blocks() const { return blocks_; }
    std::uint64_t free() const { return free_; } // cached ones included
    std::uint64_t in_use() const { return blocks_ - free_; }

    // A group that a request has a share in: its first `blocks`.
    struct Share {
        std::uint32_t group;
        std::uint32_t blocks;
    };

    // Blocks of that group that are there, from its first on; 0: none.
    std::uint32_t held(std::uint64_t hash) const;
    // Nobody has a share in the group: to take one makes its blocks scarce for others.
    bool is_free(std::uint64_t hash) const;

    // Takes a share of a group that is there. What is left of a free one is
    // not found again: who takes the share computes the same once more.
    // With fewer there, it is of those.
    Share share(std::uint64_t hash, std::uint32_t blocks);
    // `blocks` that were taken hold the next ones of the group. False: another request has them already.
    bool extend(Share& share, std::uint32_t blocks);
    // The same for a group that is not there.
    bool begin(std::uint64_t hash, std::uint32_t blocks, Share& share);

    // The least recently freed ones lose what they hold. There must be so many.
    void take(std::uint64_t count);
    // Blocks that nobody will find again, and shares: in the order in which they should be taken.
    void give_back(std::uint64_t count);
    void give_back(Share const& share);

    // Over all time: taken or shared from the free ones, given back to them, and what was lost of groups on the way.
    std::uint64_t taken() const { return taken_; }
    std::uint64_t given_back() const { return given_back_; }
    std::uint64_t evicted() const { return evicted_; }
    // From now on a group that loses a block is lost as a whole, and kept for lost().
    void tell_losses() { tells_ = true; }
    struct Lost {
        std::uint64_t hash;
        std::uint32_t blocks;
    };
    std::vector<Lost> lost(); // since the last call, in the order in which they were taken
    // Free blocks that can be taken before a group is lost.
    std::uint64_t nameless_in_front() const;
    std::uint64_t parked() const { return parked_; } // free blocks that may be found again
    // Blocks in the list of free ones, counted one run at a time.
    std::uint64_t count_free() const;

  private:
    static constexpr std::uint32_t none = 0xffffffffU;

    // A run of free blocks without a name, or a group; a group that is in use is in no list.
    struct Entry {
        std::uint64_t hash    = 0;
        std::uint32_t blocks  = 0;
        std::uint32_t holders = 0;
        std::uint32_t before = none, after = none;
        bool          named = false, listed = false;
    };

    std::uint32_t make(bool named);
    void          append(std::uint32_t entry);
    void          unlist(std::uint32_t entry);
    void          erase(std::uint32_t entry);

    std::uint64_t                                    blocks_, free_;
    std::uint64_t                                    taken_ = 0, given_back_ = 0, evicted_ = 0, parked_ = 0;
    bool                                             tells_ = false;
    std::vector<Lost>                                lost_;
    std::vector<Entry>                               entries_;
    std::vector<std::uint32_t>                       unused_; // entries
    std::uint32_t                                    first_ = none, last_ = none;
    std::unordered_map<std::uint64_t, std::uint32_t> by_hash_;
};

} // namespace scribeline::models
