// What a file of `scribeline serve -o` holds, as a document and as tables of CSV.
#pragma once

#include "results/document/document.hpp"
#include "results/hdf5/reader.hpp"

#include <string>
#include <utility>
#include <vector>

namespace scribeline::results {

Document shown_serving(hdf5::InputFile const& file);
Document told_serving(hdf5::InputFile const& file);

std::vector<std::pair<std::string, std::string>> csv_tables_of_serving(hdf5::InputFile const& file);

} // namespace scribeline::results
