// The result file of `scribeline yield -o` (docs/results_format.md): its figures as /summary, and all that repeats it.
#pragma once

#include "configs/config.hpp"
#include "models/wafer/yield_study.hpp"
#include "results/files/output_file.hpp"

#include <chrono>
#include <string>

namespace scribeline::results {

constexpr char const* yield_conventions    = "Scribeline-Yield-1.0";
constexpr char const* yield_schema_version = "1.0";

class YieldFile {
  public:
    // Before anything is drawn: refuses at once what cannot be written at the end (see OutputFile).
    static YieldFile prepare(std::string const& path) { return YieldFile{path}; }

    // Puts the complete file in place. Throws configs::UserError when the disk does not take it.
    void write(configs::Config const& config, models::YieldStudy const& study);

  private:
    explicit YieldFile(std::string const& path) : output_{path} {}

    OutputFile                            output_;
    std::chrono::system_clock::time_point created_ = std::chrono::system_clock::now();
};

} // namespace scribeline::results
