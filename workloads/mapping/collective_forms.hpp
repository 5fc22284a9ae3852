// Closed forms of the collectives on a line of PEs: what the papers say they take, and what this program's all-reduce
// should take. Times are fabric cycles. Published forms count from the moment at which all operations are set up
// (StreamCosts::prepared()).
//
// Sources: Luczynski et al., "Near-Optimal Wafer-Scale Reduce", HPDC 2024 (arXiv 2404.15888): the spatial model, chain,
// star, tree, two-phase reduce and broadcast. He et al., "WaferLLM", OSDI 2025: the two-level all-reduce of a layer.
#pragma once

#include "configs/parameters.hpp"

#include <cstdint>

namespace scribeline::workloads {

// What the fabric and the PEs take, in cycles.
struct LineTimes {
    double hop = 1, ramp = 2;
    double serialisation = 1;         // one wavelet on one link
    double interval      = 1;         // one wavelet through the datapath
    double setup = 0, activation = 0; // of a stream, and of the task that a wavelet starts
    double scribe   = 0;              // of a scribe line, beyond a hop
    double crossing = 1;              // one wavelet on one link over a scribe line
    double queue    = 5;              // wavelets on their way before the first credit must be back

    static LineTimes of(configs::Parameters const& parameters);
    // All operations set up beforehand, wavelets through the datapath one a cycle.
    static LineTimes prepared(configs::Parameters const& parameters);

    double turn() const { return 2 * ramp + 1; } // down a ramp, through a PE, up its ramp
    // By how much a stream over a slow scribe line takes longer than over any other link: the line's own rate, or that
    // of its credits, a queue full every 2 (hop + scribe) + 1 cycles. 0 where scribe lines are links like others.
    double behind_a_cut(double wavelets) const;
};

// Scribe lines that cut a line of so many of `usable` tiles, in the mean over where it lies.
double mean_cuts(std::uint32_t tiles, std::uint32_t usable, std::uint32_t reticles);

// What a collective demands of a line, in the terms of the spatial model.
struct LineLoad {
    double contention; // C: wavelets that the busiest PE receives
    double energy;     // E: wavelet-hops
    double links;      // N: that they are spread over
    double distance;   // L: hops of the longest way
    double depth;      // D: PEs that the longest chain of dependences passes
};

// P PEs in a row, B wavelets each.
LineLoad chain_load(double pes, double wavelets);
LineLoad star_load(double pes, double wavelets);
LineLoad tree_load(double pes, double wavelets);
LineLoad two_phase_load(double pes, double wavelets); // sqrt(P) groups of sqrt(P), as real numbers
LineLoad broadcast_load(double pes, double wavelets);

// T = max(C, E / N + L) + (2 T_R + 1) D. Phases overlap as if one had begun before the other: a lower bound for trees
// and two phases on this fabric, where a PE receives one stream after the other.
double spatial_model(LineLoad const& load, LineTimes const& times);

double chain_form(double pes, double wavelets, LineTimes const& times);     // B + 6 (P - 1) on a WSE-2
double star_form(double pes, double wavelets, LineTimes const& times);      // B (P - 1) + 5
double broadcast_form(double pes, double wavelets, LineTimes const& times); // B + P + 4
// Two phases, one after the other, `groups` groups of floor(P / groups) PEs or one more: 2 B + P - 1 + 5 D with
// D = (g - 1) + (G - 1). The group at the far end is one of the smaller ones, and decides.
double two_level_form(std::uint32_t pes, std::uint32_t groups, double wavelets, LineTimes const& times);

// The all-reduce of a decode layer as the published runs had it: k (g/2 + G/2) + h (g/2 + P) + payload. Groups meet in
// their middle and leaders in the middle of the line; k = turn, set-up and activation. The payload passes three times:
// into a group's leader, from leader to leader, and in the broadcast.
double published_all_reduce_form(double pes, double groups, double wavelets, LineTimes const& times);
// The same for the all-reduce as it is built here (centred_two_level, tasks that wavelets start, then the broadcast),
// equal groups, every link to itself: where wavelets are many, streams that share links take longer. The reduce ends
// when the leader in the middle has the sum.
//
// `cuts`: scribe lines across the line, half of them on the longer side of its middle. Each adds its latency to the
// way; their rate holds the stream up once on its way to the middle, since leaders pass it on while they receive it,
// and once in the broadcast.
double centred_all_reduce_form(std::uint32_t pes, std::uint32_t groups, double wavelets, LineTimes const& times,
                               double cuts = 0);
double centred_reduce_form(std::uint32_t pes, std::uint32_t groups, double wavelets, LineTimes const& times,
                           double cuts = 0);

} // namespace scribeline::workloads
