// Rates of a GPU.
#include "models/gpu/device.hpp"

#include "configs/failure.hpp"
#include "models/gpu/forms/architecture.hpp"

#include <algorithm>
#include <array>

namespace scribeline::models {

namespace {

// On their way to an SM in element-wise kernels: 2048 threads with a load of 16 B each (CUDA programming guide).
constexpr double bytes_of_threads = 2048.0 * 16;

} // namespace

char const* name_of(Bound bound)
{
    constexpr std::array names{"memory", "arithmetic", "latency"};
    return names.at(static_cast<std::size_t>(bound));
}

Seconds GpuDevice::loaded_latency() const { return gpu.memory_latency * kernels.loaded_latency.value; }

BytesPerSecond GpuDevice::stream_rate() const
{
    if (gpu.dies < 2)
        return sustained;
    // Addresses are spread over all dies, so each die asks the others for (dies - 1) / dies of what it reads; in each
    // direction a link between two dies carries 1 / dies^2 of all bytes.
    auto const dies = static_cast<double>(gpu.dies);
    return std::min(sustained, gpu.die_link * (dies * dies));
}

BytesPerSecond GpuDevice::read_rate(double active_sms) const
{
    SCRIBELINE_EXPECT(active_sms > 0);
    return Bytes{1} / (Bytes{1} / stream_rate() + flight_of(active_sms).latency_of(Bytes{1}));
}

Flight GpuDevice::flight_of(double active_sms) const
{
    return {gpu.shared_memory * (kernels.pipeline_share.value * active_sms), gpu.memory_latency, Refill::in_rounds};
}

BytesPerSecond GpuDevice::vector_rate() const
{
    return Bytes{1} / (Bytes{1} / stream_rate() + vector_flight().latency_of(Bytes{1}));
}

Flight GpuDevice::vector_flight() const
{
    return {Bytes{bytes_of_threads} * static_cast<double>(gpu.sms), gpu.memory_latency, Refill::in_rounds};
}

FlopsPerSecond GpuDevice::peak(std::uint32_t bits) const
{
    switch (bits) {
    case 4:
        return gpu.peak_4;
    case 8:
        return gpu.peak_8;
    case 16:
        return gpu.peak_16;
    case 32:
        return gpu.peak_16 * 0.5; // TF32 runs at half the rate of 16 bits on all of them
    default:
        SCRIBELINE_EXPECT(!"operands have 4, 8, 16 or 32 bits");
        return {};
    }
}

FlopsPerSecond GpuDevice::products(std::uint32_t bits) const
{
    if (bits <= 4)
        return peak(bits) * kernels.tensor_share_4.value;
    return peak(bits) * (kernels.tensor_share.value * (bits <= 8 ? architecture_of(kernels).share_8 : 1));
}

Seconds GpuDevice::launch(Launch how) const { return how == Launch::single ? kernels.fixed : kernels.graph_step; }

GpuDevice gpu_device(configs::Parameters const& p, double sustained_share)
{
    SCRIBELINE_EXPECT(sustained_share > 0 && sustained_share <= 1);
    return {p.gpu, p.kernels, p.gpu.memory_bandwidth * sustained_share};
}

KernelTime vector_kernel(GpuDevice const& device, Bytes bytes, Launch how)
{
    // The first data must arrive before anything can be written. In a graph the step has been measured with kernels
    // that read and write: it holds that latency.
    auto const latency = how == Launch::single ? device.gpu.memory_latency : Seconds{};
    auto const stream  = bytes / device.vector_rate();
    return {device.launch(how) + latency, stream, Bound::memory};
}

} // namespace scribeline::models
