// What an inference engine adds to the time of a machine's steps: the same in run, compare and serve.
//
//     machine |..step k ........|gap|..step k+1 ......|gap|    gap: step + layers x layer + requests x request
//     host    |prompts of k, tokens of k-1 ..........|         a step takes at least what the host does meanwhile:
//                                                              prompts x layers x launch + tokens x api_token
//
// Gaps are of machines on which a host starts every step. A wafer or a rack of chips runs a program of its own from
// token to token, and the speeds that their services state leave no room for gaps of a millisecond: there are none.
#pragma once

#include "configs/parameters.hpp"

#include <cstdint>

namespace scribeline::models {

struct EngineTime {
    configs::Seconds step;          // between two steps, layers counted
    configs::Seconds request;       // the same for each request of the batch
    configs::Seconds prompt_launch; // a step takes at least so long for each prompt that it takes in,
    configs::Seconds token;         // and for each token that it makes

    configs::Seconds of(std::uint64_t requests) const { return step + request * static_cast<double>(requests); }
};

EngineTime engine_time(configs::Parameters const& parameters, std::uint32_t layers);

} // namespace scribeline::models
