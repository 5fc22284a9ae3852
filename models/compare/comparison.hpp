// The same decode step on machines of any kind, in terms that all of them have.
//
//     machine        context 8192   context 32768        one row per machine and context; where there is no figure,
//     wse3:5         row            row                  the row says why
//     h100:8         row            row
#pragma once

#include "configs/config.hpp"
#include "configs/units/quantity.hpp"
#include "models/cost/band.hpp"
#include "models/machine.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace scribeline::models {

// A machine as `run --machine` resolves it, but for the context.
struct ComparedMachine {
    std::string     name; // as asked for: "h100:8"
    configs::Config config;
};

// Figures are missing where the machine does not hold the workload, or nothing models them.
struct ComparisonRow {
    std::string   machine;
    std::string   kind;        // of models/machine_list.cpp
    std::uint32_t context = 0; // tokens of every sequence, the one that is written included
    std::uint64_t batch   = 1; // sequences that a step decodes together

    bool                  fits = false;
    std::string           reason;              // why there are no figures; empty: there are
    bool                  faulty = false;      // the reason is that the simulation went wrong, and not the machine
    std::optional<double> memory_share;        // needed, of what there is, on the fullest device; 1.2: a fifth too much
    std::optional<configs::Bytes> missing;     // on all devices
    std::uint32_t                 devices = 0; // used: wafers, GPUs, chips, accelerators
    std::string                   arrangement; // "8 GPUs share each layer"

    std::optional<configs::Seconds> first_token;     // of a prompt of `context` tokens, every sequence of the batch
    std::optional<configs::Seconds> token;           // of every sequence: what the hardware needs
    std::optional<configs::Seconds> checking_step;   // with a draft model: the step that checks its proposals
    std::optional<configs::Seconds> served;          // the same, with the server around it
    std::optional<double>           bandwidth_share; // of the peak of all devices' memory
    std::optional<configs::Joules>  energy;          // of one token of one sequence: what is known to be spent
    std::optional<configs::Joules>  energy_at_most;  // of the same: every device at its full power, no servers
    std::optional<configs::Joules>  at_meter; // of a token where all that may be are in flight, at the site's meter
    Band                            dollars = unknown_band(); // of the same token: devices and electricity
    std::string                     bound_by;                 // the largest of the parts; empty: not told apart

    std::vector<std::pair<std::string, configs::Seconds>> parts;        // add up to `token`; empty: not told apart
    std::vector<std::pair<std::string, configs::Joules>>  energy_parts; // add up to `energy`
    std::string                                           fidelity, fidelity_said; // the latter a clause
    std::vector<std::string>                              notes;

    // What stands behind `token` (behind `checking_step`, where there is one), and behind `first_token`.
    Evidence              evidence, first_token_evidence;
    std::optional<double> deviation, first_token_deviation; // of their closed forms from them

    // Where a machine takes further steps, of other sequences, before the first is done.
    std::uint64_t         steps_in_flight = 1;
    std::optional<double> tokens_per_second_in_flight; // of all sequences of all of them

    std::shared_ptr<RecordedGpuSystem const> modules; // what passed between modules, where that was recorded

    std::optional<double> tokens_per_second_per_user() const;
    std::optional<double> served_per_user() const;
    std::optional<double> tokens_per_second() const; // of the whole batch
};

struct Comparison {
    std::string                  model;
    std::uint64_t                batch = 1; // workload.batch of all machines
    std::vector<std::uint32_t>   contexts;
    std::vector<ComparedMachine> machines;
    std::vector<ComparisonRow>   rows; // machine by machine, its contexts in order

    ComparisonRow const& row(std::size_t machine, std::size_t context) const
    {
        return rows.at(machine * contexts.size() + context);
    }
    // Number of the machine whose users get a token soonest at that context; nothing when none holds it.
    std::optional<std::size_t> fastest(std::size_t context) const;
    bool                       anything_fits() const;
};

// Runs every machine at every context. What a machine cannot do is said in its row; a configuration that is wrong for
// all contexts alike (a model that cannot be read) throws configs::UserError. `next` hears of each row before it runs,
// `done` of what came out.
Comparison compare(std::vector<ComparedMachine> machines, std::vector<std::uint32_t> contexts,
                   std::function<void(std::string const& machine, std::uint32_t context)> const& next = {},
                   std::function<void(ComparisonRow const&)> const&                              done = {});

} // namespace scribeline::models
