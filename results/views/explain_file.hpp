// `scribeline explain FILE.h5`: where the time of the run in a result file went, in sentences. Reads only the file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace scribeline::results {

// Whether `explain` was given a result file and not the name of a parameter: it ends in .h5, or is a file that is
// there.
bool names_a_file(std::string const& argument);

// Eight to fifteen sentences, one a paragraph, in lines of at most `width` columns. Throws configs::UserError as
// read_run does, and bad_config for a file from before schema 1.1, which does not hold the bars from the memory's peak
// to what came out.
std::string explain_file(std::string const& path, std::size_t width = 100);

// The same of a run, a sentence each, not broken into lines.
std::vector<std::string> sentences_of_run(std::string const& path);

} // namespace scribeline::results
