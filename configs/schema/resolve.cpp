// Lays the layers of a configuration over one another; the order stands in the header.
#include "configs/schema/resolve.hpp"

#include "configs/failure.hpp"
#include "configs/schema/consistency.hpp"
#include "configs/schema/engine_files.hpp"
#include "configs/schema/file.hpp"
#include "configs/schema/gpu_tables.hpp"
#include "configs/schema/table.hpp"
#include "configs/schema/technology.hpp"
#include "configs/share.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

namespace scribeline::configs {

namespace fs = std::filesystem;

namespace {

bool looks_like_path(std::string_view text)
{
    auto const ends_with = [&](std::string_view ending) {
        return text.size() > ending.size() && text.substr(text.size() - ending.size()) == ending;
    };
    return text.find('/') != std::string_view::npos || ends_with(".json") || ends_with(".toml");
}

// What a file says is relative to where it stands.
std::string from_folder(std::string const& folder, std::string const& path)
{
    if (folder.empty() || fs::path{path}.is_absolute())
        return path;
    return (fs::path{folder} / path).lexically_normal().string();
}

std::string unknown_machine(std::string const& machine)
{
    return fmt::format(
        "machine {}: not known{} ('scribeline list machines' shows those that are; a path ends in .toml)",
        shown(machine), did_you_mean(machine, shipped_machines()));
}

// Null when it is no shipped name.
std::optional<std::string> find_machine(std::string const& machine)
{
    if (looks_like_path(machine))
        return machine;
    auto const found = find_shared("configs/machines/" + machine + ".toml");
    return found ? std::optional{found->string()} : std::nullopt;
}

ConfigFile read_machine(std::string const& machine)
{
    auto const path = machine_file(machine);
    return looks_like_path(machine) ? read_file(path) : read_file(path, "machines/" + machine + ".toml");
}

// The machine a file's `base` names, as machine_file() takes it.
std::string base_of(ConfigFile const& file)
{
    return looks_like_path(file.base) ? from_folder(file.directory, file.base) : file.base;
}

// What is wrong with the base of a file, or nothing.
std::string fault_of_base(ConfigFile const& file)
{
    auto const path = find_machine(base_of(file));
    if (!path)
        return unknown_machine(base_of(file));
    auto failed = std::error_code{};
    return fs::exists(*path, failed) ? std::string{} : fmt::format("no file {}", shown(*path));
}

// A machine, and before it what it is based on, and so on.
std::vector<ConfigFile> read_machine_and_bases(std::string const& machine)
{
    auto const canonical = [](std::string const& name) { return fs::weakly_canonical(machine_file(name)).string(); };

    auto chain = std::vector<ConfigFile>{read_machine(machine)};
    auto seen  = std::vector<std::string>{canonical(machine)};
    while (!chain.back().base.empty()) {
        auto& file  = chain.back();
        auto  fault = fault_of_base(file);
        if (fault.empty() && std::find(seen.begin(), seen.end(), canonical(base_of(file))) != seen.end())
            fault = fmt::format("{} is based on itself", shown(file.base));
        if (!fault.empty()) {
            file.mistakes.push_back({file.base_place, "base: " + fault});
            break;
        }
        auto base = base_of(file);
        seen.push_back(canonical(base));
        chain.push_back(read_machine(base));
    }
    std::reverse(chain.begin(), chain.end());
    return chain;
}

class Resolver {
  public:
    Resolver()
    {
        for (auto const* row : all_rows()) {
            row->set(config_.parameters, row->standard);
            auto setting        = Setting{};
            setting.group       = row->group;
            setting.key         = row->key;
            setting.units       = row->units;
            setting.description = row->help;
            setting.set_by      = "default";
            setting.origin      = row->origin;
            setting.citation    = row->source;
            config_.settings.push_back(std::move(setting));
        }
    }

    Config& config() { return config_; }

    void apply(ConfigFile& file)
    {
        for (auto const& assignment : file.assignments)
            apply(file, assignment);
        if (file.resolved) {
            config_.machine = file.machine;
            config_.sources.insert(config_.sources.end(), file.sources.begin(), file.sources.end());
        } else {
            config_.sources.push_back({file.name, file.hash});
        }
        if (!file.mistakes.empty())
            complaints_.push_back(file.complaints());
    }

    // On top of the machine, whatever it is.
    void apply(Technology const& technology)
    {
        for (auto const& given : settings_of(technology, config_.parameters)) {
            auto const& row = *find_row(given.parameter);
            row.set(config_.parameters, given.text);
            auto& setting    = setting_of(row);
            setting.set_by   = given.set_by;
            setting.origin   = Origin::assumed;
            setting.citation = given.source;
        }
    }

    void apply(Override const& given)
    {
        auto const* row = find_row(given.name);
        if (row == nullptr) {
            usage_.push_back(
                fmt::format("{} {}: unknown key{}", given.option, printable(given.name), did_you_mean_row(given.name)));
            return;
        }
        try {
            row->set(config_.parameters, given.text);
        } catch (TextError const& error) {
            usage_.push_back(given.option == "--set"
                                 ? fmt::format("--set {}: {}", given.name, error.what())
                                 : fmt::format("{} ({}): {}", given.option, given.name, error.what()));
            return;
        }
        auto& setting    = setting_of(*row);
        setting.set_by   = given.option;
        setting.origin   = Origin::choice;
        setting.citation = "command line";
    }

    // What an engine takes, of the version that was asked for, where nobody says anything else.
    void follow_engine()
    {
        auto const& engine = config_.parameters.engine;
        auto        file   = ConfigFile{};
        try {
            file = read_engine_file(engine.name, engine.version);
        } catch (UserError const& error) {
            complaints_.push_back(fmt::format("configuration: error: {}", error.what()));
            return;
        }
        // An earlier run keeps the times that it had, unless another engine is asked for now.
        auto const typed = [&](char const* name) { return setting_of(*find_row(name)).set_by.rfind("--", 0) == 0; };
        auto const other = typed("engine.name") || typed("engine.version");
        for (auto const& assignment : file.assignments) {
            auto const& set_by = setting_of(*find_row(assignment.name)).set_by;
            if (set_by == "default" || (other && set_by.rfind("engines/", 0) == 0))
                apply(file, assignment);
        }
        if (!file.mistakes.empty())
            complaints_.push_back(file.complaints());
    }

    Config finish()
    {
        follow_prompt();
        if (!complaints_.empty())
            throw UserError{Exit::bad_config, fmt::format("{}", fmt::join(complaints_, "\n"))};
        if (!usage_.empty()) {
            auto text = std::string{};
            for (auto const& each : usage_)
                text += (text.empty() ? "scribeline: error: " : "\nscribeline: error: ") + each;
            throw UserError{Exit::usage, text};
        }
        auto const rows = all_rows();
        for (std::size_t i = 0; i < rows.size(); ++i) {
            config_.settings[i].text   = rows[i]->text(config_.parameters);
            config_.settings[i].number = rows[i]->number(config_.parameters);
        }
        auto said = leave_out_what_the_machine_has_not();
        if (said.empty())
            said = inconsistencies(config_);
        if (!said.empty()) {
            auto text = std::string{};
            for (auto const& each : said)
                text += (text.empty() ? "configuration: error: " : "\nconfiguration: error: ") + each;
            throw UserError{Exit::bad_config, text};
        }
        return std::move(config_);
    }

  private:
    // A prompt is part of the context: where nobody says how long that is, or a file does and the command line knows
    // better, it is as long as the prompt.
    void follow_prompt()
    {
        auto const& workload = config_.parameters.workload;
        auto const& context  = setting_of(*find_row("workload.context")).set_by;
        auto const& prompt   = setting_of(*find_row("workload.prompt")).set_by;
        auto const  typed    = [](std::string const& set_by) { return set_by.rfind("--", 0) == 0; };
        if (workload.prompt > workload.context && (context == "default" || (typed(prompt) && !typed(context))))
            apply(Override{"workload.prompt", "workload.context", std::to_string(workload.prompt)});
    }

    Setting& setting_of(Row const& row)
    {
        auto const found = std::find_if(config_.settings.begin(), config_.settings.end(), [&](Setting const& setting) {
            return setting.group == row.group && setting.key == row.key;
        });
        SCRIBELINE_EXPECT(found != config_.settings.end());
        return *found;
    }

    // A GPU has no fabric, a wafer no HBM. What was given all the same is a mistake; returns what to say of it.
    std::vector<std::string> leave_out_what_the_machine_has_not()
    {
        auto const kind = config_.parameters.machine.kind;
        auto       said = std::vector<std::string>{};
        auto       kept = std::vector<Setting>{};
        for (auto& setting : config_.settings) {
            if (applies(setting.group, kind))
                kept.push_back(std::move(setting));
            else if (setting.set_by != "default")
                said.push_back(fmt::format("{}.{} (set by {}): this machine is of the kind '{}', which has no group "
                                           "'{}'. Leave it out, or choose another machine",
                                           setting.group, setting.key, setting.set_by, kind_name(kind), setting.group));
        }
        config_.settings = std::move(kept);
        // A whole machine of another kind: the first few tell.
        constexpr std::size_t most = 3;
        if (said.size() > most) {
            auto const more = said.size() - most;
            said.resize(most);
            said.push_back(fmt::format("{} more parameters are of a machine of another kind", more));
        }
        return said;
    }

    void apply(ConfigFile& file, Assignment const& assignment)
    {
        auto const& row      = *find_row(assignment.name);
        auto const  complain = [&](std::string const& what) {
            file.mistakes.push_back({assignment.place, fmt::format("{}: {}", assignment.name, what)});
        };
        if (row.is_word && !assignment.quoted) {
            complain(fmt::format("expected text in quotes, such as \"{}\"", row.example));
            return;
        }
        auto text = assignment.text;
        if (row.may_be_path && looks_like_path(text))
            text = from_folder(file.directory, text);
        try {
            row.set(config_.parameters, text);
        } catch (TextError const& error) {
            complain(error.what());
            return;
        }
        auto const is_fact = assignment.origin && *assignment.origin != Origin::choice;
        if (is_fact && assignment.source.empty()) {
            complain(fmt::format("origin '{}' needs a source beside it (for 'assumed': the reason)",
                                 word_for(*assignment.origin)));
            return;
        }
        auto& setting = setting_of(row);
        setting.set_by =
            assignment.set_by.empty() ? fmt::format("{}:{}", file.name, assignment.place.line) : assignment.set_by;
        setting.origin   = assignment.origin.value_or(Origin::choice);
        setting.citation = assignment.source.empty() ? file.name : assignment.source;
    }

    Config                   config_{};
    std::vector<std::string> complaints_; // of files
    std::vector<std::string> usage_;      // of the command line
};

// `wse3:4`, `wse3:auto`, `./mine.toml:4`: a machine and how many wafers of it. A colon may also be part of a path:
// then a name with an ending or a slash stands behind it, or the whole is a file.
struct Wafers {
    std::string             machine;
    std::optional<Override> count;
};

Wafers wafers_of(std::string const& machine)
{
    auto const colon  = machine.rfind(':');
    auto       failed = std::error_code{};
    if (colon == std::string::npos || looks_like_path(machine.substr(colon + 1)) ||
        (looks_like_path(machine) && fs::exists(machine, failed)))
        return {machine, std::nullopt};
    auto const count = machine.substr(colon + 1);
    auto const digit = [](char c) { return c >= '0' && c <= '9'; };
    auto const is_count =
        std::all_of(count.begin(), count.end(), digit) && count.find_first_not_of('0') != std::string::npos;
    if (colon == 0 || (count != "auto" && !is_count))
        throw UserError{Exit::usage,
                        fmt::format("--machine {}: expected NAME:N with N wafers, at least 1, or NAME:auto "
                                    "for as few as hold the model, such as wse3:4",
                                    shown(machine))};
    return {machine.substr(0, colon), Override{"--machine", "mapping.wafers", count == "auto" ? "0" : count}};
}

bool sets(CommandLine const& line, std::string_view name)
{
    return std::any_of(line.overrides.begin(), line.overrides.end(),
                       [&](Override const& given) { return given.name == name; });
}

// What does not depend on the layers below.
void copy_options(CommandLine const& line, Config& config)
{
    config.command_line = line.text;
    config.output       = line.output;
    config.format       = line.format;
    config.verbosity    = line.verbosity;
}

Config resolve_layers(CommandLine const& line, std::optional<ConfigFile> earlier)
{
    auto user = std::vector<ConfigFile>{};
    for (auto const& path : line.configs)
        user.push_back(read_file(path));
    if (line.command == "validate")
        for (auto const& path : line.arguments)
            user.push_back(read_file(path));
    auto const nothing_said = line.machine.empty() && user.empty() && !earlier && !sets(line, "workload.model");
    if (nothing_said && line.command == "run")
        if (auto const first = find_shared("configs/first_run.toml"))
            user.push_back(read_file(first->string(), "first_run.toml"));

    auto [machine, wafers] = wafers_of(line.machine);
    if (machine.empty())
        for (auto& file : user) {
            if (file.base.empty())
                continue;
            if (auto const fault = fault_of_base(file); !fault.empty())
                file.mistakes.push_back({file.base_place, "base: " + fault});
            else
                machine = base_of(file);
        }
    auto const is_resolved = [](ConfigFile const& file) { return file.resolved; };
    auto const has_kind    = [](ConfigFile const& file) { // a whole machine, given as a configuration
        return std::any_of(file.assignments.begin(), file.assignments.end(),
                              [](Assignment const& given) { return given.name == "machine.kind"; });
    };
    auto const complete = earlier || std::any_of(user.begin(), user.end(), is_resolved) ||
                          std::any_of(user.begin(), user.end(), has_kind);
    if (machine.empty() && !complete)
        machine = "wse2";

    auto resolver = Resolver{};
    if (earlier)
        resolver.apply(*earlier);
    if (!machine.empty()) {
        resolver.config().machine = machine;
        for (auto& file : read_machine_and_bases(machine))
            resolver.apply(file);
    }
    for (auto& file : user)
        resolver.apply(file);
    if (wafers) {
        // NAME:N counts what the machine is made of; NAME:auto leaves the count of what is no wafer as its file has it.
        auto const& kind  = kind_name(resolver.config().parameters.machine.kind);
        auto const  all   = wafers->text == "0" && !applies("wafer", kind);
        auto const* count = counted_by(kind);
        if (count == nullptr)
            throw UserError{Exit::usage, fmt::format("--machine {}: a machine of kind {} is not counted. Leave out "
                                                     "what follows the colon",
                                                     shown(line.machine), shown(kind))};
        wafers->name = count;
        if (!all)
            resolver.apply(*wafers);
    }
    if (auto const technology = line.option("technology"))
        resolver.apply(read_technology(*technology));
    for (auto const& given : line.overrides)
        resolver.apply(given);
    resolver.follow_engine();
    copy_options(line, resolver.config());
    return resolver.finish();
}

} // namespace

std::string machine_file(std::string const& machine)
{
    if (auto const found = find_machine(machine))
        return *found;
    throw UserError{Exit::no_input, unknown_machine(machine)};
}

std::string machine_description(std::string const& machine) { return read_machine(machine).description; }

Config resolve(CommandLine const& line) { return resolve_layers(line, std::nullopt); }

Config resolve(CommandLine const& line, std::string const& earlier, std::string const& earlier_name)
{
    return resolve_layers(line, read_text(earlier, earlier_name));
}

Config resolve_text(std::string const& toml, std::string const& name)
{
    return resolve_layers(CommandLine{}, read_text(toml, name));
}

Parameters default_parameters()
{
    auto resolver = Resolver{};
    return resolver.finish().parameters;
}

std::string kind_of_machine(std::string const& machine)
{
    return kind_name(machine_parameters(wafers_of(machine).machine).machine.kind);
}

Parameters machine_parameters(std::string const& machine)
{
    auto line    = CommandLine{};
    line.machine = machine;
    return resolve(line).parameters;
}

} // namespace scribeline::configs
