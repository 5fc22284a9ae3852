#include "results/views/published_report.hpp"

#include "results/views/gpu_sets.hpp"
#include "results/views/published_text.hpp"
#include "results/views/report_text.hpp"

#include <algorithm>
#include <ostream>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using configs::Exit;
using models::CaseOutcome;
using models::Verdict;

constexpr std::size_t width = 100, indent = 6;
constexpr auto        row_format = "  {:<26} {:>10} {:>11} {:>10} {:<8} {:>9} {:>9}  {}\n";

// Broken between words, each line behind the indent.
std::string paragraph(std::string const& text)
{
    std::string lines, line;
    auto        rest = std::string_view{text};
    while (!rest.empty()) {
        auto const word = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
        if (!line.empty() && indent + line.size() + 1 + word.size() > width) {
            lines += std::string(indent, ' ') + line + "\n";
            line.clear();
        }
        line += (line.empty() ? "" : " ") + std::string{word};
    }
    return lines + std::string(indent, ' ') + line + "\n";
}

std::string or_dash(std::optional<double> value) { return value ? figure(*value) : "-"; }

std::string row_text(CaseOutcome const& out)
{
    auto const& m         = out.measured;
    auto const  id        = shortened(configs::printable(m.id), 26);
    auto const  deviation = out.simulated ? signed_percent(out.deviation_percent) : "-";
    auto const  tolerance = m.tolerance ? fmt::format("{:.4g} %", *m.tolerance) : "none";
    auto const  verdict   = out.note.empty() ? name_of(out.verdict) : "-"; // else the note begins with it
    auto        text = fmt::format(row_format, id, or_dash(out.simulated), or_dash(out.closed_form), figure(m.value),
                                   m.unit.name, deviation, tolerance, verdict);
    text += paragraph(configs::printable(fmt::format("{}{}{}", subject(m), m.source.empty() ? "" : ": ", m.source)));
    if (!out.note.empty())
        text += paragraph(fmt::format("{}: {}", name_of(out.verdict), configs::printable(out.note)));
    return text;
}

std::string gpu_table(std::vector<CaseOutcome> const& outcomes)
{
    constexpr auto line = "  {:<21} {:<13} {:<12} {:>4} {:<14} {:>5} {:>6} {:>9} {:>9} {:>9}\n";
    auto const     sets = gpu_sets(outcomes);
    if (sets.empty())
        return "";
    auto text = std::string{"\nThe same of GPUs, by device, library, bits and what was measured\n"};
    text +=
        fmt::format(line, "kind", "machine", "library", "bits", "size", "rows", "within", "mean", "signed", "worst");
    for (auto const& set : sets)
        text += fmt::format(line, name_of(set.kind), configs::printable(set.machine), set.library, set.bits, set.size,
                            set.rows, set.within, fmt::format("{:.2f} %", set.mean()), signed_percent(set.bias()),
                            signed_percent(set.worst));
    return text;
}

std::string table(std::vector<CaseOutcome> const& outcomes)
{
    auto text = std::string{"Measured cases, simulated\n\n"};
    text += fmt::format(row_format, "case", "simulated", "closed form", "published", "unit", "deviation", "tolerance",
                        "verdict");
    for (auto const& out : outcomes)
        text += row_text(out);
    text += "\nDeviation of simulated from published, by kind and metric\n";
    text += fmt::format("  {:<21} {:<26} {:>5} {:>9} {:>10}  {}\n", "kind", "metric", "rows", "mean", "worst",
                        "worst case");
    for (auto const& each : statistics_of(outcomes))
        text += fmt::format("  {:<21} {:<26} {:>5} {:>9} {:>10}  {}\n", name_of(each.kind), each.metric, each.rows,
                            fmt::format("{:.2f} %", each.mean_percent), signed_percent(each.worst_percent),
                            configs::printable(each.worst_id));
    text += gpu_table(outcomes);
    text += fmt::format("\n{}.\n", tally(outcomes));
    return text;
}

} // namespace

void print(std::ostream& out, configs::OutputFormat format, std::vector<CaseOutcome> const& outcomes)
{
    switch (format) {
    case configs::OutputFormat::table:
        out << table(outcomes);
        break;
    case configs::OutputFormat::json:
        out << cases_json(outcomes);
        break;
    case configs::OutputFormat::csv:
        out << cases_csv(outcomes);
        break;
    }
}

configs::Exit exit_of(std::vector<CaseOutcome> const& outcomes)
{
    auto const is = [](Verdict verdict) { return [=](CaseOutcome const& out) { return out.verdict == verdict; }; };
    auto const simulated = [](CaseOutcome const& out) { return out.simulated.has_value(); };
    if (std::any_of(outcomes.begin(), outcomes.end(), is(Verdict::failed)))
        return Exit::internal;
    if (std::any_of(outcomes.begin(), outcomes.end(), [](auto const& out) { return out.counts_against(); }) ||
        std::none_of(outcomes.begin(), outcomes.end(), simulated))
        return Exit::answer_is_no;
    return Exit::done;
}

} // namespace scribeline::results
