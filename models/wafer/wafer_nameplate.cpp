#include "models/wafer/wafer_machine.hpp"

namespace scribeline::models {

// One wafer: how many there are is said by NAME:N.
Nameplate wafer_nameplate(configs::Parameters const& p)
{
    auto const pes = static_cast<double>(p.wafer.columns) * p.wafer.rows;
    return {1, "SRAM", pes * p.pe.sram, configs::BytesPerSecond{pes * p.pe.sram_read_bytes * p.wafer.clock.value()},
            p.energy.system_power};
}

} // namespace scribeline::models
