// Which of several systems is enough for a workload, and for how little: what is asked of a system, how far each one is
// from it, and what stands in its way.
#pragma once

#include "models/serving/serving_costs.hpp"
#include "models/serving/serving_summary.hpp"

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::models {

// What a system must keep. What is not there is not asked for.
struct CapacityGoal {
    ServiceLevel                    level;
    double                          share = 0.95; // of the requests, that keep the level
    std::optional<configs::Seconds> deadline;     // of all requests, from the first arrival
    std::optional<double>           dollars;      // USD an hour, where prices are high
    std::optional<double>           kilowatts;    // at the meter, in the mean
    std::optional<std::uint64_t>    devices;
};

// How much of a limit a system takes: at most 1 where it keeps it.
struct Limit {
    std::string what; // "first token"
    double      taken = 0;
};

// A system that was asked, or the reason why it could not be.
struct Candidate {
    std::string name;
    std::string reason; // why there are no figures; empty: there are

    std::uint64_t      devices          = 0;
    Band               dollars_per_hour = unknown_band(), dollars_of_run = unknown_band();
    double             kilowatts = not_known, joules = not_known;        // at the meter; of the run
    double             per_user = not_known, output_rate = not_known;    // tokens/s: the median user; all
    double             first_token = not_known, inter_token = not_known; // s, at the share of the goal
    double             seconds = not_known;                              // of all requests
    std::string        bound_by;                                         // phase that most of a request's time goes to
    std::vector<Limit> limits;                                           // of the goal, in its order

    bool   known() const { return reason.empty(); }
    bool   enough() const;   // every limit is kept
    Limit  tightest() const; // of which most is taken
    double tokens_per_dollar() const { return output_rate * 3600 / dollars_per_hour.middle(); }
    double tokens_per_kilowatt() const { return output_rate / kilowatts; } // a second
};

// Figures of a run, beside the goal.
Candidate candidate_of(std::string const& name, CapacityGoal const& goal, ServingOutcome const& outcome,
                       ServingSummary const& summary, ServingCosts const& costs);

// Those that are enough, the cheapest first (of an hour, or with a deadline of the run; where prices are not known, by
// joules); then those that miss, the nearest first; then those that could not be asked.
void rank(std::vector<Candidate>& candidates, CapacityGoal const& goal);

// Whether nothing is better in tokens/s of a user and in the other figure, without being worse in one of them.
std::vector<bool> pareto(std::vector<Candidate> const& candidates, double (Candidate::*other)() const);

} // namespace scribeline::models
