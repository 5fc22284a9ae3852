// What one tier below the KV pool keeps: groups of blocks by their hash, and which of them goes when room lacks.
//
//     given up first:  [not pinned, used longest ago] .. [used last]  [pinned, used longest ago] .. [used last]
//
// Blocks, not bytes: all blocks of a system are alike. Times are those at which somebody asks; what a time to live
// forgets in between is forgotten at its own moment, so that the integral of what is stored is exact.
#pragma once

#include "models/serving/ticks.hpp"

#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

namespace scribeline::models {

struct TierPolicy {
    bool                 write_back = false; // takes what the tier above gives up; else all prompts, when computed
    bool                 move       = false; // what is read goes up, and is not kept here
    bool                 pin        = false; // prompts of sessions that go on are given up last
    bool                 prefetch   = false; // what a request will need goes up to the first tier when it comes
    bool                 recompute  = false; // what is computed sooner than moved is computed
    std::optional<Ticks> ttl;                // kept for so long behind the last use, unless pinned; nothing: for ever
};

// Blocks over all time: written = stored + evicted + expired + read_away.
struct TierBooks {
    std::uint64_t written = 0, evicted = 0, expired = 0, read_away = 0;
    std::uint64_t read          = 0; // read_away among them
    double        block_seconds = 0; // integral of what was stored
    std::uint64_t most          = 0; // stored at once
};

class TierStore {
  public:
    TierStore(std::uint64_t blocks, TierPolicy const& policy);

    struct Held {
        std::uint32_t blocks = 0; // of the group, from its first on; 0: none
        Ticks         ready  = 0; // the last of them has come
    };
    Held held(std::uint64_t hash, Ticks at) const;

    struct Group {
        std::uint64_t hash;
        std::uint32_t blocks;
    };
    // Keeps so many blocks of a group, the last of which comes at `ready`. What had to go is put behind `gone`. The
    // number that had to be written; 0: they are there, and used now, or the tier is smaller than they are.
    std::uint32_t put(Group const& group, Ticks at, bool pinned, std::vector<Group>& gone);
    void          set_ready(std::uint64_t hash, Ticks ready);
    void          touch(std::uint64_t hash, Ticks at, bool pinned); // used now, where it is held
    void          read(std::uint64_t hash, std::uint32_t blocks, Ticks at);
    // Forgets what is too old, and adds up what was stored until then.
    void advance(Ticks at);

    TierPolicy const& policy() const { return policy_; }
    TierBooks const&  books() const { return books_; }
    std::uint64_t     blocks() const { return blocks_; }
    std::uint64_t     stored() const { return stored_; }

  private:
    struct Entry {
        std::uint64_t hash;
        std::uint32_t blocks;
        bool          pinned;
        Ticks         used, ready;
    };
    using List = std::list<Entry>;

    List& list_of(bool pinned) { return lists_[pinned ? 1 : 0]; }
    void  add_up(Ticks to);
    void  erase(List::iterator entry);
    void  renew(List::iterator entry, Ticks at, bool pinned);

    std::uint64_t blocks_, stored_ = 0;
    TierPolicy    policy_;
    TierBooks     books_;
    Ticks         added_up_to_ = 0;
    List          lists_[2]; // used longest ago first: not pinned, pinned

    std::unordered_map<std::uint64_t, List::iterator> by_hash_;
};

} // namespace scribeline::models
