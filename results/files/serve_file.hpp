// The result file of `scribeline serve -o` (docs/results_format.md): requests, engines, links, summary, and all that
// repeats the run.
#pragma once

#include "configs/config.hpp"
#include "models/serving/serving_costs.hpp"
#include "models/serving/serving_summary.hpp"
#include "models/serving/system_outcome.hpp"
#include "results/files/output_file.hpp"

#include <chrono>
#include <string>

namespace scribeline::results {

constexpr char const* serve_conventions    = "Scribeline-Serve-1.0";
constexpr char const* serve_schema_version = "1.0";

class ServeFile {
  public:
    // Before anything is served: refuses at once what cannot be written at the end (see OutputFile).
    static ServeFile prepare(std::string const& path) { return ServeFile{path}; }

    // Puts the complete file in place. Throws configs::UserError when the disk does not take it.
    void write(configs::Config const& config, models::ServingOutcome const& outcome,
               models::ServingSummary const& summary, models::ServingCosts const& costs);

  private:
    explicit ServeFile(std::string const& path) : output_{path} {}

    OutputFile                            output_;
    std::chrono::system_clock::time_point created_ = std::chrono::system_clock::now();
};

} // namespace scribeline::results
