#include "models/hbm/pseudo_channel.hpp"

#include "configs/failure.hpp"
#include "models/hbm/timing_table.hpp"

#include <algorithm>
#include <tuple>

namespace scribeline::models {

HbmCounters& HbmCounters::operator+=(HbmCounters const& o)
{
    reads += o.reads;
    writes += o.writes;
    row_hits += o.row_hits;
    row_misses += o.row_misses;
    row_conflicts += o.row_conflicts;
    activates += o.activates;
    precharges += o.precharges;
    refreshes += o.refreshes;
    turnarounds += o.turnarounds;
    return *this;
}

bool PseudoChannel::Candidate::before(Candidate const& other) const
{
    return std::tie(cycle, rank, order) < std::tie(other.cycle, other.rank, other.order);
}

PseudoChannel::PseudoChannel(HbmDevice const& device)
    : timings_{device.timings}, organisation_{device.organisation}, controller_{device.controller}, states_{device},
      banks_waiting_{}, fresh_(device.organisation.banks()), closed_for_another_row_(device.organisation.banks())
{
    require_consistent(device);
    SCRIBELINE_EXPECT(device.organisation.banks() <= 64); // one bit each in banks_waiting_
    for (auto& direction : waiting_)
        direction.resize(organisation_.banks());
}

void PseudoChannel::accept(HbmBurst const& burst)
{
    SCRIBELINE_EXPECT(has_room(burst.write) && burst.arrival >= last_arrival_);
    if (waiting() == 0 && burst.arrival > now_)
        pass_idle(burst.arrival);
    last_arrival_ = burst.arrival;
    waiting_[burst.write][burst.bank].push_back({burst.id, burst.arrival, next_order_++, burst.row, burst.column});
    banks_waiting_[burst.write] |= std::uint64_t{1} << burst.bank;
    ++waiting_count_[burst.write];
}

bool PseudoChannel::step(std::vector<HbmDone>& done)
{
    if (waiting() == 0)
        return false;
    choose_direction();
    Candidate best;
    consider_refresh(best);
    for (auto banks = banks_waiting_[writing_]; banks != 0; banks &= banks - 1)
        consider_bank(static_cast<std::uint32_t>(__builtin_ctzll(banks)), best);
    issue(best, done);
    return true;
}

void PseudoChannel::choose_direction()
{
    auto const reads = waiting_count_[0], writes = waiting_count_[1];
    auto const turn = writing_ ? writes == 0 || (writes <= controller_.write_low && reads > 0)
                               : writes >= controller_.write_high || (reads == 0 && writes > 0);
    if (turn) {
        writing_ = !writing_;
        ++counters_.turnarounds;
    }
}

std::uint64_t PseudoChannel::possible(Command c, std::uint32_t bank) const
{
    return std::max({now_, is_column(c) ? column_bus_ : row_bus_, states_.earliest(c, bank)});
}

void PseudoChannel::consider_bank(std::uint32_t bank, Candidate& best) const
{
    auto const& entries = waiting_[writing_][bank];
    auto const  open    = states_.open_row(bank);
    // A bank that must be refreshed takes nothing from then on.
    auto const end   = is_next_to_refresh(bank) ? refresh_forced() : std::numeric_limits<std::uint64_t>::max();
    auto const offer = [&](Command c, Rank rank, std::size_t index) {
        auto const&     entry = entries[index];
        Candidate const candidate{std::max(possible(c, bank), entry.arrival), rank, entry.order, c, bank, index};
        if (candidate.cycle < end && candidate.before(best))
            best = candidate;
    };
    if (open == BankStates::closed)
        return offer(Command::activate, Rank::activate, 0);
    auto const starving = entries[0].row != open && now_ >= entries[0].arrival + controller_.starvation_limit;
    if (!starving)
        for (std::size_t i = 0; i < entries.size(); ++i)
            if (entries[i].row == open)
                return offer(writing_ ? Command::write : Command::read, Rank::column, i);
    offer(Command::precharge, Rank::precharge, 0);
}

void PseudoChannel::consider_refresh(Candidate& best) const
{
    if (controller_.refresh == Refresh::none)
        return;
    auto const whole = controller_.refresh == Refresh::all_bank;
    auto const first = refresh_first_bank();
    auto const last  = whole ? organisation_.banks() : first + 1; // all stack ids that are still to come in this round
    auto const step  = organisation_.bank_groups * organisation_.banks_per_group;
    auto const all   = banks_waiting_[0] | banks_waiting_[1];
    auto const work  = whole ? all != 0 : (all >> first & 1) != 0;
    auto const from  = work ? refresh_forced() : refresh_due(); // put off as long as allowed while its banks have work
    for (auto bank = first; bank < last; bank += step) {
        auto const open =
            whole ? !states_.all_closed(states_.place(bank).stack_id) : states_.open_row(bank) != BankStates::closed;
        if (!open && bank != first)
            continue; // its turn comes when the one before has been refreshed
        auto const      command = open ? (whole ? Command::precharge_all : Command::precharge)
                                       : (whole ? Command::refresh_all : Command::refresh_bank);
        Candidate const candidate{std::max(possible(command, bank), from), Rank::refresh, 0, command, bank, 0};
        if (candidate.before(best))
            best = candidate;
    }
}

void PseudoChannel::issue(Candidate const& chosen, std::vector<HbmDone>& done)
{
    auto const bank = chosen.bank;
    now_            = chosen.cycle;
    if (log_)
        log_->push_back({chosen.command, bank, now_});
    if (!is_column(chosen.command)) {
        row_bus_ = now_ + 1;
        switch (chosen.command) {
        case Command::activate: {
            states_.issue(chosen.command, bank, now_, waiting_[writing_][bank][chosen.index].row);
            fresh_[bank]                  = closed_for_another_row_[bank] ? 2 : 1;
            closed_for_another_row_[bank] = 0;
            ++counters_.activates;
            return;
        }
        case Command::precharge:
        case Command::precharge_all:
            closed_for_another_row_[bank] = chosen.rank == Rank::precharge;
            ++counters_.precharges;
            break;
        default:
            ++refreshed_;
            ++counters_.refreshes;
            break;
        }
        states_.issue(chosen.command, bank, now_);
        return;
    }

    column_bus_ = now_ + 1;
    states_.issue(chosen.command, bank, now_);
    auto& entries = waiting_[writing_][bank];
    auto  latency = writing_ ? timings_.cwl : timings_.cl;
    done.push_back({entries[chosen.index].id, now_ + latency + timings_.bl});
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(chosen.index));
    if (entries.empty())
        banks_waiting_[writing_] &= ~(std::uint64_t{1} << bank);
    --waiting_count_[writing_];
    ++(writing_ ? counters_.writes : counters_.reads);
    ++(fresh_[bank] == 0 ? counters_.row_hits : fresh_[bank] == 1 ? counters_.row_misses : counters_.row_conflicts);
    fresh_[bank] = 0;
}

// Nothing waits: refreshes go on. After whole intervals the banks are as after one, so most are only counted.
void PseudoChannel::pass_idle(std::uint64_t until)
{
    if (controller_.refresh != Refresh::none) {
        auto const whole = (until - now_) / timings_.refi;
        if (whole > 2) {
            refreshed_ += (whole - 2) * refresh_units();
            counters_.refreshes += (whole - 2) * refresh_units();
        }
        std::vector<HbmDone> none;
        for (;;) {
            Candidate next;
            consider_refresh(next);
            if (next.cycle >= until)
                break;
            issue(next, none);
        }
    }
    now_ = std::max(now_, until);
}

std::uint32_t PseudoChannel::refresh_units() const
{
    return controller_.refresh == Refresh::all_bank ? organisation_.stack_ids : organisation_.banks();
}

// From the count, so that rounding cannot accumulate. The first interval passes before the first refresh. Per bank they
// are spread over the interval; all stack ids rest together, which costs the wires one pause instead of several.
std::uint64_t PseudoChannel::refresh_cycle(std::uint64_t number) const
{
    auto const units = refresh_units();
    return controller_.refresh == Refresh::all_bank ? (number / units + 1) * timings_.refi
                                                    : (number + 1) * timings_.refi / units;
}
std::uint64_t PseudoChannel::refresh_due() const { return refresh_cycle(refreshed_); }
std::uint64_t PseudoChannel::refresh_forced() const
{
    auto const units = controller_.refresh == Refresh::all_bank ? refresh_units() : 1;
    return refresh_cycle(refreshed_ + std::uint64_t{controller_.postponed} * units);
}

// Neighbours in time are banks of different groups, so that two of a group do not rest at once.
std::uint32_t PseudoChannel::refresh_first_bank() const
{
    auto const unit = static_cast<std::uint32_t>(refreshed_ % refresh_units());
    if (controller_.refresh == Refresh::all_bank)
        return unit * organisation_.bank_groups * organisation_.banks_per_group;
    return unit % organisation_.groups() * organisation_.banks_per_group + unit / organisation_.groups();
}

bool PseudoChannel::is_next_to_refresh(std::uint32_t bank) const
{
    switch (controller_.refresh) {
    case Refresh::none:
        return false;
    case Refresh::per_bank:
        return bank == refresh_first_bank();
    default:
        return bank >= refresh_first_bank();
    }
}

} // namespace scribeline::models
