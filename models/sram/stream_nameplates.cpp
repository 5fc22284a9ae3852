#include "models/sram/stream_machines.hpp"

namespace scribeline::models {

Nameplate sram_nameplate(configs::Parameters const& p)
{
    auto const chips = static_cast<double>(p.sram.chips);
    return {p.sram.chips, "SRAM", chips * p.sram.memory, chips * p.sram.bandwidth, chips * p.sram.power};
}

Nameplate plain_nameplate(configs::Parameters const& p)
{
    auto const devices = static_cast<double>(p.plain.devices);
    return {p.plain.devices, "DRAM", devices * p.plain.memory, devices * p.plain.bandwidth, devices * p.plain.power};
}

} // namespace scribeline::models
