// The page of text: at most 100 columns, no colour, the answer first and the details after it.
#include "results/report.hpp"

#include "results/metrics.hpp"
#include "results/report_text.hpp"

#include <algorithm>
#include <ostream>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using models::Outcome;
using models::Part;

constexpr int bar_width = 44;

std::string setting(configs::Config const& config, std::string const& group, std::string const& key)
{
    for (auto const& entry : config.settings) {
        if (entry.group == group && entry.key == key) {
            return entry.text;
        }
    }
    return "";
}

double share(std::uint64_t value, std::uint64_t of)
{
    return of == 0 ? 0.0 : static_cast<double>(value) / static_cast<double>(of);
}

void heading(std::string& text, char const* title) { text += fmt::format("\n{}\n", title); }

void headline(std::string& text, configs::Config const& config, Outcome const& o)
{
    auto const& p = config.parameters;
    text += fmt::format("{} on {}, region {}x{}, context {}\n", p.workload.model, config.machine, o.activity.columns,
                        o.activity.rows, grouped(p.workload.context));
    text += fmt::format("fidelity {}: {}\n", o.fidelity,
                        o.fidelity == "wavelet" ? "every wavelet, every hop, every PE cycle of one layer"
                                                : "see docs/model.md");
    text += fmt::format("\n  {:<22}{:>14}  cycles{}\n", "one layer", grouped(o.cycles_per_layer),
                        o.clock_hz > 0 ? fmt::format("  ({} at {:.4g} GHz)",
                                                     duration(static_cast<double>(o.cycles_per_layer) / o.clock_hz),
                                                     o.clock_hz / 1e9)
                                       : "");
    text += fmt::format("  {:<22}{:>14}  {}\n", "one output token", duration(o.time_per_output_token.value()),
                        o.token_note);
    text += fmt::format("  {:<22}{:>14}  for one user\n", "tokens per second",
                        fmt::format("{:.1f}", o.tokens_per_second_per_user));
}

void operators(std::string& text, Outcome const& o)
{
    heading(text, "Where the time went, by operator");
    text += fmt::format("  {:<22}{:>10}{:>8}  {:<22}{}\n", "operator", "cycles", "share", "largest part", "collective");
    for (auto const& op : o.operators) {
        auto const cycles = op.end - op.start;
        auto const part   = bounding_part(op.bound_by, op.parts);
        text += trimmed(fmt::format("  {:<22}{:>10}{:>8}  {:<22}{}", shortened(op.name, 21), grouped(cycles),
                                    percent(share(cycles, o.cycles_per_layer)),
                                    cycles == 0
                                        ? ""
                                        : fmt::format("{} {}", name_of(part),
                                                      percent(share(op.parts[static_cast<std::size_t>(part)], cycles))),
                                    shortened(op.collective, 34))) +
                "\n";
    }
}

void parts(std::string& text, Outcome const& o)
{
    heading(text, "Where the time went, by part");
    auto const all = total(o.parts);
    for (std::size_t i = 0; i < models::part_count; ++i) {
        if (o.parts[i] > 0) {
            auto const of = share(o.parts[i], all);
            text += trimmed(fmt::format("  {:<22}{:>10}{:>8}  {}", name_of(static_cast<Part>(i)), grouped(o.parts[i]),
                                        percent(of), bar(of, bar_width))) +
                    "\n";
        }
    }
    text += fmt::format("  {:<22}{:>10}\n", "sum", grouped(all));
}

void utilisation(std::string& text, Outcome const& o)
{
    heading(text, "How busy the wafer was");
    auto const line = [&](char const* name, double value, std::string const& note) {
        text += trimmed(fmt::format("  {:<22}{:>18}  {}", name, percent(value), note)) + "\n";
    };
    text += fmt::format("  {:<22}{:>18}  busy, {} stalled, {} idle\n", "PE cycles", percent(o.pe_busy_share),
                        percent(o.pe_stalled_share), percent(o.pe_idle_share));
    line("arithmetic", o.arithmetic_share, "of the peak of the region's PEs");
    line("SRAM bandwidth", o.sram_bandwidth_share, "of the peak, for weights and KV cache");
    line("links", o.link_utilisation, fmt::format("of their capacity; {} wavelet-hops", grouped(o.wavelet_hops)));
    if (o.scribe.empty()) {
        text += fmt::format("  {:<22}{:>18}  the region lies on one reticle\n", "scribe lines", "-");
    } else {
        line("scribe lines", o.scribe_utilisation,
             fmt::format("of their capacity; {} crossings", grouped(o.scribe_crossings)));
    }
}

void sram(std::string& text, Outcome const& o)
{
    heading(text, "SRAM of the fullest PE");
    auto const capacity = o.sram_capacity_bytes;
    auto const of       = [&](double bytes) { return capacity > 0 ? bytes / capacity : 0.0; };
    for (auto const& part : o.sram) {
        text += trimmed(fmt::format("  {:<22}{:>10}{:>8}  {}", shortened(part.name, 21), kibibytes(part.bytes),
                                    percent(of(part.bytes)), bar(of(part.bytes), bar_width))) +
                "\n";
    }
    auto const used = sram_used(o);
    text += fmt::format("  {:<22}{:>10}{:>8}  {} left of {}\n", "sum", kibibytes(used), percent(of(used)),
                        kibibytes(capacity - used), kibibytes(capacity));
}

void books(std::string& text, Outcome const& o)
{
    heading(text, o.books.balanced() ? "Books: balanced" : "Books: NOT BALANCED");
    for (auto const& entry : o.books.entries) {
        text += fmt::format("  {:<22}{:>18}  {} {} {}\n", shortened(entry.name, 21), grouped(entry.left_value),
                            entry.left, entry.balanced() ? "=" : "is not", entry.right);
        if (!entry.balanced()) {
            text += fmt::format("  {:<22}{:>18}  {}\n", "", grouped(entry.right_value), entry.right);
        }
    }
    text += fmt::format("  {:<22}{:016x}\n", "state hash", o.state_hash);
}

// Only of a run with --payload.
void numbers(std::string& text, Outcome const& o)
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

void assumptions(std::string& text, configs::Config const& config)
{
    std::vector<std::string> assumed;
    for (auto const& entry : config.settings) {
        if (entry.origin == configs::Origin::assumed) {
            assumed.push_back(fmt::format("{}.{} = {}", entry.group, entry.key, entry.text));
        }
    }
    if (!assumed.empty()) {
        heading(text, "Assumed, not published (scribeline explain KEY says why)");
        text += in_columns(assumed, 98);
    }
}

void conclusion(std::string& text, Outcome const& o)
{
    auto const part    = bounding_part(o.bound_by, o.parts);
    auto const bound   = share(o.parts[static_cast<std::size_t>(part)], total(o.parts));
    auto const slowest = std::max_element(o.operators.begin(), o.operators.end(), [](auto const& a, auto const& b) {
        return a.end - a.start < b.end - b.start;
    });
    text += fmt::format("\nBound by {}: {} of the layer is {}.", name_of(part), percent(bound), explained(part));
    if (slowest != o.operators.end()) {
        text += fmt::format("\nThe longest operator is {}, with {} of the time.", slowest->name,
                            percent(share(slowest->end - slowest->start, o.cycles_per_layer)));
    }
    text += "\n";
}

// Commands that work as they stand, and differ from the one that just ran.
void next_commands(std::string& text, configs::Config const& config)
{
    auto const latency = setting(config, "scribe", "extra_latency") == "8 cycles" ? "16 cycles" : "8 cycles";
    heading(text, "Try next");
    if (config.output.empty()) {
        text += "  scribeline run --machine wse2 --model llama-3-8b --context 4096 --region 420x420 -o first.h5\n";
        text += fmt::format("  scribeline run --set \"scribe.extra_latency={}\"\n", latency);
    } else {
        text += fmt::format("  h5ls -r {}\n", quoted(config.output));
        text += fmt::format("  scribeline run --from {} --set \"scribe.extra_latency={}\"\n", quoted(config.output),
                            latency);
    }
}

} // namespace

void print_report(std::ostream& out, configs::Config const& config, Outcome const& outcome)
{
    std::string text;
    headline(text, config, outcome);
    operators(text, outcome);
    parts(text, outcome);
    utilisation(text, outcome);
    sram(text, outcome);
    books(text, outcome);
    numbers(text, outcome);
    assumptions(text, config);
    if (!outcome.warnings.empty()) {
        heading(text, "Warnings");
        for (auto const& warning : outcome.warnings) {
            text += fmt::format("  {}\n", warning);
        }
    }
    conclusion(text, outcome);
    if (!config.output.empty()) {
        text += fmt::format("Written to {}.\n", config.output);
    }
    next_commands(text, config);
    out << text;
}

void print(std::ostream& out, configs::Config const& config, Outcome const& outcome)
{
    switch (config.format) {
    case configs::OutputFormat::table:
        return print_report(out, config, outcome);
    case configs::OutputFormat::json:
        return print_json(out, config, outcome);
    case configs::OutputFormat::csv:
        return print_csv(out, outcome);
    }
}

} // namespace scribeline::results
