#include "models/serving/kv_tiers.hpp"

#include "models/serving/replica.hpp"

#include <algorithm>
#include <utility>

namespace scribeline::models {

KvTiers::KvTiers(std::vector<TierStore*> stores, TierMover& mover, std::uint64_t block_tokens,
                 std::uint64_t block_bytes)
    : stores_{std::move(stores)}, mover_{mover}, block_tokens_{block_tokens}, block_bytes_{block_bytes},
      pins_{std::any_of(stores_.begin(), stores_.end(), [](TierStore const* s) { return s->policy().pin; })}
{
}

std::uint64_t KvTiers::blocks_of_group(Arriving const& request, std::size_t group) const
{
    return whole_blocks_of_group(request, group, block_tokens_);
}

KvTiers::Reach KvTiers::reach(Arriving const& request, std::uint64_t blocks, std::uint64_t most, Ticks at) const
{
    auto result = Reach{};
    if (request.group_tokens == 0)
        return result;
    auto const of_group = request.group_tokens / block_tokens_;
    for (auto k = static_cast<std::size_t>(blocks / of_group); k < request.hashes.size(); ++k) {
        auto const before = blocks + result.blocks;
        if (before >= most)
            break;
        auto const whole = blocks_of_group(request, k);
        auto const there = before - k * of_group; // of this group, in the pool
        auto       best  = Piece{0, k, 0, 0};
        for (std::size_t tier = 0; tier < stores_.size() && best.blocks == 0; ++tier) {
            auto const held = stores_[tier]->held(request.hashes[k], at);
            auto const here = std::min<std::uint64_t>({held.blocks, whole, there + most - before});
            if (here > there)
                best = {tier, k, static_cast<std::uint32_t>(here - there), held.ready};
        }
        if (best.blocks == 0)
            break;
        result.pieces.push_back(best);
        result.blocks += best.blocks;
        if (there + best.blocks < whole)
            break;
    }
    return result;
}

bool KvTiers::may_recompute() const
{
    return std::any_of(stores_.begin(), stores_.end(), [](TierStore const* s) { return s->policy().recompute; });
}

void KvTiers::cut_where_computing_is_faster(Reach& reach, Ticks computed, Ticks at) const
{
    auto slowest = at;
    for (std::size_t tier = 0; tier < stores_.size(); ++tier) {
        auto blocks = std::uint64_t{0};
        auto ready  = at;
        for (auto const& piece : reach.pieces)
            if (piece.tier == tier) {
                blocks += piece.blocks;
                ready = std::max(ready, piece.ready);
            }
        if (blocks > 0)
            slowest = std::max(slowest, mover_.would_be_up(tier, bytes_of(blocks), ready));
    }
    if (slowest - at <= computed)
        return;
    auto const from = std::find_if(reach.pieces.begin(), reach.pieces.end(),
                                   [&](Piece const& piece) { return stores_[piece.tier]->policy().recompute; });
    for (auto each = from; each != reach.pieces.end(); ++each)
        reach.blocks -= each->blocks;
    reach.pieces.erase(from, reach.pieces.end());
}

Ticks KvTiers::load(Arriving const& request, Reach const& reach, Ticks at)
{
    auto end = at;
    for (std::size_t tier = 0; tier < stores_.size(); ++tier) {
        auto blocks = std::uint64_t{0};
        auto ready  = at;
        for (auto const& piece : reach.pieces)
            if (piece.tier == tier) {
                blocks += piece.blocks;
                ready = std::max(ready, piece.ready);
            }
        if (blocks == 0)
            continue;
        end = std::max(end, mover_.up(tier, bytes_of(blocks), ready));
        bytes_up_ += bytes_of(blocks);
        // The last block first: it is given up first.
        for (auto piece = reach.pieces.rbegin(); piece != reach.pieces.rend(); ++piece)
            if (piece->tier == tier)
                stores_[tier]->read(request.hashes[piece->group], piece->blocks, at);
    }
    return end;
}

void KvTiers::prefetch(Arriving const& request, std::uint64_t blocks, std::uint64_t most, Ticks at)
{
    if (request.group_tokens == 0)
        return;
    auto const wanted = reach(request, blocks - blocks % (request.group_tokens / block_tokens_), most, at);
    for (std::size_t tier = 1; tier < stores_.size(); ++tier) {
        if (!stores_[tier]->policy().prefetch)
            continue;
        for (auto const& piece : wanted.pieces) {
            if (piece.tier != tier)
                continue;
            auto const hash = request.hashes[piece.group];
            auto       gone = std::vector<TierStore::Group>{};
            auto const more = stores_[0]->put({hash, piece.blocks}, at, pinned(hash), gone);
            if (more > 0) {
                auto const come = mover_.between(tier, 0, bytes_of(more), std::max(at, piece.ready));
                stores_[0]->set_ready(hash, come);
                stores_[tier]->read(hash, more, at);
            }
            fall(0, gone, at);
        }
    }
}

void KvTiers::computed(std::vector<TierStore::Group> const& groups, Ticks at)
{
    for (std::size_t tier = 0; tier < stores_.size(); ++tier) {
        if (stores_[tier]->policy().write_back)
            continue;
        auto gone    = std::vector<TierStore::Group>{};
        auto blocks  = std::uint64_t{0};
        auto written = std::vector<std::uint64_t>{};
        for (auto group = groups.rbegin(); group != groups.rend(); ++group)
            if (auto const more = stores_[tier]->put(*group, at, pinned(group->hash), gone); more > 0) {
                blocks += more;
                written.push_back(group->hash);
            }
        if (blocks > 0) {
            auto const come = mover_.down(tier, bytes_of(blocks), at);
            bytes_down_ += bytes_of(blocks);
            for (auto const hash : written)
                stores_[tier]->set_ready(hash, come);
        }
        fall(tier, gone, at);
    }
}

void KvTiers::lost(std::vector<KvPool::Lost> const& groups, Ticks at)
{
    if (stores_.empty() || !stores_[0]->policy().write_back)
        return;
    for (auto const& group : groups) {
        auto gone = std::vector<TierStore::Group>{};
        if (auto const more = stores_[0]->put({group.hash, group.blocks}, at, pinned(group.hash), gone); more > 0) {
            stores_[0]->set_ready(group.hash, mover_.down(0, bytes_of(more), at));
            bytes_down_ += bytes_of(more);
        }
        fall(0, gone, at);
    }
}

// What a tier gives up goes to the next one, where that takes it.
void KvTiers::fall(std::size_t from, std::vector<TierStore::Group> const& gone, Ticks at)
{
    auto const to = from + 1;
    if (to == stores_.size() || !stores_[to]->policy().write_back)
        return;
    for (auto const& group : gone) {
        auto more = std::vector<TierStore::Group>{};
        if (auto const blocks = stores_[to]->put(group, at, pinned(group.hash), more); blocks > 0)
            stores_[to]->set_ready(group.hash, mover_.between(from, to, bytes_of(blocks), at));
        fall(to, more, at);
    }
}

void KvTiers::ended(Arriving const& request, Ticks at)
{
    auto const shared = request.group_tokens > 0 && request.goes_on ? request.input / request.group_tokens : 0;
    for (auto k = request.hashes.size(); k-- > 0;) {
        auto const hash = request.hashes[k];
        if (pins_ && k < shared)
            going_on_.insert(hash);
        else if (pins_)
            going_on_.erase(hash);
        for (auto* store : stores_)
            store->touch(hash, at, k < shared);
    }
}

} // namespace scribeline::models
