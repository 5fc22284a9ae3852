#include "models/hbm/bank_states.hpp"

#include "configs/failure.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::models {

BankStates::BankStates(HbmDevice const& device, std::vector<TimingRule> const& rules)
    : organisation_{device.organisation}, at_bank_(organisation_.banks()), at_group_(organisation_.groups()),
      at_stack_id_(organisation_.stack_ids), open_row_(organisation_.banks(), closed)
{
    for (std::uint32_t bank = 0; bank < organisation_.banks(); ++bank) {
        auto const group = bank / organisation_.banks_per_group;
        places_.push_back({bank, group, group / organisation_.bank_groups});
    }
    for (auto const& rule : rules) {
        auto const cycles = rule.cycles(device.timings);
        if (rule.window == 1) {
            effects_[static_cast<std::size_t>(rule.from)].push_back({rule.level, rule.to, cycles});
            continue;
        }
        Window w{rule.level, rule.from, rule.to, cycles, rule.window, {}, {}};
        w.past.assign(organisation_.banks(), std::vector<std::uint64_t>(rule.window));
        w.count.assign(organisation_.banks(), 0);
        windows_.push_back(std::move(w));
    }
}

BankPlace BankStates::place(std::uint32_t bank) const { return places_[bank]; }

bool BankStates::all_closed(std::uint32_t stack_id) const
{
    auto const count = organisation_.bank_groups * organisation_.banks_per_group;
    auto const first = open_row_.begin() + stack_id * count;
    return std::all_of(first, first + count, [](auto row) { return row == closed; });
}

std::size_t BankStates::node(Level level, BankPlace p) const
{
    switch (level) {
    case Level::bank:
        return p.bank;
    case Level::bank_group:
        return p.group;
    case Level::stack_id:
        return p.stack_id;
    default:
        return 0;
    }
}

void BankStates::raise(Level level, Command to, BankPlace p, std::uint64_t until)
{
    auto const i   = static_cast<std::size_t>(to);
    auto const set = [&](Allowed& allowed) { allowed[i] = std::max(allowed[i], until); };
    switch (level) {
    case Level::bank:
        return set(at_bank_[p.bank]);
    case Level::bank_group:
        return set(at_group_[p.group]);
    case Level::stack_id:
        return set(at_stack_id_[p.stack_id]);
    case Level::pseudo_channel:
        return set(at_pseudo_channel_);
    case Level::other_stack_id:
        for (std::uint32_t s = 0; s < organisation_.stack_ids; ++s)
            if (s != p.stack_id)
                set(at_stack_id_[s]);
        return;
    }
}

void BankStates::require_state(Command c, std::uint32_t bank, std::uint64_t cycle) const
{
    auto const  open  = open_row_[bank] != closed;
    char const* wrong = nullptr;
    switch (c) {
    case Command::activate:
    case Command::refresh_bank:
        wrong = open ? "the bank holds a row open" : nullptr;
        break;
    case Command::read:
    case Command::write:
        wrong = open ? nullptr : "the bank is closed";
        break;
    case Command::refresh_all:
        wrong = all_closed(places_[bank].stack_id) ? nullptr : "a bank of the stack id holds a row open";
        break;
    default:
        break;
    }
    if (wrong)
        throw configs::SimulationFault{
            fmt::format("HBM: {} of bank {} at cycle {}: {}", name_of(c), bank, cycle, wrong)};
    if (cycle < earliest(c, bank))
        throw configs::SimulationFault{fmt::format("HBM: {} of bank {} at cycle {} is too early; allowed from cycle {}",
                                                   name_of(c), bank, cycle, earliest(c, bank))};
}

void BankStates::issue(Command c, std::uint32_t bank, std::uint64_t cycle, std::uint32_t row)
{
    require_state(c, bank, cycle);
    auto const p = places_[bank];
    for (auto const& effect : effects_[static_cast<std::size_t>(c)])
        raise(effect.level, effect.to, p, cycle + effect.cycles);
    for (auto& w : windows_)
        if (w.from == c) {
            auto const n                  = node(w.level, p);
            auto&      past               = w.past[n];
            past[w.count[n]++ % w.length] = cycle;
            if (w.count[n] >= w.length)
                raise(w.level, w.to, p, past[w.count[n] % w.length] + w.cycles);
        }
    if (c == Command::activate)
        open_row_[bank] = row;
    else if (c == Command::precharge)
        open_row_[bank] = closed;
    else if (c == Command::precharge_all) {
        auto const count = organisation_.bank_groups * organisation_.banks_per_group;
        std::fill_n(open_row_.begin() + p.stack_id * count, count, closed);
    }
}

} // namespace scribeline::models
