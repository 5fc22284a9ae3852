// Speculative decoding (Leviathan et al. 2023, arXiv 2211.17192): a small model proposes n tokens one after another,
// and one step of the large one checks them all. Each is accepted with probability a once those before it are, so a
// round yields 1 + a + a^2 + ... + a^n tokens: the model's own is always one of them.
//
//     round   n tokens of the draft model | ids to the model | its step with n + 1 vectors a sequence | ids back
//
// The draft model stands on wafers of its own, of the same kind.
#pragma once

#include "configs/config.hpp"
#include "models/wafer/outcome.hpp"

#include <cstdint>

namespace scribeline::models {

double expected_tokens(double acceptance, std::uint32_t proposed);

// Fills outcome.speculation; `outcome` is that of the model's step. Throws configs::UserError where the draft model is
// not known or does not fit.
void add_speculation(Outcome& outcome, configs::Config const& config);

} // namespace scribeline::models
