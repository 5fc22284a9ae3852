// What repair costs in tokens per second: one plan on the regular mesh, and on wafers whose repaired places have longer
// links. The regular mesh is folded, or taken from closed forms where that would not be exact; what longer links add is
// the closed form of models/wafer/repair_cost.hpp, an upper estimate.
#pragma once

#include "configs/config.hpp"
#include "models/wafer/yield_study.hpp"

#include <cstdint>
#include <string>

namespace scribeline::models {

constexpr std::uint64_t most_wafers_for_speed = 100;

struct YieldSpeed {
    std::string   model;
    std::uint32_t context = 0;
    std::string   plan;         // "5 stages of 294x294 PEs on 1 wafer"
    std::string   fidelity;     // of the regular mesh: folded, closed_form
    std::uint64_t cycles   = 0; // of a token on it
    double        regular  = 0; // tokens a second for one user on it
    std::uint64_t machines = 0; // looked at: as many wafers each as the plan has, one after another of the study
    std::uint64_t refused  = 0; // of them, with a wafer that cannot be repaired
    Spread        repaired;     // tokens a second for one user; of those not refused
    Spread        added;        // cycles of a token

    bool known() const { return refused < machines; }
};

// Of the first `wafers` of yield_study(), at most most_wafers_for_speed machines; `map`: of the one wafer in that file,
// empty: drawn. Throws configs::UserError as plan_token does, and for a map with a plan of several wafers.
YieldSpeed yield_speed(configs::Config const& config, std::uint64_t wafers, std::string const& map);

} // namespace scribeline::models
