// Which part of the KV cache lies in which tier. Tier 0 is what HBM has left; the others follow, faster ones first.
//
// A sequence is a list of blocks of so many tokens. New blocks go to tier 0. When a tier is full, a block of the
// sequence that the policy gives up first moves one tier down, its oldest tokens first. A sequence that is used again
// may be brought back, or read where it lies (KvPolicy::promote).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace scribeline::models {

struct KvTier {
    std::string   name;
    std::uint64_t capacity; // bytes for KV
};

enum class Eviction : std::uint8_t {
    least_recently_used, // the sequence whose last step is longest ago
    oldest,              // the sequence that came first
};

struct KvPolicy {
    std::uint32_t block_tokens = 16; // vLLM's default
    Eviction      eviction     = Eviction::least_recently_used;
    bool          promote      = true; // a sequence that is used comes up as far as others can be moved down
};

struct KvMove {
    std::uint32_t from, to; // tiers
    std::uint64_t bytes;
};

class KvPlacement {
  public:
    // Throws configs::UserError without tiers, without a byte per token, or without tokens per block.
    KvPlacement(std::vector<KvTier> tiers, std::uint64_t bytes_per_token, KvPolicy policy = {});

    // `tokens` more of that sequence, which may be new. Throws configs::UserError, and changes nothing, when all tiers
    // together are too small: says by how many bytes.
    std::vector<KvMove> append(std::uint64_t sequence, std::uint64_t tokens);
    // A step of decoding reads all of it.
    std::vector<KvMove> use(std::uint64_t sequence);
    void                release(std::uint64_t sequence);

    std::uint64_t bytes_of(std::uint64_t sequence, std::size_t tier) const; // whole blocks
    std::uint64_t used(std::size_t tier) const { return used_[tier] * block_bytes_; }
    std::uint64_t block_bytes() const { return block_bytes_; }
    std::uint64_t moved(std::size_t from, std::size_t to) const; // bytes so far
    std::size_t   tiers() const { return tiers_.size(); }

  private:
    struct Sequence {
        std::uint64_t              tokens = 0, used_at = 0, came_at = 0;
        std::vector<std::uint8_t>  tier;  // per block
        std::vector<std::uint64_t> count; // blocks per tier
    };
    using Sequences = std::map<std::uint64_t, Sequence>;

    Sequence*     victim(std::size_t tier, Sequence const* not_this);
    std::size_t   next_below(std::size_t tier) const;
    void          make_room(std::size_t tier, std::vector<KvMove>& moves);
    void          move(Sequence& sequence, std::size_t block, std::size_t to, std::vector<KvMove>& moves);
    std::uint64_t blocks_of(std::uint64_t tokens) const;

    std::vector<KvTier>        tiers_;
    KvPolicy                   policy_;
    std::uint64_t              block_bytes_;
    std::vector<std::uint64_t> room_, used_; // blocks
    std::vector<std::uint64_t> moved_;       // [from * tiers + to], blocks
    Sequences                  sequences_;
    std::uint64_t              clock_ = 0; // counts uses
};

} // namespace scribeline::models
