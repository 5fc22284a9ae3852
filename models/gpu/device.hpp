// One GPU as its kernels see it: how fast memory and arithmetic are, by precision and by how much is in flight.
#pragma once

#include "configs/parameters.hpp"
#include "models/gpu/forms/kernel_work.hpp"

#include <cstdint>

namespace scribeline::models {

using configs::Bytes;
using configs::BytesPerSecond;
using configs::Flops;
using configs::FlopsPerSecond;
using configs::Seconds;

// How a kernel starts: by itself, or behind another one in a captured graph.
enum class Launch { single, graph };

// What bounds a kernel's body.
enum class Bound : std::uint8_t { memory, arithmetic, latency };
char const* name_of(Bound);

// The parts add up to the whole.
struct KernelTime {
    Seconds fixed; // launch, first and last wave
    Seconds body;
    Bound   bound = Bound::latency;

    Seconds total() const { return fixed + body; }
};

struct GpuDevice {
    configs::GpuParams    gpu;
    configs::KernelParams kernels;
    BytesPerSecond        sustained; // what the memory's banks sustain on long reads, all stacks together

    // Closed loop of reads: with N bytes in flight and a latency l of an idle read, a rate R takes 1/R = 1/sustained +
    // l/N: what waits for the memory is in its first term. N grows with the SMs at work (docs/gpu.md, equation 1). Zero
    // SMs: no rate.
    BytesPerSecond read_rate(double active_sms) const;
    // What so many SMs have on its way: the second term.
    Flight flight_of(double active_sms) const;

    // Of a read under load.
    Seconds loaded_latency() const;

    // Of everything that streams without a closed loop: element-wise kernels, keys and values.
    BytesPerSecond stream_rate() const;

    // What element-wise kernels read and write: a loop as of read_rate(), with as much on its way as their threads
    // hold.
    BytesPerSecond vector_rate() const;
    Flight         vector_flight() const;

    // Dense peak; `bits` is the wider of the two operands: 4, 8, 16 or 32 (half of 16).
    FlopsPerSecond peak(std::uint32_t bits) const;

    // Of it, what large products sustain.
    FlopsPerSecond products(std::uint32_t bits) const;

    // Of a kernel that is nothing but launch.
    Seconds launch(Launch) const;
};

// `sustained_share`: of the peak of the memory, by the model of its banks.
GpuDevice gpu_device(configs::Parameters const&, double sustained_share);

// An element-wise kernel or a norm: reads and writes `bytes` once.
KernelTime vector_kernel(GpuDevice const&, Bytes bytes, Launch);

} // namespace scribeline::models
