#include "models/serving/kv_pool.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <utility>

namespace scribeline::models {

KvPool::KvPool(std::uint64_t blocks) : blocks_{blocks}, free_{blocks}
{
    for (auto left = blocks; left > 0;) { // a run counts in 32 bits
        auto const run         = std::min<std::uint64_t>(left, 1U << 30);
        auto const entry       = make(false);
        entries_[entry].blocks = static_cast<std::uint32_t>(run);
        append(entry);
        left -= run;
    }
}

std::uint32_t KvPool::make(bool named)
{
    auto entry = static_cast<std::uint32_t>(entries_.size());
    if (unused_.empty()) {
        entries_.emplace_back();
    } else {
        entry = unused_.back();
        unused_.pop_back();
        entries_[entry] = {};
    }
    entries_[entry].named = named;
    return entry;
}

void KvPool::append(std::uint32_t entry)
{
    auto& e                                          = entries_[entry];
    e.before                                         = last_;
    e.after                                          = none;
    e.listed                                         = true;
    (last_ == none ? first_ : entries_[last_].after) = entry;
    last_                                            = entry;
}

void KvPool::unlist(std::uint32_t entry)
{
    auto& e                                                = entries_[entry];
    (e.before == none ? first_ : entries_[e.before].after) = e.after;
    (e.after == none ? last_ : entries_[e.after].before)   = e.before;
    e.listed                                               = false;
}

void KvPool::erase(std::uint32_t entry)
{
    if (entries_[entry].named)
        by_hash_.erase(entries_[entry].hash);
    unused_.push_back(entry);
}

std::uint32_t KvPool::held(std::uint64_t hash) const
{
    auto const found = by_hash_.find(hash);
    return found == by_hash_.end() ? 0 : entries_[found->second].blocks;
}

bool KvPool::is_free(std::uint64_t hash) const
{
    auto const found = by_hash_.find(hash);
    return found != by_hash_.end() && entries_[found->second].listed;
}

KvPool::Share KvPool::share(std::uint64_t hash, std::uint32_t blocks)
{
    auto const  entry = by_hash_.at(hash);
    auto const& e     = entries_[entry];
    blocks            = std::min(blocks, e.blocks);
    SCRIBELINE_EXPECT(blocks > 0);
    if (e.listed) {
        auto const rest = e.blocks - blocks; // stays free, where it is
        if (rest > 0) {
            auto const nameless                                            = make(false);
            auto&      group                                               = entries_[entry]; // may have moved
            entries_[nameless].blocks                                      = rest;
            entries_[nameless].listed                                      = true;
            entries_[nameless].before                                      = group.before;
            entries_[nameless].after                                       = entry;
            (group.before == none ? first_ : entries_[group.before].after) = nameless;
            group.before                                                   = nameless;
            group.blocks                                                   = blocks;
            evicted_ += rest;
        }
        unlist(entry);
        free_ -= blocks;
        taken_ += blocks;
        parked_ -= rest + blocks;
    }
    ++entries_[entry].holders;
    return {entry, blocks};
}

bool KvPool::extend(Share& share, std::uint32_t blocks)
{
    auto& e = entries_[share.group];
    if (e.blocks != share.blocks)
        return false;
    e.blocks += blocks;
    share.blocks += blocks;
    return true;
}

bool KvPool::begin(std::uint64_t hash, std::uint32_t blocks, Share& share)
{
    if (by_hash_.count(hash) != 0)
        return false;
    auto const entry        = make(true);
    entries_[entry].hash    = hash;
    entries_[entry].blocks  = blocks;
    entries_[entry].holders = 1;
    by_hash_.emplace(hash, entry);
    share = {entry, blocks};
    return true;
}

void KvPool::take(std::uint64_t count)
{
    SCRIBELINE_EXPECT(count <= free_);
    free_ -= count;
    taken_ += count;
    while (count > 0) {
        auto const entry = first_;
        auto&      e     = entries_[entry];
        auto const now   = static_cast<std::uint32_t>(std::min<std::uint64_t>(count, e.blocks));
        if (e.named && tells_) { // the whole group
            lost_.push_back({e.hash, e.blocks});
            by_hash_.erase(e.hash);
            evicted_ += e.blocks;
            parked_ -= e.blocks;
            e.named = false;
        }
        e.blocks -= now;
        count -= now;
        if (e.named) {
            evicted_ += now;
            parked_ -= now;
        }
        if (e.blocks == 0) {
            unlist(entry);
            erase(entry);
        }
    }
}

void KvPool::give_back(std::uint64_t count)
{
    if (count == 0)
        return;
    free_ += count;
    given_back_ += count;
    if (last_ != none && !entries_[last_].named && entries_[last_].blocks + count < (1U << 31)) {
        entries_[last_].blocks += static_cast<std::uint32_t>(count);
        return;
    }
    auto const entry       = make(false);
    entries_[entry].blocks = static_cast<std::uint32_t>(count);
    append(entry);
}

void KvPool::give_back(Share const& share)
{
    auto& e = entries_[share.group];
    SCRIBELINE_EXPECT(e.holders > 0);
    if (--e.holders > 0)
        return;
    free_ += e.blocks;
    given_back_ += e.blocks;
    parked_ += e.blocks;
    append(share.group);
}

std::vector<KvPool::Lost> KvPool::lost() { return std::exchange(lost_, {}); }

std::uint64_t KvPool::nameless_in_front() const
{
    auto sum = std::uint64_t{0};
    for (auto entry = first_; entry != none && !entries_[entry].named; entry = entries_[entry].after)
        sum += entries_[entry].blocks;
    return sum;
}

std::uint64_t KvPool::count_free() const
{
    auto sum = std::uint64_t{0};
    for (auto entry = first_; entry != none; entry = entries_[entry].after)
        sum += entries_[entry].blocks;
    return sum;
}

} // namespace scribeline::models
