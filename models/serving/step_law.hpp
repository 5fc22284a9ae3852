// How long a step of a machine takes, as a function of what an engine's batch is made of.
//
//     T(batch) = D(n, c) + H(n + p) - H(n) + sum over prompts of [ Q(p_i) + E(p_i, b_i) ]
//
//     D   n sequences decode, at a mean context of c
//     H   products of so many rows, Q attention of a prompt of p_i tokens to itself, E to b_i tokens before it
//
// All of it is learned by asking Machine::step and nothing else: D of decoding batches, H + Q of single prompts, Q of
// two prompts against one of their length, E of prompts behind a context. The law assumes that a step's products share
// their weights and that attention is a time for each sequence, as on GPUs; where prompts follow each other (wafers,
// chips in a row) H comes out as a straight line and the same sum holds. deviation() compares with Machine::step the
// steps that were taken; tests hold it under 0.5 %.
//
// Between two events of a batch c grows by one a step. D is made of straight pieces in whole ticks, so any number of
// steps is one sum of a few terms, exactly that of the steps one by one.
#pragma once

#include "models/machine.hpp"
#include "models/serving/learned_curve.hpp"
#include "models/serving/ticks.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace scribeline::models {

// Of a prompt: `tokens` of it in this step, behind `before` that are in the cache.
struct Chunk {
    std::uint64_t before = 0, tokens = 0;
};

struct StepTime {
    Ticks duration = 0; // until the next step may start
    Ticks lag = 0; // until tokens of this step's prompts are out, beyond that: a pipeline is longer than its interval
    Ticks decode = 0; // of the duration, what the sequences that decode would have taken alone

    std::vector<Ticks> behind{}; // of it, for each chunk, attention to the tokens before it
};

struct LawLimits {
    std::uint64_t tokens      = 1;    // that the KV pool holds
    std::uint64_t step_tokens = 1;    // computed in one step at most
    double        tolerance   = 2e-3; // of each term, as a share of the step: three of them are learned apart
    double        scale       = 1;    // of every time: what if the machine were faster or slower?
};

class StepLaw {
  public:
    // `machine` must outlive the law.
    StepLaw(Machine& machine, LawLimits const& limits);

    // One step of `n` sequences whose contexts, the new tokens included, are `attended` together.
    Ticks decode(std::uint64_t n, std::uint64_t attended);
    // `steps` of them, one after another, each counted as `least` at least.
    Ticks decode_run(std::uint64_t n, std::uint64_t attended, std::uint64_t steps, Ticks least = 0);
    // With prompts in the same step; n may be 0.
    StepTime mixed(std::uint64_t n, std::uint64_t attended, std::vector<Chunk> const& chunks);

    bool               prompts_give_token() const { return prompts_give_token_; }
    bool               pipelined() const { return pipelined_; }
    std::uint64_t      evaluations() const { return evaluations_; } // of Machine::step
    std::string const& fidelity() const { return fidelity_; } // of these, as Evidence has it; empty before the first

    // The largest relative difference between the law and the machine, over a sample of the steps that were asked for.
    struct Deviation {
        double      largest = 0;
        std::size_t steps   = 0;
    };
    Deviation deviation();

  private:
    // One piece of D: straight between two mean contexts.
    struct DecodePiece {
        std::uint64_t first = 1, from = 1, to = 0; // attended by all together; `first`: the least that belongs to it
        Ticks         at_from = 0, slope = 0;

        bool  holds(std::uint64_t attended) const { return attended >= first && attended <= to; }
        Ticks at(std::uint64_t attended) const { return at_from + slope * static_cast<Ticks>(attended - from); }
    };
    struct Shape {
        std::uint64_t      n, attended;
        std::vector<Chunk> chunks;
    };

    StepReport         ask(StepWork const& work);
    Ticks              ask_round(std::uint64_t n, std::uint64_t context);
    DecodePiece const& piece_of(std::uint64_t n, std::uint64_t attended);
    double             alone(std::vector<PrefillGroup> prompts);
    double             whole_prompt(std::uint64_t tokens);
    double             prompt(std::uint64_t tokens);                   // H + Q
    double             behind(std::size_t rung, std::uint64_t tokens); // E, where it is known
    double             own_attention(std::uint64_t tokens);            // Q
    double             known_own_attention(std::uint64_t tokens);
    double             products(std::uint64_t rows);   // H
    double             attention_before(Chunk const&); // E
    void               sample(std::uint64_t n, std::uint64_t attended, std::vector<Chunk> const& chunks);
    double             exact(Shape const&);

    Machine&      machine_;
    LawLimits     limits_;
    bool          pipelined_          = false;
    bool          batches_fit_        = true; // of a pipeline: a step of several sequences
    bool          prompts_give_token_ = true;
    double        lag_share_          = 0; // of a prompt's latency that is beyond its interval
    std::uint64_t evaluations_ = 0, asked_ = 0;
    std::string   fidelity_;

    std::vector<std::unique_ptr<LearnedCurve>> decode_; // by n
    std::vector<std::vector<DecodePiece>>      pieces_; // by n, in the order in which they were asked for
    std::vector<std::uint64_t>                 rungs_;  // tokens before a prompt
    std::vector<std::unique_ptr<LearnedCurve>> behind_; // by rung
    std::unique_ptr<LearnedCurve>              prompts_;
    std::map<std::uint64_t, double>            own_; // Q, where it is known
    std::unordered_map<std::uint64_t, double>  whole_prompts_;
    std::unique_ptr<LearnedCurve>              own_curve_;
    std::vector<Shape>                         samples_;
};

} // namespace scribeline::models
