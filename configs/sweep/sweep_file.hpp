// A sweep file as it was written.
//
//     description = "What does a slower scribe line cost?"
//     command     = "run"                              # what runs a point: run, compare, yield (command.hpp)
//     machine     = "wse2"
//     goals       = ["max tokens_per_second_per_user", "min scribe.extra_latency"]
//     constraints = ["context <= 8192 or scribe.extra_latency == 0 cycles"]
//
//     [fixed]                                          # the same at every point
//     mapping.region = "420x420"
//
//     [axes]                                           # every combination of these
//     scribe.extra_latency = { from = "0 cycles", to = "8 cycles", steps = 5 }
//     context              = { from = 1024, to = 65536, factor = 4 }
//     workload.model       = ["llama-3-8b", "qwen3-8b"]
//
//     [[zip]]                                          # one axis of values that belong together
//     fabric.hop_latency = ["1 cycle", "2 cycles"]
//     pe.vector_setup    = ["7 cycles", "15 cycles"]
//
//     [sampling]                                       # instead of every combination
//     method  = "sobol"                                # grid, random, latin_hypercube
//     samples = 64
//     seed    = 1
//
// All mistakes of a file are told at once, with line, column and a suggestion.
#pragma once

#include "configs/sweep/axis.hpp"
#include "configs/sweep/command.hpp"
#include "configs/sweep/expression.hpp"
#include "configs/sweep/sampling.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace scribeline::configs {

// What is good: ranks of the Pareto front are counted with it.
struct Goal {
    bool        maximise = true;
    std::string column; // a parameter of an axis, or a metric of /summary
};

// "max tokens_per_second_per_user". Throws TextError.
Goal parse_goal(std::string const& text);

struct SweepFile {
    std::string name;    // as messages show it
    std::string content; // every byte

    std::string                                      description;
    SweepCommand                                     command = SweepCommand::run;
    std::string                                      machine = "wse2";
    std::vector<Goal>                                goals;
    std::vector<Expression>                          constraints; // a point is kept when all of them hold
    std::vector<std::pair<std::string, std::string>> fixed;       // column and value
    std::vector<Axis>                                axes;        // in the order of the file; the last changes fastest

    Sampler       sampler = Sampler::grid;
    std::uint64_t samples = 0;
    std::uint64_t seed    = 1;
};

char const* name_of(Sampler sampler);
char const* name_of(Axis::Kind kind);

// A name of a shipped sweep (configs/sweeps/NAME.toml), or a path. Throws UserError: no_input when there is no such
// file, bad_config with every mistake in it.
SweepFile read_sweep_file(std::string const& file);

// The same of a text; `folder` is what its relative paths start from.
SweepFile read_sweep_text(std::string const& content, std::string const& name, std::string const& folder);

} // namespace scribeline::configs
