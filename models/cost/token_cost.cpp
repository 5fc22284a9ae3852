#include "models/cost/token_cost.hpp"

namespace scribeline::models {

TokenCost token_cost(OutputToken const& token, std::uint32_t devices, HourlyPrice const& price)
{
    auto const rate   = token.tokens_per_second_in_flight();
    auto       joules = 0.0;
    for (auto const& each : token.spent) {
        // What goes with time was counted for the tokens of one step alone.
        auto const watts = each.energy.value() * static_cast<double>(token.batch) / token.latency.value();
        joules += each.span == Span::work ? each.energy.value() : watts / rate;
    }
    auto cost     = TokenCost{};
    cost.at_meter = configs::Joules{joules * price.at_meter};
    cost.dollars  = price.of_time(devices / rate) + price.of_joules(joules);
    return cost;
}

} // namespace scribeline::models
