// What defects leave of many wafers: each is drawn, repaired and counted, and its reticles are looked at as dies that
// cannot be repaired.
#pragma once

#include "configs/parameters.hpp"
#include "fabric/yield/repair.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::models {

// Of one figure over all wafers. Percentiles are by nearest rank: the least value that at least so many wafers do not
// exceed.
struct Spread {
    double mean = 0, min = 0, p1 = 0, p50 = 0, p99 = 0, max = 0;
};
Spread spread_of(std::vector<double> values); // at least one

struct RefusedWafer {
    std::uint64_t number = 0; // from 0
    std::string   reason;
};

struct YieldStudy {
    fabric::PhysicalGrid grid;
    std::uint64_t        wafers = 0;
    std::string          map;      // the file that it was read from; empty: drawn
    std::uint64_t        seed = 0; // of what was drawn

    // PEs of a wafer; of one that cannot be repaired all that work are lost.
    Spread defects; // also those that hit no PE
    Spread dead, repaired, lost, idle, usable;
    Spread broken, rewired; // links over scribe lines, and those of them in whose place spare wires work

    std::uint64_t               unrepairable = 0; // wafers
    std::optional<RefusedWafer> first_refused;

    // Of the repaired wafers: neighbours in the mesh that are so many hops apart, pairs per wafer, by hops (fabric/
    // yield/repair.hpp), and how many are more than one hop apart. None when no wafer could be repaired.
    std::vector<double> pairs_at;
    Spread              longer_pairs;

    Spread perfect_dies;      // of grid.reticles(), that have no defect
    double die_area      = 0; // mm2
    double expected_dies = 0; // share that is perfect by the formula of the distribution

    double unrepairable_share() const { return static_cast<double>(unrepairable) / static_cast<double>(wafers); }
    double perfect_share() const { return perfect_dies.mean / grid.reticles(); }
};

// `wafers`: at least 1. Wafer i is the same whatever the count. Uses parameters.wafer, yield and run.seed; throws as
// fabric::draw_defects does.
YieldStudy yield_study(configs::Parameters const& parameters, std::uint64_t wafers);

// Of the one wafer that a file describes; throws as fabric::read_defects does.
YieldStudy yield_of_map(configs::Parameters const& parameters, std::string const& path);

} // namespace scribeline::models
