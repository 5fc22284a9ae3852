// `scribeline export csv`: the tables of a result file as files that a spreadsheet opens.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace scribeline::results {

// Of a run: operators.csv, waterfall.csv, stages.csv, each where the file has that group; of a merged sweep (sweep.h5):
// points.csv; of a comparison: comparison.csv and parts.csv; of a study of yield: summary.csv and hops.csv. Makes
// `folder`; files there of the same name are replaced, each as a whole. Returns the paths written. Throws
// configs::UserError: as read_run does, or where the folder cannot be written.
std::vector<std::string> export_csv(std::string const& path, std::string const& folder);

// The same without writing them: names of the files, and what they hold.
std::vector<std::pair<std::string, std::string>> csv_tables(std::string const& path);

} // namespace scribeline::results
