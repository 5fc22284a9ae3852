// What `scribeline explain FILE.h5` needs of a result file.
#pragma once

#include "models/wafer/outcome.hpp"
#include "results/views/metrics.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace scribeline::results {

struct ToldBar {
    std::string name;
    double      seconds           = 0;
    double      tokens_per_second = 0;
};

// All operators of one name.
struct ToldOperator {
    std::string   name;
    std::uint64_t count = 0, cycles = 0;
    models::Parts parts{};
};

struct ToldStage {
    std::string   blocks;
    std::uint64_t columns = 0, rows = 0, cycles = 0, requests = 0;
};

struct ToldChoice {
    std::string   verdict;
    std::uint64_t columns = 0, rows = 0, stages = 0, wafers = 0;
};

struct ToldRun {
    std::string                   path, model, machine, fidelity, note;
    double                        context     = 0;
    bool                          whole_token = false;
    std::map<std::string, double> metrics; // by the names of results/views/metrics.cpp
    models::Parts                 parts{}; // sum over the operators
    std::vector<ToldBar>          bars;    // never empty
    std::vector<ToldOperator>     operators;
    std::vector<ToldStage>        stages;         // none: one layer was simulated
    std::vector<ToldChoice>       candidates;     // none: nothing was planned
    std::uint64_t                 considered = 0; // choices of the planner, of which `candidates` are the best
    std::vector<std::string>      assumed;        // parameters, with their values
    std::vector<std::string>      warnings;

    double                    metric(std::string const& name) const; // throws configs::UserError where it is missing
    std::uint64_t             cycles() const;                        // that the parts add up to
    std::vector<models::Part> parts_by_size() const;                 // largest first
    std::vector<ToldOperator> operators_with_most(models::Part) const;
};

// Throws configs::UserError: see explain_file.
ToldRun read_told_run(std::string const& path);

} // namespace scribeline::results
