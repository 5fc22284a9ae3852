// One pseudo-channel and its controller: a queue of bursts, served first-ready first-come with open pages.
//
//   accept --> waiting reads  --+      row commands     --> banks
//         \--> waiting writes --+--<   column commands  --> wires --> done
//                               |
//                 refresh ------+
//
// At each step the command that can go first goes; of several, a refresh that is due, then the oldest row hit, then the
// oldest activate, then the oldest precharge. Row and column commands have a bus each, one command a cycle. A row stays
// open until a request needs another row of its bank and none waits for this one, or until a refresh.
// Writes wait until many have gathered, or no read is left (HbmController).
#pragma once

#include "models/hbm/bank_states.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

namespace scribeline::models {

struct HbmBurst {
    std::uint64_t id      = 0;
    std::uint64_t arrival = 0; // cycle
    std::uint32_t bank    = 0;
    std::uint32_t row     = 0;
    std::uint32_t column  = 0;
    bool          write   = false;
};

struct HbmDone {
    std::uint64_t id;
    std::uint64_t cycle; // its last data has crossed the wires
};

struct HbmCommand {
    Command       command;
    std::uint32_t bank;
    std::uint64_t cycle;
};

struct HbmCounters {
    std::uint64_t reads = 0, writes = 0;
    std::uint64_t row_hits      = 0; // the row was open
    std::uint64_t row_misses    = 0; // the bank was closed
    std::uint64_t row_conflicts = 0; // another row was open
    std::uint64_t activates = 0, precharges = 0, refreshes = 0;
    std::uint64_t turnarounds = 0; // between reading and writing

    HbmCounters& operator+=(HbmCounters const& other);
};

class PseudoChannel {
  public:
    explicit PseudoChannel(HbmDevice const& device);

    bool          has_room(bool write) const { return waiting_count_[write] < controller_.queue_depth; }
    std::uint32_t waiting() const { return waiting_count_[0] + waiting_count_[1]; }

    // Must have room, and must not have arrived before the last one accepted.
    void accept(HbmBurst const& burst);

    // Issues the next command; false when no burst waits. Appends to `done` when the command was a read or a write.
    bool step(std::vector<HbmDone>& done);

    // From now on each command is appended to `log`; null: none is.
    void record(std::vector<HbmCommand>* log) { log_ = log; }

    std::uint64_t      now() const { return now_; } // cycle of the last command
    HbmCounters const& counters() const { return counters_; }
    BankStates const&  states() const { return states_; }

  private:
    struct Entry {
        std::uint64_t id, arrival, order;
        std::uint32_t row, column;
    };
    enum class Rank : std::uint8_t { refresh, column, activate, precharge };
    struct Candidate {
        std::uint64_t cycle = std::numeric_limits<std::uint64_t>::max();
        Rank          rank  = Rank::precharge;
        std::uint64_t order = 0;
        Command       command{};
        std::uint32_t bank  = 0;
        std::size_t   index = 0; // into waiting_

        bool before(Candidate const& other) const;
    };

    void          choose_direction();
    void          consider_refresh(Candidate& best) const;
    void          consider_bank(std::uint32_t bank, Candidate& best) const;
    std::uint64_t possible(Command c, std::uint32_t bank) const;
    void          issue(Candidate const& chosen, std::vector<HbmDone>& done);
    void          pass_idle(std::uint64_t until);

    std::uint32_t refresh_units() const; // of one interval: banks, or stack ids
    std::uint64_t refresh_cycle(std::uint64_t number) const;
    std::uint64_t refresh_due() const;        // of the next one
    std::uint64_t refresh_forced() const;     // from then on its banks take nothing else
    std::uint32_t refresh_first_bank() const; // of the next one
    bool          is_next_to_refresh(std::uint32_t bank) const;

    HbmTimings      timings_;
    HbmOrganisation organisation_;
    HbmController   controller_;
    BankStates      states_;

    std::array<std::vector<std::vector<Entry>>, 2> waiting_;       // [write][bank], oldest first
    std::array<std::uint64_t, 2>                   banks_waiting_; // [write] one bit per bank
    std::array<std::uint32_t, 2>                   waiting_count_{};
    std::vector<std::uint8_t>                      fresh_; // per bank: 1 opened for a closed bank, 2 after a conflict
    std::vector<std::uint8_t>                      closed_for_another_row_;

    bool                     writing_      = false;
    std::uint64_t            now_          = 0;
    std::uint64_t            next_order_   = 0;
    std::uint64_t            last_arrival_ = 0;
    std::uint64_t            row_bus_ = 0, column_bus_ = 0; // free from this cycle
    std::uint64_t            refreshed_ = 0;                // commands of this kind so far
    HbmCounters              counters_;
    std::vector<HbmCommand>* log_ = nullptr;
};

} // namespace scribeline::models
