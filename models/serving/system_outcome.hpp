// What came of serving: every request, every engine, every link, and the books over all of them.
#pragma once

#include "configs/books.hpp"
#include "models/machine.hpp"
#include "models/serving/engine_rules.hpp"
#include "models/serving/replica.hpp"
#include "models/serving/request_record.hpp"
#include "models/serving/tier_store.hpp"
#include "models/serving/tool_pool.hpp"
#include "workloads/requests/reuse_curve.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::models {

struct PoolOutcome {
    std::string             name;
    Role                    role = Role::all;
    std::string             machine; // as it was asked for: "h100:8"
    Standing                standing;
    EngineRules             rules;
    std::uint32_t           replicas    = 0;
    std::uint64_t           evaluations = 0;       // of Machine::step
    std::string             fidelity;              // of these
    double                  largest_deviation = 0; // of the law of its steps from the machine, over `compared` steps
    std::size_t             compared          = 0;
    configs::Watts          power;       // of a replica's devices by their datasheets; zero: not known
    configs::BytesPerSecond bandwidth;   // of the memory of a replica's devices, by their datasheets; zero: not known
    configs::Bytes          kv, weights; // of that memory: what caches may take, what weights do

    // What its machine spends: joules of work by cause, and watts of a replica that are there with time. No causes: it
    // tells of none.
    std::vector<std::string> causes;
    bool                     knows_prompts = false; // what prompts spend, too
    configs::Watts           awake, always, around;
    double                   block_bytes = 0; // of a block of its KV pools
};

struct EngineOutcome {
    std::size_t   pool   = 0;
    std::uint32_t number = 0; // in its pool
    ReplicaTotals totals;
    std::uint64_t blocks = 0, taken = 0, given_back = 0, in_use = 0; // of the KV pool
    Spending      spending;
    Ticks         idle = 0; // nothing to do; with the machine's and the engine's time the makespan
};

// Of keys and values between a replica and the network.
struct LinkOutcome {
    std::string   name;
    std::uint64_t bytes = 0, transfers = 0;
    Ticks         busy = 0;
};

// Of one tier, or of one replica's.
struct TierOutcome {
    std::string   name;
    std::string   of;     // "all", or the pool and the number of its replica
    std::string   memory; // by its name
    std::uint64_t block_bytes = 0, blocks = 0, stored = 0;
    TierBooks     books;                             // blocks
    std::uint64_t bytes_read = 0, bytes_written = 0; // that passed its memory
    Ticks         busy = 0;                          // of its memory, the mean over its units
};

struct ServingOutcome {
    std::string                        source; // what requests these were
    RequestLog                         log;
    std::vector<PoolOutcome>           pools;
    std::vector<EngineOutcome>         engines;
    std::vector<LinkOutcome>           links;      // between pools
    std::vector<LinkOutcome>           host_links; // of replicas, to the tiers
    std::vector<TierOutcome>           tiers;
    std::optional<ToolOutcome>         tools;
    std::vector<workloads::ReusePoint> reuse; // what a cache without an end would have found of prompts
    std::uint64_t            moved_up_bytes = 0, moved_down_bytes = 0; // between machines and tiers, as replicas asked
    std::vector<std::string> notes;
    bool                     closed_loop = false; // a request came when another had ended
    Ticks                    makespan    = 0;     // until the last request has ended
    std::uint64_t            state_hash  = 0;
    std::uint64_t            modules = 0, messages = 0, wakes = 0; // of SystemC; sent; of engines
    configs::Books           books;
};

} // namespace scribeline::models
