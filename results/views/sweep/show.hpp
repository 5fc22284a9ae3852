// `sweep show`: rows and columns of a merged sweep, chosen, sorted and printed.
#pragma once

#include "configs/config.hpp"
#include "results/files/sweep/table.hpp"

#include <string>
#include <vector>

namespace scribeline::results {

struct ShowOptions {
    std::string              where; // a condition on columns; empty: all rows
    std::string              sort;  // a column; empty: in the order of the points
    bool                     descending  = false;
    bool                     pareto_only = false; // rank 1
    std::vector<std::string> columns;             // empty: those that matter; "all"
    std::size_t              limit  = 0;          // rows; 0: all
    configs::OutputFormat    format = configs::OutputFormat::table;
};

// Throws UserError usage: an unknown column, a condition that cannot be read, --pareto without goals.
std::string show(SweepTable const& table, ShowOptions const& options);

} // namespace scribeline::results
