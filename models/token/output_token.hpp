// An output token, as its user waits for it: a step of the model where that gives one, and with a draft model its share
// of a round. Everything that is said "per output token" is said of this.
//
//     draft, draft, draft, draft | way | step that checks them all | way    a round: expected_tokens() output tokens
//
// The draft model stands beside the model on the same devices, or on devices of its own, as the machine has it
// (Standing::shares_devices).
#pragma once

#include "models/machine.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::models {

// Output tokens of a round that proposes `proposed`, each accepted with that probability if all before it were: the
// model's own token comes with them.
double expected_tokens(double acceptance, std::uint32_t proposed);

struct Drafting {
    std::string      model;
    std::uint32_t    tokens          = 0; // proposed for one step
    double           acceptance      = 0;
    double           tokens_per_step = 1; // expected
    Standing         standing;            // of the draft model
    configs::Seconds of_one;              // token of the draft model, of every sequence
    configs::Seconds round;               // proposals, their way, and the step that checks them
};

struct OutputToken {
    Standing                standing;
    Room                    room;
    std::uint64_t           batch = 1; // sequences that a step decodes together
    StepReport              step;      // of the model: it decodes, or it checks
    std::optional<Drafting> draft;

    // Of one output token of every sequence.
    configs::Seconds         latency;
    workloads::WhereTimeWent where, fall;
    std::string              bound_by;
    std::optional<double>    bandwidth_share;
    // Of one output token of one sequence.
    std::vector<SpentEnergy> spent; // no parts: not known
    configs::Joules          at_most;

    double          tokens_per_second_per_user() const { return 1 / latency.value(); }
    double          tokens_per_second() const { return static_cast<double>(batch) / latency.value(); } // of the batch
    double          tokens_per_second_in_flight() const; // of all sequences of all steps that may be under way
    configs::Joules energy() const;
};

// What the workload of `config` asks of `machine`, which was made for it. Throws configs::UserError as Machine::step()
// does, and where the draft model cannot be read or has no room (configs::DoesNotFit).
OutputToken output_token(Machine& machine, configs::Config const& config);

} // namespace scribeline::models
