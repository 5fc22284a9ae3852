// The rules of an engine on a machine: what its parameters mean there, and what it takes for those that were left to
// it.
#pragma once

#include "configs/parameters.hpp"
#include "models/machine.hpp"
#include "models/serving/ticks.hpp"

#include <cstdint>

namespace scribeline::models {

struct EngineRules {
    configs::EngineName name              = configs::EngineName::vllm;
    std::uint64_t       step_tokens       = 8192; // budget of a step
    std::uint64_t       sequences         = 1024; // that run at once
    std::uint64_t       block             = 16;   // tokens
    std::uint64_t       pool_blocks       = 0;
    std::uint64_t       longest           = 0; // tokens of one sequence (max_model_len); 0: as many as the pool holds
    bool                prefix_caching    = true;
    bool                chunked           = true;
    bool                reserves_output   = false;                          // trtllm, no evict
    std::uint64_t       prompt_threshold  = 0;                              // of one prompt in a step; 0: no bound
    double              reserved_at_first = 0.7, reserved_at_least = 0.098; // sglang: share of output, and its end
    double              reserved_less_each_step = 0;

    bool  plans_ahead   = false;                   // a step is planned when the one before it begins
    Ticks step_overhead = 0, request_overhead = 0; // of the engine: a step, layers counted; each request of it
    Ticks prompt_launch = 0, token_floor = 0;      // a step takes at least so long for each prompt, and for each token
    Ticks api_request = 0, api_prompt_token = 0, api_token = 0;

    Ticks host_floor(std::uint64_t prompts, std::uint64_t tokens) const
    {
        return prompt_launch * static_cast<Ticks>(prompts) + token_floor * static_cast<Ticks>(tokens);
    }
    std::uint64_t pool_tokens() const { return pool_blocks * block; }
    Ticks         overhead(std::uint64_t requests) const
    {
        return step_overhead + request_overhead * static_cast<Ticks>(requests);
    }
};

// Throws configs::UserError where the parameters contradict each other, configs::DoesNotFit where no block is left.
EngineRules engine_rules(configs::Parameters const& parameters, Room const& room, std::uint32_t devices,
                         std::uint32_t layers);

} // namespace scribeline::models
