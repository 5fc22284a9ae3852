// What a run of every wavelet will take of the computer that it runs on: before it begins, from its size alone.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/token_plan.hpp"

#include <cstdint>

namespace scribeline::models {

struct RunEstimate {
    double pes     = 0; // simulated
    double cycles  = 0; // expected, by the closed forms
    double seconds = 0; // of one core: within a factor of three or so
    double bytes   = 0; // of memory, the event trace included
};

RunEstimate estimate_of_wavelets(configs::Parameters const& p, workloads::DecodeStep const& step,
                                 workloads::TokenPlan const& plan);

} // namespace scribeline::models
