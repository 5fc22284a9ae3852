// What steps of a machine spend, as a function of what an engine's batch is made of: the joules that go with work, and
// how busy memory and arithmetic are.
//
//     W(batch) = D(n, c) + P(n + p) - P(n) + sum over prompts of [ A(b_i, p_i) - P(p_i) ]
//
//     D   n sequences decode, at a mean context of c                P   one prompt of so many tokens in an empty cache
//     A   one of p_i tokens behind b_i that are in the cache
//
// All are asked of Machine::step, at counts a quarter of an octave apart, and are straight between them. Time has a law
// of its own (step_law.hpp), which is exact to the tick; joules need not be, and are within a percent of the machine.
#pragma once

#include "models/machine.hpp"
#include "models/serving/spending.hpp"
#include "models/serving/step_law.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace scribeline::models {

class WorkLaw {
  public:
    // `machine` must outlive the law.
    WorkLaw(Machine& machine, LawLimits const& limits);

    // Of joules, in the order of Work::joules.
    std::vector<std::string> const& causes() const { return causes_; }
    bool                            knows() const { return !causes_.empty(); } // the machine tells what it spends
    bool                            knows_prompts() const { return knows_prompts_; }

    // Of the whole machine: while a step is under way, always, and of what is around it.
    configs::Watts awake() const { return awake_; }
    configs::Watts always() const { return always_; }
    configs::Watts around() const { return around_; }

    // Of one step of n sequences that attend to so many tokens together.
    Work decode(std::uint64_t n, std::uint64_t attended);
    // Of prompts beside n sequences that decode, without what those spend.
    Work prompts(std::uint64_t n, std::vector<Chunk> const& chunks);
    // Of one chunk, attention to the tokens before it.
    Work behind(Chunk const& chunk);

  private:
    using Place = std::pair<std::uint64_t, std::uint64_t>;

    Work        of(StepReport const& report) const;
    Work const& decode_at(std::uint64_t n, std::uint64_t context);
    Work const& prompt_at(std::uint64_t before, std::uint64_t tokens);
    Work        prompt(std::uint64_t before, std::uint64_t tokens);

    Machine&                 machine_;
    LawLimits                limits_;
    std::vector<std::string> causes_;
    bool                     knows_prompts_ = false, batches_fit_ = true;
    configs::Watts           awake_, always_, around_;
    std::map<Place, Work>    decode_, prompt_;
};

} // namespace scribeline::models
