// Every rule of the table, from both sides: not ready a cycle before, ready at the cycle. And the states of a bank.
#include "configs/failure.hpp"
#include "models/hbm/bank_states.hpp"
#include "models/hbm/timing_table.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace scribeline;
using namespace scribeline::models;

namespace {

// A bank that shares `level` with bank 0 and nothing closer, so that only a rule of that level, or above, can bind.
std::uint32_t partner(HbmOrganisation const& g, Level level)
{
    auto const per_stack = g.bank_groups * g.banks_per_group;
    switch (level) {
    case Level::bank:
        return 0;
    case Level::bank_group:
        return 1;
    case Level::stack_id:
    case Level::pseudo_channel:
        return g.banks_per_group; // another group
    case Level::other_stack_id:
        return per_stack;
    }
    return 0;
}

HbmDevice any_device() { return hbm_device(GENERATE(from_range(hbm_generations))); }

// Gets `bank` into a state in which `c` is legal, long before `cycle`.
void prepare(BankStates& states, Command c, std::uint32_t bank)
{
    auto const open = states.open_row(bank) != BankStates::closed;
    if (is_column(c) && !open)
        states.issue(Command::activate, bank, states.earliest(Command::activate, bank), 7);
}

} // namespace

TEST_CASE("each timing rule holds its command back until its cycle and not one longer")
{
    auto const device = any_device();
    for (auto const& rule : timing_rules()) {
        BankStates states{device, {rule}};
        auto const cycles = rule.cycles(device.timings);
        auto const there  = partner(device.organisation, rule.level);
        CAPTURE(name_of(device.generation), name_of(rule.level), name_of(rule.from), name_of(rule.to), rule.window);
        REQUIRE(cycles > 0);

        // The last of `window` commands counts, from the first of them.
        std::uint64_t const start = 1000;
        for (std::uint32_t n = 0; n < rule.window; ++n) {
            auto const bank =
                rule.window == 1 ? 0 : n * device.organisation.banks_per_group % device.organisation.banks();
            prepare(states, rule.from, bank);
            if (n + 1 < rule.window)
                CHECK(states.earliest(rule.to, there) <= start); // three activates do not close the window
            states.issue(rule.from, bank, start + n, 7);
        }
        CHECK(states.earliest(rule.to, there) == start + cycles);

        // And really: the command itself is refused a cycle earlier.
        prepare(states, rule.to, there);
        auto const opens = rule.to == Command::activate || rule.to == Command::refresh_bank;
        if (opens && states.open_row(there) != BankStates::closed)
            states.issue(Command::precharge, there, start + 1);
        if (rule.to == Command::refresh_all)
            for (std::uint32_t bank = 0; bank < device.organisation.banks(); ++bank)
                if (states.open_row(bank) != BankStates::closed)
                    states.issue(Command::precharge, bank, start + 1);
        auto early = states;
        CHECK_THROWS_AS(early.issue(rule.to, there, start + cycles - 1, 9), configs::SimulationFault);
        CHECK_NOTHROW(states.issue(rule.to, there, start + cycles, 9));
    }
}

TEST_CASE("a rule does not reach beyond its level")
{
    auto const  device = any_device();
    auto const& g      = device.organisation;
    for (auto const& rule : timing_rules()) {
        if (rule.level == Level::pseudo_channel || rule.window > 1)
            continue;
        BankStates states{device, {rule}};
        prepare(states, rule.from, 0);
        states.issue(rule.from, 0, 1000, 7);
        auto const outside = rule.level == Level::bank         ? 1u
                             : rule.level == Level::bank_group ? g.banks_per_group
                             : rule.level == Level::stack_id   ? g.bank_groups * g.banks_per_group
                                                               : 1u; // other_stack_id: not the own one
        CAPTURE(name_of(rule.level), name_of(rule.from), name_of(rule.to));
        CHECK(states.earliest(rule.to, outside) == 0);
    }
}

TEST_CASE("with all rules together an HBM3 bank opens, reads and closes in its published times")
{
    auto const device = hbm_device(HbmGeneration::hbm3);
    BankStates states{device};
    states.issue(Command::activate, 0, 100, 5);
    CHECK(states.open_row(0) == 5);
    CHECK(states.earliest(Command::read, 0) == 131);      // tRCDRD 31
    CHECK(states.earliest(Command::write, 0) == 115);     // tRCDWR 15
    CHECK(states.earliest(Command::precharge, 0) == 145); // tRAS 45
    CHECK(states.earliest(Command::activate, 1) == 105);  // tRRDL 5
    CHECK(states.earliest(Command::activate, 4) == 104);  // tRRDS 4
    states.issue(Command::read, 0, 131);
    states.issue(Command::activate, 4, 131, 8);
    CHECK(states.earliest(Command::read, 4) == 162);      // its own activate, later than tCCDS
    CHECK(states.earliest(Command::read, 0) == 135);      // tCCDL 4
    CHECK(states.earliest(Command::write, 0) == 151);     // tRTW 20
    CHECK(states.earliest(Command::precharge, 0) == 145); // tRTP 9 has passed before tRAS
    states.issue(Command::precharge, 0, 145);
    CHECK(states.open_row(0) == BankStates::closed);
    CHECK(states.earliest(Command::activate, 0) == 172); // tRC 72 after cycle 100, beyond tRP 26
}

TEST_CASE("four activates fill the window and the fifth waits for the first")
{
    auto const device = hbm_device(HbmGeneration::hbm3); // tRRDS 4, tFAW 24
    BankStates states{device};
    for (std::uint32_t n = 0; n < 4; ++n)
        states.issue(Command::activate, 4 * n, 50 + 4 * n, 1);
    CHECK(states.earliest(Command::activate, 1) == 74); // not 66, as tRRDS alone would allow
    states.issue(Command::activate, 1, 74, 1);
    CHECK(states.earliest(Command::activate, 5) == 78); // the window has moved on: tRRDS again
}

TEST_CASE("a bank refuses what its state does not allow")
{
    auto const device = hbm_device(HbmGeneration::hbm3);
    BankStates states{device};
    CHECK_THROWS_WITH(states.issue(Command::read, 3, 500),
                      Catch::Contains("read of bank 3 at cycle 500: the bank is closed"));
    CHECK_THROWS_WITH(states.issue(Command::write, 3, 500), Catch::Contains("closed"));
    states.issue(Command::activate, 3, 500, 1);
    CHECK_THROWS_WITH(states.issue(Command::activate, 3, 900, 2), Catch::Contains("holds a row open"));
    CHECK_THROWS_WITH(states.issue(Command::refresh_bank, 3, 900), Catch::Contains("holds a row open"));
    CHECK_THROWS_WITH(states.issue(Command::refresh_all, 0, 900), Catch::Contains("holds a row open"));
    CHECK_THROWS_WITH(states.issue(Command::read, 3, 530), Catch::Contains("too early; allowed from cycle 531"));
    states.issue(Command::precharge_all, 0, 900);
    CHECK(states.all_closed(0));
    CHECK_NOTHROW(states.issue(Command::refresh_all, 0, 926));
    CHECK_THROWS_WITH(states.issue(Command::activate, 0, 926 + device.timings.rfc_ab - 1, 1),
                      Catch::Contains("too early"));
    CHECK_NOTHROW(states.issue(Command::activate, 0, 926 + device.timings.rfc_ab, 1));
}

TEST_CASE("the rules are those of docs/hbm.md, with the cycles of HBM3")
{
    using C = Command;
    using L = Level;
    struct Expected {
        L             level;
        C             from, to;
        std::uint32_t cycles, window = 1;
    };
    // Written by hand: tRC 72, tRCDRD 31, tRCDWR 15, tRAS 45, tRTP 9, CWL + BL + tWR = 10 + 2 + 33, tRP 26, tRFCpb 320,
    // tRFCab 260 ns, tCCD S/L/R 2/4/3, tRTW 20, CWL + BL + tWTR S/L = 12 + 7/10, tRRD S/L 4/5, tFAW 24, tPPD 2,
    // tRREFD 8.
    std::vector<Expected> const expected{
        {L::bank, C::activate, C::activate, 72},
        {L::bank, C::activate, C::read, 31},
        {L::bank, C::activate, C::write, 15},
        {L::bank, C::activate, C::precharge, 45},
        {L::bank, C::read, C::precharge, 9},
        {L::bank, C::write, C::precharge, 45},
        {L::bank, C::precharge, C::activate, 26},
        {L::bank, C::precharge, C::refresh_bank, 26},
        {L::bank, C::refresh_bank, C::activate, 320},
        {L::bank, C::refresh_bank, C::refresh_bank, 320},
        {L::stack_id, C::activate, C::precharge_all, 45},
        {L::stack_id, C::read, C::precharge_all, 9},
        {L::stack_id, C::write, C::precharge_all, 45},
        {L::stack_id, C::precharge, C::refresh_all, 26},
        {L::stack_id, C::precharge_all, C::activate, 26},
        {L::stack_id, C::precharge_all, C::refresh_bank, 26},
        {L::stack_id, C::precharge_all, C::refresh_all, 26},
        {L::stack_id, C::refresh_all, C::activate, 416},
        {L::stack_id, C::refresh_all, C::refresh_bank, 416},
        {L::stack_id, C::refresh_all, C::refresh_all, 416},
        {L::stack_id, C::refresh_bank, C::refresh_all, 320},
        {L::pseudo_channel, C::read, C::read, 2},
        {L::pseudo_channel, C::write, C::write, 2},
        {L::other_stack_id, C::read, C::read, 3},
        {L::other_stack_id, C::write, C::write, 3},
        {L::bank_group, C::read, C::read, 4},
        {L::bank_group, C::write, C::write, 4},
        {L::pseudo_channel, C::read, C::write, 20},
        {L::pseudo_channel, C::write, C::read, 19},
        {L::bank_group, C::write, C::read, 22},
        {L::pseudo_channel, C::activate, C::activate, 4},
        {L::bank_group, C::activate, C::activate, 5},
        {L::pseudo_channel, C::activate, C::activate, 24, 4},
        {L::pseudo_channel, C::precharge, C::precharge, 2},
        {L::pseudo_channel, C::refresh_bank, C::refresh_bank, 8},
        {L::pseudo_channel, C::refresh_bank, C::activate, 8},
        {L::pseudo_channel, C::activate, C::refresh_bank, 4},
    };
    auto const timings = hbm_device(HbmGeneration::hbm3).timings;
    CHECK(timing_rules().size() == expected.size());
    for (auto const& e : expected) {
        CAPTURE(name_of(e.level), name_of(e.from), name_of(e.to));
        auto const found = std::count_if(timing_rules().begin(), timing_rules().end(), [&](TimingRule const& r) {
            return r.level == e.level && r.from == e.from && r.to == e.to && r.window == e.window &&
                   r.cycles(timings) == e.cycles;
        });
        CHECK(found == 1);
    }
}
