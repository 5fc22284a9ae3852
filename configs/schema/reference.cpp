// Prints the tables. Whatever is said about a parameter is said in its row or beside its value in a machine file.
#include "configs/schema/reference.hpp"

#include "configs/failure.hpp"
#include "configs/schema/gpu_tables.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/schema/table.hpp"
#include "configs/share.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::configs {

namespace {

Config resolved(std::string const& machine)
{
    auto line    = CommandLine{};
    line.machine = machine;
    return resolve(line);
}

Setting const& setting_of(Config const& config, Row const& row)
{
    auto const found = std::find_if(config.settings.begin(), config.settings.end(), [&](Setting const& setting) {
        return setting.group == row.group && setting.key == row.key;
    });
    SCRIBELINE_EXPECT(found != config.settings.end());
    return *found;
}

// Breaks at blanks so that no line is longer than a terminal; the first line already has `indent` columns.
std::string wrapped(std::string const& text, std::size_t indent)
{
    constexpr std::size_t width  = 100;
    auto                  result = std::string{};
    auto                  column = indent;
    for (std::size_t at = 0; at < text.size();) {
        auto const end  = std::min(text.find(' ', at), text.size());
        auto const word = text.substr(at, end - at);
        if (column > indent && column + 1 + word.size() > width) {
            result += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (column > indent) {
            result += ' ';
            ++column;
        }
        result += word;
        column += word.size();
        at = end + 1;
    }
    return result;
}

std::string field(char const* name, std::string const& text)
{
    constexpr std::size_t indent = 13;
    // A longer name takes what it needs, and a blank.
    return fmt::format("  {:<{}} {}\n", name, indent - 3, wrapped(text, indent));
}

std::string explain_row(Row const& row)
{
    auto text = fmt::format("{}: {}\n", row.name(), row.help);
    text += field("default", row.standard);
    text += field(row.choices.empty() ? "range" : "one of", row.range());
    if (row.choices.empty() && !row.is_word)
        text += field("written as", fmt::format("{}, such as '{}'", row.what, row.example));
    text += field("origin", name_of(row.origin));
    text += field("source", row.source);
    for (auto const& machine : shipped_machines()) {
        auto const config = resolved(machine);
        if (!applies(row.group, config.parameters.machine.kind))
            continue;
        auto const& setting = setting_of(config, row);
        if (setting.set_by != "default")
            text += field(machine.c_str(),
                          fmt::format("{} ({}: {})", setting.text, name_of(setting.origin), setting.citation));
    }
    auto const bare = !row.is_word && row.standard != "none" && row.standard.find_first_of(" x") == std::string::npos;
    text += field("set it", fmt::format("--set {}='{}'", row.name(), row.standard));
    text +=
        field("in a file", fmt::format("[{0}] {1} = {2}{3}{2}", row.group, row.key, bare ? "" : "\"", row.standard));
    return text;
}

// A cell of a Markdown table.
std::string cell(std::string text)
{
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
        text.replace(at, 1, "\\|");
    return text;
}

} // namespace

std::string list_parameters(std::string const& wanted)
{
    auto widest = std::size_t{0}, widest_value = std::size_t{0};
    auto names = std::vector<std::string>{};
    for (auto const& group : tables()) {
        names.push_back(group.name);
        for (auto const& row : group.rows) {
            widest       = std::max(widest, row.name().size());
            widest_value = std::max(widest_value, row.standard.size());
        }
    }
    if (!wanted.empty() && std::find(names.begin(), names.end(), wanted) == names.end())
        throw UserError{Exit::usage, fmt::format("no group of parameters {}; there are {}{}", shown(wanted),
                                                 fmt::join(names, ", "), did_you_mean(wanted, names))};
    auto text = fmt::format("{:<{}}  {:<{}}  {}\n", "parameter", widest, "default", widest_value, "meaning");
    for (auto const& group : tables()) {
        if (!wanted.empty() && group.name != wanted)
            continue;
        text += fmt::format("\n# {}\n", group.help);
        for (auto const& row : group.rows)
            text += fmt::format("{:<{}}  {:<{}}  {}\n", row.name(), widest, row.standard, widest_value, row.help);
    }
    return text;
}

bool names_a_parameter(std::string const& key)
{
    auto const& groups = tables();
    auto const  rows   = all_rows();
    return find_row(key) != nullptr ||
           std::any_of(groups.begin(), groups.end(), [&](Group const& group) { return group.name == key; }) ||
           std::count_if(rows.begin(), rows.end(), [&](Row const* row) { return row->key == key; }) == 1;
}

std::string explain(std::string const& key)
{
    if (auto const* row = find_row(key))
        return explain_row(*row);
    for (auto const& group : tables()) {
        if (group.name != key)
            continue;
        auto text = fmt::format("{}: {}\n", group.name, group.help);
        for (auto const& row : group.rows)
            text += "\n" + explain_row(row);
        return text;
    }
    // A key alone is enough when one group has it.
    auto matching = std::vector<Row const*>{};
    for (auto const* row : all_rows())
        if (row->key == key)
            matching.push_back(row);
    if (matching.size() == 1)
        return explain_row(*matching.front());
    throw UserError{Exit::usage, fmt::format("no parameter {}{}\n'scribeline list parameters' shows "
                                             "all of them.",
                                             shown(key), did_you_mean_row(key))};
}

std::string parameters_markdown()
{
    auto text = std::string{
        "# Parameters\n\n"
        "Generated from `configs/schema/*tables.cpp` and `configs/machines/*.toml`; a test compares (run it with\n"
        "`SCRIBELINE_UPDATE=1` to write this file anew). `scribeline explain KEY` prints the same.\n\n"
        "Set one with `--set group.key=value` or in a TOML file (`--config FILE`):\n\n"
        "```toml\nbase = \"wse2\"              # the machine to start from\n\n[fabric]\nhop_latency = \"2 cycles\"   # "
        "a "
        "quantity has its unit\n\n[workload]\ncontext = 4096             # a count has none\n```\n\n"
        "Order: default, machine, files in the order given, command line; each wins over the one before. Beside a "
        "value\n"
        "may stand where it comes from: `{ value = \"2 cycles\", source = \"...\", origin = \"published\" }`.\n"
        "Origins: datasheet (the vendor's documents), published (papers and measurements), derived (arithmetic, given "
        "in\n"
        "the source), assumed (with the reason), choice (a wish, not a fact).\n"};
    for (auto const& group : tables()) {
        text += fmt::format("\n## {}\n\n{}.\n\n| key | default | range | meaning | origin | source |\n"
                            "|---|---|---|---|---|---|\n",
                            group.name, group.help);
        for (auto const& row : group.rows)
            text += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", row.name(), cell(row.standard),
                                cell(row.range()), cell(row.help), name_of(row.origin), cell(row.source));
    }
    text += "\n## Machines\n\nWhat each machine sets differently from the defaults, which are a WSE-2, and for GPUs an "
            "H100.\n";
    for (auto const& machine : shipped_machines()) {
        auto const config = resolved(machine);
        auto       rows   = std::string{};
        for (auto const* row : all_rows()) {
            if (!applies(row->group, config.parameters.machine.kind))
                continue;
            auto const& setting = setting_of(config, *row);
            if (setting.text != row->text(default_parameters()))
                rows += fmt::format("| `{}` | {} | {} | {} |\n", row->name(), cell(setting.text),
                                    name_of(setting.origin), cell(setting.citation));
        }
        text += fmt::format("\n### {}\n\n{}.\n", machine, machine_description(machine));
        text += rows.empty() ? "\nNothing.\n" : "\n| key | value | origin | source |\n|---|---|---|---|\n" + rows;
    }
    return text;
}

} // namespace scribeline::configs
