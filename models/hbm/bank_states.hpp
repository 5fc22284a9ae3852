// The banks of one pseudo-channel: which row each holds open, and from which cycle on each command is allowed.
//
// A command that comes too early, or to a bank in the wrong state, is refused: whoever schedules cannot cheat.
#pragma once

#include "models/hbm/timing_rules.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::models {

// bank: number within the pseudo-channel, (stack id x groups + group) x banks per group + bank in the group.
struct BankPlace {
    std::uint32_t bank     = 0;
    std::uint32_t group    = 0; // within the pseudo-channel
    std::uint32_t stack_id = 0;
};

class BankStates {
  public:
    static constexpr std::uint32_t closed = 0xffffffff;

    // `rules` may be a part of timing_rules(): a test looks at one of them alone.
    explicit BankStates(HbmDevice const& device, std::vector<TimingRule> const& rules = timing_rules());

    BankPlace     place(std::uint32_t bank) const;
    std::uint32_t banks() const { return static_cast<std::uint32_t>(open_row_.size()); }
    std::uint32_t open_row(std::uint32_t bank) const { return open_row_[bank]; } // or `closed`
    bool          all_closed(std::uint32_t stack_id) const;

    // The first cycle at which the rules allow it. For a stack id: of any of its banks.
    std::uint64_t earliest(Command c, std::uint32_t bank) const
    {
        auto const p    = places_[bank];
        auto const i    = static_cast<std::size_t>(c);
        auto       when = std::max(at_pseudo_channel_[i], at_stack_id_[p.stack_id][i]);
        if (!is_for_stack_id(c))
            when = std::max({when, at_group_[p.group][i], at_bank_[bank][i]});
        return when;
    }

    // Throws configs::SimulationFault when it is too early, or the bank is not in a state for it. `row`: of activate.
    void issue(Command c, std::uint32_t bank, std::uint64_t cycle, std::uint32_t row = closed);

  private:
    using Allowed = std::array<std::uint64_t, command_count>;
    struct Effect {
        Level         level;
        Command       to;
        std::uint32_t cycles;
    };
    struct Window {
        Level         level;
        Command       from, to;
        std::uint32_t cycles, length;
        // Per node of the level, the cycles of the last `length` commands as a ring.
        std::vector<std::vector<std::uint64_t>> past;
        std::vector<std::uint64_t>              count;
    };

    void        require_state(Command c, std::uint32_t bank, std::uint64_t cycle) const;
    void        raise(Level level, Command to, BankPlace place, std::uint64_t until);
    std::size_t node(Level level, BankPlace place) const;

    HbmOrganisation        organisation_;
    std::vector<BankPlace> places_;

    std::array<std::vector<Effect>, command_count> effects_; // by `from`
    std::vector<Window>                            windows_;
    std::vector<Allowed>                           at_bank_, at_group_, at_stack_id_;
    Allowed                                        at_pseudo_channel_{};
    std::vector<std::uint32_t>                     open_row_;
};

} // namespace scribeline::models
