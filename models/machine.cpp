#include "models/machine.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace scribeline::models {

std::uint64_t StepWork::sequences() const
{
    auto sum = std::uint64_t{0};
    for (auto const& group : decode)
        sum += group.count;
    for (auto const& group : verify)
        sum += group.count;
    for (auto const& group : prefill)
        sum += group.count;
    return sum;
}

std::uint64_t StepWork::tokens() const
{
    auto sum = std::uint64_t{0};
    for (auto const& group : decode)
        sum += group.count;
    for (auto const& group : verify)
        sum += group.count * group.tokens;
    for (auto const& group : prefill)
        sum += group.count * group.tokens;
    return sum;
}

configs::Joules StepReport::energy() const
{
    return std::accumulate(spent.begin(), spent.end(), configs::Joules{},
                           [](configs::Joules sum, SpentEnergy const& part) { return sum + part.energy; });
}

std::optional<double> StepReport::deviation_of_form() const
{
    if (!evidence.form || !(latency.value() > 0))
        return std::nullopt;
    return ratio(*evidence.form, latency) - 1;
}

double StepReport::steps_per_second_in_flight() const
{
    return std::min(static_cast<double>(steps_in_flight) / latency.value(), 1 / interval.value());
}

StepWork step_of(configs::WorkloadParams const& w)
{
    auto work = StepWork{};
    if (workloads::speculates(w))
        work.verify.push_back({w.context, w.draft_tokens + 1ULL, w.batch});
    else
        work.decode.push_back({w.context, w.batch});
    return work;
}

StepWork prompts_of(configs::WorkloadParams const& w)
{
    return {{}, {}, {{0, w.prompt > 0 ? w.prompt : w.context, w.batch}}};
}

workloads::WhereTimeWent fall_through(std::vector<workloads::TimePart> first, workloads::WhereTimeWent const& parts)
{
    auto rest = parts.parts;
    for (auto& bar : first) {
        auto wanted = bar.time;
        for (auto& part : rest) {
            auto const taken = std::min(wanted, part.time);
            wanted           = wanted - taken;
            part.time        = part.time - taken;
        }
        bar.time = bar.time - wanted; // no longer than the whole
    }
    auto fall = workloads::WhereTimeWent{std::move(first)};
    fall.parts.insert(fall.parts.end(), rest.begin(), rest.end());
    return fall;
}

} // namespace scribeline::models
