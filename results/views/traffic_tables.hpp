// Latency over load of a mesh: a study as a document, and a file of `scribeline traffic -o` as document and tables.
#pragma once

#include "fabric/traffic/study.hpp"
#include "results/document/document.hpp"
#include "results/hdf5/reader.hpp"

#include <string>
#include <utility>
#include <vector>

namespace scribeline::results {

Document traffic_document(fabric::TrafficStudy const& study);

Document shown_traffic(hdf5::InputFile const& file);
Document told_traffic(hdf5::InputFile const& file);

std::vector<std::pair<std::string, std::string>> csv_tables_of_traffic(hdf5::InputFile const& file);

} // namespace scribeline::results
