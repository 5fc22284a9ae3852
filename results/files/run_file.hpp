// The result file of one run (docs/results_format.md): written at the end, read back by `run --from` and by tests.
#pragma once

#include "configs/config.hpp"
#include "models/wafer/outcome.hpp"
#include "results/files/output_file.hpp"
#include "results/hdf5/reader.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace scribeline::results {

constexpr char const* conventions    = "Scribeline-1.2";
constexpr char const* schema_version = "1.2";

class RunFile {
  public:
    // Call before the simulation starts: refuses at once what cannot be written at the end (see OutputFile).
    static RunFile prepare(std::string const& path);

    // Puts what is known before the simulation into the .part file: the configuration, and that the run goes on. A run
    // that is killed leaves it, for `scribeline recover` and `run --from`.
    void begin(configs::Config const& config);

    // Puts the complete file in place. Throws configs::UserError when the disk does not take it.
    void write(configs::Config const& config, models::Outcome const& outcome);

  private:
    explicit RunFile(std::string const& path) : output_{path} {}

    OutputFile                            output_;
    std::chrono::system_clock::time_point created_ = std::chrono::system_clock::now();
};

// Both in one.
void write_run(configs::Config const& config, models::Outcome const& outcome, std::string const& path);

struct RunSummary {
    std::string                   schema_version;
    std::string                   status; // complete, running, failed, interrupted
    std::string                   fidelity;
    std::string                   machine;
    std::string                   model;
    std::string                   config_sha256;
    std::uint64_t                 state_hash = 0;
    std::string                   bound_by; // name of a part
    bool                          books_balanced = false;
    std::map<std::string, double> metrics; // by the names of results/views/metrics.cpp
    std::vector<std::string>      warnings;
};

// All of these throw configs::UserError: no_input when the file is missing or unreadable, bad_config when it is not a
// complete result file of this simulator, try_again when it is locked.
RunSummary  read_summary(std::string const& path);
std::string read_config_toml(std::string const& path);

// Hands the opened file to `read`, which may run twice, the first time in a copy of this process: what it finds missing
// or of another kind (hdf5::Failure) is said to be the file's fault.
void read_run(std::string const& path, std::function<void(hdf5::InputFile const&)> const& read);

// What `make` says of the opened file, in that copy alone: for what takes long to read.
std::string made_of_run(std::string const& path, std::function<std::string(hdf5::InputFile const&)> const& make);

// A result file of any command, which read_run refuses with what to do instead.
enum class ResultKind { run, comparison, sweep, yield, serving, traffic };
ResultKind kind_of_result(std::string const& path);
void       read_result(std::string const& path, std::function<void(hdf5::InputFile const&)> const& read);

// The word that a coded scalar stands for. Throws hdf5::Failure.
std::string meaning(hdf5::InputFile const& file, std::string const& dataset);

} // namespace scribeline::results
