// The generations of HBM and of GDDR as rows of a table, each figure with its source, and how a row carries over to the
// data rate of a product: what is a time stays the same time, what is a count of clock cycles stays that count.
#pragma once

#include "models/hbm/timings.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace scribeline::models {

inline constexpr std::array hbm_generations{HbmGeneration::hbm2, HbmGeneration::hbm2e, HbmGeneration::hbm3,
                                            HbmGeneration::hbm3e, HbmGeneration::hbm4};
inline constexpr std::array gddr_generations{HbmGeneration::gddr6, HbmGeneration::gddr6x, HbmGeneration::gddr7};

char const* name_of(HbmGeneration);
// Throws configs::UserError, with the names there are, when `name` is none of them.
HbmGeneration hbm_generation(std::string_view name);

// One line of the table: a timing, where it comes from, and whether it is a time or a count of cycles.
struct TimingField {
    char const*   name; // "tRCDRD"
    std::uint32_t HbmTimings::*member;
    bool                       counts_cycles; // does not grow with the clock
};
std::vector<TimingField> const& timing_fields();

struct HbmRow {
    HbmGeneration   generation;
    double          pin_rate;        // at which the cycles below were published
    std::uint32_t   bits_per_clock;  // of one pin in one cycle of CK: 2 or 4; 8 or 16 of GDDR
    HbmOrganisation organisation;    // rows and stack ids of the smallest stack
    HbmTimings      timings;         // rfc_ab of the smallest density
    std::uint32_t   usual_stack_ids; // of a stack as it is sold
    double          capacity_step;   // GiB: stacks come in multiples of it
    // All-bank refresh by density of a channel, nanoseconds: up to 4, 8, 16 Gbit, and beyond.
    std::array<double, 4> rfc_ab_ns;
    char const*           source;
    char const*           assumed; // fields that no source states, and what was taken
};
HbmRow const& hbm_row(HbmGeneration);

// A device of that generation. `pin_rate` in bits per second, 0: the generation's own. `stack_capacity` decides the
// number of rows and the time of an all-bank refresh; `stack_ids` is the number of dies on top of each
// other over four; 0: as is usual.
// Throws configs::UserError when the timings contradict one another, or no stack can be divided so.
HbmDevice hbm_device(HbmGeneration, configs::Bytes stack_capacity = configs::Bytes{16 * 1073741824.0},
                     double pin_rate = 0, std::uint32_t stack_ids = 0);

// Throws configs::UserError that names both rows when one cannot hold beside another (tRC < tRAS + tRP), or when the
// organisation or the controller cannot exist.
void require_consistent(HbmDevice const&);

} // namespace scribeline::models
