// The result file of `scribeline traffic -o` (docs/results_format.md): /points over the offered load, /hops of the
// point with the least load, /summary, and under /meta what repeats it.
#pragma once

#include "fabric/traffic/study.hpp"
#include "results/files/output_file.hpp"

#include <chrono>
#include <string>

namespace scribeline::results {

constexpr char const* traffic_conventions    = "Scribeline-Traffic-1.0";
constexpr char const* traffic_schema_version = "1.0";

class TrafficFile {
  public:
    // Before anything is simulated: refuses at once what cannot be written at the end (see OutputFile).
    static TrafficFile prepare(std::string const& path) { return TrafficFile{path}; }

    // Puts the complete file in place. Throws configs::UserError when the disk does not take it.
    void write(fabric::TrafficStudy const& study, std::string const& command_line);

  private:
    explicit TrafficFile(std::string const& path) : output_{path} {}

    OutputFile                            output_;
    std::chrono::system_clock::time_point created_ = std::chrono::system_clock::now();
};

} // namespace scribeline::results
