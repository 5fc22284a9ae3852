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
    std::string              baseline;            // a condition; empty: no differences
    std::size_t              limit  = 0;          // rows; 0: all
    configs::OutputFormat    format = configs::OutputFormat::table;
};

struct ShownSweep {
    std::string              text;
    std::vector<std::string> warnings; // about what stands in `text`
};

// With a baseline, each number that the runs came to is followed by a column `.._change`, in percent, over the row for
// which the baseline's condition holds and whose other parameters are the same. A change is not known, and a warning
// says how many are not, where the two were come by with different fidelities: that is no difference of the machines.
//
// Throws UserError usage: an unknown column, a condition that cannot be read, --pareto without goals.
ShownSweep shown_sweep(SweepTable const& table, ShowOptions const& options);

std::string show(SweepTable const& table, ShowOptions const& options); // its text

// That points of different fidelities stand in one table; empty: they do not.
std::vector<std::string> fidelity_warnings(SweepTable const& table);

} // namespace scribeline::results
