#include "models/hbm/timing_table.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

constexpr std::array names{"hbm2", "hbm2e", "hbm3", "hbm3e", "hbm4", "gddr6", "gddr6x", "gddr7"};

// Cycles of CK, a row for each timing: its name in JESD235, JESD238 and JESD250, where it stands, whether it counts
// cycles at any data rate, and the cycles of the generations that have been published, at their data rate in Gbit/s.
struct PublishedTiming {
    char const*   name;
    std::uint32_t HbmTimings::*member;
    bool                       counts_cycles;
    std::uint32_t              hbm2, hbm3, hbm4, gddr6;
};
using T = HbmTimings;
// clang-format off
constexpr std::array<PublishedTiming, 24> published_timings{{
    //                                HBM2    HBM3    HBM4   GDDR6
    //                                 2.0     6.4     8.0    14.0
    {"CL",     &T::cl,       false,     14,     20,     20,     24},
    {"CWL",    &T::cwl,      false,      5,     10,     10,      6},
    {"BL",     &T::bl,       true,       2,      2,      2,      2},
    {"tRCDRD", &T::rcd_rd,   false,     14,     31,     39,     26},
    {"tRCDWR", &T::rcd_wr,   false,     12,     15,     19,     16},
    {"tRP",    &T::rp,       false,     14,     26,     33,     26},
    {"tRAS",   &T::ras,      false,     34,     45,     57,     53},
    {"tRC",    &T::rc,       false,     48,     72,     90,     79},
    {"tWR",    &T::wr,       false,     16,     33,     42,     26},
    {"tRTP",   &T::rtp,      false,      5,      9,     12,      4},
    {"tCCDS",  &T::ccd_s,    true,       2,      2,      2,      2},
    {"tCCDL",  &T::ccd_l,    true,       4,      4,      4,      3},
    {"tCCDR",  &T::ccd_r,    true,       3,      3,      2,      3},
    {"tRRDS",  &T::rrd_s,    false,      4,      4,      5,      7},
    {"tRRDL",  &T::rrd_l,    false,      6,      5,      7,      7},
    {"tFAW",   &T::faw,      false,     15,     24,     30,     28},
    {"tWTRS",  &T::wtr_s,    false,      6,      7,      9,      9},
    {"tWTRL",  &T::wtr_l,    false,      8,     10,     13,     11},
    {"tRTW",   &T::rtw,      false,     13,     20,     25,     22},
    {"tPPD",   &T::ppd,      true,       2,      2,      2,      2},
    {"tREFI",  &T::refi,     false,   3900,   6240,   7800,   3333},
    {"tRFCab", &T::rfc_ab,   false,    260,    416,    800,    210},
    {"tRFCpb", &T::rfc_pb,   false,    160,    320,    560,    105},
    {"tRREFD", &T::rrefd,    false,      8,      8,     10,     14},
}};
// clang-format on

constexpr HbmTimings timings_of(std::uint32_t PublishedTiming::*generation)
{
    auto timings = HbmTimings{};
    for (auto const& row : published_timings)
        timings.*row.member = row.*generation;
    return timings;
}

constexpr HbmTimings hbm2_at_2_0 = timings_of(&PublishedTiming::hbm2);
constexpr HbmTimings hbm3_at_6_4 = timings_of(&PublishedTiming::hbm3);
constexpr HbmTimings hbm4_at_8_0 = timings_of(&PublishedTiming::hbm4);
// Of GDDR7 too, at twice the rate: both have a CK of 1.75 GHz there.
constexpr HbmTimings gddr6_at_14 = timings_of(&PublishedTiming::gddr6);

// clang-format off
//                                channels  pseudo-   stack  bank    banks of  rows  row    burst  pins
//                                          channels  ids    groups  a group         bytes  bytes
constexpr HbmOrganisation narrow{ 8,        2,        1,     4,      4,        0,    1024,  32,    64};
constexpr HbmOrganisation wide{   16,       2,        1,     4,      4,        0,    1024,  32,    32};
constexpr HbmOrganisation widest{ 32,       2,        1,     2,      8,        0,    1024,  32,    32};
constexpr HbmOrganisation halves{ 2,        1,        1,     4,      4,        0,    2048,  32,    16};
constexpr HbmOrganisation fours{  4,        1,        1,     4,      4,        0,    1024,  32,    8};
// clang-format on

constexpr char const* ramulator = "Ramulator 2.1 (CMU-SAFARI)";

std::array<HbmRow, 8> const rows{{
    {HbmGeneration::hbm2,
     2.0e9,
     2,
     narrow,
     hbm2_at_2_0,
     2,
     4,
     {260, 350, 450, 550},
     "Ramulator 2.1 (CMU-SAFARI); tRRDL: DRAMsim3, DRAMSys",
     "tRTW = CL + BL + 2 - CWL (JESD235's bus turnaround); tCCDR, tPPD, tRREFD and tRFCab above 8 Gbit as in HBM3"},
    {HbmGeneration::hbm2e,
     3.6e9,
     2,
     narrow,
     hbm2_at_2_0,
     2,
     4,
     {260, 350, 450, 550},
     "derived: times of HBM2, data rate and width of the stack from its bandwidth of 461 GB/s",
     "that a faster interface leaves the banks as they are"},
    {HbmGeneration::hbm3, 6.4e9, 4, wide, hbm3_at_6_4, 2, 4, {260, 350, 450, 550}, ramulator, ""},
    {HbmGeneration::hbm3e,
     9.6e9,
     4,
     wide,
     hbm3_at_6_4,
     2,
     4,
     {260, 350, 450, 550},
     "derived: times of HBM3, data rate of the stack (1229 GB/s)",
     "that a faster interface leaves the banks as they are"},
    {HbmGeneration::hbm4,
     8.0e9,
     4,
     widest,
     hbm4_at_8_0,
     2,
     4,
     {400, 400, 450, 530},
     ramulator,
     "CWL as in HBM3 (CL is the same); tREFI, tPPD and tRREFD as in HBM3; which density has which tRFCab"},
    {HbmGeneration::gddr6,
     14.0e9,
     8,
     halves,
     gddr6_at_14,
     1,
     1,
     {120, 120, 120, 120},
     "Ramulator 2 (CMU-SAFARI), GDDR6 at 1.35 V",
     "BL, tCCDS, tCCDL in whole cycles of a CK that is an eighth of the data rate (JESD250, recalled); tRTW = CL + BL "
     "+ "
     "2 - CWL; tPPD as in HBM3; tRFCab of 8 Gbit at every density"},
    {HbmGeneration::gddr6x,
     21.0e9,
     8,
     halves,
     gddr6_at_14,
     1,
     1,
     {120, 120, 120, 120},
     "derived: times of GDDR6, data rate of the device",
     "that a faster interface leaves the banks as they are"},
    {HbmGeneration::gddr7,
     28.0e9,
     16,
     fours,
     gddr6_at_14,
     1,
     1,
     {120, 120, 120, 120},
     "derived: times of GDDR6, data rate and channels of the device",
     "that a faster interface leaves the banks as they are; four channels of 8 pins with rows of 1 KiB (recalled)"},
}};

// The rate at which the cycles of a row were published: those of hbm2e, hbm3e and gddr6x are their parents'.
double rate_of_cycles(HbmGeneration generation)
{
    switch (generation) {
    case HbmGeneration::hbm2e:
        return 2.0e9;
    case HbmGeneration::hbm3e:
        return 6.4e9;
    case HbmGeneration::gddr6x:
        return 14.0e9;
    default:
        return hbm_row(generation).pin_rate;
    }
}

// Whole cycles that cover `exact`; a millionth of a cycle too much is rounding of the data rate.
std::uint32_t cover(double exact) { return static_cast<std::uint32_t>(std::ceil(exact - 1e-6)); }

[[noreturn]] void refuse(HbmDevice const& device, std::string const& what)
{
    throw configs::UserError{configs::Exit::bad_config, fmt::format("{}: {}", name_of(device.generation), what)};
}

} // namespace

char const* name_of(HbmGeneration generation) { return names[static_cast<std::size_t>(generation)]; }

HbmGeneration hbm_generation(std::string_view name)
{
    for (std::size_t i = 0; i < names.size(); ++i)
        if (name == names[i])
            return static_cast<HbmGeneration>(i);
    std::vector<std::string> const known{names.begin(), names.end()};
    throw configs::UserError{configs::Exit::bad_config,
                             fmt::format("{} is no generation of HBM or GDDR; there are {}{}", configs::shown(name),
                                         fmt::join(known, ", "), configs::did_you_mean(name, known))};
}

std::vector<TimingField> const& timing_fields()
{
    static auto const fields = [] {
        auto all = std::vector<TimingField>{};
        for (auto const& row : published_timings)
            all.push_back({row.name, row.member, row.counts_cycles});
        return all;
    }();
    return fields;
}

HbmRow const& hbm_row(HbmGeneration generation) { return rows[static_cast<std::size_t>(generation)]; }

HbmDevice hbm_device(HbmGeneration generation, configs::Bytes stack_capacity, double pin_rate, std::uint32_t stack_ids)
{
    auto const& row = hbm_row(generation);
    HbmDevice   device;
    device.generation   = generation;
    device.pin_rate     = pin_rate > 0 ? pin_rate : row.pin_rate;
    device.organisation = row.organisation;
    device.clock        = HbmClock{configs::Hertz{device.pin_rate / row.bits_per_clock}};
    if (!(device.pin_rate >= 1e8 && device.pin_rate <= 1e11))
        refuse(device, fmt::format("a pin rate of {:g} Gbit/s is outside 0.1 .. 100 Gbit/s", device.pin_rate / 1e9));

    auto const faster = device.pin_rate / rate_of_cycles(generation);
    for (auto const& field : timing_fields()) {
        auto const published         = row.timings.*field.member;
        device.timings.*field.member = field.counts_cycles ? published : cover(published * faster);
    }

    // Each was rounded up by itself.
    device.timings.rc = std::max(device.timings.rc, device.timings.ras + device.timings.rp);

    auto& organisation     = device.organisation;
    organisation.stack_ids = stack_ids == 0 ? row.usual_stack_ids : stack_ids;
    if (organisation.stack_ids > 4)
        refuse(device, fmt::format("{} stack ids are outside 1 .. 4 (one per four dies)", stack_ids));
    organisation.rows    = 1;
    auto const row_slice = organisation.capacity();
    auto const exact     = ratio(stack_capacity, row_slice);
    if (!(exact >= 1 && exact <= 1048576))
        refuse(device, fmt::format("a stack of {:g} GB cannot be divided into {} banks of 1 to 1,048,576 rows",
                                   stack_capacity.value() / 1e9, organisation.banks() * organisation.lanes()));
    organisation.rows = static_cast<std::uint32_t>(exact);

    // What one command refreshes: the part of a channel that belongs to one stack id.
    auto const gigabits =
        organisation.capacity().value() * 8 / organisation.channels / organisation.stack_ids / 1073741824.0;
    auto const density    = gigabits <= 4 ? 0u : gigabits <= 8 ? 1u : gigabits <= 16 ? 2u : 3u;
    device.timings.rfc_ab = cover(row.rfc_ab_ns[density] * 1e-9 * device.clock.frequency().value());
    require_consistent(device);
    return device;
}

void require_consistent(HbmDevice const& device)
{
    auto const& t = device.timings;
    for (auto const& field : timing_fields())
        if (t.*field.member == 0)
            refuse(device, fmt::format("{} is 0 cycles; give at least 1", field.name));

    struct Order {
        std::uint32_t small;
        char const*   small_name;
        std::uint32_t large;
        char const*   large_name;
        char const*   why;
    };
    for (auto const& o : {
             Order{t.ras + t.rp, "tRAS + tRP", t.rc, "tRC", "a bank is closed and precharged before it opens again"},
             Order{std::max(t.rcd_rd, t.rcd_wr), "tRCD", t.ras, "tRAS", "a row must be usable before it may be closed"},
             Order{t.rrd_s, "tRRDS", t.rrd_l, "tRRDL", "the same bank group is never faster than another"},
             Order{t.rrd_l, "tRRDL", t.faw, "tFAW", "four activates cannot fit where two do not"},
             Order{t.ccd_s, "tCCDS", t.ccd_l, "tCCDL", "the same bank group is never faster than another"},
             Order{t.bl, "BL", t.ccd_s, "tCCDS", "two bursts would meet on the wires"},
             Order{t.ccd_s, "tCCDS", t.ccd_r, "tCCDR", "another stack id is never faster than another bank group"},
             Order{t.wtr_s, "tWTRS", t.wtr_l, "tWTRL", "the same bank group is never faster than another"},
             Order{t.cl + t.bl, "CL + BL", t.rtw + t.cwl, "tRTW + CWL", "write data would meet read data on the wires"},
             Order{t.rc, "tRC", t.rfc_pb, "tRFCpb", "a refresh opens and closes a row"},
             Order{t.rfc_pb, "tRFCpb", t.rfc_ab, "tRFCab", "all banks are not refreshed faster than one"},
             Order{t.rfc_ab + 1, "tRFCab + 1", t.refi, "tREFI", "a refresh must end before the next is due"},
         })
        if (o.large < o.small)
            refuse(device, fmt::format("{} = {} cycles contradicts {} = {} cycles: {}. Give {} at least {}.",
                                       o.large_name, o.large, o.small_name, o.small, o.why, o.large_name, o.small));

    auto const& g = device.organisation;
    if (g.banks() == 0 || g.lanes() == 0 || g.rows == 0 || g.burst_bytes == 0 || g.row_bytes % g.burst_bytes != 0)
        refuse(device, "the organisation has no banks, rows or bursts, or a row is not a whole number of bursts");
    if (g.banks() > 64)
        refuse(device,
               fmt::format("{} banks of a pseudo-channel are more than the 64 that four stack ids have", g.banks()));
    // Wires and clock must agree: a burst takes BL cycles.
    auto const bursts = device.pin_rate / 8 * g.pins / g.burst_bytes * t.bl / device.clock.frequency().value();
    if (std::abs(bursts - 1) > 1e-6)
        refuse(device, fmt::format("a burst of {} bytes does not take {} cycles on {} pins at {:g} Gbit/s",
                                   g.burst_bytes, t.bl, g.pins, device.pin_rate / 1e9));

    auto const& c = device.controller;
    if (c.queue_depth == 0 || c.write_low >= c.write_high || c.write_high > c.queue_depth)
        refuse(device, fmt::format("a controller with a queue of {}, that writes from {} down to {} waiting writes, "
                                   "cannot work; they must fall: queue >= high > low",
                                   c.queue_depth, c.write_high, c.write_low));
    if (c.postponed > 8)
        refuse(device, fmt::format("{} postponed refreshes are more than the 8 that JESD238 allows", c.postponed));
}

} // namespace scribeline::models
