// `scribeline export perfetto`: the run of a result file on a time line (https://ui.perfetto.dev).
//
// One process a wafer, with a track a stage: the stage's slice, in it the layers, in them the operators; the token's
// way from stage to stage is drawn as arrows. A process of its own has the token as a whole. Where the file has
// windows of activity, a process of counters: busy share of all PEs and of the PEs of each reticle, wavelets over all
// scribe lines and over each edge. Perfetto counts in nanoseconds; here one of them stands for a picosecond, so that no
// cycle is rounded.
#pragma once

#include <string>
#include <vector>

namespace scribeline::results {

// Of a comparison: a process a machine, with the parts of a token's time one behind another, and where the file has
// them the transfers between modules, on tracks of the targets that serve them.
//
// Of requests that were served: results/views/export/perfetto_serving.hpp.
//
// The bytes of the trace. Throws configs::UserError: as read_run does, and bad_config for a run by closed forms alone,
// which has no operators.
std::vector<char> perfetto_trace(std::string const& path);

} // namespace scribeline::results
