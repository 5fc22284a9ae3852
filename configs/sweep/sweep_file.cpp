// Reads the TOML of a sweep with toml++, and its axes with toml_axes.cpp.
#include "configs/sweep/sweep_file.hpp"

#include "configs/failure.hpp"
#include "configs/schema/file.hpp"
#include "configs/schema/gpu_tables.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/schema/table.hpp"
#include "configs/schema/toml_text.hpp"
#include "configs/share.hpp"
#include "configs/sweep/toml_axes.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>

#include <fmt/format.h>

#include <toml++/toml.h>

namespace scribeline::configs {

namespace fs = std::filesystem;

namespace {

constexpr std::array samplers{std::pair{"grid", Sampler::grid}, std::pair{"random", Sampler::random},
                              std::pair{"latin_hypercube", Sampler::latin_hypercube},
                              std::pair{"sobol", Sampler::sobol}};

class Reader {
  public:
    Reader(SweepFile& sweep, ConfigFile& file) : sweep_{sweep}, axes_{file} {}

    void read(toml::table const& root)
    {
        auto const keys = std::vector<std::string>{"description", "command", "machine", "goals",   "constraints",
                                                   "fixed",       "axes",    "zip",     "sampling"};
        for (auto const& [key, node] : root) {
            auto const name = std::string{key.str()};
            if (name == "description")
                sweep_.description = text("description", node);
            else if (name == "command")
                read_command(node);
            else if (name == "machine")
                read_machine(node);
            else if (name == "goals")
                read_texts(name, node, [&](std::string const& goal) { sweep_.goals.push_back(parse_goal(goal)); });
            else if (name == "constraints")
                read_texts(name, node, [&](std::string const& condition) {
                    sweep_.constraints.emplace_back(condition, column_name, column_kind);
                });
            else if (name == "fixed")
                sweep_.fixed = axes_.fixed(node);
            else if (name == "axes")
                axes_.axes(node);
            else if (name == "zip")
                axes_.zips(node);
            else if (name == "sampling")
                read_sampling(node);
            else
                axes_.complain(key.source(),
                               fmt::format("{}: unknown key{}", printable(name), did_you_mean(name, keys)));
        }
        sweep_.axes = axes_.in_order();
        if (sweep_.axes.empty() && axes_.no_mistakes())
            axes_.complain({}, "no axes: a sweep needs [axes] with at least one parameter");
        require_each_column_once(root);
        require_counts_of_the_command();
        if (axes_.no_mistakes() && sweep_.command != SweepCommand::compare)
            require_wafers(root);
        require_sampling(root);
    }

  private:
    std::string text(std::string const& name, toml::node const& node)
    {
        if (auto const* found = node.as_string())
            return found->get();
        axes_.complain(node.source(), fmt::format("{}: expected text in quotes", name));
        return {};
    }

    void read_command(toml::node const& node)
    {
        auto const given = text("command", node);
        auto       names = std::vector<std::string>{};
        for (auto const& row : sweep_commands) {
            names.emplace_back(row.name);
            if (given == row.name) {
                sweep_.command = row.command;
                return;
            }
        }
        if (node.is_string())
            axes_.complain(node.source(), fmt::format("command: {} is none of {}{}", shown(given),
                                                      fmt::join(names, ", "), did_you_mean(given, names)));
    }

    void read_machine(toml::node const& node)
    {
        auto const given = text("machine", node);
        if (!given.empty())
            sweep_.machine = axes_.value("machine", "machine", given, node);
    }

    template <class Take> void read_texts(std::string const& name, toml::node const& node, Take take)
    {
        auto const* list = node.as_array();
        if (list == nullptr) {
            axes_.complain(node.source(), fmt::format("{}: expected a list of texts", name));
            return;
        }
        for (auto const& each : *list) {
            auto const given = text(name, each);
            if (!each.is_string())
                continue;
            try {
                take(given);
            } catch (TextError const& error) {
                axes_.complain(each.source(), fmt::format("{}: {}", name, error.what()));
            }
        }
    }

    void read_sampling(toml::node const& node)
    {
        auto const* table = node.as_table();
        if (table == nullptr) {
            axes_.complain(node.source(), "sampling: expected a table: [sampling] and its keys below");
            return;
        }
        for (auto const& [key, value] : *table) {
            if (key == "method")
                read_method(value);
            else if (key == "samples")
                sweep_.samples = count("samples", value, 1);
            else if (key == "seed")
                sweep_.seed = count("seed", value, 0);
            else
                axes_.complain(key.source(), fmt::format("sampling.{}: unknown key{}", printable(key.str()),
                                                         did_you_mean(key.str(), {"method", "samples", "seed"})));
        }
    }

    void read_method(toml::node const& node)
    {
        auto const given = text("sampling.method", node);
        auto       names = std::vector<std::string>{};
        for (auto const& [name, sampler] : samplers) {
            names.emplace_back(name);
            if (given == name) {
                sweep_.sampler = sampler;
                return;
            }
        }
        if (node.is_string())
            axes_.complain(node.source(), fmt::format("sampling.method: {} is none of {}{}", shown(given),
                                                      fmt::join(names, ", "), did_you_mean(given, names)));
    }

    std::uint64_t count(char const* name, toml::node const& node, std::int64_t least)
    {
        auto const* number = node.as_integer();
        if (number != nullptr && number->get() >= least)
            return static_cast<std::uint64_t>(number->get());
        axes_.complain(node.source(), fmt::format("sampling.{}: expected a whole number of at least {}", name, least));
        return 1;
    }

    void require_each_column_once(toml::table const& root)
    {
        auto seen = std::vector<std::string>{};
        for (auto const& [column, value] : sweep_.fixed)
            seen.push_back(column);
        if (root.contains("machine"))
            seen.emplace_back("machine");
        for (auto const& axis : sweep_.axes)
            for (auto const& column : axis.columns) {
                if (std::find(seen.begin(), seen.end(), column) != seen.end())
                    axes_.complain(axes_.place_of(column),
                                   fmt::format("{}: set twice in this sweep; keep one of them", column));
                seen.push_back(column);
            }
    }

    void require_counts_of_the_command()
    {
        auto const require = [&](std::string const& column) {
            auto const* row = command_of_count(column);
            if (row != nullptr && row->command != sweep_.command)
                axes_.complain(axes_.place_of(column),
                               fmt::format("{}: is for 'scribeline {}', and this sweep runs 'scribeline {}'; write "
                                           "command = \"{}\" at the top of the file",
                                           column, row->name, name_of(sweep_.command), row->name));
        };
        for (auto const& [column, value] : sweep_.fixed)
            require(column);
        for (auto const& axis : sweep_.axes)
            for (auto const& column : axis.columns)
                require(column);
    }

    void require_wafers(toml::table const& root)
    {
        auto const require = [&](std::string const& machine, toml::source_region const& place) {
            if (!applies("wafer", kind_of_machine(machine)))
                axes_.complain(place, fmt::format("machine {}: is no wafer, and 'scribeline {}' is about wafers; write "
                                                  "command = \"compare\" at the top of the file",
                                                  shown(machine), name_of(sweep_.command)));
        };
        if (auto const machine = root["machine"])
            require(sweep_.machine, machine.node()->source());
        for (auto const& axis : sweep_.axes)
            for (std::size_t c = 0; c < axis.columns.size(); ++c)
                for (auto const& value : axis.values)
                    if (axis.columns[c] == "machine")
                        require(value[c], axes_.place_of("machine"));
    }

    void require_sampling(toml::table const& root)
    {
        if (sweep_.sampler == Sampler::grid && sweep_.samples != 0)
            axes_.complain(root["sampling"].node()->source(), "sampling.samples: a grid takes every combination; "
                                                              "choose method random, latin_hypercube or sobol");
        if (sweep_.sampler != Sampler::grid && sweep_.samples == 0)
            axes_.complain(
                root["sampling"].node()->source(),
                fmt::format("sampling.samples: missing; how many points of method {}?", name_of(sweep_.sampler)));
        if (sweep_.sampler == Sampler::sobol && sweep_.axes.size() > sobol_dimensions)
            axes_.complain(
                {}, fmt::format("{} axes; Sobol's sequence has {} at most", sweep_.axes.size(), sobol_dimensions));
    }

    SweepFile& sweep_;
    TomlAxes   axes_;
};

} // namespace

char const* name_of(Sampler sampler)
{
    for (auto const& [name, value] : samplers)
        if (value == sampler)
            return name;
    SCRIBELINE_EXPECT(!"a sampler without a name");
    return "";
}

char const* name_of(Axis::Kind kind)
{
    return kind == Axis::Kind::list ? "list" : kind == Axis::Kind::range ? "range" : "zip";
}

Goal parse_goal(std::string const& text)
{
    auto const blank = text.find(' ');
    auto const word  = text.substr(0, blank);
    auto const at    = blank == std::string::npos ? blank : text.find_first_not_of(' ', blank);
    if ((word != "min" && word != "max") || at == std::string::npos)
        throw TextError{fmt::format("{}: expected 'max COLUMN' or 'min COLUMN', such as "
                                    "'max tokens_per_second_per_user'",
                                    shown(text))};
    return {word == "max", text.substr(at)};
}

SweepFile read_sweep_text(std::string const& content, std::string const& name, std::string const& folder)
{
    auto sweep     = SweepFile{};
    sweep.name     = name;
    sweep.content  = content;
    auto file      = ConfigFile{};
    file.name      = name;
    file.content   = content;
    file.directory = folder;
    try {
        auto const root = parse_toml(content, name);
        Reader{sweep, file}.read(root);
    } catch (toml::parse_error const& error) {
        file.mistakes.push_back(
            {{error.source().begin.line, error.source().begin.column}, printable(error.description())});
    }
    if (!file.mistakes.empty())
        throw UserError{Exit::bad_config, file.complaints()};
    return sweep;
}

SweepFile read_sweep_file(std::string const& file)
{
    auto path   = file;
    auto failed = std::error_code{};
    if (!fs::exists(path, failed) || fs::is_directory(path, failed)) // a folder may bear the name of its sweep
        if (auto const shipped = find_shared("configs/sweeps/" + file + ".toml"))
            path = shipped->string();
    if (!fs::exists(path, failed))
        throw UserError{Exit::no_input, fmt::format("no sweep file {}{}", shown(file),
                                                    did_you_mean(file, shared_names("configs/sweeps", ".toml")))};
    auto const read = read_file(path); // whatever it says: here only for its bytes
    return read_sweep_text(read.content, file, fs::absolute(path).parent_path().lexically_normal().string());
}

} // namespace scribeline::configs
