#include "models/gpu/step_report.hpp"

#include "configs/does_not_fit.hpp"
#include "configs/units/whole.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

using configs::Bytes;
using configs::Seconds;
using workloads::TimePart;

constexpr std::array<char const*, step_part_count> meanings{
    "Products with weights take longer than the memory: arithmetic, or too little on its way at once.",
    "Attention over keys and values takes longer than the memory.",
    "Norms, activations and rotations read and write vectors.",
    "Kernels start, fill and drain: a fixed time for each operator.",
    "Devices that share a layer add up their partial sums.",
    "The vectors of a token travel from one stage of the pipeline to the next.",
    "Weights, keys and values that lie in the host's memory arrive later than they are needed.",
};

// Parts of the batch that pass the stages one behind another.
std::uint64_t parts_of_batch(StepOutcome const& o)
{
    auto const sequences = configs::ceil_divide(o.batch, std::uint64_t{o.pipeline});
    return configs::ceil_divide(o.batch, sequences);
}

std::vector<TimePart> first_bars(StepOutcome const& o, DeviceMemory const& memory)
{
    auto const all  = memory.peak * static_cast<double>(o.devices);
    auto const peak = (o.weights + o.kv) / all;
    return {{"memory of all devices at its peak",
             "The weights, keys and values of the step are read once, by all devices at once, each at the peak of its "
             "memory.",
             peak},
            {"sustained rate", "Long reads keep so much of the peak: refresh, turns and closed rows take the rest.",
             peak * (1 / memory.sustained - 1)}};
}

void add_moved(StepReport& report, StepOutcome const& o, std::string const& tier)
{
    auto kv_written = Bytes{}, vectors_written = Bytes{}, linked = Bytes{};
    for (auto const& op : o.operators) {
        kv_written += op.kv_written;
        vectors_written += op.vectors_written;
        linked += op.linked;
    }
    report.moved = {{"weights", tier, o.weights, Bytes{}},
                    {"kv", tier, o.kv - kv_written, kv_written},
                    {"vectors", tier, o.vectors - vectors_written, vectors_written},
                    {"collectives", "links", linked, Bytes{}}};
}

} // namespace

std::string size_text(Bytes bytes)
{
    return bytes.value() >= 1e10 ? fmt::format("{:.1f} GB", bytes.value() / 1e9)
                                 : fmt::format("{:.1f} MB", bytes.value() / 1e6);
}

StepReport report_of(StepOutcome const& o, DeviceMemory const& memory, Evidence evidence)
{
    auto       report = StepReport{};
    auto const parts  = static_cast<double>(parts_of_batch(o));
    auto const stages = static_cast<double>(o.pipeline);
    report.latency    = o.floor;
    report.interval   = o.floor * (parts / stages);
    report.engine     = o.engine;
    for (std::size_t i = 0; i < step_part_count; ++i)
        report.where.parts.push_back({name_of(static_cast<StepPart>(i)), meanings[i], o.parts[i]});
    report.fall = fall_through(first_bars(o, memory), report.where);
    for (std::size_t i = 0; i < device_energy_part_count; ++i)
        report.spent.push_back(
            {name_of(static_cast<DeviceEnergyPart>(i)), o.energy[i], span_of(static_cast<DeviceEnergyPart>(i))});
    report.at_most          = o.energy_at_most;
    report.bound_by         = o.bound_by;
    report.bandwidth_share  = o.bandwidth_share;
    report.arithmetic_share = o.arithmetic_share;
    report.notes            = o.notes;
    report.evidence         = std::move(evidence);
    report.steps_in_flight  = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(stages / parts));
    add_moved(report, o, memory.tier);
    return report;
}

Standing standing_of(StepOutcome const& o, std::string const& kind, std::string const& unit)
{
    auto text =
        o.tensor == 1 ? fmt::format("one {} a layer", unit) : fmt::format("{} {}s share each layer", o.tensor, unit);
    if (o.pipeline > 1)
        text += fmt::format(", {} stages", o.pipeline);
    auto standing         = Standing{};
    standing.kind         = kind;
    standing.unit         = unit;
    standing.devices      = o.devices;
    standing.arrangement  = text;
    standing.memory_share = ratio(o.footprint.needed(), o.footprint.capacity);
    return standing;
}

Room room_of(StepOutcome const& one, DeviceMemory const& memory)
{
    auto const& f    = one.footprint;
    auto const  all  = static_cast<double>(one.devices);
    auto const  held = f.weights - f.weights_offloaded + f.buffers + f.runtime;
    auto const  left = f.capacity > held ? f.capacity - held : Bytes{};
    // Of a token, on one device.
    auto const each = (f.kv - f.state) / static_cast<double>(std::max<std::uint64_t>(one.context, 1));
    auto       room = Room{};
    room.tiers.push_back({memory.tier, f.capacity * all, (f.weights - f.weights_offloaded) * all,
                          (f.runtime + f.buffers) * all, left * all,
                          each.value() > 0 ? static_cast<std::uint64_t>(std::floor(ratio(left, each))) : 0});
    room.sequences          = static_cast<std::uint64_t>(std::floor(ratio(left, f.kv)));
    room.kv_bytes_per_token = each * all;
    return room;
}

void require_fit(StepOutcome const& o, std::string const& model, std::string const& unit, std::string const& advice)
{
    auto const& f = o.footprint;
    if (f.fits())
        return;
    auto const all = static_cast<double>(o.devices);
    throw configs::DoesNotFit{
        fmt::format("{} does not fit: each of {} {}s has {}, and weights take {}, the KV cache {}, the runtime {}{}",
                    model, o.devices, unit, size_text(f.capacity), size_text(f.weights), size_text(f.kv),
                    size_text(f.runtime), advice),
        f.needed().value() * all, f.capacity.value() * all};
}

} // namespace scribeline::models
