// Sums over the operators of a step.
#include "models/gpu/step_outcome.hpp"

#include <algorithm>

namespace scribeline::models {

char const* name_of(StepPart part)
{
    constexpr std::array names{"weights", "kv", "vectors", "kernel_fixed", "collective", "transfer", "host_memory"};
    return names.at(static_cast<std::size_t>(part));
}

configs::Seconds sum_of(StepParts const& parts)
{
    auto sum = configs::Seconds{};
    for (auto const part : parts)
        sum += part;
    return sum;
}

void take_time(StepOutcome& outcome, configs::Seconds found, StepParts const& parts)
{
    auto const longer = configs::ratio(found, outcome.floor);
    outcome.parts     = parts;
    outcome.floor     = found;
    outcome.served    = found + outcome.engine;
    outcome.bandwidth_share /= longer;
    outcome.arithmetic_share /= longer;
    outcome.energy_at_most = outcome.energy_at_most * longer;
    take_time(outcome.energy, outcome.beyond_full_power, longer, outcome.energy_at_most);
    auto const most  = std::max_element(outcome.parts.begin(), outcome.parts.end());
    outcome.bound_by = name_of(static_cast<StepPart>(most - outcome.parts.begin()));
}

void close_books(StepOutcome& outcome, configs::Seconds engine)
{
    outcome.parts = {};
    for (auto const& op : outcome.operators) {
        for (std::size_t i = 0; i < step_part_count; ++i)
            outcome.parts[i] += op.parts[i];
        outcome.weights += op.weights;
        outcome.kv += op.kv;
        outcome.vectors += op.vectors;
        outcome.flops += op.flops;
    }
    outcome.floor  = sum_of(outcome.parts);
    outcome.engine = engine;
    outcome.served = outcome.floor + engine;

    auto const most  = std::max_element(outcome.parts.begin(), outcome.parts.end());
    outcome.bound_by = name_of(static_cast<StepPart>(most - outcome.parts.begin()));
}

} // namespace scribeline::models
