// The page of text.
#include "results/views/compare/print.hpp"

#include "configs/failure.hpp"
#include "results/views/report_text.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using models::Comparison;
using models::ComparisonRow;

constexpr std::size_t label_width = 20, least_width = 12, page_width = 100;

std::string gigabytes(double bytes) { return fmt::format("{:.1f} GB", bytes / 1e9); }

std::string or_dash(std::optional<configs::Seconds> time) { return time ? duration(time->value()) : "-"; }

std::string rate(std::optional<double> value)
{
    return value ? *value < 100 ? fmt::format("{:.1f}", *value) : grouped(static_cast<std::uint64_t>(*value + 0.5))
                 : "-";
}

std::string energy(std::optional<configs::Joules> joules)
{
    return joules ? fmt::format("{:.3g} J", joules->value()) : "-";
}

struct Line {
    char const*                                      label;
    std::function<std::string(ComparisonRow const&)> text;
};

std::vector<Line> const& lines()
{
    static auto const all = std::vector<Line>{
        {"fits", [](auto const& r) { return std::string{r.fits             ? "yes"
                                                        : r.reason.empty() ? "-"
                                                                           : "no"}; }},
        {"memory needed", [](auto const& r) { return r.memory_share ? percent(*r.memory_share) : "-"; }},
        {"missing", [](auto const& r) { return r.missing ? gigabytes(r.missing->value()) : "-"; }},
        {"devices", [](auto const& r) { return r.devices > 0 ? grouped(r.devices) : "-"; }},
        {"time to first token", [](auto const& r) { return or_dash(r.first_token); }},
        {"time per token", [](auto const& r) { return or_dash(r.token); }},
        {"  served", [](auto const& r) { return or_dash(r.served); }},
        {"tokens/s, one user", [](auto const& r) { return rate(r.tokens_per_second_per_user()); }},
        {"  served", [](auto const& r) { return rate(r.served_per_user()); }},
        {"tokens/s, batch", [](auto const& r) { return rate(r.tokens_per_second()); }},
        {"  all in flight", [](auto const& r) { return rate(r.tokens_per_second_in_flight); }},
        {"of peak bandwidth", [](auto const& r) { return r.bandwidth_share ? percent(*r.bandwidth_share) : "-"; }},
        {"energy per token", [](auto const& r) { return energy(r.energy); }},
        {"  devices at most", [](auto const& r) { return energy(r.energy_at_most); }},
        {"bound by", [](auto const& r) { return r.bound_by.empty() ? "-" : r.bound_by; }},
        {"fidelity", [](auto const& r) { return r.fidelity.empty() ? "-" : r.fidelity; }},
    };
    return all;
}

// Of a column: a name is never cut, or two machines could not be told apart.
std::size_t column_width(Comparison const& c)
{
    auto width = least_width;
    for (auto const& machine : c.machines)
        width = std::max(width, configs::printable(machine.name).size());
    return width;
}

std::size_t side_by_side(Comparison const& c)
{
    return std::max<std::size_t>(1, (page_width - label_width - 2) / (column_width(c) + 1));
}

std::string columns_of(std::string const& label, std::vector<std::string> const& cells, std::size_t width)
{
    auto text = fmt::format("  {:<{}}", label, label_width);
    for (auto const& cell : cells)
        text += fmt::format(" {:>{}}", cell, width);
    return trimmed(text) + "\n";
}

std::string at_context(Comparison const& c, std::size_t context)
{
    auto const width = column_width(c);
    auto       text  = std::string{};
    for (std::size_t from = 0; from < c.machines.size(); from += side_by_side(c)) {
        auto const to    = std::min(from + side_by_side(c), c.machines.size());
        auto const cells = [&](auto of) {
            auto list = std::vector<std::string>{};
            for (auto m = from; m < to; ++m)
                list.push_back(of(c.row(m, context)));
            return list;
        };
        text += "\n" + columns_of("", cells([](auto const& row) { return configs::printable(row.machine); }), width);
        for (auto const& line : lines())
            text += columns_of(line.label, cells(line.text), width);
    }
    return text;
}

std::string by_context(Comparison const& c)
{
    auto text = std::string{"\nTokens/s of one user, by context\n"};
    for (std::size_t from = 0; from < c.machines.size(); from += side_by_side(c)) {
        auto const to    = std::min(from + side_by_side(c), c.machines.size());
        auto       names = std::vector<std::string>{};
        for (auto m = from; m < to; ++m)
            names.push_back(configs::printable(c.machines[m].name));
        text += "\n" + columns_of("context", names, column_width(c));
        for (std::size_t i = 0; i < c.contexts.size(); ++i) {
            auto cells = std::vector<std::string>{};
            for (auto m = from; m < to; ++m) {
                auto const& row = c.row(m, i);
                cells.push_back(row.fits ? rate(row.tokens_per_second_per_user()) : "does not fit");
            }
            text += columns_of(grouped(c.contexts[i]), cells, column_width(c));
        }
    }
    return text;
}

// Where another machine becomes the fastest, and where one stops to hold the model.
std::string turning_points(Comparison const& c)
{
    auto text = std::string{"\n"};
    for (std::size_t i = 0; i < c.contexts.size(); ++i) {
        auto const best = c.fastest(i);
        if (i > 0 && best == c.fastest(i - 1))
            continue;
        text += best ? fmt::format("  from {} tokens: {} is the fastest\n", grouped(c.contexts[i]),
                                   configs::printable(c.machines[*best].name))
                     : fmt::format("  from {} tokens: none holds it\n", grouped(c.contexts[i]));
    }
    for (std::size_t m = 0; m < c.machines.size(); ++m)
        for (std::size_t i = 0; i < c.contexts.size(); ++i)
            if (!c.row(m, i).fits) {
                text += i == 0 ? fmt::format("  {} never holds it\n", configs::printable(c.machines[m].name))
                               : fmt::format("  {} holds it up to {} tokens, and not {}\n",
                                             configs::printable(c.machines[m].name), grouped(c.contexts[i - 1]),
                                             grouped(c.contexts[i]));
                break;
            }
    return text;
}

bool is_of_all(Comparison const& c, std::size_t context, std::string const& note)
{
    for (std::size_t m = 0; m < c.machines.size(); ++m) {
        auto const& notes = c.row(m, context).notes;
        if (std::find(notes.begin(), notes.end(), note) == notes.end())
            return false;
    }
    return c.machines.size() > 1;
}

// Each said once.
std::string notes(Comparison const& c)
{
    auto text = std::string{"\nWhat the columns stand for\n"};
    auto seen = std::vector<std::string>{};
    auto once = [&](std::string const& first, std::string const& note) {
        auto const line = hanging(first, configs::printable(note));
        if (std::find(seen.begin(), seen.end(), line) == seen.end()) {
            seen.push_back(line);
            text += line;
        }
    };
    for (std::size_t i = 0; i < c.contexts.size(); ++i)
        for (auto const& note : c.row(0, i).notes)
            if (is_of_all(c, i, note)) // about the model
                once(fmt::format("  at {} tokens: ", grouped(c.contexts[i])), note);
    auto const several = c.contexts.size() > 1;
    for (std::size_t m = 0; m < c.machines.size(); ++m)
        for (std::size_t i = 0; i < c.contexts.size(); ++i) {
            auto const& row  = c.row(m, i);
            auto const  name = configs::printable(row.machine);
            auto const  first =
                fmt::format("  {}: ", several ? fmt::format("{} at {}", name, grouped(row.context)) : name);
            if (!row.reason.empty())
                once(first, row.reason);
            else if (i == 0 || row.arrangement != c.row(m, i - 1).arrangement)
                once(first, row.arrangement);
            for (auto const& note : row.notes)
                if (!is_of_all(c, i, note))
                    once(first, note);
        }
    for (auto const& row : c.rows)
        if (!row.fidelity.empty())
            once(fmt::format("  {}: ", row.fidelity), row.fidelity_said);
    auto const has_no_server =
        std::any_of(c.rows.begin(), c.rows.end(), [](auto const& row) { return row.fits && !row.served; });
    if (has_no_server)
        once("  ",
             "Of machines without a figure for `served`, a server is not modelled: time per token is what the hardware "
             "needs.");
    once("  ", "served: with a server around it (serving.engine_overhead). Energy per token: what is known to be "
               "spent, with the servers, cooling and power delivery around the devices; at most: every device at its "
               "full power for the time of the token, nothing around it.");
    return text;
}

std::string assumptions(Comparison const& c)
{
    auto text = std::string{"\nAssumed parameters (scribeline explain KEY)\n"};
    for (auto const& machine : c.machines) {
        auto const assumed = assumed_parameters(machine.config);
        text += hanging(fmt::format("  {}: ", configs::printable(machine.name)),
                        assumed.empty() ? "none" : fmt::format("{}", fmt::join(assumed, ", ")));
    }
    return text;
}

} // namespace

std::vector<std::string> assumed_parameters(configs::Config const& config)
{
    auto names = std::vector<std::string>{};
    for (auto const& setting : config.settings)
        if (setting.origin == configs::Origin::assumed)
            names.push_back(setting.group + "." + setting.key);
    return names;
}

std::string comparison_table(Comparison const& c)
{
    auto const& workload = c.machines.front().config.parameters.workload;
    auto        text     = std::string{};
    for (std::size_t i = 0; i < c.contexts.size(); ++i) {
        text += fmt::format("{}{}, context {}, batch {}; weights of {} bits, KV cache of {}\n", i == 0 ? "" : "\n",
                            c.model, grouped(c.contexts[i]), grouped(c.batch), workload.weight_bits, workload.kv_bits);
        text += at_context(c, i);
    }
    if (c.contexts.size() > 1)
        text += by_context(c) + turning_points(c);
    return text + notes(c) + assumptions(c);
}

std::string comparison_text(Comparison const& comparison, configs::OutputFormat format)
{
    switch (format) {
    case configs::OutputFormat::json:
        return comparison_json(comparison);
    case configs::OutputFormat::csv:
        return comparison_csv(comparison);
    case configs::OutputFormat::table:
        break;
    }
    return comparison_table(comparison);
}

} // namespace scribeline::results
