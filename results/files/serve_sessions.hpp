// The groups /sessions, /kv_tiers and /reuse of a file of `scribeline serve -o`.
#pragma once

#include "models/serving/system_outcome.hpp"
#include "results/hdf5/writer.hpp"

namespace scribeline::results {

void write_sessions(hdf5::Group& root, models::ServingOutcome const& outcome);
void write_kv_tiers(hdf5::Group& root, models::ServingOutcome const& outcome); // nothing without tiers
void write_reuse(hdf5::Group& root, models::ServingOutcome const& outcome);    // nothing where prompts share nothing

} // namespace scribeline::results
