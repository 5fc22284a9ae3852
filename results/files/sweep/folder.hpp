// The folder of a sweep.
//
//     DIR/plan.json               every point: what it sets, and its identity; written once, before anything runs
//     DIR/runs/000042.h5          the result of point 42, complete (a run in progress is 000042.h5.part)
//     DIR/runs/000042.error.json  why there is none
//     DIR/sweep.h5                all points in one file, rebuilt by `sweep merge` at any time
//     DIR/runs.h5                 links to the results: runs.h5/000042 is runs/000042.h5
//
// Files appear by rename, so whoever reads one reads a complete one, and no process needs a lock: point i belongs to
// shard i mod N. A result that is there is not computed again.
#pragma once

#include "configs/sweep/plan.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace scribeline::results {

enum class PointStatus : std::uint8_t {
    pending,
    ok,
    infeasible, // the answer is no: it does not fit, or its values do not go together
    failed,
    timed_out,
};
constexpr std::size_t point_status_count = 5;
char const*           name_of(PointStatus status);

// What stands in NNNNNN.error.json: the last attempt that gave no result.
struct PointError {
    PointStatus status       = PointStatus::failed;
    int         exit_code    = 0; // 128 + signal when a signal ended it
    unsigned    attempts     = 0; // all of them without result
    double      wall_seconds = 0;
    double      peak_rss     = 0; // bytes
    std::string error;            // what it said
};

class SweepFolder {
  public:
    // A folder with a plan in it. Throws UserError: no_input when there is none, bad_config when it is damaged.
    static SweepFolder open(std::string const& path);

    // For running: made when it is not there. Throws UserError: bad_config when it holds another sweep, cannot_create
    // when it cannot be made.
    static SweepFolder prepare(std::string const& path, configs::SweepPlan const& plan);

    std::string const&        path() const { return path_; }
    configs::SweepPlan const& plan() const { return plan_; }
    std::string const&        written_by() const { return written_by_; } // version and commit that made the plan

    std::string run_name(std::size_t point) const; // "runs/000042.h5"
    std::string run_file(std::size_t point) const; // with the folder
    std::string error_file(std::size_t point) const;
    std::string merged_file() const;
    std::string links_file() const;

    // Whether the point needs no further run: its result is there, or it is infeasible. A result counts when it is as
    // long as its HDF5 superblock says, which a copy that was cut short is not.
    bool        is_done(std::size_t point) const;
    PointStatus status(std::size_t point) const;

    // Why somebody else has the point, or nothing: another process writes its result, or a user who does not let this
    // one read it has it, or has begun it. It is pending then, and not to be run.
    std::string held(std::size_t point) const;
    bool        is_held(std::size_t point) const { return !held(point).empty(); }

    std::optional<PointError> error(std::size_t point) const; // none: no such file, or it cannot be read
    void                      write_error(std::size_t point, PointError const& error) const;

  private:
    SweepFolder(std::string path, configs::SweepPlan plan) : path_{std::move(path)}, plan_{std::move(plan)} {}

    std::string        path_;
    configs::SweepPlan plan_;
    std::string        written_by_;
};

// Whether the file at `path` is an HDF5 file of the length that its superblock states.
bool is_complete_hdf5(std::string const& path);

// Complete or not at all; whoever writes the same at the same time writes the same bytes. Replaces what is at `path`,
// and a link there, not what it leads to. Throws UserError: cannot_write.
void write_atomically(std::string const& path, std::string const& text);

} // namespace scribeline::results
