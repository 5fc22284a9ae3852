// Who is taken into a batch, and which blocks of a prompt are there already.
#include "models/serving/replica.hpp"

#include "configs/failure.hpp"

#include <algorithm>

namespace scribeline::models {

std::uint64_t whole_blocks_of_group(Arriving const& request, std::size_t k, std::uint64_t block)
{
    auto const from = k * request.group_tokens;
    return from >= request.input ? 0 : std::min(request.group_tokens, request.input - from) / block;
}

bool Replica::visible() const { return !waiting_.empty() && live_[waiting_.front()].asked.at <= seen_until_; }

// The longest run of blocks from the prompt's start on. At least one token is left to compute.
Replica::Found Replica::found(Arriving const& request, std::uint64_t target) const
{
    auto what = Found{};
    if (!rules_.prefix_caching || request.group_tokens == 0)
        return what;
    auto const most = (target - 1) / rules_.block;
    for (std::size_t k = 0; k < request.hashes.size() && what.blocks < most; ++k) {
        auto const whole = whole_blocks_of_group(request, k, rules_.block);
        auto const here  = std::min<std::uint64_t>(pool_.held(request.hashes[k]), whole);
        if (here == 0)
            break;
        auto const used = std::min(here, most - what.blocks);
        what.blocks += used;
        what.scarce += pool_.is_free(request.hashes[k]) ? used : 0;
        if (here < whole)
            break;
    }
    what.tokens = what.blocks * rules_.block;
    return what;
}

std::uint64_t Replica::found_tokens(Arriving const& request) const { return found(request, request.input).tokens; }

void Replica::share_found(Slot slot, Found const& what)
{
    auto& live = live_[slot];
    for (auto left = what.blocks; left > 0;) {
        auto const k     = live.shares.size();
        auto const whole = whole_blocks_of_group(live.asked, k, rules_.block);
        live.shares.push_back(pool_.share(live.asked.hashes[k], static_cast<std::uint32_t>(std::min(whole, left))));
        left -= live.shares.back().blocks;
    }
    live.blocks   = what.blocks;
    live.computed = what.tokens;
}

void Replica::take_in(Slot slot, std::uint64_t tokens)
{
    auto&      live = live_[slot];
    auto const need = std::max(blocks_for(live.computed + tokens), live.blocks) - live.blocks;
    take_blocks(need);
    live.blocks += need;
    name_blocks(slot, live.computed, live.computed + tokens);
    plan_.prompts.push_back({slot, tokens});
}

// Whole blocks of the prompt can be found by others from the step on that computes them.
void Replica::name_blocks(Slot slot, std::uint64_t from, std::uint64_t to)
{
    auto& live = live_[slot];
    if (!rules_.prefix_caching || live.asked.group_tokens == 0)
        return;
    auto const group = live.asked.group_tokens;
    auto const stop  = std::min(to, live.asked.input);
    for (auto k = static_cast<std::size_t>(from / group); k < live.asked.hashes.size() && k * group < stop; ++k) {
        auto const whole = whole_blocks_of_group(live.asked, k, rules_.block);
        auto const there = static_cast<std::uint32_t>(std::min(whole, (stop - k * group) / rules_.block));
        if (there == 0)
            continue;
        if (live.shares.size() == k) {
            auto share = KvPool::Share{0, 0};
            if (!pool_.begin(live.asked.hashes[k], there, share))
                share.blocks = 0; // someone else computes the same
            live.shares.push_back(share);
        } else if (auto& share = live.shares[k]; share.blocks > 0 && share.blocks < there) {
            pool_.extend(share, there - share.blocks);
        }
    }
}

void Replica::admit(Slot slot, Found const& what, std::uint64_t tokens)
{
    auto& live = live_[slot];
    enter(slot, Phase::queue);
    live.state = State::taking_in;
    running_.push_back(slot);
    taking_in_.push_back(slot);
    if (rules_.reserves_output)
        reserved_blocks_ += blocks_for(live.asked.input + live.asked.output);
    share_found(slot, what);
    totals_.shared_tokens += what.tokens;
    if (live.made == 0) {
        log_[live.asked.record].found_in_cache = static_cast<std::uint32_t>(what.tokens);
        totals_.found_tokens += what.tokens;
    }
    take_in(slot, tokens);
}

// Of a decode pool: who has come with its keys and values decodes from the next step on.
bool Replica::admit_prefilled(Slot slot)
{
    auto&      live  = live_[slot];
    auto const first = live.asked.input % rules_.block == 0 ? 1U : 0U; // the token of this step begins a block
    auto const need  = blocks_for(live.asked.input);
    if (need + first > pool_.free())
        return false;
    waiting_.pop_front();
    enter(slot, Phase::queue);
    take_blocks(need + first);
    live.blocks   = need;
    live.computed = live.asked.input;
    live.made     = 1;
    totals_.came_tokens += live.asked.input;
    running_.push_back(slot);
    if (rules_.reserves_output)
        reserved_blocks_ += blocks_for(live.asked.input + live.asked.output);
    log_[live.asked.record].first_token = now_ + rules_.api_token;
    start_decoding(slot);
    plan_.first_blocks += first;
    return true;
}

} // namespace scribeline::models
