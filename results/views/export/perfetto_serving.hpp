// Requests that were served, on a time line.
//
//     clients     one track, a mark for each request; from it an arrow to the engine that made its last token
//     engine k    as many tracks as requests were with it at once; a slice each: "to the first token", then "tokens"
#pragma once

#include "results/hdf5/reader.hpp"

#include <vector>

namespace scribeline::results {

// The bytes of the trace. Throws hdf5::Failure for a file that contradicts itself.
std::vector<char> trace_of_serving(hdf5::InputFile const& file);

} // namespace scribeline::results
