#include "models/serving/cost_meter.hpp"

#include "configs/failure.hpp"

#include <algorithm>

namespace scribeline::models {

namespace {

double seconds(Ticks t) { return seconds_of(t).value(); }

} // namespace

double CostMeter::awake(Ticks machine)
{
    spending_.step_seconds += seconds(machine);
    return law_ == nullptr ? 0 : law_->awake().value() * seconds(machine);
}

void CostMeter::decoded(std::uint64_t n, std::uint64_t attended, std::uint64_t steps, Taken time)
{
    SCRIBELINE_EXPECT(n > 0 && steps > 0);
    auto const whole = seconds(time.machine + time.engine);
    auto       work  = Work{};
    // Contexts grow by one a step, and joules with them in a straight line: the steps are as many of the middle one.
    if (law_ != nullptr)
        work = law_->decode(n, attended + n * (steps - 1) / 2) * static_cast<double>(steps);
    spending_.decoding += work;
    spending_.decode_seconds += whole;
    clock_.seconds += whole / static_cast<double>(n);
    clock_.joules += (work.whole() + awake(time.machine)) / static_cast<double>(n);
}

void CostMeter::took_in(std::uint64_t n, std::vector<Prompt> const& prompts, Taken time)
{
    auto chunks = std::vector<Chunk>{};
    auto tokens = std::uint64_t{0};
    auto behind = Ticks{0};
    for (auto const& prompt : prompts) {
        chunks.push_back(prompt.chunk);
        tokens += prompt.chunk.tokens;
        behind += prompt.behind;
    }
    auto const work  = law_ == nullptr ? Work{} : law_->prompts(n, chunks);
    auto const whole = seconds(time.machine + time.engine), of_behind = std::min(seconds(behind), whole);
    auto       before = 0.0;
    auto       each   = std::vector<double>{}; // joules of attention to the tokens before
    for (auto const& chunk : chunks) {
        each.push_back(law_ == nullptr ? 0 : std::max(0.0, law_->behind(chunk).whole()));
        before += each.back();
    }
    auto const scale  = before > work.whole() ? work.whole() / before : 1.0;
    auto const shared = Paid{whole - of_behind, work.whole() - before * scale + awake(time.machine)};
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        auto const& prompt = prompts[i];
        auto&       paid   = prompt.record->paid;
        auto const  share  = static_cast<double>(prompt.chunk.tokens) / static_cast<double>(tokens);
        auto const  of_all =
            behind > 0 ? of_behind * static_cast<double>(prompt.behind) / static_cast<double>(behind) : 0;
        auto const found     = prompt.chunk.before == 0 ? 0.0
                                                        : std::min(1.0, static_cast<double>(prompt.record->found_in_cache) /
                                                                            static_cast<double>(prompt.chunk.before));
        auto const attention = Paid{of_all, each[i] * scale};
        auto const cached    = Paid{attention.seconds * found, attention.joules * found};
        (elsewhere_ ? paid.cached_elsewhere : paid.cached) += cached;
        (elsewhere_ ? paid.elsewhere : paid.prompt) += {shared.seconds * share + attention.seconds - cached.seconds,
                                                        shared.joules * share + attention.joules - cached.joules};
        if (elsewhere_)
            paid.there = prompt.record->replica;
    }
    spending_.prompts += work;
    spending_.prompt_seconds += whole;
}

} // namespace scribeline::models
