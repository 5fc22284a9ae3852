// The page of text: no colour, the answer first and the details after it.
#include "results/views/report.hpp"

#include "models/wafer/speculation.hpp"
#include "results/views/defaults.hpp"
#include "results/views/metrics.hpp"
#include "results/views/report_energy.hpp"
#include "results/views/report_plan.hpp"
#include "results/views/report_prefill.hpp"
#include "results/views/report_text.hpp"
#include "results/views/report_time.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using models::Outcome;

constexpr std::size_t before_bars = 44, longest_bar = 44; // columns of a line

std::string setting(configs::Config const& config, std::string const& group, std::string const& key)
{
    for (auto const& entry : config.settings) {
        if (entry.group == group && entry.key == key) {
            return entry.text;
        }
    }
    return "";
}

void heading(Page& text, char const* title) { text += fmt::format("\n{}\n", title); }

char const* explained_fidelity(Outcome const& o)
{
    if (o.fidelity == "wavelet") {
        return o.token.simulated ? "every wavelet, every hop, every PE cycle of one token"
                                 : "every wavelet, every hop, every PE cycle of one layer";
    }
    if (o.fidelity == "folded") {
        return o.repair.added_by_form != 0
                   ? "one row and one column of each region stand for all; longer links of repaired places by a closed "
                     "form"
                   : "one row and one column of each region stand for all: exact, as regions are regular";
    }
    return o.fidelity == "closed_form" ? "formulas alone; nothing was simulated" : "see docs/model.md";
}

std::string place(configs::Config const& config, Outcome const& o)
{
    auto const asked  = config.parameters.mapping.region;
    auto const region = region_of(o);
    auto const size   = region.columns > 0           ? fmt::format("{}x{}", region.columns, region.rows)
                        : o.token.region_columns > 0 ? fmt::format("{}x{}", o.token.region_columns, o.token.region_rows)
                                                     : fmt::format("{}x{}", asked.columns, asked.rows);
    if (!o.token.simulated) {
        return "region " + size;
    }
    auto const regions = o.token.stages.size();
    return fmt::format("{} wafer{}, {} region{} of {}", o.token.wafers, o.token.wafers == 1 ? "" : "s", regions,
                       regions == 1 ? "" : "s", size);
}

// Not so by the planner's formulas alone.
bool simulated(Outcome const& o) { return !o.operators.empty(); }

void headline(Page& text, configs::Config const& config, Outcome const& o)
{
    auto const& p = config.parameters;
    text += fmt::format("{} on {}, {}, context {}\n", p.workload.model, config.machine, place(config, o),
                        grouped(p.workload.context));
    text += fmt::format("fidelity {}: {}\n", o.fidelity, explained_fidelity(o));
    if (o.modules.modules > 0)
        text += fmt::format("{} modules, {} transactions, {} kernel events\n", grouped(o.modules.modules),
                            grouped(o.modules.transactions), grouped(o.modules.kernel_events));
    text += "\n";
    auto const line = [&](char const* name, std::string const& value, std::string const& note) {
        text += hanging(fmt::format("  {:<22}{:>14}  ", name, value), note, text.width);
    };
    if (!o.token.simulated) {
        line("one layer", grouped(o.cycles_per_layer),
             o.clock_hz > 0
                 ? fmt::format("cycles  ({} at {:.4g} GHz)",
                               duration(static_cast<double>(o.cycles_per_layer) / o.clock_hz), o.clock_hz / 1e9)
                 : "cycles");
    } else {
        line("one output token", grouped(o.cycles_per_token), fmt::format("cycles at {:.4g} GHz", o.clock_hz / 1e9));
    }
    line(o.token.simulated ? "" : "one output token", duration(o.time_per_output_token.value()), o.token_note);
    line("tokens per second", rate_text(o.tokens_per_second_per_user), "for one user");
    if (o.prefill.tokens > 0) {
        line("first token", duration(o.prefill.time_to_first_token.value()), prompt_note(o));
        line("prompt tokens a second", rate_text(o.prefill.tokens_per_second), "of the prefill");
    }
    if (o.token.closed_form_cycles > 0 && simulated(o)) {
        line("closed form", grouped(static_cast<std::uint64_t>(std::llround(o.token.closed_form_cycles))),
             fmt::format("cycles a token by formulas: {:+.2f} % beside {} here", closed_form_deviation(o) * 100,
                         grouped(models::step_cycles(o))));
    }
}

void utilisation(Page& text, Outcome const& o)
{
    if (!simulated(o)) {
        return;
    }
    heading(text, "How busy the wafer was");
    auto const line = [&](char const* name, double value, std::string const& note) {
        text += trimmed(fmt::format("  {:<22}{:>18}  {}", name, percent(value), note)) + "\n";
    };
    text += fmt::format("  {:<22}{:>18}  busy, {} stalled, {} idle\n", "PE cycles", percent(o.pe_busy_share),
                        percent(o.pe_stalled_share), percent(o.pe_idle_share));
    line("arithmetic", o.arithmetic_share, "of the peak of the region's PEs");
    line("SRAM bandwidth", o.sram_bandwidth_share, "of the peak, for weights and KV cache");
    line("links", o.link_utilisation, fmt::format("of their capacity; {} wavelet-hops", grouped(o.wavelet_hops)));
    if (o.scribe.empty() && o.scribe_crossings == 0) {
        text += fmt::format("  {:<22}{:>18}  the region lies on one reticle\n", "scribe lines", "-");
    } else {
        auto const of = [](std::uint64_t part, std::uint64_t all) { return percent(share_of(part, all)); };
        line("scribe lines", o.scribe_utilisation,
             fmt::format("of their capacity; {} crossings", grouped(o.scribe_crossings)));
        text += fmt::format("  {:<22}{:>18}  of the wavelets crossed one, and {} of the hops\n", "",
                            of(o.wavelets_crossed, o.wavelets_delivered), of(o.scribe_crossings, o.wavelet_hops));
        if (o.cycles_without_scribe != 0) {
            auto const on_path = o.parts[static_cast<std::size_t>(models::Part::scribe)] * times_per_token(o);
            text += fmt::format(
                "  {:<22}{:>18}  cycles of a token's critical path; as links like others\n"
                "  {:<22}{:>18}  they would save {} cycles a token\n",
                "  what they cost", grouped(on_path), "", "",
                grouped(models::step_cycles(o) - std::min(models::step_cycles(o), o.cycles_without_scribe)));
        }
    }
}

void repair(Page& text, Outcome const& o)
{
    if (o.repair.defects.empty())
        return;
    heading(text, "Defects, and their repair");
    auto const line = [&](char const* name, std::uint64_t value, char const* note) {
        text += fmt::format("  {:<22}{:>18}  {}\n", name, grouped(value), note);
    };
    line("PEs dead", o.repair.dead, "and passed by");
    if (o.repair.rewired != 0)
        line("links rewired", o.repair.rewired, "broken over a scribe line; spare wires work in their place");
    line("links longer", o.repair.longer_links, "between neighbours of the mesh that repair has moved apart");
    if (o.repair.added_by_form != 0)
        line("cycles by a closed form", o.repair.added_by_form, "of these longer links, on the critical path");
}

void sram(Page& text, Outcome const& o)
{
    if (o.sram.empty()) {
        return;
    }
    heading(text, "SRAM of the fullest PE");
    auto const capacity = o.sram_capacity_bytes;
    auto const of       = [&](double bytes) { return capacity > 0 ? bytes / capacity : 0.0; };
    for (auto const& part : o.sram) {
        text += trimmed(fmt::format(
                    "  {:<22}{:>10}{:>8}  {}", shortened(part.name, 21), kibibytes(part.bytes), percent(of(part.bytes)),
                    bar(of(part.bytes), static_cast<int>(std::min(text.beside(before_bars), longest_bar))))) +
                "\n";
    }
    auto const used = sram_used(o);
    text += fmt::format("  {:<22}{:>10}{:>8}  {} left of {}\n", "sum", kibibytes(used), percent(of(used)),
                        kibibytes(capacity - used), kibibytes(capacity));
}

void books(Page& text, Outcome const& o)
{
    if (!simulated(o)) {
        return;
    }
    heading(text, o.books.balanced() ? "Books: balanced" : "Books: NOT BALANCED");
    for (auto const& entry : o.books.entries) {
        // Energies are counted in picojoules, so that they add up exactly; nobody reads a token's in them.
        std::string const counted   = "pJ, ";
        bool const        is_energy = entry.left.rfind(counted, 0) == 0 && entry.balanced();
        auto const        value =
            is_energy ? energy_text(static_cast<double>(entry.left_value) * 1e-12) : grouped(entry.left_value);
        text += hanging(fmt::format("  {:<22}{:>18}  ", shortened(entry.name, 21), value),
                        fmt::format("{} {} {}", is_energy ? entry.left.substr(counted.size()) : entry.left,
                                    entry.balanced() ? "=" : "is not", entry.right),
                        text.width);
        if (!entry.balanced()) {
            text += fmt::format("  {:<22}{:>18}  {}\n", "", grouped(entry.right_value), entry.right);
        }
    }
    text += fmt::format("  {:<22}{:016x}\n", "state hash", o.state_hash);
}

// Only of a run with --payload.
void numbers(Page& text, Outcome const& o)
{
    if (!o.payload.checked) {
        return;
    }
    heading(text, o.payload.within_bound() ? "Numbers: as the reference has them" : "Numbers: NOT AS THE REFERENCE");
    auto const line = [&](char const* name, double value, char const* note) {
        text += trimmed(fmt::format("  {:<22}{:>18.2e}  {}", name, value, note)) + "\n";
    };
    text += fmt::format("  {:<22}{:>18}  output in every row of PEs, new key and value\n", "compared",
                        grouped(o.payload.numbers));
    line("largest deviation", o.payload.largest, "over the rms of its vector");
    line("rms deviation", o.payload.rms, "");
    line("bound", o.payload.bound, "what rounding explains");
}

void assumptions(Page& text, configs::Config const& config)
{
    std::vector<std::string> assumed;
    for (auto const& entry : config.settings) {
        if (entry.origin == configs::Origin::assumed) {
            assumed.push_back(fmt::format("{}.{} = {}", entry.group, entry.key, entry.text));
        }
    }
    if (!assumed.empty()) {
        heading(text, "Assumed, not published (scribeline explain KEY says why)");
        text += in_columns(assumed, text.width - 2);
    }
}

// What was not asked for and counts all the same.
void defaults(Page& text, configs::Config const& config)
{
    auto const told = defaults_of(config);
    if (!told.empty()) {
        heading(text, "Not asked for");
        for (auto const& sentence : told) {
            text += hanging("  ", sentence, text.width);
        }
    }
}

void speculation(Page& text, Outcome const& o)
{
    auto const& s = o.speculation;
    if (s.draft_model.empty()) {
        return;
    }
    heading(text, "Speculative decoding");
    auto const line = [&](char const* name, std::string const& value, std::string const& note) {
        text += trimmed(fmt::format("  {:<22}{:>18}  {}", name, value, note)) + "\n";
    };
    line("draft model", s.draft_model,
         fmt::format("on {} wafer{} of its own", s.draft_wafers, s.draft_wafers == 1 ? "" : "s"));
    line("proposes", fmt::format("{}", s.draft_tokens),
         fmt::format("tokens of {} cycles each", grouped(s.draft_cycles)));
    line("a step yields", fmt::format("{:.2f}", s.tokens_per_step),
         fmt::format("tokens, each proposal accepted with {}", percent(s.acceptance)));
    line("round", grouped(s.round_cycles), "cycles: proposals, their way, and the step that checks them");
    line("checking step", grouped(models::step_cycles(o)),
         "cycles: operators, parts and stages are those of this step");
}

void conclusion(Page& text, Outcome const& o)
{
    if (!simulated(o)) {
        text += "\n";
        text += hanging("", "Formulas give the whole time and not what bounds it: --fidelity folded or wavelet does.",
                        text.width);
        return;
    }
    auto const part  = bounding_part(o.bound_by, o.parts);
    auto const bound = share_of(o.parts[static_cast<std::size_t>(part)], total(o.parts));
    auto const sums  = by_name(o.operators);
    auto const slowest =
        std::max_element(sums.begin(), sums.end(), [](auto const& a, auto const& b) { return a.cycles < b.cycles; });
    text += "\n";
    text += hanging("",
                    fmt::format("Bound by {}: {} of the {} is {}.", name_of(part), percent(bound), simulated_thing(o),
                                explained(part)),
                    text.width);
    if (slowest != sums.end()) {
        text += fmt::format("The longest operator is {}, with {} of the time{}.\n", slowest->name,
                            percent(share_of(slowest->cycles, total(o.parts))),
                            slowest->count > 1 ? fmt::format(" in {} places", slowest->count) : "");
    }
}

// Commands that work as they stand, and differ from the one that just ran.
void next_commands(Page& text, configs::Config const& config)
{
    auto const latency = setting(config, "scribe", "extra_latency") == "8 cycles" ? "16 cycles" : "8 cycles";
    heading(text, "Try next");
    auto const same = config.command_line.empty() ? std::string{"scribeline run"} : config.command_line;
    if (config.output.empty()) {
        text.command(fmt::format("  {} -o run.h5", same));
        text.command(fmt::format("  {} --set \"scribe.extra_latency={}\"", same, latency));
    } else {
        text.command(fmt::format("  scribeline explain {}", quoted(config.output)));
        text.command(fmt::format("  scribeline run --from {} --set \"scribe.extra_latency={}\"", quoted(config.output),
                                 latency));
    }
}

} // namespace

void print_report(std::ostream& out, configs::Config const& config, Outcome const& outcome, PageOptions const& options)
{
    auto text = Page{std::max<std::size_t>(options.width, 80), {}};
    headline(text, config, outcome);
    add_waterfall(text, outcome);
    if (!options.brief) {
        add_operators(text, outcome);
        add_parts(text, outcome);
        speculation(text, outcome);
        add_prefill(text, outcome);
        add_requests(text, outcome);
        add_stages(text, outcome);
        add_candidates(text, outcome);
        add_energy(text, outcome);
        utilisation(text, outcome);
        repair(text, outcome);
        sram(text, outcome);
        books(text, outcome);
        numbers(text, outcome);
        assumptions(text, config);
        defaults(text, config);
    }
    if (!outcome.warnings.empty()) {
        heading(text, "Warnings");
        for (auto const& warning : outcome.warnings) {
            text += hanging("  ", warning, text.width);
        }
    }
    conclusion(text, outcome);
    if (!config.output.empty()) {
        text += fmt::format("Written to {}.\n", config.output);
    }
    if (!options.brief) {
        next_commands(text, config);
    }
    out << text.text;
}

void print(std::ostream& out, configs::Config const& config, Outcome const& outcome, PageOptions const& options)
{
    switch (config.format) {
    case configs::OutputFormat::table:
        return print_report(out, config, outcome, options);
    case configs::OutputFormat::json:
        return print_json(out, config, outcome);
    case configs::OutputFormat::csv:
        return print_csv(out, outcome);
    }
}

} // namespace scribeline::results
