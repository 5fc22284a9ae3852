// One replica of a model under an inference engine: requests wait, run in batches, leave. The scheduler, step by step.
//
//     accept() --> waiting --> running: prompts are taken in --> sequences decode --> ended
//                     ^                                                |
//                     '------------- preempted, to compute again ------'
//
// A replica knows no clock: due() says when it wants to be woken, wake() ends the steps that were under way and begins
// what follows. While nothing but decoding goes on, all steps up to the next event are one: a request ends, the pool
// runs out of blocks, someone arrives. With `step_by_step` they are taken one at a time, and everything comes out the
// same.
//
//     vllm    vllm_rules.cpp    one batch of everything; what lacks blocks preempts the last
//     trtllm  the same, admitting only what has room for all its output
//     sglang  sglang_rules.cpp  prompts first, in batches of their own; what decodes is retracted when blocks lack
#pragma once

#include "models/serving/cost_meter.hpp"
#include "models/serving/engine_rules.hpp"
#include "models/serving/kv_pool.hpp"
#include "models/serving/request_record.hpp"
#include "models/serving/step_law.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <vector>

namespace scribeline::models {

enum class Role : std::uint8_t { all, prefill, decode };

// A request as it comes to a replica.
struct Arriving {
    std::size_t   record = 0; // its place in the log
    Ticks         at     = 0;
    std::uint64_t input = 1, output = 1;

    std::vector<std::uint64_t> hashes;            // of the prompt's groups
    std::uint64_t              group_tokens = 0;  // of each; 0: there are none
    bool                       prefilled = false; // its keys and values have come with it, and its first token was made
    bool                       goes_on   = false; // a request that waits for it has its whole prompt in front
};

// What others must know of.
struct Happening {
    enum class Kind : std::uint8_t {
        ended,
        taking_in, // of a prefill pool: a step has begun that takes in a part of the prompt
        prefilled  // the same: the prompt is in the cache, and its first token is out
    } kind;
    std::size_t   record;
    Ticks         at;
    Ticks         began;    // taking_in: of the step, which ends at `at`
    std::uint64_t tokens;   // in the cache by then
    std::uint32_t slot = 0; // prefilled: whose blocks are held until leaves() says when the last byte is gone
};

// Whole blocks of group `k` of a prompt.
std::uint64_t whole_blocks_of_group(Arriving const& request, std::size_t k, std::uint64_t block);

class KvTiers;

struct ReplicaOptions {
    Role     role         = Role::all;
    bool     step_by_step = false;
    WorkLaw* work         = nullptr; // what steps spend; must outlive the replica; null: nothing is told of it
    KvTiers* tiers        = nullptr; // below the KV pool; it outlives the replica
};

// Sums of a replica over its life.
struct ReplicaTotals {
    Ticks machine = 0, engine = 0, idle = 0; // its time: the machine computes, the engine works between steps, neither
    std::uint64_t steps = 0, wakes = 0, preemptions = 0;
    std::uint64_t prompt_tokens = 0, made_tokens = 0, found_tokens = 0; // computed, made, not computed
    std::uint64_t decoded_tokens = 0, shared_tokens = 0,
                  came_tokens = 0, // put into the cache besides: by decoding, found, moved in from another pool,
        moved_up_tokens       = 0; // and from a tier
    std::uint64_t kept_tokens = 0, lost_tokens = 0; // of the cache: of who ended, of who was preempted
    std::uint64_t most_blocks = 0, most_running = 0;
    double        block_seconds = 0, running_seconds = 0; // integrals over time
    double        parked_block_seconds = 0;               // of free blocks that may be found again
};

class Replica {
  public:
    // `law` and `log` must outlive the replica.
    Replica(EngineRules const& rules, StepLaw& law, RequestLog& log, ReplicaOptions options);

    void  accept(Arriving&& request);
    Ticks due() const { return due_; } // never: nothing to do
    void  wake();

    std::vector<Happening> take_happenings();
    // Of a prefill pool: keys and values of that slot are gone at `at`, and its blocks free then.
    void leaves(std::uint32_t slot, Ticks at);

    EngineRules const&   rules() const { return rules_; }
    KvPool const&        pool() const { return pool_; }
    Ticks                now() const { return now_; } // when the last step ended
    ReplicaTotals const& totals() const { return totals_; }
    Spending const&      spending() const { return meter_.spending(); }
    std::uint64_t        tokens_here() const { return tokens_here_; } // prompts and output of all that have not ended
    std::uint64_t        found_tokens(Arriving const& request) const; // of its prompt, that need not be computed
    std::uint64_t        state_hash() const { return hash_; }

  private:
    using Slot = std::uint32_t;

    enum class State : std::uint8_t { waiting, loading, taking_in, landing, decoding, leaving };

    struct Live {
        Arriving      asked;
        State         state    = State::waiting;
        bool          decodes  = false;            // counted among those that do
        std::uint64_t computed = 0;                // tokens in the cache, unless it decodes
        std::uint64_t made     = 0;                // tokens, unless it decodes
        std::int64_t  offset = 0, made_offset = 0; // it decodes: computed and made, less steps_decoded_
        std::uint64_t blocks       = 0;            // unless it decodes
        std::uint64_t epoch        = 0; // counts how often the slot changed what it does: stale entries of ending_
        Ticks         since        = 0; // of its phase
        Ticks         engine_since = 0;
        Paid          paid_since;     // the meter's clock when it began to decode
        std::uint64_t loads_from = 0; // tokens that were in the pool when the rest was asked of tiers
        std::vector<KvPool::Share> shares;

        std::uint64_t target() const { return asked.input + made; } // tokens to have in the cache before the next one
    };

    struct Taken { // of a prompt, in the step that is under way
        Slot          slot;
        std::uint64_t tokens;
    };

    // Under way.
    struct Plan {
        Ticks              start = 0, duration = 0, lag = 0;
        std::uint64_t      steps    = 0; // 0: nothing is
        std::uint64_t      decoding = 0, attended = 0;
        Ticks              overhead      = 0;     // of each step: the gap behind it
        Ticks              machine       = 0;     // with prompts: what the machine takes
        std::uint64_t      first_blocks  = 0;     // taken already, for what decodes in the first step
        bool               prompts_alone = false; // nothing decodes in this step
        std::vector<Taken> prompts;
        Ticks              decode = 0; // of the duration, without the engine: what decodes, alone
        std::vector<Ticks> behind;     // of it, for each prompt, attention to the tokens before
    };

    struct End {
        std::uint64_t at; // of steps_decoded_
        Slot          slot;
        std::uint64_t epoch;
        bool          operator>(End const& other) const { return at != other.at ? at > other.at : slot > other.slot; }
    };
    struct Landing {
        Ticks         at;
        Slot          slot;
        std::uint64_t epoch;
        bool operator>(Landing const& other) const { return at != other.at ? at > other.at : slot > other.slot; }
    };

    // replica.cpp
    void  finish_plan();
    void  begin_next();
    void  begin_steps(bool one_only);
    void  idle();
    void  cut(Ticks at); // the run ends with the first step behind which one that comes at `at` can be taken in
    Ticks time_of(std::uint64_t steps);
    void  meter_plan(Ticks machine); // which that took; the rest of the plan's time is the engine's

    // request_state.cpp
    Slot          slot_for(Arriving&& request);
    void          admit_landed();
    void          admit_loaded();
    void          release_left();
    void          prompt_done(Slot slot, Ticks started, Ticks lag);
    void          land(Slot slot, Ticks at); // the prompt's token is out
    void          start_decoding(Slot slot);
    void          stop_decoding(Slot slot);
    void          end(Slot slot);
    void          preempt(Slot slot);
    void          enter(Slot slot, Phase left);
    void          release_blocks(Slot slot);
    void          forget(Slot slot);
    std::uint64_t crossings_at(std::uint64_t step) const;
    std::uint64_t crossings(std::uint64_t steps) const;
    std::uint64_t steps_with_blocks(std::uint64_t most) const;
    std::uint64_t computed(Live const& live) const;
    std::uint64_t made(Live const& live) const;

    // admission.cpp
    struct Found {
        std::uint64_t tokens = 0, blocks = 0, scarce = 0; // scarce: of the blocks, those that are free now
    };
    Found         found(Arriving const& request, std::uint64_t target) const;
    std::uint64_t blocks_for(std::uint64_t tokens) const { return (tokens + rules_.block - 1) / rules_.block; }
    void          share_found(Slot slot, Found const& what);
    void          take_in(Slot slot, std::uint64_t tokens); // its blocks are free
    void          take_blocks(std::uint64_t count);         // of the pool; what is lost goes to the tiers
    bool          has_room_for_all(Found const& what, std::uint64_t target) const;
    bool          load(Slot slot, Found const& what); // who waits first; false: tiers have nothing of it
    void          keep_in_tiers(Slot slot, std::uint64_t from, std::uint64_t to);
    Ticks         time_to_compute(std::uint64_t before, std::uint64_t tokens);
    void          name_blocks(Slot slot, std::uint64_t from, std::uint64_t to);
    bool          visible() const; // someone waits that has arrived
    void          admit(Slot slot, Found const& what, std::uint64_t tokens);
    bool          admit_prefilled(Slot slot); // false: no blocks

    // vllm_rules.cpp, sglang_rules.cpp: fill plan_.prompts. True: no further step without a new plan.
    bool plan_vllm();
    bool grant_running(std::uint64_t& budget);
    bool plan_sglang();
    bool retract();

    EngineRules    rules_;
    StepLaw&       law_;
    RequestLog&    log_;
    ReplicaOptions options_;
    KvPool         pool_;
    ReplicaTotals  totals_;
    CostMeter      meter_;

    Ticks now_ = 0, due_ = never;
    Ticks seen_until_   = 0; // who arrived later was not there when the next step was planned
    Ticks engine_clock_ = 0; // time of the engine between steps, so far
    Plan  plan_;

    std::vector<Live> live_;
    std::vector<Slot> unused_;
    std::deque<Slot>  waiting_;
    std::vector<Slot> running_;   // in the order of admission
    std::vector<Slot> taking_in_; // of them, whose prompts are not done

    // What decodes, without a word for each token.
    std::uint64_t              steps_decoded_ = 0;
    std::uint64_t              decoding_      = 0;
    std::int64_t               offsets_       = 0; // sum of theirs
    std::vector<std::uint64_t> phases_;            // how many need a block at the steps of each remainder
    std::vector<Slot>          first_tokens_;      // who decodes, and has no token yet
    std::priority_queue<End, std::vector<End>, std::greater<>>         ending_;
    std::priority_queue<Landing, std::vector<Landing>, std::greater<>> landing_;
    std::priority_queue<Landing, std::vector<Landing>, std::greater<>> loading_;         // from tiers
    std::priority_queue<Landing, std::vector<Landing>, std::greater<>> leaving_;         // transfers whose end is known
    std::uint64_t                                                      leave_later_ = 0; // whose is not yet

    double                 reserved_ratio_  = 0; // sglang
    std::uint64_t          reserved_blocks_ = 0; // trtllm
    std::uint64_t          tokens_here_     = 0;
    std::vector<Happening> happenings_;
    std::uint64_t          hash_ = 14695981039346656037ULL;
};

} // namespace scribeline::models
