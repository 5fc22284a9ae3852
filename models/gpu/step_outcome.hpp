// What a machine that is no wafer makes of a step: of decode (one token for every sequence of a batch) or of prefill
// (all tokens of every prompt).
#pragma once

#include "configs/units/quantity.hpp"
#include "models/gpu/device_energy.hpp"
#include "models/gpu/forms/kernel_work.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::models {

// Where the time goes. The parts of a step add up to its hardware floor.
enum class StepPart : std::uint8_t {
    weights,      // products with them: memory or arithmetic
    kv,           // attention over keys and values
    vectors,      // norms, activations, rotation: vectors in and out
    kernel_fixed, // launches, first and last waves
    collective,   // partial sums of tensor parallelism
    transfer,     // activations from one stage of a pipeline to the next
    host_memory,  // waiting for weights, keys and values that lie beyond the HBM
};
constexpr std::size_t step_part_count = 7;
char const*           name_of(StepPart);
using StepParts = std::array<configs::Seconds, step_part_count>;

configs::Seconds sum_of(StepParts const&);

// Of one operator of a layer (or of one that runs once), all its repetitions together.
struct StepOperator {
    std::string    name;
    std::uint64_t  times = 0; // it runs in one step
    StepParts      parts{};
    configs::Bytes weights, kv, vectors; // moved, by all devices
    configs::Flops flops;
    configs::Bytes linked{};                        // from device to device, and from the host's memory: by all devices
    configs::Bytes kv_written{}, vectors_written{}; // of kv and vectors; the rest is read

    std::optional<std::uint32_t> layer_kind{}; // whose layers it is in; nothing: it runs once

    std::vector<KernelWork> kernels{}; // of one run on one GPU; empty on machines without kernels
    configs::Bytes          reduced{}; // the vector that the GPUs of a stage then add up; none: nothing
};

// Of the fullest device.
struct Footprint {
    configs::Bytes weights, kv, runtime;
    configs::Bytes capacity;
    configs::Bytes state{};             // of kv, what does not grow with the context
    configs::Bytes offloaded{};         // of kv, beyond the device's own memory
    configs::Bytes weights_offloaded{}; // of weights
    configs::Bytes buffers{};           // for what is fetched of both

    configs::Bytes needed() const { return weights + kv + runtime + buffers - offloaded - weights_offloaded; }
    bool           fits() const { return needed() <= capacity; }
    configs::Bytes missing() const { return fits() ? configs::Bytes{} : needed() - capacity; }
};

struct StepOutcome {
    std::string   what; // "decode", "prefill"
    std::uint64_t batch   = 1;
    std::uint64_t context = 0; // tokens of every sequence; of decode, the one that is written included

    std::uint32_t devices  = 1; // used
    std::uint32_t tensor   = 1; // devices that share each layer
    std::uint32_t pipeline = 1; // stages, one after another
    Footprint     footprint;

    double         parts_of_batch = 1;     // that follow one another through the stages
    bool           waits_for_all  = false; // it is over when the last of them has passed; otherwise when one has
    configs::Bytes handed_on{};            // vectors of one part, from each device of a stage to the next

    StepParts        parts{};
    configs::Seconds floor;  // what the hardware needs: the sum of the parts
    configs::Seconds engine; // of a server, on top
    configs::Seconds served; // floor + engine

    std::vector<StepOperator> operators;
    configs::Bytes            weights, kv, vectors; // moved, by all devices
    configs::Flops            flops;
    double                    bandwidth_share  = 0; // of the peak of all devices' memory
    double                    arithmetic_share = 0; // of their arithmetic peak
    configs::Joules           energy_at_most;       // of the step: every device at its full power for the floor
    DeviceEnergyParts         energy{};             // of the step, by part
    configs::Joules           beyond_full_power{};  // that `energy` would hold, did full power not end it
    std::string               bound_by;             // the largest part
    std::vector<std::string>  notes;

    // Of decode: a token of each sequence a step.
    double tokens_per_second_per_user() const { return 1 / floor.value(); }
    double served_per_user() const { return 1 / served.value(); }
    double tokens_per_second() const { return static_cast<double>(batch) / floor.value(); }
};

// The time that modules found in place of that of the forms, and what follows from it. What is spent on the work itself
// stays.
void take_time(StepOutcome&, configs::Seconds found, StepParts const& parts);

// Adds up operators into parts, bytes, flops, floor, served and bound_by.
void close_books(StepOutcome&, configs::Seconds engine);

} // namespace scribeline::models
