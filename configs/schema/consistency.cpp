// The rules between parameters.
#include "configs/schema/consistency.hpp"

#include "configs/failure.hpp"
#include "configs/schema/gpu_tables.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::configs {

namespace {

// "pe.sram = 48 KiB (set by machines/wse2.toml:20)"
std::string with_author(Config const& config, std::string const& group, std::string const& key)
{
    for (auto const& setting : config.settings)
        if (setting.group == group && setting.key == key)
            return fmt::format("{}.{} = {} (set by {})", group, key, setting.text, setting.set_by);
    SCRIBELINE_EXPECT(!"a rule about a parameter that the tables do not have");
    return {};
}

} // namespace

std::vector<std::string> inconsistencies(Config const& config)
{
    auto const& p    = config.parameters;
    auto        said = std::vector<std::string>{};
    auto const  who  = [&](char const* group, char const* key) { return with_author(config, group, key); };

    if (applies("gpu", p.machine.kind) && p.gpu.memory_runtime >= p.gpu.memory)
        said.push_back(fmt::format("{} leaves nothing of {}. Choose a larger memory or a smaller runtime",
                                   who("gpu", "memory_runtime"), who("gpu", "memory")));
    if (applies("sram", p.machine.kind) && p.sram.group > p.sram.chips)
        said.push_back(fmt::format("{} is more than there are: {}. Choose fewer, or 0 for as many as hold a layer",
                                   who("sram", "group"), who("sram", "chips")));
    if (!applies("wafer", p.machine.kind))
        return said;

    auto const region = p.mapping.region;
    if (region.columns > p.wafer.columns || region.rows > p.wafer.rows)
        said.push_back(fmt::format("{} is larger than the wafer: {}, {}. Choose at most {}x{}",
                                   who("mapping", "region"), who("wafer", "columns"), who("wafer", "rows"),
                                   p.wafer.columns, p.wafer.rows));
    if (p.workload.prompt > p.workload.context)
        said.push_back(fmt::format("{} is more than the cache has room for: {}. The prompt is part of the context: "
                                   "choose at least as long a context, or leave it out",
                                   who("workload", "prompt"), who("workload", "context")));
    if (p.mapping.wafers > p.mapping.max_wafers)
        said.push_back(fmt::format("{} is more than {}. Choose fewer wafers, or raise the limit",
                                   who("mapping", "wafers"), who("mapping", "max_wafers")));
    if (p.wafer.reticle_columns > p.wafer.columns)
        said.push_back(fmt::format("{} leaves reticles without a PE: {}. Choose at most as many reticles as PEs",
                                   who("wafer", "reticle_columns"), who("wafer", "columns")));
    if (p.wafer.reticle_rows > p.wafer.rows)
        said.push_back(fmt::format("{} leaves reticles without a PE: {}. Choose at most as many reticles as PEs",
                                   who("wafer", "reticle_rows"), who("wafer", "rows")));
    if (p.pe.sram_runtime >= p.pe.sram)
        said.push_back(fmt::format("{} leaves nothing of {}. Choose a larger memory or a smaller runtime",
                                   who("pe", "sram_runtime"), who("pe", "sram")));

    if (p.energy.system_power < p.energy.chip_power)
        said.push_back(fmt::format("{} is less than the wafer in it takes: {}. Choose at least that",
                                   who("energy", "system_power"), who("energy", "chip_power")));

    // Nothing crosses a scribe line sooner than its latency; reticles further apart would miss each other's wavelets.
    auto const crossing = p.fabric.hop_latency + p.scribe.extra_latency;
    if (p.run.quantum > crossing.count())
        said.push_back(fmt::format("{} is longer than a scribe-line link takes, {} cycles: {}, {}. Choose at most {}, "
                                   "or 0 for the longest that is exact",
                                   who("run", "quantum"), crossing.count(), who("fabric", "hop_latency"),
                                   who("scribe", "extra_latency"), crossing.count()));

    if (p.run.trace_to != 0 && p.run.trace_to <= p.run.trace_from)
        said.push_back(fmt::format("{} ends the window before it begins: {}. Choose a later cycle, or 0 for the end of "
                                   "the run",
                                   who("run", "trace_to"), who("run", "trace_from")));
    if (p.run.trace_operator != "all" && (p.run.trace_from != 0 || p.run.trace_to != 0))
        said.push_back(fmt::format("{} is a window of its own: leave out {} and {}", who("run", "trace_operator"),
                                   who("run", "trace_from"), who("run", "trace_to")));
    return said;
}

} // namespace scribeline::configs
