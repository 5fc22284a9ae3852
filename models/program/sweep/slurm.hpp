// `sweep submit`: a job array of shards and a merge that waits for it.
//
// A shard that ends with 75 (points remain) asks to be queued again, three times at most: a point that always fails
// must not keep a cluster busy for ever. The merge waits with `afterany`, which counts a requeued shard as not ended
// yet; `afterok` drops the merge when one is requeued.
#pragma once

#include "results/files/sweep/folder.hpp"

#include <string>
#include <vector>

namespace scribeline::program {

struct SubmitOptions {
    std::size_t              shards    = 1;
    unsigned                 processes = 1; // points side by side in one shard, and CPUs asked for
    unsigned                 retries   = 0;
    double                   timeout   = 0;   // seconds of a point
    std::vector<std::string> sbatch;          // options handed on: "--partition=long"
    bool                     dry_run = false; // write the scripts, submit nothing
};

struct SubmittedSweep {
    std::string array_script, merge_script; // files in the folder
    std::string array_job, merge_job;       // numbers that Slurm gave; empty with dry_run
    std::string warning;                    // that sbatch may refuse the array; empty: it does not
};

// `program` is what the tasks start. Throws UserError: no_input when there is no sbatch, try_again when it refuses,
// usage when the array has more tasks than this Slurm allows.
SubmittedSweep submit_sweep(results::SweepFolder const& folder, std::string const& program,
                            SubmitOptions const& options);

} // namespace scribeline::program
