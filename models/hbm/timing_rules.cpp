#include "models/hbm/timing_rules.hpp"

namespace scribeline::models {

namespace {

constexpr std::array commands{"activate", "read", "write", "precharge", "precharge all", "refresh bank", "refresh all"};
static_assert(commands.size() == command_count);
constexpr std::array levels{"bank", "bank group", "stack id", "other stack id", "pseudo-channel"};
static_assert(levels.size() == level_count);

} // namespace

char const* name_of(Command c) { return commands[static_cast<std::size_t>(c)]; }
char const* name_of(Level l) { return levels[static_cast<std::size_t>(l)]; }

std::vector<TimingRule> const& timing_rules()
{
    using C = Command;
    using L = Level;
    using T = HbmTimings;
    static std::vector<TimingRule> const rules{
        // A bank: open, use, close, open again.
        {L::bank, C::activate, C::activate, {&T::rc}},
        {L::bank, C::activate, C::read, {&T::rcd_rd}},
        {L::bank, C::activate, C::write, {&T::rcd_wr}},
        {L::bank, C::activate, C::precharge, {&T::ras}},
        {L::bank, C::read, C::precharge, {&T::rtp}},
        {L::bank, C::write, C::precharge, {&T::cwl, &T::bl, &T::wr}},
        {L::bank, C::precharge, C::activate, {&T::rp}},
        {L::bank, C::precharge, C::refresh_bank, {&T::rp}},
        {L::bank, C::refresh_bank, C::activate, {&T::rfc_pb}},
        {L::bank, C::refresh_bank, C::refresh_bank, {&T::rfc_pb}},

        // A stack id, for the commands that concern all its banks.
        {L::stack_id, C::activate, C::precharge_all, {&T::ras}},
        {L::stack_id, C::read, C::precharge_all, {&T::rtp}},
        {L::stack_id, C::write, C::precharge_all, {&T::cwl, &T::bl, &T::wr}},
        {L::stack_id, C::precharge, C::refresh_all, {&T::rp}},
        {L::stack_id, C::precharge_all, C::activate, {&T::rp}},
        {L::stack_id, C::precharge_all, C::refresh_bank, {&T::rp}},
        {L::stack_id, C::precharge_all, C::refresh_all, {&T::rp}},
        {L::stack_id, C::refresh_all, C::activate, {&T::rfc_ab}},
        {L::stack_id, C::refresh_all, C::refresh_bank, {&T::rfc_ab}},
        {L::stack_id, C::refresh_all, C::refresh_all, {&T::rfc_ab}},
        {L::stack_id, C::refresh_bank, C::refresh_all, {&T::rfc_pb}},

        // The data wires and the column path.
        {L::pseudo_channel, C::read, C::read, {&T::ccd_s}},
        {L::pseudo_channel, C::write, C::write, {&T::ccd_s}},
        {L::other_stack_id, C::read, C::read, {&T::ccd_r}},
        {L::other_stack_id, C::write, C::write, {&T::ccd_r}},
        {L::bank_group, C::read, C::read, {&T::ccd_l}},
        {L::bank_group, C::write, C::write, {&T::ccd_l}},
        {L::pseudo_channel, C::read, C::write, {&T::rtw}},
        {L::pseudo_channel, C::write, C::read, {&T::cwl, &T::bl, &T::wtr_s}},
        {L::bank_group, C::write, C::read, {&T::cwl, &T::bl, &T::wtr_l}},

        // The current that opening rows draws.
        {L::pseudo_channel, C::activate, C::activate, {&T::rrd_s}},
        {L::bank_group, C::activate, C::activate, {&T::rrd_l}},
        {L::pseudo_channel, C::activate, C::activate, {&T::faw}, 4},
        {L::pseudo_channel, C::precharge, C::precharge, {&T::ppd}},
        {L::pseudo_channel, C::refresh_bank, C::refresh_bank, {&T::rrefd}},
        {L::pseudo_channel, C::refresh_bank, C::activate, {&T::rrefd}},
        {L::pseudo_channel, C::activate, C::refresh_bank, {&T::rrd_s}},
    };
    return rules;
}

} // namespace scribeline::models
