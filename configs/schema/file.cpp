// Reads TOML with toml++, here and nowhere else, into assignments and mistakes.
#include "configs/schema/file.hpp"

#include "configs/failure.hpp"
#include "configs/schema/limits.hpp"
#include "configs/schema/table.hpp"
#include "configs/schema/toml_text.hpp"
#include "configs/schema/whole_file.hpp"
#include "configs/sha256.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include <toml++/toml.h>

namespace scribeline::configs {

namespace {

Place place_of(toml::source_region const& region) { return {region.begin.line, region.begin.column}; }

char const* kind_of_node(toml::node const& node)
{
    switch (node.type()) {
    case toml::node_type::table:
        return "a table";
    case toml::node_type::array:
        return "a list";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
        return "a date or time";
    default:
        return "a plain value";
    }
}

bool is_plain_value(toml::node const& node)
{
    return node.is_string() || node.is_integer() || node.is_floating_point() || node.is_boolean();
}

class Reader {
  public:
    explicit Reader(ConfigFile& file) : file_{file} {}

    void read(toml::table const& root)
    {
        // First, because a resolved configuration may say more below.
        if (auto const found = root.find("resolved"); found != root.end())
            read_resolved(found->second);
        for (auto const& [key, node] : root) {
            if (key == "base")
                read_base(key, node);
            else if (key == "description")
                file_.description = string_of("description", node);
            else if (key != "resolved")
                read_group(key, node);
        }
        std::stable_sort(file_.assignments.begin(), file_.assignments.end(), [](auto const& a, auto const& b) {
            return a.place.line != b.place.line ? a.place.line < b.place.line : a.place.column < b.place.column;
        });
    }

  private:
    void complain(Place place, std::string what) { file_.mistakes.push_back({place, std::move(what)}); }

    std::string advice(std::string const& name) const
    {
        return file_.mistakes.size() < limits::mistakes_with_advice ? did_you_mean_row(name) : std::string{};
    }

    std::string string_of(std::string const& name, toml::node const& node)
    {
        if (auto const* text = node.as_string())
            return text->get();
        complain(place_of(node.source()), fmt::format("{}: expected text in quotes", name));
        return {};
    }

    void read_base(toml::key const& key, toml::node const& node)
    {
        file_.base       = string_of("base", node);
        file_.base_place = place_of(node.source());
        if (node.is_string() && file_.base.empty())
            complain(place_of(key.source()), "base: empty; expected a machine, such as 'wse2'");
    }

    void read_resolved(toml::node const& node)
    {
        auto const* table = node.as_table();
        if (table == nullptr) {
            complain(place_of(node.source()), "resolved: expected a table");
            return;
        }
        file_.resolved = true;
        for (auto const& [key, value] : *table) {
            if (key == "machine")
                file_.machine = string_of("resolved.machine", value);
            else if (key == "sources")
                read_sources(value);
            else
                complain(place_of(key.source()), fmt::format("resolved.{}: unknown key{}", printable(key.str()),
                                                             did_you_mean(key.str(), {"machine", "sources"})));
        }
    }

    void read_sources(toml::node const& node)
    {
        auto const* list = node.as_array();
        if (list == nullptr) {
            complain(place_of(node.source()), "resolved.sources: expected a list");
            return;
        }
        for (auto const& entry : *list) {
            auto const* table = entry.as_table();
            auto const* name  = table == nullptr ? nullptr : table->get_as<std::string>("name");
            auto const* hash  = table == nullptr ? nullptr : table->get_as<std::string>("sha256");
            if (name == nullptr || hash == nullptr)
                complain(place_of(entry.source()), "resolved.sources: expected { name = \"...\", sha256 = \"...\" }");
            else
                file_.sources.push_back({name->get(), hash->get()});
        }
    }

    void read_group(toml::key const& key, toml::node const& node)
    {
        auto group_names = std::vector<std::string>{"base", "description"};
        for (auto const& group : tables())
            group_names.push_back(group.name);
        auto const known = std::find(group_names.begin() + 2, group_names.end(), key.str()) != group_names.end();
        if (!known) {
            // Perhaps a key without its group.
            auto suggestion = did_you_mean(key.str(), group_names);
            if (suggestion.empty() && !node.is_table())
                suggestion = advice(std::string{key.str()});
            complain(place_of(key.source()), fmt::format("{}: unknown {}{}", printable(key.str()),
                                                         node.is_table() ? "group" : "key", suggestion));
            return;
        }
        auto const* table = node.as_table();
        if (table == nullptr) {
            complain(place_of(node.source()),
                     fmt::format("{0}: expected a table: [{0}] and its keys below", key.str()));
            return;
        }
        for (auto const& [member, value] : *table)
            read_member(std::string{key.str()} + "." + std::string{member.str()}, member, value);
    }

    void read_member(std::string const& name, toml::key const& key, toml::node const& node)
    {
        if (find_row(name) == nullptr) {
            complain(place_of(key.source()), fmt::format("{}: unknown key{}", printable(name), advice(name)));
            return;
        }
        auto assignment   = Assignment{};
        assignment.name   = name;
        auto const* value = &node;
        if (auto const* table = node.as_table()) {
            value = read_facts(*table, assignment);
            if (value == nullptr) {
                complain(
                    place_of(key.source()),
                    fmt::format("{}: no value; expected {{ value = ..., source = \"...\", origin = \"...\" }}", name));
                return;
            }
        }
        assignment.place = place_of(value->source());
        if (!is_plain_value(*value)) {
            complain(assignment.place, fmt::format("{}: expected {}, such as '{}', not {}", name, find_row(name)->what,
                                                   find_row(name)->example, kind_of_node(*value)));
            return;
        }
        assignment.text   = text_of(*value);
        assignment.quoted = value->is_string();
        file_.assignments.push_back(std::move(assignment));
    }

    // What stands beside a value; returns the value.
    toml::node const* read_facts(toml::table const& table, Assignment& assignment)
    {
        toml::node const* value = nullptr;
        for (auto const& [key, node] : table) {
            auto const name = assignment.name + "." + std::string{key.str()};
            if (key == "value")
                value = &node;
            else if (key == "source")
                assignment.source = string_of(name, node);
            else if (key == "origin")
                read_origin(name, node, assignment);
            else if (key == "set_by" && file_.resolved)
                assignment.set_by = string_of(name, node);
            else
                complain(place_of(key.source()), fmt::format("{}: unknown key{}", printable(name),
                                                             did_you_mean(key.str(), {"value", "source", "origin"})));
        }
        return value;
    }

    void read_origin(std::string const& name, toml::node const& node, Assignment& assignment)
    {
        auto const text = string_of(name, node);
        if (!node.is_string())
            return;
        try {
            assignment.origin = parse_word<Origin>(text);
        } catch (TextError const& error) {
            complain(place_of(node.source()), fmt::format("{}: {}", name, error.what()));
        }
    }

    ConfigFile& file_;
};

std::string_view line_of(std::string_view content, unsigned line)
{
    for (unsigned at = 1; at < line; ++at) {
        auto const end = content.find('\n');
        if (end == std::string_view::npos)
            return {};
        content.remove_prefix(end + 1);
    }
    auto text = content.substr(0, content.find('\n'));
    if (!text.empty() && text.back() == '\r')
        text.remove_suffix(1);
    return text;
}

// Bytes of the first `characters` UTF-8 characters.
std::size_t bytes_of(std::string_view text, unsigned characters)
{
    std::size_t at = 0;
    while (at < text.size() && characters > 0) {
        ++at;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U)
            ++at;
        --characters;
    }
    return at;
}

// The line, and a caret below the column. A long line is cut to what stands around the column.
std::string excerpt(std::string_view content, Place place)
{
    constexpr unsigned before = 60, after = 50;
    auto               text   = line_of(content, place.line);
    auto               column = place.column > 0 ? place.column - 1 : 0;
    if (column > before) {
        text.remove_prefix(bytes_of(text, column - before));
        column = before;
    }
    auto const at    = bytes_of(text, column);
    text             = text.substr(0, at + bytes_of(text.substr(at), after));
    auto const left  = printable(text.substr(0, at)); // escapes are longer than what they stand for
    auto       width = std::size_t{0};
    for (auto const c : left)
        width += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1 : 0;
    return fmt::format("\n{:>5} | {}{}\n      | {:>{}}", place.line, left, printable(text.substr(at)), "^", width + 1);
}

} // namespace

std::string ConfigFile::complaints() const
{
    constexpr auto most = limits::mistakes_of_toml; // the first ones tell

    auto sorted = mistakes;
    std::stable_sort(sorted.begin(), sorted.end(), [](auto const& a, auto const& b) {
        return a.place.line != b.place.line ? a.place.line < b.place.line : a.place.column < b.place.column;
    });
    auto text = std::string{};
    for (std::size_t i = 0; i < std::min(most, sorted.size()); ++i) {
        auto const& [place, what] = sorted[i];
        text += i == 0 ? "" : "\n";
        if (place.line == 0)
            text += fmt::format("{}: error: {}", name, what);
        else
            text += fmt::format("{}:{}:{}: error: {}{}", name, place.line, place.column, what, excerpt(content, place));
    }
    if (sorted.size() > most)
        text += fmt::format("\n{}: {} more errors", name, sorted.size() - most);
    return text;
}

ConfigFile read_text(std::string const& content, std::string const& name)
{
    auto file    = ConfigFile{};
    file.name    = name;
    file.content = content;
    file.hash    = sha256(content);
    try {
        auto const root = parse_toml(file.content, file.name);
        Reader{file}.read(root);
    } catch (toml::parse_error const& error) {
        file.mistakes.push_back({place_of(error.source()), printable(error.description())});
    }
    return file;
}

ConfigFile read_file(std::string const& path, std::string const& shown_name)
{
    auto const content = read_whole_file(path, limits::toml);
    auto       file    = read_text(content, shown_name.empty() ? path : shown_name);
    file.directory     = std::filesystem::path{path}.parent_path().string();
    return file;
}

} // namespace scribeline::configs
