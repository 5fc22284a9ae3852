// The single numbers of a run, as a table: /summary of the result file and `summary` of the JSON report read it.
#pragma once

#include "models/outcome.hpp"

#include <string>
#include <vector>

namespace scribeline::results {

enum class Kind { count, measure }; // a whole number, exactly; or any number

struct Metric {
    char const* name;
    char const* units;
    double      value;
    std::string long_name;
    Kind        kind = Kind::measure;
};

std::vector<Metric> metrics(models::Outcome const& outcome);

// The part with the most cycles; the first of equals. Throws nothing: with no time at all it is arithmetic.
models::Part largest_part(models::Parts const& parts);

// The part of that name, or of the largest of `parts` when no part bears it.
models::Part bounding_part(std::string const& name, models::Parts const& parts);

std::uint64_t total(models::Parts const& parts);

// Bytes of all parts of the SRAM budget.
double sram_used(models::Outcome const& outcome);

} // namespace scribeline::results
