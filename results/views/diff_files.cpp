// Both files become lists of named values, in the order in which they stand; what differs is told.
#include "results/views/diff_files.hpp"

#include "configs/failure.hpp"
#include "results/files/run_file.hpp"
#include "results/views/report_text.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using configs::Exit;
using configs::UserError;
using hdf5::InputFile;

// Values by name, each once.
template <class Value> class Named {
  public:
    void add(std::string const& name, Value value)
    {
        if (places_.emplace(name, values_.size()).second)
            values_.emplace_back(name, std::move(value));
    }
    Value const* find(std::string const& name) const
    {
        auto const place = places_.find(name);
        return place == places_.end() ? nullptr : &values_[place->second].second;
    }
    std::vector<std::pair<std::string, Value>> const& all() const { return values_; }

  private:
    std::vector<std::pair<std::string, Value>> values_;
    std::map<std::string, std::size_t>         places_; // among them
};

struct Number {
    double      value = 0;
    std::string units;
};

struct Contents {
    std::string        what; // "llama-3.1-8b on wse3"
    Named<std::string> parameters, words;
    Named<Number>      figures, parts;
};

// "/parameters/fabric/hop_latency" as "fabric.hop_latency".
void read_parameters(InputFile const& file, Contents& contents)
{
    auto const group = std::string{"/parameters/"};
    for (auto const& path : file.datasets())
        if (path.rfind(group, 0) == 0) {
            auto name = path.substr(group.size());
            std::replace(name.begin(), name.end(), '/', '.');
            contents.parameters.add(name, file.attribute(path, "text").value_or("unknown"));
        }
}

void read_run_figures(InputFile const& file, Contents& contents)
{
    for (auto const& name : file.datasets_in("/summary")) {
        auto const dataset = "/summary/" + name;
        if (file.has_attribute(dataset, "flag_values"))
            contents.words.add(name, meaning(file, dataset));
        else if (file.kind(dataset) != InputFile::Kind::text && file.shape(dataset).empty())
            contents.figures.add(name, {file.number(dataset), file.attribute(dataset, "units").value_or("1")});
    }
    if (!file.has("/waterfall"))
        return;
    auto const names = file.texts(file.has("/waterfall/name") ? "/waterfall/name" : "/waterfall/bar");
    auto const times = file.numbers("/waterfall/time");
    if (names.size() != times.size())
        throw hdf5::Failure{"/waterfall: columns differ in length"};
    for (std::size_t i = 0; i < names.size(); ++i)
        contents.parts.add(names[i], {times[i], "s"});
}

void read_comparison_figures(InputFile const& file, Contents& contents)
{
    auto const machines = file.texts("/comparison/machine");
    auto const contexts = file.numbers("/comparison/context");
    auto const size     = machines.size() * contexts.size();
    auto const at       = [&](std::size_t row) {
        return fmt::format("{} at {:.0f}: ", machines[row / contexts.size()], contexts[row % contexts.size()]);
    };
    for (auto const& name : file.links_in("/comparison")) {
        auto const dataset = "/comparison/" + name;
        if (name == "machine" || name == "context")
            continue;
        auto const is_text = file.kind(dataset) == InputFile::Kind::text;
        auto const texts   = is_text ? file.texts(dataset) : std::vector<std::string>{};
        auto const numbers = is_text ? std::vector<double>{} : file.numbers(dataset);
        if (texts.size() + numbers.size() != size)
            throw hdf5::Failure{dataset + ": not a value for each machine and context"};
        auto const units = is_text ? std::string{} : file.attribute(dataset, "units").value_or("1");
        for (std::size_t row = 0; row < size; ++row)
            if (is_text)
                contents.words.add(at(row) + name, texts[row]);
            else
                contents.figures.add(at(row) + name, {numbers[row], units});
    }
    for (auto const& machine : file.links_in("/machines")) {
        auto const group = "/machines/" + machine;
        if (!file.has(group + "/part") || !file.has(group + "/part_time"))
            continue;
        auto const names = file.texts(group + "/part");
        auto const times = file.numbers(group + "/part_time");
        if (times.size() != names.size() * contexts.size())
            throw hdf5::Failure{group + "/part_time: not a value for each context and part"};
        auto const shown = file.attribute(group, "machine").value_or(machine);
        for (std::size_t i = 0; i < times.size(); ++i)
            contents.parts.add(
                fmt::format("{} at {:.0f}: {}", shown, contexts[i / names.size()], names[i % names.size()]),
                {times[i], "s"});
    }
}

Contents read(std::string const& path, ResultKind kind)
{
    auto contents = Contents{};
    read_result(path, [&](InputFile const& file) {
        contents      = Contents{};
        contents.what = kind == ResultKind::run
                            ? fmt::format("{} on {}", file.attribute("/meta", "model").value_or("?"),
                                          file.attribute("/meta", "machine").value_or("?"))
                            : fmt::format("{} on machines that were compared",
                                          file.attribute("/comparison", "model").value_or("?"));
        read_parameters(file, contents);
        kind == ResultKind::run ? read_run_figures(file, contents) : read_comparison_figures(file, contents);
    });
    return contents;
}

char const* said(ResultKind kind)
{
    switch (kind) {
    case ResultKind::run:
        return "of one run";
    case ResultKind::comparison:
        return "of a comparison";
    case ResultKind::sweep:
        return "the table of a sweep";
    case ResultKind::yield:
        return "a study of yield";
    case ResultKind::traffic:
        return "of traffic on a mesh";
    case ResultKind::serving:
        return "of requests that were served";
    }
    return "of another kind";
}

ResultKind kind_to_compare(std::string const& path)
{
    auto const kind = kind_of_result(path);
    if (kind != ResultKind::run && kind != ResultKind::comparison)
        throw UserError{
            Exit::bad_config,
            fmt::format("{} is {}: 'diff' is about two files of 'run', or two of 'compare'; 'scribeline show "
                        "FILE' shows this one",
                        configs::printable(path), said(kind))};
    return kind;
}

// Names of both, those of the first in its order and then what only the second has.
template <class Value> std::vector<std::string> names_of(Named<Value> const& before, Named<Value> const& after)
{
    auto names = std::vector<std::string>{};
    for (auto const& each : before.all())
        names.push_back(each.first);
    for (auto const& each : after.all())
        if (before.find(each.first) == nullptr)
            names.push_back(each.first);
    return names;
}

Cell cell_of(std::string const* text) { return text == nullptr || text->empty() ? unknown() : word(*text); }

Table differing_words(char const* name, char const* what, Named<std::string> const& before,
                      Named<std::string> const& after)
{
    auto table = Table{name, {{what, "1", true}, {"before", "1", true}, {"after", "1", true}}, {}};
    for (auto const& each : names_of(before, after)) {
        auto const *a = before.find(each), *b = after.find(each);
        if (a == nullptr || b == nullptr || *a != *b)
            table.rows.push_back({word(each), cell_of(a), cell_of(b)});
    }
    return table;
}

bool is_same(Number const* a, Number const* b)
{
    auto const known = [](Number const* number) { return number != nullptr && !std::isnan(number->value); };
    return known(a) == known(b) && (!known(a) || a->value == b->value);
}

// So as to be read, and to be told apart.
Cell value_cell(double value, std::string const& units)
{
    return quantity(value, units == "s" ? duration(value) : quantity(value).text);
}

Table differing_numbers(char const* name, char const* what, Named<Number> const& before, Named<Number> const& after)
{
    auto table =
        Table{name, {{what, "1", true}, {"before"}, {"after"}, {"change"}, {"change in %"}, {"units", "1", true}}, {}};
    for (auto const& each : names_of(before, after)) {
        auto const *a = before.find(each), *b = after.find(each);
        if (is_same(a, b))
            continue;
        auto const units = (a != nullptr ? a : b)->units;
        auto const from  = a != nullptr ? a->value : std::nan("");
        auto const to    = b != nullptr ? b->value : std::nan("");
        auto const moved = to - from;
        auto const share = from != 0 ? 100 * moved / from : std::nan("");
        auto const sign  = moved < 0 ? "-" : "+";
        table.rows.push_back(
            {word(each), value_cell(from, units), value_cell(to, units),
             std::isnan(moved) ? unknown() : quantity(moved, sign + value_cell(std::abs(moved), units).text),
             quantity(share, fmt::format("{:+.3g} %", share)), word(units == "1" ? " " : units)});
    }
    return table;
}

} // namespace

Document difference_of(std::string const& before, std::string const& after)
{
    auto const kind = kind_to_compare(before);
    if (auto const other = kind_to_compare(after); other != kind)
        throw UserError{Exit::bad_config,
                        fmt::format("{} is {} and {} {}: 'diff' is about two files of one command",
                                    configs::printable(before), said(kind), configs::printable(after), said(other))};
    auto const a = read(before, kind), b = read(after, kind);

    auto document = Document{fmt::format("{} ({}) and {} ({})", before, a.what, after, b.what), {}};
    auto add      = [&](char const* heading, Table table) {
        if (!table.rows.empty())
            document.sections.push_back({heading, {std::move(table)}});
    };
    add("Parameters that differ", differing_words("parameters", "parameter", a.parameters, b.parameters));
    add("Figures that moved", differing_numbers("figures", "figure", a.figures, b.figures));
    add("Words that changed", differing_words("words", "word", a.words, b.words));
    add("Parts of the time that moved", differing_numbers("parts", "part", a.parts, b.parts));
    if (document.sections.empty())
        document.sections.push_back({"", {Sentences{"Nothing differs: the same parameters, and the same figures."}}});
    return document;
}

} // namespace scribeline::results
