// The result file of a comparison (docs/results_format.md): a group for each machine.
#pragma once

#include "models/compare/comparison.hpp"
#include "results/files/output_file.hpp"

#include <chrono>
#include <string>

namespace scribeline::results {

constexpr char const* comparison_conventions    = "Scribeline-Compare-1.0";
constexpr char const* comparison_schema_version = "2.0";

// Group of a machine under /machines. HDF5 takes a slash for a path.
std::string group_of_machine(std::string const& name);

class ComparisonFile {
  public:
    // Before the simulation starts: refuses at once what cannot be written at the end (see OutputFile).
    static ComparisonFile prepare(std::string const& path) { return ComparisonFile{path}; }

    // Puts the complete file in place. Throws configs::UserError when the disk does not take it.
    void write(models::Comparison const& comparison, std::string const& command_line);

  private:
    explicit ComparisonFile(std::string const& path) : output_{path} {}

    OutputFile                            output_;
    std::chrono::system_clock::time_point created_ = std::chrono::system_clock::now();
};

} // namespace scribeline::results
