// The result file of a run on a machine of any kind, where no engine recorded more (results/files/run_file.hpp): root,
// /meta, /parameters and /summary are as there, /waterfall and /moved as well.
#pragma once

#include "configs/config.hpp"
#include "results/files/output_file.hpp"
#include "results/views/token_metrics.hpp"

#include <chrono>
#include <string>

namespace scribeline::results {

class TokenFile {
  public:
    // Before the simulation starts: refuses at once what cannot be written at the end (see OutputFile).
    static TokenFile prepare(std::string const& path) { return TokenFile{path}; }

    // Puts the complete file in place. Throws configs::UserError when the disk does not take it.
    void write(configs::Config const& config, TokenRun const& run);

  private:
    explicit TokenFile(std::string const& path) : output_{path} {}

    OutputFile                            output_;
    std::chrono::system_clock::time_point created_ = std::chrono::system_clock::now();
};

} // namespace scribeline::results
