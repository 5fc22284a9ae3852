// The tiers below the KV pool of one replica: what goes down, what comes back, and what that takes.
//
//     KV pool  --- computed: written through --->  tier 0 --> tier 1 ..
//        |     --- given up: written back ------>     '- given up: to the next one
//        '<------- found: moved up -------------     any tier
//
// Which bytes move is decided here, in plain C++; how long they take is asked of a TierMover, behind which links and
// memories are shared with others.
#pragma once

#include "models/serving/kv_pool.hpp"
#include "models/serving/tier_store.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_set>
#include <vector>

namespace scribeline::models {

struct Arriving;

class TierMover {
  public:
    virtual ~TierMover() = default;
    // Transfers from `at` on: when the last byte is there.
    virtual Ticks up(std::size_t tier, std::uint64_t bytes, Ticks at)                      = 0;
    virtual Ticks down(std::size_t tier, std::uint64_t bytes, Ticks at)                    = 0; // from the machine
    virtual Ticks between(std::size_t from, std::size_t to, std::uint64_t bytes, Ticks at) = 0;
    // When `bytes` would be up, as far as the way is known to be taken; reserves nothing.
    virtual Ticks would_be_up(std::size_t tier, std::uint64_t bytes, Ticks at) const = 0;
};

class KvTiers {
  public:
    // `stores` and `mover` must outlive it. Fastest first.
    KvTiers(std::vector<TierStore*> stores, TierMover& mover, std::uint64_t block_tokens, std::uint64_t block_bytes);

    // What tiers hold of a prompt behind its first `blocks` blocks, `most` of all at most.
    struct Piece {
        std::size_t   tier;
        std::size_t   group;
        std::uint32_t blocks; // of this group, to be moved
        Ticks         ready;
    };
    struct Reach {
        std::vector<Piece> pieces;
        std::uint64_t      blocks = 0;
    };
    Reach reach(Arriving const& request, std::uint64_t blocks, std::uint64_t most, Ticks at) const;
    // Leaves out what need not be moved because `computed` (the time to compute it) is shorter.
    void cut_where_computing_is_faster(Reach& reach, Ticks computed, Ticks at) const;
    bool may_recompute() const;

    Ticks load(Arriving const& request, Reach const& reach, Ticks at); // when all of it is there
    // Into the first tier, what is behind the `blocks` that the pool holds.
    void prefetch(Arriving const& request, std::uint64_t blocks, std::uint64_t most, Ticks at);
    void computed(std::vector<TierStore::Group> const& groups, Ticks at);
    void lost(std::vector<KvPool::Lost> const& groups, Ticks at); // by the pool
    void ended(Arriving const& request, Ticks at);                // its blocks were in use till now

    std::size_t      size() const { return stores_.size(); }
    TierStore const& store(std::size_t tier) const { return *stores_[tier]; }

    // Bytes of this replica.
    std::uint64_t bytes_up() const { return bytes_up_; }
    std::uint64_t bytes_down() const { return bytes_down_; }

  private:
    bool          pinned(std::uint64_t hash) const { return pins_ && going_on_.count(hash) != 0; }
    void          fall(std::size_t from, std::vector<TierStore::Group> const& gone, Ticks at);
    std::uint64_t bytes_of(std::uint64_t blocks) const { return blocks * block_bytes_; }
    std::uint64_t blocks_of_group(Arriving const& request, std::size_t group) const;

    std::vector<TierStore*> stores_;
    TierMover&              mover_;
    std::uint64_t           block_tokens_, block_bytes_;
    std::uint64_t           bytes_up_ = 0, bytes_down_ = 0;
    bool                    pins_ = false; // some tier does

    std::unordered_set<std::uint64_t> going_on_; // groups of sessions that do, where some tier pins
};

} // namespace scribeline::models
