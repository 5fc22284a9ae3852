// The numbers of a run on a machine of any kind, each once: what a wafer's run calls the same is the same
// (results/views/metrics.hpp).
#pragma once

#include "models/token/output_token.hpp"
#include "results/views/metrics.hpp"

#include <optional>
#include <string>
#include <vector>

namespace scribeline::results {

// What a run on any machine found out.
struct TokenRun {
    models::OutputToken             token;
    std::optional<configs::Seconds> first_token; // of the prompt that was asked for
    std::uint32_t                   prompt = 0;
};

struct TokenMetric {
    std::string name, units;
    double      value = 0;
    std::string long_name;
    Kind        kind = Kind::measure;
};

std::vector<TokenMetric> metrics(TokenRun const& run);

} // namespace scribeline::results
