// From what the memory alone would allow to the tokens per second that came out, in bars that add up to the token.
#pragma once

#include "configs/parameters.hpp"
#include "models/wafer/outcome.hpp"

#include <vector>

namespace scribeline::models {

// The first bar is the weights and the KV cache of a token, `bytes_read_per_token`, at the peak of the SRAM of
// `pes_of_all_wafers` PEs at once: bytes / (PEs x pe.sram_read_bytes x wafer.clock). The other bars are the parts of
// the time in outcome.parts (of one layer counted outcome.layers times, or of a simulated token), less what the first
// bar already holds: that is taken from arithmetic, which reads while it computes, then from the waiting for SRAM
// ports, then from the other parts in their order. The first bar is never longer than the token.
//
// `so_far` of the last bar is the time of outcome.cycles_per_token. Cycles that no part explains (closed forms of
// which only the sum is known) are a bar of their own; parts beyond the token are a fault of ours. Bars of no time are
// kept, so that every run has the same ones. Needs parts, layers, cycles_per_token, clock_hz and token.simulated.
std::vector<WaterfallBar> waterfall_of(Outcome const& outcome, configs::Parameters const& parameters,
                                       double bytes_read_per_token, double pes_of_all_wafers);

// How often the parts of the outcome are counted for a token: once where a token was simulated, as often as there are
// layers like the one that was.
double times_of_parts(Outcome const& outcome);

char const* meaning_of(Part); // a sentence

} // namespace scribeline::models
