// The single numbers of a run, as a table: /summary of the result file and `summary` of the JSON report read it.
#pragma once

#include "models/wafer/outcome.hpp"

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

// Of every run the same, in the same order; not a number: this run does not know it, which is without value in JSON
// and `-` in tables.
std::vector<Metric> all_metrics(models::Outcome const& outcome);

// Those of them that the run knows.
std::vector<Metric> metrics(models::Outcome const& outcome);

// The names of all metrics that any run may have, for checks before there is one.
std::vector<std::string> metric_names();

// Whether anything was simulated, so that counters, parts and books say something: not by closed forms alone.
bool has_counters(models::Outcome const& outcome);

// What takes most of the time, by its name; "unknown" where no part of it is known.
std::string bound_by(models::Outcome const& outcome);

// Cycles that the operators of the run add up to: of a token, or of the one layer that stands for all.
std::uint64_t simulated_cycles(models::Outcome const& outcome);

// How often what was simulated runs for one token: once, or once for each layer.
std::uint64_t times_per_token(models::Outcome const& outcome);

// "token" or "layer": what was simulated.
char const* simulated_thing(models::Outcome const& outcome);

// So many of the planner's choices, the best, go into reports and files: there may be thousands.
constexpr std::size_t kept_candidates = 100;

// Closed form over simulated cycles of the token, less 1; 0 where there is no closed form.
double closed_form_deviation(models::Outcome const& outcome);

// The part with the most cycles; the first of equals. Throws nothing: with no time at all it is arithmetic.
models::Part largest_part(models::Parts const& parts);

// The part of that name, or of the largest of `parts` when no part bears it.
models::Part bounding_part(std::string const& name, models::Parts const& parts);

std::uint64_t total(models::Parts const& parts);

double share_of(std::uint64_t value, std::uint64_t of); // 0 of nothing

// Bytes of all parts of the SRAM budget.
double sram_used(models::Outcome const& outcome);

} // namespace scribeline::results
