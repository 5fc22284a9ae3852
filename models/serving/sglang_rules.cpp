// The scheduler of SGLang: prompts first. A step takes in prompts, up to a number of tokens, or makes a token for each
// sequence that decodes; never both. Who waits is admitted when the pool has room for its prompt and its output beside
// a share of the output that all others may still make: 0.7 at first, less with every step of decoding. When that was
// too hopeful and blocks lack, sequences are retracted, those with the least output first, and the share is set anew.
#include "models/serving/replica.hpp"

#include "configs/failure.hpp"

#include <algorithm>

namespace scribeline::models {

namespace {

constexpr std::uint64_t most_prefill_tokens = 16384; // max_prefill_tokens (server_args)
constexpr std::uint64_t most_reserved       = 4096;  // CLIP_MAX_NEW_TOKENS: of one request's output
constexpr std::uint64_t retract_steps       = 20; // SGLANG_RETRACT_DECODE_STEPS: output foreseen beyond what was made

} // namespace

// One sequence of those that decode. False: there is none to spare.
bool Replica::retract()
{
    auto victim = running_.end();
    for (auto at = running_.begin(); at != running_.end(); ++at) {
        auto const& live = live_[*at];
        if (live.state != State::decoding)
            continue;
        if (victim == running_.end() || made(live) < made(live_[*victim]) ||
            (made(live) == made(live_[*victim]) && live.asked.input > live_[*victim].asked.input))
            victim = at;
    }
    if (victim == running_.end() || running_.size() < 2)
        return false;
    auto const slot = *victim;
    preempt(slot);
    // Behind those that have arrived: who arrives later is not known yet.
    auto const later =
        std::find_if(waiting_.begin(), waiting_.end(), [&](Slot each) { return live_[each].asked.at > now_; });
    waiting_.insert(later, slot);
    auto so_far = std::uint64_t{0}, in_all = so_far;
    for (auto const each : running_) {
        so_far += (live_[each].state == State::decoding ? made(live_[each]) : live_[each].made) + retract_steps;
        in_all += live_[each].asked.output;
    }
    reserved_ratio_ =
        std::min(1.0, static_cast<double>(so_far) / static_cast<double>(std::max<std::uint64_t>(in_all, 1)));
    return true;
}

bool Replica::plan_sglang()
{
    while (visible() && running_.size() < rules_.sequences && live_[waiting_.front()].asked.prefilled &&
           live_[waiting_.front()].made == 0)
        if (!admit_prefilled(waiting_.front()))
            break;

    auto chunk = rules_.step_tokens, input = most_prefill_tokens;
    for (auto const slot : std::vector<Slot>{taking_in_}) {
        auto const& live   = live_[slot];
        auto const  tokens = std::min(live.target() - live.computed, chunk);
        while (pool_.free() + live.blocks < blocks_for(live.computed + tokens))
            if (!retract())
                throw configs::SimulationFault{"a prompt that was admitted has no room in an empty pool"};
        if (tokens > 0)
            take_in(slot, tokens);
        chunk -= tokens;
        input -= std::min(input, tokens);
    }
    if (visible() && chunk > 0 && running_.size() < rules_.sequences) {
        auto reserved = 0.0;
        for (auto const slot : running_) {
            auto const& live   = live_[slot];
            auto const  so_far = live.state == State::decoding ? made(live) : live.made;
            reserved += static_cast<double>(std::min(live.asked.output - so_far, most_reserved)) * reserved_ratio_;
        }
        while (visible() && chunk > 0 && input > 0 && running_.size() < rules_.sequences) {
            auto const  slot   = waiting_.front();
            auto const& live   = live_[slot];
            auto const  what   = found(live.asked, live.target());
            auto const  rest   = live.target() - what.tokens;
            auto const  output = std::min(live.asked.output - live.made, most_reserved);
            auto const  room = static_cast<double>((pool_.free() - std::min(pool_.free(), what.scarce)) * rules_.block);
            if (static_cast<double>(rest + output) + reserved >= room)
                break;
            if (options_.tiers != nullptr && load(slot, what)) {
                waiting_.pop_front();
                reserved += static_cast<double>(output);
                continue;
            }
            if (rest > input && !plan_.prompts.empty())
                break;
            if (!rules_.chunked && rest > chunk)
                break;
            auto const tokens = std::min(rest, chunk);
            waiting_.pop_front();
            admit(slot, what, tokens);
            chunk -= tokens;
            input -= std::min(input, tokens);
            reserved += static_cast<double>(output);
        }
    }
    if (!plan_.prompts.empty()) {
        plan_.prompts_alone = true;
        return true;
    }
    while (decoding_ > 0 && crossings_at(steps_decoded_) > pool_.free() + plan_.first_blocks)
        if (!retract())
            throw configs::SimulationFault{"a sequence that was admitted has no room in an empty pool"};
    auto const more = crossings_at(steps_decoded_) - plan_.first_blocks;
    take_blocks(more);
    plan_.first_blocks += more;
    return visible(); // the share that is reserved falls with every step
}

} // namespace scribeline::models
