// Gives what a replica's machine spends to the requests that it works for, step by step.
//
// A step's time and joules are those of what decodes, shared by its sequences alike, and those of its prompts, shared
// by their tokens. For what decodes there is one clock of what a sequence was given so far: a request reads it when it
// begins and when it stops, so that a run of a thousand steps is one addition.
#pragma once

#include "models/serving/request_record.hpp"
#include "models/serving/spending.hpp"
#include "models/serving/work_law.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::models {

class CostMeter {
  public:
    // `law` must outlive the meter; null: nothing is told of what the machine spends, and only time is shared.
    // `elsewhere`: of a pool for prompts alone.
    CostMeter(WorkLaw* law, bool elsewhere) : law_{law}, elsewhere_{elsewhere} {}

    struct Prompt {
        RequestRecord* record;
        Chunk          chunk;
        Ticks          behind; // of the step's time, attention to the tokens before it
    };
    struct Taken {
        Ticks machine, engine; // what its steps took, and the engine beside them
    };
    // `steps` steps of so many sequences, the first of which attends to `attended` tokens.
    void decoded(std::uint64_t n, std::uint64_t attended, std::uint64_t steps, Taken time);
    // One step's prompts beside n sequences, in that time.
    void took_in(std::uint64_t n, std::vector<Prompt> const& prompts, Taken time);

    Paid clock() const { return clock_; } // of a sequence that has decoded from the start
    void settle(RequestRecord& record, Paid since) const
    {
        record.paid.decode.seconds += clock_.seconds - since.seconds;
        record.paid.decode.joules += clock_.joules - since.joules;
    }

    Spending const& spending() const { return spending_; }

  private:
    double awake(Ticks machine); // joules that go with steps under way

    WorkLaw* law_;
    bool     elsewhere_;
    Paid     clock_;
    Spending spending_;
};

} // namespace scribeline::models
