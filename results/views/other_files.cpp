#include "results/views/other_files.hpp"

#include "configs/failure.hpp"
#include "results/files/compare/columns.hpp"
#include "results/files/sweep/merged_file.hpp"
#include "results/hdf5/reader.hpp"
#include "results/views/csv_field.hpp"
#include "results/views/export/group_table.hpp"
#include "results/views/report_text.hpp"
#include "results/views/serve_tables.hpp"
#include "results/views/sweep/show.hpp"
#include "results/views/traffic_tables.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using hdf5::InputFile;

std::vector<double> sized(std::vector<double> values, std::size_t size, std::string const& name)
{
    if (values.size() != size)
        throw hdf5::Failure{fmt::format("{}: {} values where {} are due", name, values.size(), size)};
    return values;
}

std::vector<std::string> sized(std::vector<std::string> values, std::size_t size, std::string const& name)
{
    if (values.size() != size)
        throw hdf5::Failure{fmt::format("{}: {} values where {} are due", name, values.size(), size)};
    return values;
}

// --- a comparison ---------------------------------------------------------------------------------------------------

struct NamedNumbers {
    std::string         name, units;
    std::vector<double> values; // [machine, context]
};
struct NamedWords {
    std::string              name;
    std::vector<std::string> values;
};
struct PartsOfMachine {
    std::vector<std::string> names;
    std::vector<double>      times; // [context, part]
};

struct ReadComparison {
    std::string                           model;
    double                                batch = 1;
    std::vector<std::string>              machines;
    std::vector<double>                   contexts;
    std::vector<double>                   fits;
    std::vector<NamedNumbers>             numbers; // in the order of the file
    std::vector<NamedWords>               words;
    std::map<std::string, PartsOfMachine> parts; // of machines that tell them apart
    std::vector<std::string>              notes;

    std::size_t at(std::size_t machine, std::size_t context) const { return machine * contexts.size() + context; }
    double      number(std::string const& name, std::size_t row) const
    {
        for (auto const& column : numbers)
            if (column.name == name)
                return column.values.at(row);
        throw hdf5::Failure{"/comparison/" + name + " is missing"};
    }
    std::string word(std::string const& name, std::size_t row) const
    {
        for (auto const& column : words)
            if (column.name == name)
                return column.values.at(row);
        throw hdf5::Failure{"/comparison/" + name + " is missing"};
    }
};

ReadComparison read_comparison(InputFile const& file)
{
    auto read       = ReadComparison{};
    read.model      = file.attribute("/comparison", "model").value_or("an unknown model");
    read.batch      = file.number_attribute("/comparison", "batch");
    read.machines   = file.texts("/comparison/machine");
    read.contexts   = file.numbers("/comparison/context");
    auto const size = read.machines.size() * read.contexts.size();
    read.fits       = sized(file.numbers("/comparison/fits"), size, "/comparison/fits");
    for (auto const& name : file.links_in("/comparison")) {
        auto const dataset = "/comparison/" + name;
        if (name == "machine" || name == "context" || name == "fits")
            continue;
        if (file.kind(dataset) == InputFile::Kind::text)
            read.words.push_back({name, sized(file.texts(dataset), size, dataset)});
        else
            read.numbers.push_back(
                {name, file.attribute(dataset, "units").value_or("1"), sized(file.numbers(dataset), size, dataset)});
    }
    for (auto const& machine : file.links_in("/machines")) {
        auto const group = "/machines/" + machine;
        auto const name  = file.attribute(group, "machine").value_or(machine);
        if (file.has(group + "/part_time") && file.has(group + "/part")) {
            auto names = file.texts(group + "/part");
            auto times =
                sized(file.numbers(group + "/part_time"), names.size() * read.contexts.size(), group + "/part_time");
            read.parts[name] = {std::move(names), std::move(times)};
        }
        if (file.has(group + "/notes"))
            for (auto const& note : file.texts(group + "/notes"))
                if (std::find(read.notes.begin(), read.notes.end(), note) == read.notes.end())
                    read.notes.push_back(note);
    }
    return read;
}

std::string tokens(double number)
{
    return is_figure(number) && number >= 0 ? grouped(static_cast<std::uint64_t>(std::llround(number)))
                                            : "an unknown number of";
}

std::string title_of(ReadComparison const& c)
{
    return fmt::format("{} on {} machine{}, batch {}", c.model, c.machines.size(), c.machines.size() == 1 ? "" : "s",
                       tokens(c.batch));
}

Section parts_at(ReadComparison const& c, std::size_t context)
{
    auto section = Section{fmt::format("Where the time of a token goes, context {}", tokens(c.contexts[context])), {}};
    for (auto const& machine : c.machines) {
        auto const found = c.parts.find(machine);
        if (found == c.parts.end())
            continue;
        auto const& names = found->second.names;
        auto        bars  = Bars{"time of " + machine, {}};
        double      sum   = 0;
        for (std::size_t p = 0; p < names.size(); ++p)
            sum += found->second.times[context * names.size() + p];
        for (std::size_t p = 0; p < names.size(); ++p)
            if (auto const time = found->second.times[context * names.size() + p]; time > 0)
                bars.bars.push_back({names[p], time / sum, duration(time)});
        if (std::isnan(sum) || bars.bars.empty())
            continue;
        section.blocks.emplace_back(Sentences{machine});
        section.blocks.emplace_back(std::move(bars));
    }
    return section;
}

Document shown_comparison(ReadComparison const& c)
{
    auto document = Document{title_of(c), {}};
    for (std::size_t i = 0; i < c.contexts.size(); ++i) {
        auto table = Table{fmt::format("context {:.0f}", c.contexts[i]), {{"", "1", true}, {"units", "1", true}}, {}};
        for (auto const& machine : c.machines)
            table.columns.push_back({machine});
        auto add = [&](std::string const& name, std::string const& units, auto cell) {
            auto row = std::vector<Cell>{word(name), word(units)};
            for (std::size_t m = 0; m < c.machines.size(); ++m)
                row.push_back(cell(c.at(m, i)));
            table.rows.push_back(std::move(row));
        };
        add("fits", "1", [&](std::size_t row) { return word(c.fits[row] != 0 ? "yes" : "no"); });
        for (auto const& column : c.numbers)
            add(column.name, column.units, [&](std::size_t row) {
                auto const value = column.values[row];
                return std::isnan(value) ? unknown() : quantity(value, fmt::format("{:.4g}", value));
            });
        for (auto const* name : {"bound_by", "fidelity"})
            add(name, "1", [&](std::size_t row) { return word(c.word(name, row)); });
        auto section = Section{fmt::format("Context {}", tokens(c.contexts[i])), {std::move(table)}};
        auto why     = Sentences{};
        for (std::size_t m = 0; m < c.machines.size(); ++m)
            for (auto const* name : {"arrangement", "reason"})
                if (auto const text = c.word(name, c.at(m, i)); !text.empty())
                    why.push_back(fmt::format("{}: {}", c.machines[m], text));
        section.blocks.emplace_back(std::move(why));
        document.sections.push_back(std::move(section));
        if (auto parts = parts_at(c, i); !parts.blocks.empty())
            document.sections.push_back(std::move(parts));
    }
    if (!c.notes.empty())
        document.sections.push_back({"What the models simplify", {c.notes}});
    return document;
}

// The fastest, how far the others are behind it, what bounds each, and who does not hold the model.
Sentences told_at(ReadComparison const& c, std::size_t context)
{
    auto told  = Sentences{};
    auto order = std::vector<std::size_t>{};
    for (std::size_t m = 0; m < c.machines.size(); ++m)
        if (c.number("time_per_token", c.at(m, context)) > 0)
            order.push_back(m);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return c.number("time_per_token", c.at(a, context)) < c.number("time_per_token", c.at(b, context));
    });
    auto fidelities = std::vector<std::string>{};
    for (std::size_t i = 0; i < order.size(); ++i) {
        auto const row    = c.at(order[i], context);
        auto const time   = c.number("time_per_token", row);
        auto const bound  = c.word("bound_by", row);
        auto const head   = fmt::format("{} gives one user {} tokens a second, {} each", c.machines[order[i]],
                                        rate_text(1 / time), duration(time));
        auto const behind = i == 0
                                ? std::string{order.size() > 1 ? ": the fastest" : ""}
                                : fmt::format(", {} times as slow as {}",
                                              three_digits(time / c.number("time_per_token", c.at(order[0], context))),
                                              c.machines[order[0]]);
        told.push_back(fmt::format("{}{}{}.", head, behind,
                                   bound.empty() ? "" : fmt::format("; what takes most of it is {}", bound)));
        auto const fidelity = c.word("fidelity", row);
        if (std::find(fidelities.begin(), fidelities.end(), fidelity) == fidelities.end())
            fidelities.push_back(fidelity);
    }
    for (std::size_t m = 0; m < c.machines.size(); ++m)
        if (auto const reason = c.word("reason", c.at(m, context)); !reason.empty())
            told.push_back(fmt::format("{} has no figures: {}.", c.machines[m], reason));
    if (fidelities.size() > 1)
        told.push_back(
            fmt::format("The figures were come by in different ways ({}); 'scribeline explain WORD' says what "
                        "each is.",
                        fmt::join(fidelities, ", ")));
    return told;
}

// --- a study of yield -----------------------------------------------------------------------------------------------

Document shown_yield(InputFile const& file)
{
    auto       document = Document{fmt::format("{}, {} wafers", file.attribute("/", "title").value_or("Yield"),
                                               tokens(file.number_attribute("/meta", "wafers"))),
                             {}};
    auto       summary  = Table{"summary", {{"figure", "1", true}, {"value"}, {"units", "1", true}}, {}};
    auto const scalars  = read_scalars(file, "summary");
    for (auto const& column : scalars.columns)
        if (column.kind == TableColumn::Kind::real)
            summary.rows.push_back({word(column.name), quantity(column.reals.at(0)), word(column.units)});
    document.sections.push_back({"Per wafer", {std::move(summary)}});
    if (file.has("/hops/pairs")) {
        auto const hops  = file.numbers("/hops/hops");
        auto const pairs = sized(file.numbers("/hops/pairs"), hops.size(), "/hops/pairs");
        auto       table = Table{"hops", {{"hops"}, {"pairs"}}, {}};
        for (std::size_t i = 0; i < hops.size(); ++i)
            table.rows.push_back({quantity(hops[i]), quantity(pairs[i])});
        document.sections.push_back({"Pairs of neighbours of the mesh by their distance", {std::move(table)}});
    }
    return document;
}

Document told_yield(InputFile const& file)
{
    auto const number = [&](char const* name) { return file.number(std::string{"/summary/"} + name); };
    auto       told   = Sentences{};
    told.push_back(fmt::format("{} of {}: {} of them cannot be repaired.",
                               file.attribute("/", "title").value_or("A study of yield"),
                               tokens(file.number_attribute("/meta", "wafers")) + " wafers",
                               tokens(file.number_attribute("/meta", "unrepairable_wafers"))));
    told.push_back(fmt::format("A wafer has {} defects in the mean, which leave {} PEs dead, and {} usable.",
                               three_digits(number("defects_mean")), three_digits(number("dead_pes_mean")),
                               tokens(number("usable_pes_mean"))));
    told.push_back(
        fmt::format("{} of dies as large as a reticle have no defect at all.", percent(number("perfect_dies_share"))));
    return {"", {{"", {told}}}};
}

// --- a merged sweep -------------------------------------------------------------------------------------------------

std::map<std::string, std::size_t> counts_of(std::vector<std::string> const& words)
{
    auto counts = std::map<std::string, std::size_t>{};
    for (auto const& each : words)
        if (!each.empty())
            ++counts[each];
    return counts;
}

Table sweep_table(SweepTable const& sweep)
{
    auto table = Table{"points", {{"point"}}, {}};
    for (auto const& column : sweep.columns)
        if (column.name != "point")
            table.columns.push_back({column.name, column.is_text ? "1" : column.units, column.is_text});
    for (std::size_t i = 0; i < sweep.rows; ++i) {
        auto row = std::vector<Cell>{quantity(static_cast<double>(i))};
        for (auto const& column : sweep.columns)
            if (column.name != "point")
                row.push_back(column.is_text ? word(column.texts[i]) : quantity(column.numbers[i]));
        table.rows.push_back(std::move(row));
    }
    return table;
}

Sentences told_sweep(SweepTable const& sweep, std::string const& path)
{
    auto told = Sentences{};
    auto list = std::string{};
    for (auto const& [status, count] : counts_of(sweep.find("status")->texts))
        list += fmt::format("{}{} {}", list.empty() ? "" : ", ", count, status);
    told.push_back(
        fmt::format("{}: {} points, {}.", sweep.description.empty() ? path : sweep.description, sweep.rows, list));
    for (auto const& column : sweep.columns) {
        if (column.source != SweepColumn::Source::parameter)
            continue;
        if (column.is_text) {
            auto names = std::vector<std::string>{};
            for (auto const& each : counts_of(column.texts))
                names.push_back(each.first);
            told.push_back(fmt::format("{} takes {} values: {}.", column.name, names.size(), fmt::join(names, ", ")));
        } else if (!column.numbers.empty()) {
            auto const [least, most] = std::minmax_element(column.numbers.begin(), column.numbers.end());
            told.push_back(fmt::format("{} goes from {:g} to {:g}{}.", column.name, *least, *most,
                                       column.units == "1" ? "" : " " + column.units));
        }
    }
    auto const goals =
        sweep.goals.empty() ? std::vector<configs::Goal>{{true, "tokens_per_second_per_user"}} : sweep.goals;
    for (auto const& goal : goals) {
        auto const* column = sweep.find(goal.column);
        if (column == nullptr || column->is_text)
            continue;
        auto best = sweep.rows;
        for (std::size_t i = 0; i < sweep.rows; ++i)
            if (!std::isnan(column->numbers[i]) &&
                (best == sweep.rows || (goal.maximise ? column->numbers[i] > column->numbers[best]
                                                      : column->numbers[i] < column->numbers[best])))
                best = i;
        if (best < sweep.rows)
            told.push_back(fmt::format("The {} {} is {:.4g}{}, at point {}.", goal.maximise ? "largest" : "smallest",
                                       column->name, column->numbers[best],
                                       column->units == "1" ? "" : " " + column->units, best));
    }
    for (auto const& warning : fidelity_warnings(sweep))
        told.push_back("Warning: " + warning + ".");
    told.push_back(
        fmt::format("'scribeline sweep show {}' chooses rows and columns; each point's own file stands in the "
                    "folder runs beside it, for 'scribeline explain'.",
                    path));
    return told;
}

} // namespace

Document document_of(ResultKind kind, std::string const& path)
{
    auto document = Document{};
    if (kind == ResultKind::sweep) {
        auto const sweep = read_merged(path);
        document         = {sweep.description, {{"", {sweep_table(sweep)}}}};
        return document;
    }
    read_result(path, [&](InputFile const& file) {
        document = kind == ResultKind::comparison ? shown_comparison(read_comparison(file))
                   : kind == ResultKind::serving  ? shown_serving(file)
                   : kind == ResultKind::traffic  ? shown_traffic(file)
                                                  : shown_yield(file);
    });
    return document;
}

Document story_of(ResultKind kind, std::string const& path)
{
    if (kind == ResultKind::sweep)
        return {"", {{"", {told_sweep(read_merged(path), path)}}}};
    auto document = Document{};
    read_result(path, [&](InputFile const& file) {
        if (kind != ResultKind::comparison) {
            document = kind == ResultKind::yield     ? told_yield(file)
                       : kind == ResultKind::traffic ? told_traffic(file)
                                                     : told_serving(file);
            return;
        }
        auto const c = read_comparison(file);
        document     = {fmt::format("{} compares {}.", path, title_of(c)), {}};
        for (std::size_t i = 0; i < c.contexts.size(); ++i)
            document.sections.push_back(
                {fmt::format("With {} tokens in the KV cache", tokens(c.contexts[i])), {told_at(c, i)}});
    });
    return document;
}

std::vector<std::pair<std::string, std::string>> csv_tables_of_comparison(std::string const& path)
{
    auto tables = std::vector<std::pair<std::string, std::string>>{};
    read_result(path, [&](InputFile const& file) {
        auto const c    = read_comparison(file);
        auto       rows = std::string{"machine,context,fits"};
        for (auto const& column : c.numbers)
            rows += "," + csv_heading(column.name, column.units);
        for (auto const& column : c.words)
            rows += "," + csv_field(column.name);
        rows += "\n";
        auto parts = std::string{"machine,context,part,time [s]\n"};
        for (std::size_t m = 0; m < c.machines.size(); ++m)
            for (std::size_t i = 0; i < c.contexts.size(); ++i) {
                auto const row = c.at(m, i);
                rows += fmt::format("{},{:.0f},{}", csv_field(c.machines[m]), c.contexts[i],
                                    c.fits[row] != 0 ? "yes" : "no");
                for (auto const& column : c.numbers)
                    rows += std::isnan(column.values[row]) ? "," : fmt::format(",{}", column.values[row]);
                for (auto const& column : c.words)
                    rows += "," + csv_field(column.values[row]);
                rows += "\n";
                auto const found = c.parts.find(c.machines[m]);
                if (found == c.parts.end())
                    continue;
                auto const& names = found->second.names;
                for (std::size_t p = 0; p < names.size(); ++p)
                    if (auto const time = found->second.times[i * names.size() + p]; !std::isnan(time))
                        parts += fmt::format("{},{:.0f},{},{}\n", csv_field(c.machines[m]), c.contexts[i],
                                             csv_field(names[p]), time);
            }
        tables = {{"comparison.csv", rows}, {"parts.csv", parts}};
    });
    return tables;
}

std::vector<std::pair<std::string, std::string>> csv_tables_of_yield(std::string const& path)
{
    auto tables = std::vector<std::pair<std::string, std::string>>{};
    read_result(path, [&](InputFile const& file) {
        auto const summary = read_scalars(file, "summary");
        auto       text    = std::string{"figure,units,value\n"};
        for (auto const& column : summary.columns)
            text += fmt::format("{},{},{}\n", csv_field(column.name), csv_field(column.units), column.cell(0));
        tables = {{"summary.csv", text}};
        if (auto const hops = read_group(file, "hops"); hops.rows > 0)
            tables.emplace_back("hops.csv", as_csv(hops));
    });
    return tables;
}

} // namespace scribeline::results
