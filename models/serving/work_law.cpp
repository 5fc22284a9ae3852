#include "models/serving/work_law.hpp"

#include "configs/failure.hpp"
#include "configs/units/whole.hpp"

#include <algorithm>

namespace scribeline::models {

namespace {

// Between two counts that are asked for: a quarter of the power of two below.
struct Between {
    std::uint64_t low, high;
    double        share; // of the way from the one to the other
};

Between between(std::uint64_t count, std::uint64_t coarsest)
{
    auto power = std::uint64_t{1};
    while (power * 2 <= count)
        power *= 2;
    auto const step = std::max<std::uint64_t>(power / coarsest, 1);
    auto const low  = count / step * step;
    return {low, low == count ? low : low + step,
            low == count ? 0 : static_cast<double>(count - low) / static_cast<double>(step)};
}

constexpr std::uint64_t quarters = 4, octaves = 1;

Work straight(Work const& low, Work const& high, double share) { return low * (1 - share) + high * share; }

} // namespace

WorkLaw::WorkLaw(Machine& machine, LawLimits const& limits) : machine_{machine}, limits_{limits}
{
    auto const one = machine_.step({{{1, 1}}, {}, {}});
    for (auto const& each : one.spent) {
        auto const watts = each.energy / one.latency;
        if (each.span == Span::work)
            causes_.push_back(each.cause);
        else
            (each.span == Span::awake ? awake_ : each.span == Span::always ? always_ : around_) += watts;
    }
    SCRIBELINE_EXPECT(causes_.size() <= most_causes);
    auto const tokens = std::min<std::uint64_t>(limits_.step_tokens, 128);
    knows_prompts_    = !machine_.step({{}, {}, {{0, tokens, 1}}}).spent.empty();
}

Work WorkLaw::of(StepReport const& report) const
{
    auto work = Work{};
    auto at   = std::size_t{0};
    for (auto const& each : report.spent)
        if (each.span == Span::work)
            work.joules.at(at++) = each.energy.value();
    work.memory_seconds     = report.bandwidth_share.value_or(0) * report.latency.value();
    work.arithmetic_seconds = report.arithmetic_share.value_or(0) * report.latency.value();
    return work;
}

Work const& WorkLaw::decode_at(std::uint64_t n, std::uint64_t context)
{
    auto const found = decode_.find({n, context});
    if (found != decode_.end())
        return found->second;
    auto work = Work{};
    if (n == 1 || batches_fit_) {
        try {
            work = of(machine_.step({{{context, n}}, {}, {}}));
        } catch (configs::UserError const&) { // what was planned holds them one at a time
            if (n == 1)
                throw;
            batches_fit_ = false;
        }
    }
    if (n > 1 && !batches_fit_)
        work = decode_at(1, context) * static_cast<double>(n);
    return decode_.emplace(Place{n, context}, work).first->second;
}

Work WorkLaw::decode(std::uint64_t n, std::uint64_t attended)
{
    auto const whole = between(n, quarters);
    auto const mean  = std::max<std::uint64_t>(configs::ceil_divide(attended, n), 1);
    auto const row   = [&](std::uint64_t rows) {
        // No machine is asked for more than its pool holds: beyond that in a straight line.
        auto const most = std::max<std::uint64_t>(limits_.tokens / rows, 2);
        auto       at   = between(mean, octaves);
        if (at.high > most) {
            at.low   = std::max<std::uint64_t>(most / 2, 1);
            at.high  = most;
            at.share = (static_cast<double>(mean) - static_cast<double>(at.low)) / static_cast<double>(most - at.low);
        }
        return at.share == 0 ? decode_at(rows, at.low)
                               : straight(decode_at(rows, at.low), decode_at(rows, at.high), at.share);
    };
    return whole.share == 0 ? row(whole.low) : straight(row(whole.low), row(whole.high), whole.share);
}

Work const& WorkLaw::prompt_at(std::uint64_t before, std::uint64_t tokens)
{
    auto const found = prompt_.find({before, tokens});
    if (found != prompt_.end())
        return found->second;
    auto const work = of(machine_.step({{}, {}, {{before, tokens, 1}}}));
    return prompt_.emplace(Place{before, tokens}, work).first->second;
}

Work WorkLaw::prompt(std::uint64_t before, std::uint64_t tokens)
{
    if (tokens == 0 || !knows_prompts_)
        return {};
    auto const count = between(tokens, quarters);
    auto const row   = [&](std::uint64_t rows) {
        if (before == 0)
            return prompt_at(0, rows);
        auto at = between(before, octaves);
        if (at.high > limits_.tokens && at.high != at.low) { // the pool's length in place of the next power of two
            at.high  = std::max(limits_.tokens, at.low + 1);
            at.share = std::min(1.0, static_cast<double>(before - at.low) / static_cast<double>(at.high - at.low));
        }
        return at.share == 0 ? prompt_at(at.low, rows)
                               : straight(prompt_at(at.low, rows), prompt_at(at.high, rows), at.share);
    };
    return count.share == 0 ? row(count.low) : straight(row(count.low), row(count.high), count.share);
}

Work WorkLaw::behind(Chunk const& chunk)
{
    if (chunk.before == 0)
        return {};
    return prompt(chunk.before, chunk.tokens) + prompt(0, chunk.tokens) * -1;
}

Work WorkLaw::prompts(std::uint64_t n, std::vector<Chunk> const& chunks)
{
    auto rows = n;
    auto work = Work{};
    for (auto const& chunk : chunks) {
        rows += chunk.tokens;
        work += behind(chunk);
    }
    work += prompt(0, rows) + prompt(0, n) * -1;
    return work;
}

} // namespace scribeline::models
