#include "models/serving/tier_store.hpp"

#include <algorithm>

namespace scribeline::models {

TierStore::TierStore(std::uint64_t blocks, TierPolicy const& policy) : blocks_{blocks}, policy_{policy} {}

TierStore::Held TierStore::held(std::uint64_t hash, Ticks at) const
{
    auto const found = by_hash_.find(hash);
    if (found == by_hash_.end())
        return {};
    auto const& entry = *found->second;
    if (policy_.ttl && !entry.pinned && entry.used + *policy_.ttl < at)
        return {};
    return {entry.blocks, entry.ready};
}

void TierStore::add_up(Ticks to)
{
    if (to <= added_up_to_)
        return;
    books_.block_seconds += static_cast<double>(stored_) * seconds_of(to - added_up_to_).value();
    added_up_to_ = to;
}

void TierStore::erase(List::iterator entry)
{
    stored_ -= entry->blocks;
    by_hash_.erase(entry->hash);
    list_of(entry->pinned).erase(entry);
}

void TierStore::advance(Ticks at)
{
    auto& list = list_of(false);
    while (policy_.ttl && !list.empty() && list.front().used + *policy_.ttl < at) {
        add_up(list.front().used + *policy_.ttl);
        books_.expired += list.front().blocks;
        erase(list.begin());
    }
    add_up(at);
}

void TierStore::renew(List::iterator entry, Ticks at, bool pinned)
{
    auto& to = list_of(pinned && policy_.pin);
    to.splice(to.end(), list_of(entry->pinned), entry);
    entry->pinned = pinned && policy_.pin;
    entry->used   = std::max(entry->used, at);
}

void TierStore::touch(std::uint64_t hash, Ticks at, bool pinned)
{
    advance(at);
    if (auto const found = by_hash_.find(hash); found != by_hash_.end())
        renew(found->second, at, pinned);
}

std::uint32_t TierStore::put(Group const& group, Ticks at, bool pinned, std::vector<Group>& gone)
{
    advance(at);
    auto const found = by_hash_.find(group.hash);
    auto const here  = found == by_hash_.end() ? 0 : found->second->blocks;
    if (found != by_hash_.end())
        renew(found->second, at, pinned || found->second->pinned);
    if (here >= group.blocks)
        return 0;
    if (group.blocks > blocks_) {
        gone.push_back(group);
        return 0;
    }
    auto const more = group.blocks - here;
    while (stored_ + more > blocks_) {
        auto& list  = list_of(list_of(false).empty());
        auto  first = list.begin();
        if (first->hash == group.hash) // the group itself stays
            first = std::next(first) != list.end() ? std::next(first) : list_of(true).begin();
        gone.push_back({first->hash, first->blocks});
        books_.evicted += first->blocks;
        erase(first);
    }
    if (found != by_hash_.end()) {
        found->second->blocks = group.blocks;
    } else {
        auto& list = list_of(pinned && policy_.pin);
        list.push_back({group.hash, group.blocks, pinned && policy_.pin, at, at});
        by_hash_.emplace(group.hash, std::prev(list.end()));
    }
    stored_ += more;
    books_.written += more;
    books_.most = std::max(books_.most, stored_);
    return more;
}

void TierStore::set_ready(std::uint64_t hash, Ticks ready)
{
    if (auto const found = by_hash_.find(hash); found != by_hash_.end())
        found->second->ready = std::max(found->second->ready, ready);
}

void TierStore::read(std::uint64_t hash, std::uint32_t blocks, Ticks at)
{
    advance(at);
    auto const found = by_hash_.find(hash);
    if (found == by_hash_.end())
        return;
    books_.read += blocks;
    if (!policy_.move) {
        renew(found->second, at, found->second->pinned);
        return;
    }
    books_.read_away += found->second->blocks;
    erase(found->second);
}

} // namespace scribeline::models
