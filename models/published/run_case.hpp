// A measured case through the model: what it takes there, what the closed form says, and how far both are from what was
// measured.
#pragma once

#include "models/published/measured_case.hpp"
#include "workloads/mapping/program.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::models {

enum class Verdict : std::uint8_t {
    within,        // its tolerance
    outside,       // its tolerance
    reported,      // it has none
    does_not_fit,  // the model refuses what was measured
    failed,        // the simulation could not be trusted
    not_simulated, // what the row asks for is not built
};
constexpr std::size_t verdict_count = 6;
char const*           name_of(Verdict); // "within", "does not fit", ...

struct CaseOutcome {
    MeasuredCase          measured;
    Verdict               verdict = Verdict::not_simulated;
    std::string           note;                  // why it does not fit, failed, or was not simulated
    std::string           fidelity;              // that `simulated` came from
    std::uint64_t         cycles = 0;            // of what the row runs
    std::optional<double> simulated;             // in the row's unit
    std::optional<double> closed_form;           // the same; nothing where none is known
    double                deviation_percent = 0; // of simulated from published, when simulated

    // The row says that the model is wrong.
    bool counts_against() const;
};

// Cycles at which the last PE has finished, and the fidelity that says so. Throws configs::SimulationFault for a
// deadlock or books that do not balance.
struct SimulatedCycles {
    std::uint64_t cycles;
    std::string   fidelity;
};
SimulatedCycles simulated_cycles(workloads::Program const& program, configs::Parameters const& parameters);

CaseOutcome run_case(MeasuredCase const& measured);

// One after another; `before` hears of each before it runs.
std::vector<CaseOutcome> run_cases(std::vector<MeasuredCase> const&                cases,
                                   std::function<void(MeasuredCase const&)> const& before = {});

// Rows of one kind and metric that were simulated.
struct CaseStatistics {
    CaseKind    kind;
    std::string metric;
    std::size_t rows          = 0;
    double      mean_percent  = 0; // of the deviations' magnitudes
    double      worst_percent = 0; // with its sign
    std::string worst_id;
};
std::vector<CaseStatistics> statistics_of(std::vector<CaseOutcome> const& outcomes); // in order of first appearance

} // namespace scribeline::models
