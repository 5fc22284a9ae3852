// What a bank must wait for, as rows of a table: after command `from`, command `to` at a place that shares `level` with
// it waits for the sum of up to three timings. Documented in docs/hbm.md.
#pragma once

#include "models/hbm/timings.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace scribeline::models {

enum class Command : std::uint8_t { activate, read, write, precharge, precharge_all, refresh_bank, refresh_all };
constexpr std::size_t command_count = 7;
char const*           name_of(Command);

// precharge_all and refresh_all are for a stack id, the others for a bank.
constexpr bool is_for_stack_id(Command c) { return c == Command::precharge_all || c == Command::refresh_all; }
constexpr bool is_column(Command c) { return c == Command::read || c == Command::write; }

// Which places a rule joins. other_stack_id: same pseudo-channel, but another stack id.
enum class Level : std::uint8_t { bank, bank_group, stack_id, other_stack_id, pseudo_channel };
constexpr std::size_t level_count = 5;
char const*           name_of(Level);

struct TimingRule {
    using Member = std::uint32_t HbmTimings::*;

    Level                 level;
    Command               from, to;
    std::array<Member, 3> parts{};    // summed; null: nothing
    std::uint32_t         window = 1; // counted from the command so many before: 4 for the four-activate window

    std::uint32_t cycles(HbmTimings const& t) const
    {
        std::uint32_t sum = 0;
        for (auto const part : parts)
            sum += part ? t.*part : 0;
        return sum;
    }
};

std::vector<TimingRule> const& timing_rules();

} // namespace scribeline::models
