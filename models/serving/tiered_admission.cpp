// What a replica asks of the tiers below its KV pool: blocks of prompts come up while others are computed, and go down
// when they are computed or lost.
//
// With tiers a request is taken in when its whole prompt has room, not its first chunk alone: else what comes up for
// one would be lost to another before it is used. That rule looks at the pool only, so who waits still waits however
// the tiers change in the meantime, and steps may be taken at once.
#include "models/serving/kv_tiers.hpp"
#include "models/serving/replica.hpp"

#include <algorithm>

namespace scribeline::models {

void Replica::take_blocks(std::uint64_t count)
{
    pool_.take(count);
    if (options_.tiers != nullptr)
        if (auto const lost = pool_.lost(); !lost.empty())
            options_.tiers->lost(lost, now_);
}

bool Replica::has_room_for_all(Found const& what, std::uint64_t target) const
{
    return what.scarce <= pool_.free() && blocks_for(target) - what.blocks <= pool_.free() - what.scarce;
}

Ticks Replica::time_to_compute(std::uint64_t before, std::uint64_t tokens)
{
    auto time = Ticks{0};
    for (auto done = std::uint64_t{0}; done < tokens;) {
        auto const chunk = std::min(tokens - done, rules_.step_tokens);
        time += law_.mixed(0, 0, {{before + done, chunk}}).duration + rules_.overhead(1);
        done += chunk;
    }
    return time;
}

bool Replica::load(Slot slot, Found const& what)
{
    auto&      live  = live_[slot];
    auto const most  = (live.target() - 1) / rules_.block;
    auto       reach = options_.tiers->reach(live.asked, what.blocks, most, now_);
    if (reach.blocks > 0 && options_.tiers->may_recompute())
        options_.tiers->cut_where_computing_is_faster(reach, time_to_compute(what.tokens, reach.blocks * rules_.block),
                                                      now_);
    if (reach.blocks == 0)
        return false;
    enter(slot, Phase::queue);
    live.state = State::loading;
    running_.push_back(slot);
    if (rules_.reserves_output)
        reserved_blocks_ += blocks_for(live.asked.input + live.asked.output);
    share_found(slot, what);
    loading_.push({options_.tiers->load(live.asked, reach, now_), slot, live.epoch});
    // SGLang has no way to take a prompt back that lacks blocks later: all of it now.
    auto const whole = rules_.name == configs::EngineName::sglang;
    auto const need  = whole ? blocks_for(live.target()) - what.blocks : reach.blocks;
    take_blocks(need);
    live.blocks += need;
    live.loads_from   = live.computed;
    auto const tokens = reach.blocks * rules_.block;
    live.computed += tokens;
    totals_.shared_tokens += what.tokens;
    totals_.moved_up_tokens += tokens;
    if (live.made == 0) {
        auto& record          = log_[live.asked.record];
        record.found_in_cache = static_cast<std::uint32_t>(what.tokens);
        record.found_in_tiers = static_cast<std::uint32_t>(tokens);
        totals_.found_tokens += what.tokens;
    }
    return true;
}

// What has come up is taken in from the next step on.
void Replica::admit_loaded()
{
    while (!loading_.empty() && loading_.top().at <= seen_until_) {
        auto const slot  = loading_.top().slot;
        auto const epoch = loading_.top().epoch;
        loading_.pop();
        auto& live = live_[slot];
        if (live.epoch != epoch)
            continue;
        enter(slot, Phase::transfer);
        live.state = State::taking_in;
        taking_in_.push_back(slot);
        name_blocks(slot, live.loads_from, live.computed);
    }
}

// Groups of the prompt whose last whole block has just been computed.
void Replica::keep_in_tiers(Slot slot, std::uint64_t from, std::uint64_t to)
{
    auto const& asked = live_[slot].asked;
    if (options_.tiers == nullptr || !rules_.prefix_caching || asked.group_tokens == 0)
        return;
    auto groups = std::vector<TierStore::Group>{};
    for (auto k = static_cast<std::size_t>(from / asked.group_tokens); k < asked.hashes.size(); ++k) {
        auto const whole = whole_blocks_of_group(asked, k, rules_.block);
        auto const end   = k * asked.group_tokens + whole * rules_.block;
        if (whole == 0 || end > to)
            break;
        if (end > from)
            groups.push_back({asked.hashes[k], static_cast<std::uint32_t>(whole)});
    }
    if (!groups.empty())
        options_.tiers->computed(groups, now_);
}

} // namespace scribeline::models
