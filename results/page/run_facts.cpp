#include "results/page/run_facts.hpp"

#include "results/files/run_file.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace scribeline::results::page {

namespace {

using hdf5::InputFile;

constexpr double unknown_number = std::numeric_limits<double>::quiet_NaN();

template <class List> List sized(List list, std::size_t size, char const* name)
{
    if (list.size() != size)
        throw hdf5::Failure{fmt::format("{} has {} rows, others of its group {}", name, list.size(), size)};
    return list;
}

void read_parameters(InputFile const& file, RunFacts& facts)
{
    std::string const group = "/parameters/";
    for (auto const& path : file.datasets()) {
        if (path.rfind(group, 0) != 0)
            continue;
        auto const attribute = [&](char const* name) { return file.attribute(path, name).value_or(""); };
        auto       fact      = ParameterFact{path.substr(group.size()), attribute("text"),   attribute("units"),
                                  attribute("description"),  attribute("origin"), attribute("citation"),
                                  attribute("set_by"),       unknown_number};
        std::replace(fact.name.begin(), fact.name.end(), '/', '.');
        if (file.kind(path) != InputFile::Kind::text)
            fact.number = file.number(path);
        facts.parameters.push_back(std::move(fact));
    }
}

void read_scribe(InputFile const& file, RunFacts& facts)
{
    if (!file.has("/scribe/reticle_a"))
        return;
    auto const a      = file.whole_numbers("/scribe/reticle_a");
    auto const column = [&](char const* name) { return sized(file.numbers(name), a.size(), name); };
    auto const b = column("/scribe/reticle_b"), side = column("/scribe/side"), links = column("/scribe/links");
    auto const wavelets = column("/scribe/wavelets"), bytes = column("/scribe/bytes"), busy = column("/scribe/busy");
    constexpr std::array names{"north", "east", "south", "west"};
    for (std::size_t i = 0; i < a.size(); ++i)
        facts.scribe.push_back({a[i], static_cast<std::int64_t>(b[i]),
                                side[i] >= 0 && side[i] < 4 ? names.at(static_cast<std::size_t>(side[i])) : "?",
                                links[i], wavelets[i], bytes[i], busy[i]});
}

void read_books(InputFile const& file, RunFacts& facts)
{
    if (!file.has("/meta/books/name"))
        return;
    auto const names = file.texts("/meta/books/name");
    auto const left  = sized(file.texts("/meta/books/left"), names.size(), "/meta/books/left");
    auto const right = sized(file.texts("/meta/books/right"), names.size(), "/meta/books/right");
    auto const l     = sized(file.numbers("/meta/books/left_value"), names.size(), "/meta/books/left_value");
    auto const r     = sized(file.numbers("/meta/books/right_value"), names.size(), "/meta/books/right_value");
    for (std::size_t i = 0; i < names.size(); ++i)
        facts.books.push_back({names[i], left[i], right[i], l[i], r[i]});
}

RunFacts read(InputFile const& file)
{
    auto       facts = RunFacts{};
    auto const meta  = [&](char const* name) { return file.attribute("/meta", name).value_or(""); };
    facts.path       = file.path();
    facts.model      = meta("model");
    facts.machine    = meta("machine");
    facts.fidelity   = meta("fidelity");
    facts.note       = meta("token_note");
    facts.command    = meta("command_line");
    facts.created    = meta("created");
    facts.commit     = meta("git_commit");
    facts.state_hash = meta("state_hash");
    facts.source     = file.attribute("/", "source").value_or("");
    facts.status     = meaning(file, "/meta/status");
    facts.summary    = read_scalars(file, "summary");
    facts.operators  = read_group(file, "operators");
    facts.waterfall  = read_group(file, "waterfall");
    facts.stages     = read_group(file, "stages");
    facts.candidates = read_group(file, "candidates");
    facts.sram       = read_group(file, "sram");
    if (facts.candidates.rows > 0)
        facts.considered = file.number_attribute("/candidates", "considered");
    if (file.has("/meta/warnings"))
        facts.warnings = file.texts("/meta/warnings");
    read_parameters(file, facts);
    read_scribe(file, facts);
    read_books(file, facts);
    return facts;
}

} // namespace

double RunFacts::metric(std::string const& name) const
{
    auto const* column = summary.find(name);
    if (column == nullptr || column->rows() != 1)
        return unknown_number;
    return column->kind == TableColumn::Kind::real    ? column->reals.front()
           : column->kind == TableColumn::Kind::whole ? static_cast<double>(column->whole.front())
                                                      : unknown_number;
}

std::string RunFacts::word(std::string const& name) const
{
    auto const* column = summary.find(name);
    return column != nullptr && column->kind == TableColumn::Kind::text && column->rows() == 1 ? column->texts.front()
                                                                                               : std::string{};
}

ParameterFact const* RunFacts::parameter(std::string const& name) const
{
    auto const found = std::find_if(parameters.begin(), parameters.end(),
                                    [&](ParameterFact const& each) { return each.name == name; });
    return found == parameters.end() ? nullptr : &*found;
}

double RunFacts::cycles() const
{
    double sum = 0;
    if (auto const* column = operators.find("cycles"))
        for (auto const each : column->whole)
            sum += static_cast<double>(each);
    return sum;
}

void with_run_facts(std::string const& path, MapOptions const& options, std::function<void(RunFacts const&)> const& use)
{
    // Hundreds of frames are read once, by a copy of this process.
    auto const maps =
        maps_of(made_of_run(path, [&](InputFile const& file) { return text_of(read_maps(file, options)); }));
    read_run(path, [&](InputFile const& file) {
        auto facts = read(file);
        facts.maps = maps;
        use(facts);
    });
}

} // namespace scribeline::results::page
