// The page of a comparison: the parts of all machines on one axis, speed over context with crossings and with what does
// not fit, energy, and the tables.
#include "results/files/run_file.hpp"
#include "results/page/charts/bars.hpp"
#include "results/page/charts/lines.hpp"
#include "results/page/colours.hpp"
#include "results/page/document_html.hpp"
#include "results/page/markup.hpp"
#include "results/page/pages.hpp"
#include "results/views/other_files.hpp"
#include "results/views/report_energy.hpp"
#include "results/views/report_text.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::results::page {

namespace {

using hdf5::InputFile;

struct MachineParts {
    std::vector<std::string> names, energy_names;
    std::vector<double>      times, energies; // [context, part]
};

struct Compared {
    std::string               path, model, command, created, source, commit;
    double                    batch = 1;
    std::vector<std::string>  machines;
    std::vector<double>       contexts, fits, rate, time, energy; // [machine, context]
    std::vector<std::string>  reasons, bounds;
    std::vector<MachineParts> parts; // one a machine

    std::size_t at(std::size_t machine, std::size_t context) const { return machine * contexts.size() + context; }
};

template <class List> List sized(List list, std::size_t size, std::string const& name)
{
    if (list.size() != size)
        throw hdf5::Failure{fmt::format("{}: {} values where {} are due", name, list.size(), size)};
    return list;
}

MachineParts parts_of(InputFile const& file, std::string const& group, std::size_t contexts)
{
    auto       parts = MachineParts{};
    auto const take  = [&](char const* names, char const* values, std::vector<std::string>& to_names,
                          std::vector<double>& to) {
        if (!file.has(group + names) || !file.has(group + values))
            return;
        to_names = file.texts(group + names);
        to       = sized(file.numbers(group + values), to_names.size() * contexts, group + values);
    };
    take("/part", "/part_time", parts.names, parts.times);
    take("/energy_part", "/part_energy", parts.energy_names, parts.energies);
    return parts;
}

Compared read(InputFile const& file)
{
    auto c             = Compared{};
    c.path             = file.path();
    c.model            = file.attribute("/comparison", "model").value_or("an unknown model");
    c.batch            = file.number_attribute("/comparison", "batch");
    c.command          = file.attribute("/meta", "command_line").value_or(file.attribute("/", "history").value_or(""));
    c.created          = file.attribute("/meta", "created").value_or("");
    c.commit           = file.attribute("/meta", "git_commit").value_or("");
    c.source           = file.attribute("/", "source").value_or("");
    c.machines         = file.texts("/comparison/machine");
    c.contexts         = file.numbers("/comparison/context");
    auto const size    = c.machines.size() * c.contexts.size();
    auto const numbers = [&](char const* name) { return sized(file.numbers(name), size, name); };
    c.fits             = numbers("/comparison/fits");
    c.rate             = numbers("/comparison/tokens_per_second_per_user");
    c.time             = numbers("/comparison/time_per_token");
    c.energy           = numbers("/comparison/energy_per_token");
    c.reasons          = sized(file.texts("/comparison/reason"), size, "/comparison/reason");
    c.bounds           = sized(file.texts("/comparison/bound_by"), size, "/comparison/bound_by");
    c.parts.resize(c.machines.size());
    for (auto const& link : file.links_in("/machines")) {
        auto const name  = file.attribute("/machines/" + link, "machine").value_or(link);
        auto const found = std::find(c.machines.begin(), c.machines.end(), name);
        if (found != c.machines.end())
            c.parts[static_cast<std::size_t>(found - c.machines.begin())] =
                parts_of(file, "/machines/" + link, c.contexts.size());
    }
    return c;
}

std::string context_text(double context) { return quantity(context).text; }

std::vector<BarRow> bar_rows(Compared const& c, bool energy)
{
    auto rows = std::vector<BarRow>{};
    for (std::size_t i = 0; i < c.contexts.size() && rows.size() < 80; ++i) {
        if (c.contexts.size() > 1)
            rows.push_back({fmt::format("context {}", context_text(c.contexts[i])), {}, ""});
        for (std::size_t m = 0; m < c.machines.size(); ++m) {
            auto const  at     = c.at(m, i);
            auto const& names  = energy ? c.parts[m].energy_names : c.parts[m].names;
            auto const& values = energy ? c.parts[m].energies : c.parts[m].times;
            auto const  whole  = energy ? c.energy[at] : c.time[at];
            auto        row    = BarRow{c.machines[m], {}, ""};
            row.behind         = c.fits[at] == 0     ? "does not fit"
                                 : std::isnan(whole) ? "not known"
                                 : energy            ? energy_text(whole)
                                          : fmt::format("{}: {} tokens/s", duration(whole), rate_text(c.rate[at]));
            for (std::size_t p = 0; p < names.size() && c.fits[at] != 0; ++p) {
                auto const value = values[i * names.size() + p];
                row.parts.push_back(
                    {names[p], energy ? value : value * 1e3, energy ? energy_text(value) : duration(value)});
            }
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

// Where one machine overtakes another between two contexts that were asked for, told by a straight line between them.
Sentences crossings(Compared const& c)
{
    auto told = Sentences{};
    for (std::size_t a = 0; a < c.machines.size(); ++a)
        for (std::size_t b = a + 1; b < c.machines.size(); ++b)
            for (std::size_t i = 0; i + 1 < c.contexts.size(); ++i) {
                auto const before = c.rate[c.at(a, i)] - c.rate[c.at(b, i)],
                           after  = c.rate[c.at(a, i + 1)] - c.rate[c.at(b, i + 1)];
                if (std::isnan(before) || std::isnan(after) || before * after >= 0)
                    continue;
                told.push_back(fmt::format("Between contexts of {} and {} {} overtakes {}.",
                                           context_text(c.contexts[i]), context_text(c.contexts[i + 1]),
                                           c.machines[after > 0 ? a : b], c.machines[after > 0 ? b : a]));
            }
    for (std::size_t m = 0; m < c.machines.size(); ++m)
        for (std::size_t i = 0; i < c.contexts.size(); ++i)
            if (c.fits[c.at(m, i)] == 0) {
                auto const& reason = c.reasons[c.at(m, i)];
                told.push_back(fmt::format(
                    "From a context of {} on the model does not fit on {}{}.", context_text(c.contexts[i]),
                    c.machines[m], reason.empty() ? "" : ": " + reason.substr(0, reason.find_last_not_of(". ") + 1)));
                break;
            }
    return told;
}

Figure cliff_figure(Compared const& c)
{
    auto chart   = LineChart{};
    chart.x      = "tokens in the KV cache, by logarithm";
    chart.y      = "tokens a second for one user";
    chart.log_x  = true;
    chart.height = 380;
    for (std::size_t m = 0; m < c.machines.size(); ++m) {
        auto curve = Curve{c.machines[m], series_colour(m), {}};
        for (std::size_t i = 0; i < c.contexts.size(); ++i) {
            auto const at = c.at(m, i);
            if (c.fits[at] == 0)
                chart.marks.push_back(
                    {c.contexts[i], std::nan(""),
                     fmt::format("{} at {}: does not fit", c.machines[m], context_text(c.contexts[i])),
                     series_colour(m)});
            else
                curve.points.emplace_back(c.contexts[i], c.rate[at]);
        }
        chart.curves.push_back(std::move(curve));
    }
    return {"cliff", "Tokens a second of each machine over the context; crosses where the model does not fit",
            line_chart(chart), "comparison.csv",
            "A cross at the bottom: the model and its cache do not fit on that machine at that context."};
}

std::string answer(Compared const& c)
{
    auto const first = std::size_t{0};
    auto       best  = c.machines.size();
    for (std::size_t m = 0; m < c.machines.size(); ++m)
        if (c.rate[c.at(m, first)] > 0 &&
            (best == c.machines.size() || c.rate[c.at(m, first)] > c.rate[c.at(best, first)]))
            best = m;
    if (best == c.machines.size())
        return "On none of these machines does the model fit.";
    return fmt::format("With {} tokens in the KV cache {} is the fastest for one user: {} tokens a second, {} each.",
                       context_text(c.contexts.front()), c.machines[best], rate_text(c.rate[c.at(best, first)]),
                       duration(c.time[c.at(best, first)]));
}

} // namespace

Sheet sheet_of_comparison(std::string const& path)
{
    auto c = Compared{};
    read_result(path, [&](InputFile const& file) { c = read(file); });
    if (c.machines.empty() || c.contexts.empty())
        return {};
    auto sheet     = Sheet{};
    sheet.kind     = "a comparison";
    sheet.title    = fmt::format("{} on {} machine{}", c.model, c.machines.size(), c.machines.size() == 1 ? "" : "s");
    sheet.sentence = answer(c);
    for (std::size_t m = 0; m < c.machines.size() && m < 4; ++m) {
        auto const rate = c.rate[c.at(m, 0)];
        sheet.headlines.push_back(
            {c.machines[m], c.fits[c.at(m, 0)] == 0 ? "does not fit" : rate_text(rate), rate,
             c.fits[c.at(m, 0)] == 0
                 ? ""
                 : fmt::format("tokens a second{}",
                               c.bounds[c.at(m, 0)].empty() ? "" : ", bound by " + c.bounds[c.at(m, 0)])});
    }
    auto parts = Panel{"time", "Where the time of a token goes", {}};
    parts.blocks.emplace_back(Figure{"parts", "The parts of a token's time on every machine, on one axis",
                                     stacked_bars(bar_rows(c, false), "milliseconds of a token"), "parts.csv",
                                     "All machines on one axis: a bar half as long is twice as fast."});
    sheet.panels.push_back(std::move(parts));
    if (c.contexts.size() > 1) {
        auto cliff = Panel{"context", "As the context grows", {}};
        cliff.blocks.emplace_back(cliff_figure(c));
        cliff.blocks.emplace_back(list_html(crossings(c)));
        sheet.panels.push_back(std::move(cliff));
    }
    if (std::any_of(c.energy.begin(), c.energy.end(), [](double e) { return e > 0; })) {
        auto energy = Panel{"energy", "Energy of a token", {}};
        energy.blocks.emplace_back(Figure{"energy", "What the energy of a token goes into, on every machine",
                                          stacked_bars(bar_rows(c, true), "joules of a token"), "",
                                          "With the servers around the chips."});
        sheet.panels.push_back(std::move(energy));
    }
    sheet.panels.push_back({"told", "In sentences", {list_html(sentences_of(story_of(ResultKind::comparison, path)))}});
    sheet.panels.push_back(panel_of(document_of(ResultKind::comparison, path), "figures", "All figures"));
    sheet.facts = {
        {"file", c.path}, {"command", c.command}, {"written", c.created}, {"program", c.source}, {"commit", c.commit}};
    return sheet;
}

} // namespace scribeline::results::page
