// From a datasheet to a stack of HBM, or a device of GDDR.
#include "models/gpu/forms/memory_rate.hpp"

#include "models/hbm/hbm_memory.hpp"

#include <cmath>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

namespace scribeline::models {

namespace {

constexpr double gibibyte = 1073741824.0;

} // namespace

HbmDevice hbm_of(configs::GpuParams const& gpu)
{
    auto const  generation   = hbm_generation(gpu.memory_kind);
    auto const& row          = hbm_row(generation);
    auto const& organisation = row.organisation;
    auto const  stacks       = static_cast<double>(gpu.memory_stacks);
    auto const  pins         = static_cast<double>(organisation.lanes()) * organisation.pins;
    auto const  pin_rate     = gpu.memory_bandwidth.value() / stacks * 8 / pins;
    // A program sees a little less than what stacks come in.
    auto const step     = row.capacity_step * gibibyte;
    auto const capacity = std::ceil(gpu.memory.value() / stacks / step) * step;
    return hbm_device(generation, configs::Bytes{capacity}, pin_rate);
}

double sustained_share(configs::GpuParams const& gpu, bool write)
{
    // All that hbm_of() looks at.
    using Key = std::tuple<std::string, std::uint32_t, double, double, bool>;
    static std::mutex            mutex;
    static std::map<Key, double> known;
    auto const key  = Key{gpu.memory_kind, gpu.memory_stacks, gpu.memory.value(), gpu.memory_bandwidth.value(), write};
    auto const lock = std::lock_guard{mutex};
    if (auto const found = known.find(key); found != known.end())
        return found->second;
    auto const stack  = hbm_of(gpu);
    auto const rate   = sustained_bandwidth(stack, AccessPattern{write ? 1.0 : 0.0, 1, 0});
    return known[key] = ratio(rate, stack.peak_bandwidth());
}

} // namespace scribeline::models
