// What one output token costs on a machine that does nothing else: its share of the machine's hours, and joules.
#pragma once

#include "models/cost/hourly_price.hpp"
#include "models/token/output_token.hpp"

namespace scribeline::models {

struct TokenCost {
    Band            dollars; // devices and electricity
    configs::Joules at_meter;
};

// Of a token where as many are under way as the machine takes: what goes with time is shared by all of them. Joules
// that the machine does not tell are none.
TokenCost token_cost(OutputToken const& token, std::uint32_t devices, HourlyPrice const& price);

} // namespace scribeline::models
