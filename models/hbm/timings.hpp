// What one generation of HBM, or of GDDR, is: how a stack is divided, and what its banks must wait for. Plain data; the
// rows stand in timing_table.cpp. Of GDDR a stack is one device of 32 data pins: two channels of 16 pins, or four of 8.
//
// Times count cycles of the command clock (CK), with one data rate in mind: HbmDomain cycles of two devices are not the
// same length.
#pragma once

#include "configs/units/cycles.hpp"
#include "configs/units/quantity.hpp"

#include <cstdint>
#include <string>

namespace scribeline::models {

enum class HbmGeneration : std::uint8_t { hbm2, hbm2e, hbm3, hbm3e, hbm4, gddr6, gddr6x, gddr7 };

struct HbmDomain {};
using HbmCycles = configs::Cycles<HbmDomain>;
using HbmClock  = configs::Clock<HbmDomain>;

// A stack is channels x pseudo-channels; each of these has stack_ids x bank_groups x banks_per_group banks of its own.
struct HbmOrganisation {
    std::uint32_t channels        = 0;
    std::uint32_t pseudo_channels = 0; // of a channel
    std::uint32_t stack_ids       = 0; // ranks: groups of dies that share the wires
    std::uint32_t bank_groups     = 0; // of a stack id
    std::uint32_t banks_per_group = 0;
    std::uint32_t rows            = 0; // of a bank
    std::uint32_t row_bytes       = 0; // of a pseudo-channel
    std::uint32_t burst_bytes     = 0; // one column command
    std::uint32_t pins            = 0; // data pins of a pseudo-channel

    std::uint32_t  lanes() const { return channels * pseudo_channels; } // pseudo-channels of the stack
    std::uint32_t  groups() const { return stack_ids * bank_groups; }   // of a pseudo-channel
    std::uint32_t  banks() const { return groups() * banks_per_group; } // of a pseudo-channel
    std::uint32_t  bursts_per_row() const { return row_bytes / burst_bytes; }
    configs::Bytes capacity() const
    {
        return configs::Bytes{static_cast<double>(row_bytes) * rows * banks() * lanes()};
    }
};

// Cycles of CK, by the names of JESD235, JESD238 and JESD250.
struct HbmTimings {
    std::uint32_t cl     = 0; // read command to first data
    std::uint32_t cwl    = 0; // write command to first data
    std::uint32_t bl     = 0; // data of one burst on the wires
    std::uint32_t rcd_rd = 0; // activate to read
    std::uint32_t rcd_wr = 0; // activate to write
    std::uint32_t rp     = 0; // precharge to activate
    std::uint32_t ras    = 0; // activate to precharge
    std::uint32_t rc     = 0; // activate to activate, same bank
    std::uint32_t wr     = 0; // end of write data to precharge
    std::uint32_t rtp    = 0; // read to precharge
    std::uint32_t ccd_s  = 0; // column to column, other bank group
    std::uint32_t ccd_l  = 0; // column to column, same bank group
    std::uint32_t ccd_r  = 0; // column to column, other stack id
    std::uint32_t rrd_s  = 0; // activate to activate, other bank group
    std::uint32_t rrd_l  = 0; // activate to activate, same bank group
    std::uint32_t faw    = 0; // window with at most four activates
    std::uint32_t wtr_s  = 0; // end of write data to read, other bank group
    std::uint32_t wtr_l  = 0; // end of write data to read, same bank group
    std::uint32_t rtw    = 0; // read to write
    std::uint32_t ppd    = 0; // precharge to precharge
    std::uint32_t refi   = 0; // every row group is refreshed once in so many cycles
    std::uint32_t rfc_ab = 0; // all-bank refresh
    std::uint32_t rfc_pb = 0; // per-bank refresh
    std::uint32_t rrefd  = 0; // per-bank refresh to the next one, or to an activate of another bank
};

// How rows are kept alive. All-bank refresh closes all stack ids for rfc_ab; per-bank refresh takes one bank after
// another and leaves the others open.
enum class Refresh : std::uint8_t { none, all_bank, per_bank };

// The memory controller of one pseudo-channel.
struct HbmController {
    Refresh       refresh          = Refresh::all_bank;
    std::uint32_t queue_depth      = 64;   // reads, and as many writes; assumed: GPU makers publish none
    std::uint32_t write_high       = 48;   // so many writes waiting: turn to writing
    std::uint32_t write_low        = 16;   // so few: turn back
    std::uint32_t postponed        = 0;    // refreshes that may be put off while their bank has work; JESD238 allows 8
    std::uint32_t starvation_limit = 2000; // cycles after which a request goes before row hits; assumed
};

struct HbmDevice {
    HbmGeneration   generation = HbmGeneration::hbm3;
    double          pin_rate   = 0; // bits per second of one data pin
    HbmClock        clock{configs::Hertz{1}};
    HbmOrganisation organisation;
    HbmTimings      timings;
    HbmController   controller;

    // Of one stack.
    configs::BytesPerSecond peak_bandwidth() const
    {
        return configs::BytesPerSecond{pin_rate / 8 * organisation.pins * organisation.lanes()};
    }
};

} // namespace scribeline::models
