// What becomes of a request on its replica, and the blocks of those that decode without a word for each token.
#include "models/serving/kv_tiers.hpp"
#include "models/serving/replica.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <utility>

namespace scribeline::models {

namespace {

std::uint64_t remainder(std::int64_t value, std::uint64_t of)
{
    auto const signed_of = static_cast<std::int64_t>(of);
    return static_cast<std::uint64_t>(((value % signed_of) + signed_of) % signed_of);
}

} // namespace

Replica::Slot Replica::slot_for(Arriving&& request)
{
    auto slot = static_cast<Slot>(live_.size());
    if (unused_.empty()) {
        live_.emplace_back();
    } else {
        slot = unused_.back();
        unused_.pop_back();
    }
    auto&      live  = live_[slot];
    auto const epoch = live.epoch + 1; // entries of who was here before are stale
    tokens_here_ += request.input + request.output;
    live       = {};
    live.epoch = epoch;
    live.since = request.at;
    live.asked = std::move(request);
    return slot;
}

void Replica::forget(Slot slot)
{
    auto& live = live_[slot];
    tokens_here_ -= live.asked.input + live.asked.output;
    ++live.epoch;
    live.asked.hashes = {};
    unused_.push_back(slot);
}

void Replica::enter(Slot slot, Phase left)
{
    auto&      live   = live_[slot];
    auto&      record = log_[live.asked.record];
    auto const whole  = now_ - live.since;
    auto const engine = left == Phase::prefill || left == Phase::decode ? engine_clock_ - live.engine_since : 0;
    record.of(left) += whole - engine;
    record.of(Phase::engine) += engine;
    live.since        = now_;
    live.engine_since = engine_clock_;
}

// The prompt is in the cache. Its token, where it gives one, is out after the lag of a pipeline.
void Replica::prompt_done(Slot slot, Ticks started, Ticks lag)
{
    auto& live = live_[slot];
    taking_in_.erase(std::find(taking_in_.begin(), taking_in_.end(), slot));
    if (options_.role == Role::prefill) {
        enter(slot, Phase::prefill);
        log_[live.asked.record].of(Phase::prefill) += lag;
        totals_.kept_tokens += live.computed;
        ++totals_.made_tokens;
        happenings_.push_back(
            {Happening::Kind::prefilled, live.asked.record, now_ + lag, started, live.computed, slot});
        if (options_.tiers != nullptr && rules_.prefix_caching)
            options_.tiers->ended(live.asked, now_);
        running_.erase(std::find(running_.begin(), running_.end(), slot));
        live.state = State::leaving; // blocks are held until the transfer has ended
        ++leave_later_;
        return;
    }
    if (lag > 0) {
        live.state = State::landing;
        landing_.push({now_ + lag, slot, ++live.epoch});
        return;
    }
    land(slot, now_);
}

void Replica::admit_landed()
{
    while (!landing_.empty() && landing_.top().at <= now_) {
        auto const landed = landing_.top();
        landing_.pop();
        if (live_[landed.slot].epoch == landed.epoch)
            land(landed.slot, landed.at);
    }
}

void Replica::leaves(Slot slot, Ticks at)
{
    SCRIBELINE_EXPECT(live_[slot].state == State::leaving && leave_later_ > 0);
    --leave_later_;
    leaving_.push({std::max(at, now_), slot, live_[slot].epoch});
    if (plan_.steps == 0)
        due_ = std::min(due_, leaving_.top().at);
}

void Replica::release_left()
{
    while (!leaving_.empty() && leaving_.top().at <= now_) {
        auto const slot = leaving_.top().slot;
        leaving_.pop();
        release_blocks(slot);
        forget(slot);
    }
}

void Replica::land(Slot slot, Ticks at)
{
    auto& live   = live_[slot];
    auto& record = log_[live.asked.record];
    enter(slot, Phase::prefill);
    live.state = State::decoding;
    if (law_.prompts_give_token()) {
        ++live.made;
        ++totals_.made_tokens;
        if (record.first_token == 0)
            record.first_token = at + rules_.api_token;
    } else if (record.first_token == 0) {
        first_tokens_.push_back(slot);
    }
    if (live.made == live.asked.output)
        end(slot);
    else
        start_decoding(slot);
}

void Replica::start_decoding(Slot slot)
{
    auto&      live  = live_[slot];
    auto const steps = static_cast<std::int64_t>(steps_decoded_);
    live.state       = State::decoding;
    live.offset      = static_cast<std::int64_t>(live.computed) - steps;
    live.made_offset = static_cast<std::int64_t>(live.made) - steps;
    offsets_ += live.offset;
    ++phases_[remainder(live.offset, rules_.block)];
    ++decoding_;
    live.decodes    = true;
    live.paid_since = meter_.clock();
    ending_.push({steps_decoded_ + live.asked.output - live.made, slot, ++live.epoch});
}

void Replica::stop_decoding(Slot slot)
{
    auto& live    = live_[slot];
    live.computed = computed(live);
    live.made     = made(live);
    live.blocks   = blocks_for(live.computed);
    offsets_ -= live.offset;
    --phases_[remainder(live.offset, rules_.block)];
    --decoding_;
    live.decodes = false;
    meter_.settle(log_[live.asked.record], live.paid_since);
    ++live.epoch;
}

void Replica::end(Slot slot)
{
    auto& live   = live_[slot];
    auto& record = log_[live.asked.record];
    if (live.decodes)
        stop_decoding(slot);
    enter(slot, Phase::decode);
    totals_.kept_tokens += live.computed;
    if (options_.tiers != nullptr && rules_.prefix_caching)
        options_.tiers->ended(live.asked, now_);
    record.of(Phase::engine) += rules_.api_token;
    record.end    = now_ + rules_.api_token;
    record.made   = static_cast<std::uint32_t>(live.made);
    record.ending = Ending::done;
    release_blocks(slot);
    running_.erase(std::find(running_.begin(), running_.end(), slot));
    happenings_.push_back({Happening::Kind::ended, live.asked.record, now_, now_, 0});
    for (auto const word : {static_cast<std::uint64_t>(live.asked.record), static_cast<std::uint64_t>(now_)})
        hash_ = (hash_ ^ word) * 1099511628211ULL;
    forget(slot);
}

void Replica::preempt(Slot slot)
{
    auto& live = live_[slot];
    if (live.decodes) {
        stop_decoding(slot);
        enter(slot, Phase::decode);
    } else {
        enter(slot, live.state == State::loading ? Phase::transfer : Phase::prefill);
        auto const at = std::find(taking_in_.begin(), taking_in_.end(), slot);
        if (at != taking_in_.end())
            taking_in_.erase(at);
    }
    ++live.epoch;
    first_tokens_.erase(std::remove(first_tokens_.begin(), first_tokens_.end(), slot), first_tokens_.end());
    release_blocks(slot);
    totals_.lost_tokens += live.computed;
    live.computed = 0;
    live.state    = State::waiting;
    running_.erase(std::find(running_.begin(), running_.end(), slot));
    ++totals_.preemptions;
    ++log_[live.asked.record].preemptions;
}

void Replica::release_blocks(Slot slot)
{
    auto& live   = live_[slot];
    auto  shared = std::uint64_t{0};
    for (auto const& share : live.shares)
        shared += share.blocks;
    pool_.give_back(live.blocks - shared); // the tail of a request is taken first
    for (auto share = live.shares.rbegin(); share != live.shares.rend(); ++share)
        if (share->blocks > 0)
            pool_.give_back(*share);
    live.shares.clear();
    live.blocks = 0;
    if (rules_.reserves_output)
        reserved_blocks_ -= blocks_for(live.asked.input + live.asked.output);
}

std::uint64_t Replica::computed(Live const& live) const
{
    return static_cast<std::uint64_t>(live.offset + static_cast<std::int64_t>(steps_decoded_));
}

std::uint64_t Replica::made(Live const& live) const
{
    return static_cast<std::uint64_t>(live.made_offset + static_cast<std::int64_t>(steps_decoded_));
}

// A sequence needs a block in the step whose token is the first of one.
std::uint64_t Replica::crossings_at(std::uint64_t step) const
{
    return phases_[(rules_.block - step % rules_.block) % rules_.block];
}

// Blocks that so many steps from now on need.
std::uint64_t Replica::crossings(std::uint64_t steps) const
{
    auto sum = steps / rules_.block * decoding_;
    for (std::uint64_t i = 0; i < steps % rules_.block; ++i)
        sum += crossings_at(steps_decoded_ + i);
    return sum;
}

// Steps, at most so many, for which there are blocks.
std::uint64_t Replica::steps_with_blocks(std::uint64_t most) const
{
    auto const free   = options_.tiers == nullptr ? pool_.free() : std::min(pool_.free(), pool_.nameless_in_front());
    auto const blocks = free + plan_.first_blocks;
    auto       left   = blocks % decoding_;
    auto       steps  = blocks / decoding_ * rules_.block;
    if (steps >= most)
        return most;
    for (; steps < most && crossings_at(steps_decoded_ + steps) <= left; ++steps)
        left -= crossings_at(steps_decoded_ + steps);
    return steps;
}

} // namespace scribeline::models
