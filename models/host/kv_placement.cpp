#include "models/host/kv_placement.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace scribeline::models {

KvPlacement::KvPlacement(std::vector<KvTier> tiers, std::uint64_t bytes_per_token, KvPolicy policy)
    : tiers_{std::move(tiers)}, policy_{policy}, block_bytes_{bytes_per_token * policy.block_tokens},
      used_(tiers_.size()), moved_(tiers_.size() * tiers_.size())
{
    if (tiers_.empty() || tiers_.size() > 255)
        throw configs::UserError{configs::Exit::bad_config,
                                 fmt::format("KV cache: {} tiers are outside 1 .. 255", tiers_.size())};
    if (block_bytes_ == 0)
        throw configs::UserError{
            configs::Exit::bad_config,
            fmt::format("KV cache: a block of {} tokens of {} bytes is empty; give both at least 1",
                        policy.block_tokens, bytes_per_token)};
    for (auto const& tier : tiers_)
        room_.push_back(tier.capacity / block_bytes_);
}

std::uint64_t KvPlacement::blocks_of(std::uint64_t tokens) const
{
    return (tokens + policy_.block_tokens - 1) / policy_.block_tokens;
}

std::vector<KvMove> KvPlacement::append(std::uint64_t id, std::uint64_t tokens)
{
    auto const found = sequences_.find(id);
    auto const had   = found == sequences_.end() ? 0 : found->second.tokens;
    auto const more  = blocks_of(had + tokens) - blocks_of(had);
    auto const used  = std::accumulate(used_.begin(), used_.end(), std::uint64_t{0});
    auto const room  = std::accumulate(room_.begin(), room_.end(), std::uint64_t{0});
    if (used + more > room) {
        std::string list;
        for (auto const& tier : tiers_)
            list += fmt::format("{}{} {:.3f} GB", list.empty() ? "" : ", ", tier.name,
                                static_cast<double>(tier.capacity) / 1e9);
        throw configs::UserError{
            configs::Exit::answer_is_no,
            fmt::format("KV cache: {:.3f} GB do not fit into all tiers together ({}): {} bytes too many. Use a shorter "
                        "context, a smaller batch, narrower KV (workload.kv_bits), or a larger tier.",
                        static_cast<double>((used + more) * block_bytes_) / 1e9, list,
                        (used + more - room) * block_bytes_)};
    }
    auto& sequence = sequences_[id];
    if (sequence.count.empty()) {
        sequence.count.resize(tiers_.size());
        sequence.came_at = ++clock_;
    }
    sequence.used_at = ++clock_;
    sequence.tokens += tokens;
    std::vector<KvMove> moves;
    for (std::uint64_t i = 0; i < more; ++i) {
        std::size_t tier = 0;
        while (room_[tier] == 0) // a tier too small for a single block
            ++tier;
        make_room(tier, moves);
        sequence.tier.push_back(static_cast<std::uint8_t>(tier));
        ++sequence.count[tier];
        ++used_[tier];
    }
    return moves;
}

std::vector<KvMove> KvPlacement::use(std::uint64_t id)
{
    auto& sequence   = sequences_.at(id);
    sequence.used_at = ++clock_;
    std::vector<KvMove> moves;
    if (!policy_.promote)
        return moves;
    // The newest blocks first: they stay longest.
    for (auto block = sequence.tier.size(); block-- > 0;) {
        if (sequence.tier[block] == 0)
            continue;
        if (used_[0] >= room_[0]) {
            auto* other = victim(0, &sequence);
            if (!other)
                break; // tier 0 holds nothing but this sequence
            // Its place below is free as soon as this block has left it.
            auto const from = sequence.tier[block];
            --used_[from];
            --sequence.count[from];
            auto const down =
                static_cast<std::size_t>(std::find(other->tier.begin(), other->tier.end(), 0) - other->tier.begin());
            auto const below = next_below(0);
            make_room(below, moves);
            move(*other, down, below, moves);
            ++used_[from];
            ++sequence.count[from];
        }
        move(sequence, block, 0, moves);
    }
    return moves;
}

void KvPlacement::release(std::uint64_t id)
{
    auto const found = sequences_.find(id);
    if (found == sequences_.end())
        return;
    for (std::size_t tier = 0; tier < tiers_.size(); ++tier)
        used_[tier] -= found->second.count[tier];
    sequences_.erase(found);
}

KvPlacement::Sequence* KvPlacement::victim(std::size_t tier, Sequence const* not_this)
{
    Sequence*  best = nullptr;
    auto const age  = [&](Sequence const& s) {
        return policy_.eviction == Eviction::least_recently_used ? s.used_at : s.came_at;
    };
    for (auto& [id, sequence] : sequences_)
        if (&sequence != not_this && sequence.count[tier] > 0 && (!best || age(sequence) < age(*best)))
            best = &sequence;
    return best;
}

// The next tier that can hold a block at all.
std::size_t KvPlacement::next_below(std::size_t tier) const
{
    auto down = tier + 1;
    while (down < tiers_.size() && room_[down] == 0)
        ++down;
    SCRIBELINE_EXPECT(down < tiers_.size());
    return down;
}

// One free block in that tier, by moving one down, and so on to the last tier with room. That there is room somewhere
// below has been checked.
void KvPlacement::make_room(std::size_t tier, std::vector<KvMove>& moves)
{
    if (used_[tier] < room_[tier])
        return;
    auto const down = next_below(tier);
    make_room(down, moves);
    auto* given_up = victim(tier, nullptr);
    SCRIBELINE_EXPECT(given_up != nullptr);
    auto const block = std::find(given_up->tier.begin(), given_up->tier.end(), tier) - given_up->tier.begin();
    move(*given_up, static_cast<std::size_t>(block), down, moves);
}

void KvPlacement::move(Sequence& sequence, std::size_t block, std::size_t to, std::vector<KvMove>& moves)
{
    auto const from      = sequence.tier[block];
    sequence.tier[block] = static_cast<std::uint8_t>(to);
    --sequence.count[from];
    ++sequence.count[to];
    --used_[from];
    ++used_[to];
    ++moved_[from * tiers_.size() + to];
    if (!moves.empty() && moves.back().from == from && moves.back().to == to)
        moves.back().bytes += block_bytes_;
    else
        moves.push_back({from, static_cast<std::uint32_t>(to), block_bytes_});
}

std::uint64_t KvPlacement::bytes_of(std::uint64_t id, std::size_t tier) const
{
    auto const found = sequences_.find(id);
    return found == sequences_.end() ? 0 : found->second.count[tier] * block_bytes_;
}

std::uint64_t KvPlacement::moved(std::size_t from, std::size_t to) const
{
    return moved_[from * tiers_.size() + to] * block_bytes_;
}

} // namespace scribeline::models
