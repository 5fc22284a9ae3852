// Every point of a sweep: what it sets, and which configuration that is.
//
// A point's identity is a hash of the configuration that it resolves to: every parameter with its value, whoever set
// it. Where a file stands does not matter (a machine or model that is a file counts by its content), nor does the
// order of axes, so two sweeps that meet in a configuration agree on its identity.
#pragma once

#include "configs/sweep/sweep_file.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace scribeline::configs {

struct SweepPoint {
    std::string              id;     // 64 hexadecimal digits
    std::vector<std::string> values; // by column
};

struct SweepPlan {
    std::string                                      description;
    SweepCommand                                     command = SweepCommand::run;
    std::string                                      machine; // of points without a column `machine`
    std::vector<std::pair<std::string, std::string>> fixed;
    std::vector<std::string>                         columns; // what the axes set, in the order of the file
    std::vector<std::string>                         kinds;   // of each column: list, range, zip
    std::vector<std::string>                         specs;   // what the file says of it
    std::vector<Goal>                                goals;
    std::string                                      sampler;
    std::uint64_t                                    seed    = 0;
    std::uint64_t                                    samples = 0;
    std::string                                      content;     // of the sweep file
    std::map<std::string, std::string>               file_hashes; // of machines and models that are files, by path
    std::vector<SweepPoint>                          points;

    std::size_t skipped = 0; // by constraints
    std::size_t doubled = 0; // points of a configuration that another point has already

    std::string id() const; // of all points in their order

    // What `scribeline run`, or another command, is told for a point: --machine, and a --set for each parameter.
    // `compare` hears of those that the machine has.
    std::vector<std::string> arguments(SweepPoint const& point) const;
};

// Throws UserError bad_config: a sampled value is refused, a condition compares a text, more than a million points.
SweepPlan plan_sweep(SweepFile const& file);

// The identity of a configuration; `file_hashes` as in SweepPlan, `command` as identity_of() has it.
std::string configuration_id(std::string const& machine, Parameters const& parameters,
                             std::map<std::string, std::string> const& file_hashes, std::string const& command = "");

} // namespace scribeline::configs
