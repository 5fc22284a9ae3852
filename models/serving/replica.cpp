#include "models/serving/replica.hpp"
#include "models/serving/kv_tiers.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <utility>

namespace scribeline::models {

Replica::Replica(EngineRules const& rules, StepLaw& law, RequestLog& log, ReplicaOptions options)
    : rules_{rules}, law_{law}, log_{log}, options_{options}, pool_{rules.pool_blocks}, meter_{options.work,
                                                                                               options.role ==
                                                                                                   Role::prefill},
      phases_(rules.block), reserved_ratio_{rules.reserved_at_first}
{
    SCRIBELINE_EXPECT(rules.block > 0 && rules.sequences > 0 && rules.step_tokens >= rules.sequences);
    if (options_.tiers != nullptr)
        pool_.tell_losses();
}

void Replica::accept(Arriving&& request)
{
    SCRIBELINE_EXPECT(request.input > 0 && request.output > 0 && request.at >= now_);
    auto const  at       = request.at;
    auto const  slot     = slot_for(std::move(request));
    auto const& asked    = live_[slot].asked;
    auto const  sglang   = rules_.name == configs::EngineName::sglang;
    auto const  whole    = asked.input + (options_.role == Role::prefill ? 1 : asked.output);
    auto const  past_end = rules_.longest > 0 && whole > rules_.longest;
    auto const  too_long = blocks_for(whole) + (sglang ? 1 : 0) > pool_.blocks();
    // What is preempted comes again with what it had made.
    auto const never_taken = !rules_.chunked && (rules_.reserves_output ? asked.input : whole) > rules_.step_tokens;
    if (too_long || past_end || never_taken) {
        auto& record  = log_[asked.record];
        record.ending = Ending::dropped;
        record.made   = asked.prefilled ? 1 : 0;
        record.end    = at;
        happenings_.push_back({Happening::Kind::ended, asked.record, at, at, 0});
        forget(slot);
        return;
    }
    if (options_.tiers != nullptr && rules_.prefix_caching) // from when its client asked on
        options_.tiers->prefetch(asked, found(asked, asked.input).blocks, (asked.input - 1) / rules_.block,
                                 std::max(now_, at - rules_.api_request));
    // Whoever waited before, and could not be taken in, still cannot before the run ends.
    auto const others_wait = visible();
    waiting_.push_back(slot);
    if (plan_.steps == 0)
        due_ = std::min(due_, at);
    else if (!others_wait && running_.size() < rules_.sequences)
        cut(at);
}

std::vector<Happening> Replica::take_happenings() { return std::exchange(happenings_, {}); }

void Replica::wake()
{
    SCRIBELINE_EXPECT(due_ != never);
    ++totals_.wakes;
    finish_plan();
    begin_next();
}

void Replica::finish_plan()
{
    auto const before = now_;
    now_              = due_;
    seen_until_       = now_;
    if (plan_.steps == 0) {
        totals_.idle += now_ - before;
        totals_.parked_block_seconds += seconds_of(now_ - before).value() * static_cast<double>(pool_.parked());
        totals_.block_seconds += seconds_of(now_ - before).value() * static_cast<double>(pool_.in_use());
        return;
    }
    if (rules_.plans_ahead) // what follows was planned when the last of these steps began
        seen_until_ = plan_.start + (plan_.steps > 1 ? time_of(plan_.steps - 1) : 0);
    auto const used = pool_.in_use();
    auto const held = pool_.parked();
    auto const machine =
        plan_.prompts.empty() ? law_.decode_run(plan_.decoding, plan_.attended, plan_.steps) : plan_.machine;
    meter_plan(machine);
    engine_clock_ += plan_.duration - machine;
    totals_.engine += plan_.duration - machine;
    totals_.machine += machine;
    totals_.steps += plan_.steps;
    if (plan_.decoding > 0) {
        take_blocks(crossings(plan_.steps) - plan_.first_blocks);
        steps_decoded_ += plan_.steps;
        totals_.made_tokens += plan_.decoding * plan_.steps;
        totals_.decoded_tokens += plan_.decoding * plan_.steps;
        reserved_ratio_ = std::max(rules_.reserved_at_least,
                                   reserved_ratio_ - static_cast<double>(plan_.steps) * rules_.reserved_less_each_step);
    }
    auto const seconds = seconds_of(now_ - before).value();
    totals_.block_seconds += seconds * (static_cast<double>(used) + static_cast<double>(pool_.in_use())) / 2;
    totals_.parked_block_seconds += seconds * (static_cast<double>(held) + static_cast<double>(pool_.parked())) / 2;
    totals_.running_seconds += seconds * static_cast<double>(running_.size());
    totals_.most_blocks = std::max(totals_.most_blocks, pool_.in_use());

    for (auto const slot : first_tokens_)
        log_[live_[slot].asked.record].first_token = now_ + rules_.api_token;
    if (plan_.decoding > 0)
        first_tokens_.clear();
    auto const prompts = std::move(plan_.prompts);
    auto const lag     = plan_.lag;
    auto const started = plan_.start;
    plan_              = {};
    while (!ending_.empty() && ending_.top().at <= steps_decoded_) {
        auto const due = ending_.top();
        ending_.pop();
        if (live_[due.slot].epoch == due.epoch)
            end(due.slot);
    }
    for (auto const& [slot, tokens] : prompts) {
        auto& live = live_[slot];
        live.computed += tokens;
        totals_.prompt_tokens += tokens;
        keep_in_tiers(slot, live.computed - tokens, live.computed);
        if (live.computed == live.target())
            prompt_done(slot, started, lag);
    }
}

// The engine's time between steps is shared by all requests of the batch alike.
void Replica::meter_plan(Ticks machine)
{
    auto const overhead = plan_.duration - machine;
    if (plan_.prompts.empty()) {
        meter_.decoded(plan_.decoding, plan_.attended, plan_.steps, {machine, overhead});
        return;
    }
    auto const requests = static_cast<Ticks>(plan_.decoding + plan_.prompts.size());
    auto const decoding = CostMeter::Taken{plan_.decoding == 0 ? Ticks{0} : std::min(plan_.decode, machine),
                                           overhead * static_cast<Ticks>(plan_.decoding) / requests};
    if (plan_.decoding > 0)
        meter_.decoded(plan_.decoding, plan_.attended, 1, decoding);
    auto prompts = std::vector<CostMeter::Prompt>{};
    for (std::size_t i = 0; i < plan_.prompts.size(); ++i) {
        auto const& [slot, tokens] = plan_.prompts[i];
        auto const& live           = live_[slot];
        prompts.push_back({&log_[live.asked.record], {live.computed, tokens}, plan_.behind[i]});
    }
    meter_.took_in(plan_.decoding, prompts, {machine - decoding.machine, overhead - decoding.engine});
}

void Replica::begin_next()
{
    admit_landed();
    release_left();
    plan_.start = now_;
    if (running_.empty())
        reserved_ratio_ = rules_.reserved_at_first;
    if (decoding_ == 0 && taking_in_.empty())
        seen_until_ = now_; // no step was planned ahead: who comes is seen at once
    admit_loaded();
    auto const one_only  = rules_.name == configs::EngineName::sglang ? plan_sglang() : plan_vllm();
    totals_.most_running = std::max<std::uint64_t>(totals_.most_running, running_.size());
    begin_steps(one_only || options_.step_by_step || !first_tokens_.empty());
}

void Replica::begin_steps(bool one_only)
{
    plan_.decoding = plan_.prompts_alone ? 0 : decoding_;
    if (plan_.decoding == 0 && plan_.prompts.empty()) {
        idle();
        return;
    }
    plan_.attended = static_cast<std::uint64_t>(offsets_ + static_cast<std::int64_t>(decoding_ * (steps_decoded_ + 1)));
    plan_.overhead = rules_.overhead(plan_.decoding + plan_.prompts.size());
    if (!plan_.prompts.empty()) {
        auto chunks = std::vector<Chunk>{};
        for (auto const& [slot, tokens] : plan_.prompts)
            chunks.push_back({live_[slot].computed, tokens});
        auto const time    = law_.mixed(plan_.decoding, plan_.attended, chunks);
        plan_.steps        = 1;
        plan_.machine      = time.duration;
        plan_.lag          = time.lag;
        plan_.decode       = time.decode;
        plan_.behind       = time.behind;
        auto const prompts = plan_.prompts.size();
        plan_.duration = plan_.overhead + std::max(time.duration, rules_.host_floor(prompts, plan_.decoding + prompts));
    } else {
        while (live_[ending_.top().slot].epoch != ending_.top().epoch)
            ending_.pop();
        auto const to_end = ending_.top().at - steps_decoded_;
        plan_.steps       = one_only ? 1 : std::max<std::uint64_t>(1, steps_with_blocks(to_end));
        plan_.duration    = time_of(plan_.steps);
    }
    due_ = plan_.start + plan_.duration;
    if (options_.role == Role::prefill)
        for (auto const& [slot, tokens] : plan_.prompts)
            happenings_.push_back({Happening::Kind::taking_in, live_[slot].asked.record, due_ + plan_.lag, now_,
                                   live_[slot].computed + tokens});
    if (!waiting_.empty() && live_[waiting_.front()].asked.at > seen_until_)
        cut(live_[waiting_.front()].asked.at);
    if (!landing_.empty())
        cut(landing_.top().at);
    if (!loading_.empty())
        cut(loading_.top().at);
}

void Replica::idle()
{
    plan_ = {};
    due_  = landing_.empty() ? never : landing_.top().at;
    if (!loading_.empty())
        due_ = std::min(due_, loading_.top().at);
    if (!leaving_.empty())
        due_ = std::min(due_, leaving_.top().at);
    if (waiting_.empty())
        return;
    auto const& first = live_[waiting_.front()].asked;
    // Nothing runs and nothing leaves, so the whole pool is free, and what has no room in it was not accepted.
    if (first.at <= now_ && landing_.empty() && loading_.empty() && leaving_.empty() && leave_later_ == 0)
        throw configs::SimulationFault{"a request waits for an engine that has nothing to do and room for it"};
    if (first.at > now_)
        due_ = std::min(due_, first.at);
}

Ticks Replica::time_of(std::uint64_t steps)
{
    return law_.decode_run(plan_.decoding, plan_.attended, steps, rules_.host_floor(0, plan_.decoding)) +
           plan_.overhead * static_cast<Ticks>(steps);
}

void Replica::cut(Ticks at)
{
    if (plan_.steps < 2 || plan_.start + plan_.duration <= at)
        return;
    auto too_few = std::uint64_t{0}, enough = at <= plan_.start ? too_few : plan_.steps;
    while (enough > too_few + 1) {
        auto const middle                                       = too_few + (enough - too_few) / 2;
        (plan_.start + time_of(middle) < at ? too_few : enough) = middle;
    }
    // One step more where the next is planned already.
    enough = std::max<std::uint64_t>(enough + (rules_.plans_ahead ? 1 : 0), 1);
    if (enough >= plan_.steps)
        return;
    plan_.steps    = enough;
    plan_.duration = time_of(enough);
    due_           = plan_.start + plan_.duration;
}

} // namespace scribeline::models
