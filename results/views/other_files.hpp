// What a result file holds that is not of a run: a comparison, a merged sweep, a study of yield.
#pragma once

#include "results/document/document.hpp"
#include "results/files/run_file.hpp"

#include <string>
#include <utility>
#include <vector>

namespace scribeline::results {

// For `show`: its figures in tables.
Document document_of(ResultKind kind, std::string const& path);

// For `explain`: what they say, in sentences.
Document story_of(ResultKind kind, std::string const& path);

// For `export csv`: names of files, and what goes into them.
std::vector<std::pair<std::string, std::string>> csv_tables_of_comparison(std::string const& path);
std::vector<std::pair<std::string, std::string>> csv_tables_of_yield(std::string const& path);

} // namespace scribeline::results
