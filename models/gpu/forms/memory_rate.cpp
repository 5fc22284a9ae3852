// From a datasheet to a stack of HBM.
#include "models/gpu/forms/memory_rate.hpp"

#include "models/hbm/hbm_memory.hpp"

#include <cmath>

namespace scribeline::models {

namespace {

constexpr double gibibyte = 1073741824.0;
// Stacks come in steps of so much; a program sees a little less.
constexpr double step_of_capacity = 4 * gibibyte;

} // namespace

HbmDevice hbm_of(configs::GpuParams const& gpu)
{
    auto const  generation   = hbm_generation(gpu.memory_kind);
    auto const& organisation = hbm_row(generation).organisation;
    auto const  stacks       = static_cast<double>(gpu.memory_stacks);
    auto const  pins         = static_cast<double>(organisation.lanes()) * organisation.pins;
    auto const  pin_rate     = gpu.memory_bandwidth.value() / stacks * 8 / pins;
    auto const  capacity     = std::ceil(gpu.memory.value() / stacks / step_of_capacity) * step_of_capacity;
    return hbm_device(generation, configs::Bytes{capacity}, pin_rate);
}

double sustained_share(configs::GpuParams const& gpu)
{
    auto const stack = hbm_of(gpu);
    return ratio(sustained_bandwidth(stack), stack.peak_bandwidth());
}

} // namespace scribeline::models
