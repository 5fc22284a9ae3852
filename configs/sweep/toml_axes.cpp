// Lists, ranges and zipped lists.
#include "configs/sweep/toml_axes.hpp"

#include "configs/failure.hpp"
#include "configs/schema/table.hpp"
#include "configs/schema/toml_text.hpp"
#include "configs/sweep/command.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

namespace scribeline::configs {

namespace fs = std::filesystem;

namespace {

// More values than that on one axis are a slip of the pen.
constexpr std::size_t most_values = 1'000'000;

bool is_plain(toml::node const& node)
{
    return node.is_string() || node.is_integer() || node.is_floating_point() || node.is_boolean();
}

bool is_group(std::string_view name)
{
    return name == "compare" ||
           std::any_of(tables().begin(), tables().end(), [&](Group const& group) { return group.name == name; });
}

bool looks_like_path(std::string const& text)
{
    auto const ending = fs::path{text}.extension();
    return text.find('/') != std::string::npos || ending == ".json" || ending == ".toml";
}

// Words and grids have nothing in between.
bool takes_numbers(std::string const& column)
{
    auto const* row = find_row(column);
    return command_of_count(column) != nullptr || (row != nullptr && !row->units.empty());
}

// "cycle" and "cycles" are one unit.
bool same_unit(std::string a, std::string b)
{
    for (auto* unit : {&a, &b})
        if (!unit->empty() && unit->back() == 's' && unit->find('/') == std::string::npos)
            unit->pop_back();
    return a == b;
}

} // namespace

void TomlAxes::complain(toml::source_region const& place, std::string what)
{
    file_.mistakes.push_back({{place.begin.line, place.begin.column}, std::move(what)});
}

toml::source_region TomlAxes::place_of(std::string const& column) const
{
    auto const found = places_.find(column);
    return found == places_.end() ? toml::source_region{} : found->second;
}

std::string TomlAxes::value(std::string const& name, std::string const& column, std::string text,
                            toml::node const& node)
{
    auto const* row = find_row(column);
    if ((column == "machine" || (row != nullptr && row->may_be_path)) && looks_like_path(text))
        text = (fs::path{file_.directory} / text).lexically_normal().string();
    if (row != nullptr && row->is_word && !node.is_string()) {
        complain(node.source(), fmt::format("{}: expected text in quotes, such as \"{}\"", name, row->example));
        return text;
    }
    try {
        return column_value(column, text);
    } catch (TextError const& error) {
        complain(node.source(), fmt::format("{}: {}", name, error.what()));
        return text;
    }
}

void TomlAxes::add_leaf(std::vector<Leaf>& found, std::string const& name, toml::key const& key, toml::node const& node)
{
    try {
        auto const column = column_name(name);
        places_.emplace(column, key.source());
        found.push_back({name, column, &key, &node});
    } catch (TextError const& error) {
        complain(key.source(), error.what());
    }
}

// `fabric.hop_latency = ...` is a table in a table to TOML; the names of groups tell the levels apart.
std::vector<TomlAxes::Leaf> TomlAxes::leaves(std::string const& of, toml::node const& node)
{
    auto        found = std::vector<Leaf>{};
    auto const* table = node.as_table();
    if (table == nullptr) {
        complain(node.source(), fmt::format("{0}: expected a table: [{0}] and its keys below", of));
        return found;
    }
    for (auto const& [key, value] : *table) {
        auto const  name  = std::string{key.str()};
        auto const* inner = value.as_table();
        if (inner != nullptr && is_group(name)) {
            for (auto const& [member, deeper] : *inner)
                add_leaf(found, name + "." + std::string{member.str()}, member, deeper);
        } else {
            add_leaf(found, name, key, value);
        }
    }
    return found;
}

std::vector<std::pair<std::string, std::string>> TomlAxes::fixed(toml::node const& node)
{
    auto result = std::vector<std::pair<std::string, std::string>>{};
    for (auto const& leaf : leaves("fixed", node)) {
        if (leaf.column == "machine")
            complain(leaf.key->source(), "fixed.machine: write it at the top of the file: machine = \"wse2\"");
        else if (is_plain(*leaf.node))
            result.emplace_back(leaf.column, value("fixed." + leaf.name, leaf.column, text_of(*leaf.node), *leaf.node));
        else
            complain(leaf.node->source(),
                     fmt::format("fixed.{}: expected one value; several belong into [axes]", leaf.name));
    }
    return result;
}

void TomlAxes::axes(toml::node const& node)
{
    for (auto const& leaf : leaves("axes", node))
        axes_.emplace_back(leaf.key->source().begin.line, axis(leaf));
}

Axis TomlAxes::axis(Leaf const& leaf)
{
    if (auto const* table = leaf.node->as_table())
        return range(leaf, *table);
    auto axis    = Axis{};
    axis.columns = {leaf.column};
    if (auto const* values = leaf.node->as_array()) {
        for (auto& each : list(leaf, *values))
            axis.values.push_back({std::move(each)});
        auto all = std::vector<std::string>{};
        for (auto const& each : axis.values)
            all.push_back(each.front());
        axis.spec = fmt::format("{}", fmt::join(all, ", "));
    } else {
        complain(leaf.node->source(), fmt::format("axes.{}: expected a list, or a range such as "
                                                  "{{ from = 1, to = 8, steps = 4 }}; one value belongs into [fixed]",
                                                  leaf.name));
    }
    return axis;
}

std::vector<std::string> TomlAxes::list(Leaf const& leaf, toml::array const& values)
{
    auto texts = std::vector<std::string>{};
    if (values.empty())
        complain(values.source(), fmt::format("axes.{}: an empty list has no points", leaf.name));
    for (auto const& each : values) {
        if (is_plain(each))
            texts.push_back(value("axes." + leaf.name, leaf.column, text_of(each), each));
        else
            complain(each.source(), fmt::format("axes.{}: expected plain values in the list", leaf.name));
    }
    return texts;
}

Axis TomlAxes::range(Leaf const& leaf, toml::table const& table)
{
    auto axis         = Axis{};
    axis.kind         = Axis::Kind::range;
    axis.columns      = {leaf.column};
    auto const before = file_.mistakes.size();
    auto const name   = "axes." + leaf.name;
    auto const says   = [&](toml::source_region const& place, std::string const& what) {
        complain(place, fmt::format("{}: {}", name, what));
    };
    auto ends   = std::vector<NumberWithUnit>{};
    auto number = [&](char const* key) {
        auto const* node = table.get(key);
        if (node == nullptr)
            return 0.0;
        auto const value = node->value<double>();
        if (!value || !(*value > 0) || !std::isfinite(*value))
            says(node->source(), fmt::format("{} must be a number above 0", key));
        return value.value_or(0);
    };
    auto const known = std::vector<std::string>{"from", "to", "steps", "step", "factor"};
    for (auto const& [key, node] : table)
        if (std::find(known.begin(), known.end(), key.str()) == known.end())
            says(key.source(), fmt::format("{}: unknown key{}; a range is {{ from, to, steps | step | factor }}",
                                           shown(key.str()), did_you_mean(key.str(), known)));
    for (auto const* key : {"from", "to"}) {
        auto const* node = table.get(key);
        auto const  text = node == nullptr ? std::string{} : text_of(*node);
        auto const  end  = split_number(text);
        if (node == nullptr)
            says(leaf.node->source(), fmt::format("a range needs '{}'", key));
        else if (!end || !takes_numbers(leaf.column))
            says(node->source(),
                 fmt::format("a range goes from number to number, not {}; list the values instead", shown(text)));
        else {
            value(name, leaf.column, text, *node); // within what the parameter takes
            ends.push_back(*end);
        }
    }
    auto const steps = number("steps"), step = number("step"), factor = number("factor");
    auto const ways =
        (table.contains("steps") ? 1 : 0) + (table.contains("step") ? 1 : 0) + (table.contains("factor") ? 1 : 0);
    if (ways != 1)
        says(leaf.node->source(), "a range needs one of steps (how many values), step (difference) or factor (ratio)");
    if (ends.size() == 2 && !same_unit(ends[0].unit, ends[1].unit))
        says(leaf.node->source(),
             fmt::format("from and to are in different units, '{}' and '{}'", ends[0].unit, ends[1].unit));
    if (ends.size() == 2 && ends[0].number > ends[1].number)
        says(leaf.node->source(),
             fmt::format("an empty range: it goes from {} down to {}; swap them", ends[0].number, ends[1].number));
    if (table.contains("factor") && factor <= 1 && ways == 1)
        says(table.get("factor")->source(), "factor must be above 1");
    if (table.contains("factor") && ends.size() == 2 && ends[0].number <= 0)
        says(leaf.node->source(), "a range by factor cannot start at 0");
    if (steps != std::floor(steps))
        says(leaf.node->source(), "steps must be a whole number");
    if (file_.mistakes.size() != before)
        return axis;

    auto const range = Range{ends[0].number, ends[1].number, ends[1].unit,
                             factor > 0 ? Range::Spacing::geometric : Range::Spacing::linear};
    auto const width = range.to - range.from;
    // A hair more, so that 0.1 + 2 x 0.1 still reaches 0.3.
    auto const count = factor > 0 ? std::floor(std::log(range.to / range.from) / std::log(factor) + 1e-9) + 1
                       : step > 0 ? std::floor(width / step + 1e-9) + 1
                                  : steps;
    if (count > static_cast<double>(most_values)) {
        says(leaf.node->source(), fmt::format("a range of {:.0f} values; at most {} are sensible", count, most_values));
        return axis;
    }
    auto at = range.from;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        auto const index = static_cast<double>(i);
        if (step > 0)
            at = range.from + index * step;
        else if (steps > 0)
            at = steps > 1 ? range.from + index * width / (steps - 1) : range.from;
        try {
            axis.values.push_back({value_in_range(leaf.column, range, at)});
        } catch (TextError const& error) {
            says(leaf.node->source(), error.what());
            return axis;
        }
        if (factor > 0)
            at *= factor;
    }
    axis.range = range;
    axis.spec  = fmt::format("{} .. {} {}, {}", range.from, range.to, range.unit,
                            factor > 0 ? fmt::format("factor {}", factor)
                             : step > 0 ? fmt::format("step {}", step)
                                        : fmt::format("{} steps", steps));
    return axis;
}

void TomlAxes::zips(toml::node const& node)
{
    auto const* list = node.as_array();
    if (list == nullptr || !list->is_homogeneous<toml::table>()) {
        complain(node.source(), "zip: expected [[zip]] and its lists below");
        return;
    }
    for (auto const& each : *list)
        zip(*each.as_table(), each);
}

void TomlAxes::zip(toml::table const&, toml::node const& node)
{
    auto const before      = file_.mistakes.size();
    auto       axis_of_all = Axis{};
    auto       columns     = std::vector<Axis>{};
    auto       line        = node.source().begin.line;
    auto       found       = leaves("zip", node);
    std::sort(found.begin(), found.end(),
              [](Leaf const& a, Leaf const& b) { return a.key->source().begin.line < b.key->source().begin.line; });
    for (auto const& leaf : found) {
        columns.push_back(axis(leaf));
        line = std::min(line, leaf.key->source().begin.line);
    }
    if (found.size() < 2 && file_.mistakes.size() == before)
        complain(node.source(), "zip: two lists at least belong together; one alone belongs into [axes]");
    for (std::size_t i = 1; i < columns.size() && file_.mistakes.size() == before; ++i)
        if (columns[i].values.size() != columns[0].values.size())
            complain(found[i].node->source(),
                     fmt::format("zip: {} has {} values and {} has {}; lists that are zipped have the same length",
                                 found[i].name, columns[i].values.size(), found[0].name, columns[0].values.size()));
    if (file_.mistakes.size() != before)
        return;
    axis_of_all.kind = Axis::Kind::zip;
    axis_of_all.values.resize(columns.front().values.size());
    for (auto const& each : columns) {
        axis_of_all.columns.push_back(each.columns.front());
        axis_of_all.spec += (axis_of_all.spec.empty() ? "" : "; ") + each.columns.front() + ": " + each.spec;
        for (std::size_t i = 0; i < each.values.size(); ++i)
            axis_of_all.values[i].push_back(each.values[i].front());
    }
    axes_.emplace_back(line, std::move(axis_of_all));
}

std::vector<Axis> TomlAxes::in_order() const
{
    auto sorted = axes_;
    std::stable_sort(sorted.begin(), sorted.end(), [](auto const& a, auto const& b) { return a.first < b.first; });
    auto result = std::vector<Axis>{};
    for (auto& [line, axis] : sorted)
        result.push_back(std::move(axis));
    return result;
}

} // namespace scribeline::configs
