#include "models/gpu/gpu_machine.hpp"

namespace scribeline::models {

Nameplate gpu_nameplate(configs::Parameters const& p)
{
    auto const devices = static_cast<double>(p.gpu.devices);
    return {p.gpu.devices, "HBM", devices * p.gpu.memory, devices * p.gpu.memory_bandwidth, devices * p.gpu.power};
}

} // namespace scribeline::models
