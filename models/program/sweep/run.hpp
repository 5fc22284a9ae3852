// `sweep run` and `sweep status`: points that are missing are run, each in a process of its own.
#pragma once

#include "configs/failure.hpp"
#include "models/program/sweep/pool.hpp"
#include "models/program/sweep/progress.hpp"
#include "results/files/sweep/folder.hpp"
#include "results/files/sweep/states.hpp"

#include <array>
#include <cstddef>
#include <iosfwd>
#include <string>

namespace scribeline::program {

// Point i belongs to the shard i mod count. From 0; people write it from 1: "1/4".
struct Shard {
    std::size_t index = 0, count = 1;
    bool        has(std::size_t point) const { return point % count == index; }
};

// Throws UserError usage.
Shard parse_shard(std::string const& text);

struct SweepRunOptions {
    Program         program; // what each process does with the arguments of its point
    unsigned        processes = 1;
    unsigned        retries   = 0; // of a point that failed or took too long, within this run
    double          timeout   = 0; // seconds of a point; 0: none
    Shard           shard;
    bool            stop_on_failure = false;
    Progress::Style progress        = Progress::Style::silent;
};

// Points by status.
struct SweepCounts {
    std::array<std::size_t, results::point_status_count> of{};
    std::size_t                                          total() const;
    std::size_t                                          remaining() const; // pending, failed and timed out
    std::size_t operator[](results::PointStatus status) const { return of[static_cast<std::size_t>(status)]; }
};
SweepCounts count_points(results::PointStates const& states, Shard shard = {});

struct SweepRunResult {
    results::PointStates states; // at the end
    SweepCounts          counts; // of them, in the shard
    std::size_t          ran          = 0;
    Interruption         interruption = Interruption::none;
};

// Progress goes to `messages`. Throws UserError cannot_write when the folder takes no more.
SweepRunResult run_points(results::SweepFolder const& folder, SweepRunOptions const& options, std::ostream& messages);

// Whether a process that ended with this code says that the point cannot be: it does not fit, or its values do not go
// together. That is a result, not a failure.
bool says_infeasible(int exit_code);

// "12 points: 10 ok, 1 infeasible, 1 failed (another run tries them again)", and why the first few failed.
std::string describe(results::SweepFolder const& folder, results::PointStates const& states, Shard shard = {});

} // namespace scribeline::program
