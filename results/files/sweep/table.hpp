// The points of a sweep as a table: one row a configuration, one column a parameter, a metric or a fact about the run.
#pragma once

#include "configs/sweep/sweep_file.hpp"
#include "results/files/sweep/folder.hpp"

#include <string>
#include <vector>

namespace scribeline::results {

struct SweepColumn {
    enum class Source { parameter, metric, about_run };

    std::string              name; // "scribe.extra_latency", "tokens_per_second_per_user", "status"
    std::string              units, long_name;
    Source                   source  = Source::metric;
    bool                     is_text = false;
    bool                     is_code = false; // texts out of a few words, stored as codes
    std::vector<double>      numbers;         // NaN: not known
    std::vector<std::string> texts;           // empty: not known
};

struct SweepTable {
    std::string                description;
    std::vector<configs::Goal> goals; // that pareto_rank was counted with
    std::vector<SweepColumn>   columns;
    std::size_t                rows = 0;

    SweepColumn const* find(std::string const& name) const; // null when there is none

    // The full name of a column: itself, or what is behind the dot of one. Throws configs::TextError with the nearest.
    std::string column_name(std::string const& name) const;
};

// Reads the folder: every result, every error. `goals` count the Pareto ranks; those of the sweep file when empty.
// Throws UserError usage for a goal that is no column of numbers.
SweepTable tabulate(SweepFolder const& folder, std::vector<configs::Goal> goals, unsigned processes);

// Puts the column `pareto_rank` in, or counts it anew. Rank 0: not counted, because something is not known.
void add_pareto_ranks(SweepTable& table, std::vector<configs::Goal> const& goals);

} // namespace scribeline::results
