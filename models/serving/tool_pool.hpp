// Processors on which the tools of agents work: cores that take what comes first, and a speed.
//
//     core 0  |--- work / speed ---|--- ..
//     core 1  |------ ..                      who finds no free core waits in one queue
#pragma once

#include "models/serving/messages.hpp"
#include "models/serving/ticks.hpp"

#include <cstdint>
#include <functional>
#include <queue>
#include <string>
#include <vector>

namespace scribeline::models {

struct ToolSpec {
    std::string   name  = "tools";
    std::uint32_t cores = 1;
    double        speed = 1; // times that of the processors on which tool times were recorded
};

struct ToolOutcome {
    ToolSpec      spec;
    std::uint64_t jobs = 0, queued_jobs = 0;
    Ticks         busy = 0, queued = 0; // sums over cores, over jobs
    std::uint64_t most_busy = 0;        // cores at once
};

class ToolPool {
  public:
    // Throws configs::UserError for no cores, or a speed that is none.
    explicit ToolPool(ToolSpec const& spec);

    struct Run {
        Ticks start, end;
    };
    // Work that took so long where it was recorded, asked at `at`: in the order of the calls.
    Run run(Ticks at, Ticks work);

    ToolOutcome const& outcome() const { return outcome_; }

  private:
    ToolOutcome                                                    outcome_;
    std::priority_queue<Ticks, std::vector<Ticks>, std::greater<>> ends_; // of cores that were used
};

// The same behind a socket.
class ToolModule final : public sc_core::sc_module {
  public:
    ToolModule(sc_core::sc_module_name name, ToolSpec const& spec);

    MessageIn inlet;

    ToolOutcome const& outcome() const { return pool_.outcome(); }

  private:
    ToolPool pool_;
};

} // namespace scribeline::models
