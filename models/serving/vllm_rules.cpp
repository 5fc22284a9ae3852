// The scheduler of vLLM v1, and that of TensorRT-LLM with in-flight batching, which has the same steps: what decodes
// first, then prompts that are under way, then who waits, in the order of arrival and nobody overtaking, up to a budget
// of tokens.
//
// When blocks lack, vLLM preempts the last that was admitted: its blocks are free at once, and it goes to the head of
// the queue to be computed again. TensorRT-LLM, without eviction, admits a request when the pool has room for its
// prompt and all its output, beside those of all others; nothing is ever preempted then.
#include "models/serving/replica.hpp"

#include "configs/failure.hpp"

#include <algorithm>

namespace scribeline::models {

// Blocks and tokens for what runs. True: something was preempted.
bool Replica::grant_running(std::uint64_t& budget)
{
    budget -= std::min(budget, decoding_);
    auto const of_prompt = [&](Live const& live) {
        auto const rest = live.target() - live.computed;
        return std::min({rest, budget, rules_.prompt_threshold > 0 ? rules_.prompt_threshold : rest});
    };
    auto const need_of = [&](Live const& live, std::uint64_t tokens) {
        return std::max(blocks_for(live.computed + tokens), live.blocks) - live.blocks;
    };
    auto need = crossings_at(steps_decoded_);
    auto left = budget;
    for (auto const slot : taking_in_) {
        auto const tokens = of_prompt(live_[slot]);
        need += need_of(live_[slot], std::min(tokens, left));
        left -= std::min(tokens, left);
    }
    if (need <= pool_.free()) {
        plan_.first_blocks = crossings_at(steps_decoded_);
        take_blocks(plan_.first_blocks);
        for (auto const slot : taking_in_)
            if (auto const tokens = of_prompt(live_[slot]); tokens > 0) {
                take_in(slot, tokens);
                budget -= tokens;
            }
        return false;
    }
    // One after another, in the order of admission; the last one pays.
    auto any = false;
    for (std::size_t i = 0; i < running_.size(); ++i) {
        auto const slot  = running_[i];
        auto const lacks = [&](std::uint64_t blocks) { // true: it had to preempt itself
            while (pool_.free() < blocks) {
                auto const victim = running_.back();
                preempt(victim);
                waiting_.push_front(victim);
                any = true;
                if (victim == slot)
                    return true;
            }
            return false;
        };
        if (live_[slot].state == State::decoding) {
            if (computed(live_[slot]) % rules_.block == 0 && !lacks(1)) {
                take_blocks(1);
                ++plan_.first_blocks;
            }
        } else if (live_[slot].state == State::taking_in) {
            auto const tokens = of_prompt(live_[slot]);
            if (tokens > 0 && !lacks(need_of(live_[slot], tokens))) {
                take_in(slot, tokens);
                budget -= tokens;
            }
        }
    }
    return any;
}

bool Replica::plan_vllm()
{
    auto budget = rules_.step_tokens;
    if (grant_running(budget))
        return true;
    while (budget > 0 && running_.size() < rules_.sequences && visible()) {
        auto const  slot  = waiting_.front();
        auto const& live  = live_[slot];
        auto const  whole = blocks_for(live.asked.input + live.asked.output);
        if (rules_.reserves_output && reserved_blocks_ + whole > pool_.blocks())
            break;
        if (live.asked.prefilled && live.made == 0) {
            if (!admit_prefilled(slot))
                break;
            --budget;
            continue;
        }
        auto const what = found(live.asked, live.target());
        auto const rest = live.target() - what.tokens;
        if (!rules_.chunked && rest > budget)
            break;
        if (options_.tiers != nullptr) {
            if (!has_room_for_all(what, live.target()))
                break;
            if (load(slot, what)) {
                waiting_.pop_front();
                continue;
            }
        }
        auto const tokens = std::min({rest, budget, rules_.prompt_threshold > 0 ? rules_.prompt_threshold : rest});
        auto const need   = blocks_for(what.tokens + tokens) - what.blocks;
        if (what.scarce > pool_.free() || need > pool_.free() - what.scarce)
            break;
        waiting_.pop_front();
        admit(slot, what, tokens);
        budget -= tokens;
    }
    return false;
}

} // namespace scribeline::models
