#include "models/machine.hpp"

#include <numeric>

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

} // namespace scribeline::models
