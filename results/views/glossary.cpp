// One list. What has a sentence elsewhere (metrics, columns of comparisons, figures of yield) is taken from there.
#include "results/views/glossary.hpp"

#include "results/files/compare/columns.hpp"
#include "results/files/yield_figures.hpp"
#include "results/views/metrics.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

struct Entry {
    char const* word;
    char const* meaning;
};

// clang-format off
constexpr std::array entries{
    Entry{"queue",
          "Part of a request's time in `serve`: it waits to be taken into a batch, at first or after a preemption."},
    Entry{"preemption",
          "Blocks of the KV pool lack, and a request gives all of its own back, to be computed again later (docs/serving.md)."},
    Entry{"inter-token latency",
          "Of a request: its latency without the time to first token, divided by the tokens behind the first."},
    Entry{"goodput",
          "Requests a second that keep the service level of --slo."},
    Entry{"KV pool",
          "Blocks of memory for keys and values, those of ended requests included until others need them."},
    Entry{"wavelet",
          "What routers pass on: 32 bits of data with a color, one hop at a time. As a fidelity: every wavelet, every hop, every PE cycle is simulated."},
    Entry{"color",
          "A route's number: the routers along it know where a wavelet of that color goes next."},
    Entry{"PE",
          "Processing element: arithmetic, SRAM and a router, a tile of the wafer's mesh."},
    Entry{"region",
          "PEs side by side that own consecutive blocks of the model."},
    Entry{"stage",
          "A region and what it owns; a token passes the stages one after another."},
    Entry{"reticle",
          "What a mask prints at once: a rectangle of PEs. A wafer is a grid of them, joined over scribe lines."},
    Entry{"scribe line",
          "The gap between two reticles, along which chips would be sawn apart. Links over it may take longer (scribe.extra_latency)."},
    Entry{"bound by",
          "The part of the time that is the largest: making it faster helps most."},
    Entry{"closed form",
          "A formula for the whole time, beside which the simulated time stands."},
    Entry{"planner",
          "What chooses regions, stages and wafers, by closed forms."},
    Entry{"waterfall",
          "The time of a token in bars, from the peak of the memory to what came out; they add up."},
    Entry{"sensitivity",
          "What a figure does when one parameter changes and the others stay: 'scribeline sensitivity' changes each."},
    Entry{"elasticity",
          "Percent by which a figure changes for a percent of a parameter: d ln figure / d ln parameter. 1: in proportion; 0: not at all."},
    Entry{"tornado",
          "Bars of how far each parameter moves a figure to either side, the longest at the top."},
    Entry{"books",
          "Sums that must be equal, counted at different places: nothing is lost or made up."},
    Entry{"state hash",
          "A number of all the state that the simulation ended with: the same run has the same, whatever the threads and the quantum."},
    Entry{"arithmetic",
          "Part of the time: elements going through the PEs' datapaths. Of energy: multiply-accumulates and additions."},
    Entry{"arithmetic of one region",
          "Bar: only the PEs of one region work at a time, at the rate of the multiply-accumulate and of scalar code, not of the memory."},
    Entry{"dispatch",
          "Part of the time: operations are set up, tasks start, and control code runs around every operator (pe.vector_setup, software.operator_overhead)."},
    Entry{"sram",
          "Part of the time: operands wait for the ports of the SRAM. As a kind of machine: chips that hold all of a model in SRAM."},
    Entry{"SRAM ports",
          "Bar: operands wait for the ports of the SRAM (pe.sram_read_bytes, pe.sram_write_bytes)."},
    Entry{"SRAM of all PEs at its peak",
          "Bar: weights and KV cache of a token read once by all PEs of all wafers at once, each at the peak of its SRAM."},
    Entry{"hops",
          "Part of the time: wavelets go from router to router, distance whatever the load (fabric.hop_latency). Of energy: wavelets through routers and over links."},
    Entry{"scribe lines",
          "Bar: wavelets that cross a scribe line take longer than a hop on the reticle (scribe.extra_latency)."},
    Entry{"scribe",
          "Part of the time: the extra latency of scribe lines. Of energy: wavelets over them, beyond a hop."},
    Entry{"serialisation",
          "Part of the time: wavelets go one behind another on a link or a ramp (fabric.link_serialisation)."},
    Entry{"reduce_stage",
          "Part of the time: each stage of a reduction costs the way up and down the ramp, and software."},
    Entry{"reduce stages",
          "Bar: each stage of a reduction costs the way up and down the ramp, and software."},
    Entry{"waiting",
          "Part of the time: PEs wait for the slowest of them beyond what its own parts explain. In files of modules: time until a target was free."},
    Entry{"off_wafer",
          "Part of the time: the token travels between wafers. Of energy: over the link to another wafer."},
    Entry{"off wafer",
          "Bar: the token travels between wafers."},
    Entry{"not told apart",
          "Bar: formulas give these cycles only as a sum."},
    Entry{"other_sequences",
          "Part of the time on a wafer: the other sequences of the batch, in the busiest stage."},
    Entry{"weights",
          "Part of the time: weights are read from memory, or computed with where that takes longer."},
    Entry{"kv",
          "Part of the time: keys and values of the context are read and written."},
    Entry{"vectors",
          "Part of the time: activations between kernels."},
    Entry{"kernel_fixed",
          "Part of the time: what every kernel or operator takes however little it does (kernels.fixed, kernels.graph_step)."},
    Entry{"collective",
          "Part of the time: devices that share a layer add up or exchange their vectors. In tables of operators: how the partial results of PEs meet."},
    Entry{"transfer",
          "Part of the time: a token's vector goes to the devices of the next stage."},
    Entry{"host_memory",
          "Part of the time: weights or keys and values come from memory of the host (gpu.weights_tier, gpu.kv_tier)."},
    Entry{"memory_behind",
          "Part of the time: banks of memory that do not keep up with their peak, found by the modules."},
    Entry{"sram_weights",
          "Part of the energy: weights read from SRAM."},
    Entry{"sram_kv",
          "Part of the energy: KV cache read and written in SRAM."},
    Entry{"sram_vectors",
          "Part of the energy: activations and sums, read and written in SRAM."},
    Entry{"code",
          "Part of the energy: set-up, control code and scalar loops."},
    Entry{"idle",
          "Part of the energy: leakage and clocks, whether or not anything works. Of PE cycles: without an operation."},
    Entry{"system",
          "Part of the energy: around the wafers, power delivery, cooling and host."},
    Entry{"memory",
          "Part of the energy: the memory beside the chip."},
    Entry{"on_chip",
          "Part of the energy: from the memory's edge, or the chip's own SRAM, to the arithmetic."},
    Entry{"operands",
          "Part of the energy: what brings arithmetic its operands and memory's bytes to registers, as far as full power allows."},
    Entry{"clocks",
          "Part of the energy: clocks and leakage of units that wait, while a step is under way."},
    Entry{"links",
          "Part of the energy: over links between devices. In the report: wavelets sent, of what all links could send."},
    Entry{"host",
          "Part of the energy: a device's share of the server around it."},
    Entry{"fits",
          "Whether the machine holds weights and KV cache."},
    Entry{"kind",
          "Of a machine: wafer, gpu, sram (chips that hold all in SRAM) or plain (an accelerator on DDR)."},
    Entry{"memory needed",
          "Of what the fullest device has; above 100 % it does not fit."},
    Entry{"missing",
          "Memory missing on all devices."},
    Entry{"devices",
          "Wafers, GPUs, chips or accelerators used."},
    Entry{"time to first token",
          "Prefill of prompts of workload.prompt tokens, or else as long as the context, of all sequences of the batch, and one output token."},
    Entry{"time per token",
          "What the hardware needs for a token of every sequence; no server around it."},
    Entry{"served",
          "With an inference engine around it, between two steps: engine.step_overhead, layer_overhead and request_overhead, as in serve. A table shows it only where every machine in it has one; of racks of chips sram.server, of wafers none is modelled."},
    Entry{"tokens/s, one user",
          "Output tokens a second of one sequence: 1 / time per token."},
    Entry{"tokens/s, batch",
          "Output tokens a second of the whole batch."},
    Entry{"all in flight",
          "Output tokens a second of all batches that follow one another through a pipeline at once, as many as its stages and its memory allow."},
    Entry{"of peak bandwidth",
          "Bytes moved, of what the memory of all devices could move meanwhile."},
    Entry{"energy per token",
          "Of one sequence's token: what is known to be spent, with servers, cooling and power delivery."},
    Entry{"USD, million tokens",
          "Dollars of devices and electricity for a million such tokens, with as many in flight as the machine takes: a band, from the least to the most that prices allow."},
    Entry{"devices, full power",
          "Every device at its published full power for the time of the token, and nothing around it: no bound of the energy per token, which has the servers."},
    Entry{"fidelity",
          "How the figures were come by: wavelet, folded, closed_form, modules, forms. Figures of different fidelities differ by the models too."},
    Entry{"folded",
          "Fidelity: one row and one column of each region are simulated and stand for all, which is exact where regions are regular."},
    Entry{"closed_form",
          "Fidelity: formulas alone; nothing was simulated."},
    Entry{"modules",
          "Fidelity: SystemC modules of devices, memories, switches and links, which ask one another over TLM-2.0 sockets and find their own time."},
    Entry{"forms",
          "Fidelity: closed forms of every kernel, operator and collective, without modules; the banks of a GPU's HBM are simulated."},
    Entry{"kernel events",
          "Activations of processes by the SystemC kernel, which found a figure."},
    Entry{"transactions",
          "Transfers between SystemC modules over TLM-2.0 sockets, which found a figure."},
    Entry{"closed form",
          "A formula for what a simulation found: an audit beside it, never its source."},
    Entry{"operator",
          "A step of a layer: a product, a norm, attention."},
    Entry{"whole_token",
          "Whether a whole token was simulated; otherwise one layer, counted for all."},
    Entry{"bound_by",
          "The part of the time that is the largest. Unknown of formulas, which give the time as a whole."},
    Entry{"arrangement",
          "How the model stands on the devices."},
    Entry{"reason",
          "Why there are no figures."},
    Entry{"status",
          "What became of a point of a sweep: ok, infeasible, failed, timed_out, pending."},
    Entry{"attempts",
          "Processes that tried a point of a sweep."},
    Entry{"exit_code",
          "Of the last process that tried a point."},
    Entry{"wall_seconds",
          "Time that the simulation took, here and not in the simulated machine."},
    Entry{"peak_rss",
          "Memory that the simulation took, here."},
    Entry{"error",
          "Why a point of a sweep has no result."},
    Entry{"run_file",
          "The result of a point, from the folder of the sweep."},
    Entry{"config_sha256",
          "Identity of a configuration: the same for the same machine, model and parameters."},
    Entry{"pareto_rank",
          "Front of the goals that a point of a sweep is on: 1 is beaten by no other in all goals; 0: not ranked."},
    Entry{"point",
          "Number of a point in its sweep."},
    Entry{"verdict",
          "Why the planner chose a plan, or did not."},
};
// clang-format on

std::string with_units(char const* name, char const* units, std::string const& meaning)
{
    return fmt::format("{}{}: {}.", name, std::string{units} == "1" ? "" : fmt::format(" ({})", units), meaning);
}

} // namespace

std::optional<std::string> explained_word(std::string const& word)
{
    for (auto const& entry : entries)
        if (word == entry.word)
            return fmt::format("{}: {}", entry.word, entry.meaning);
    for (auto const& metric : all_metrics({}))
        if (word == metric.name)
            return with_units(metric.name, metric.units, metric.long_name);
    for (auto const& column : number_columns())
        if (word == column.name)
            return with_units(column.name, column.units, column.long_name);
    for (auto const& column : word_columns())
        if (word == column.name)
            return with_units(column.name, "1", column.long_name);
    for (auto const& figure : yield_figures) {
        std::string const name = figure.name;
        if (word == figure.key || word == name || word == name.substr(name.find_first_not_of(' ')))
            return fmt::format("{}: of the yield of wafers, {} a wafer.", figure.key,
                               name.substr(name.find_first_not_of(' ')));
    }
    return std::nullopt;
}

std::vector<std::string> glossary_words()
{
    auto words = std::vector<std::string>{};
    for (auto const& entry : entries)
        words.emplace_back(entry.word);
    for (auto const& metric : all_metrics({}))
        words.emplace_back(metric.name);
    for (auto const& column : number_columns())
        words.emplace_back(column.name);
    for (auto const& column : word_columns())
        words.emplace_back(column.name);
    for (auto const& figure : yield_figures)
        words.emplace_back(figure.key);
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return words;
}

} // namespace scribeline::results
