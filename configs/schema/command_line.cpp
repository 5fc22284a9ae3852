// The command line, read with Boost.Program_options, which stays in this file.
//
// Two passes: the first finds the command among options of any command, the second allows that command's options
// only. Abbreviations are off: an option added later must not change what `--form` means.
#include "configs/schema/command_line.hpp"

#include "configs/failure.hpp"
#include "configs/schema/command_options.hpp"
#include "configs/units/text.hpp"

#include <algorithm>
#include <sstream>

#include <boost/program_options.hpp>
#include <fmt/format.h>

namespace scribeline::configs {

namespace po = boost::program_options;

namespace {

Command const* find_command(std::string_view name, std::vector<Command> const& commands)
{
    auto const found =
        std::find_if(commands.begin(), commands.end(), [&](auto const& each) { return name == each.name; });
    return found == commands.end() ? nullptr : &*found;
}

[[noreturn]] void refuse(std::string const& what, std::string const& command = "")
{
    throw UserError{Exit::usage,
                    fmt::format("{}\nTry 'scribeline {}--help'.", what, command.empty() ? "" : command + " ")};
}

std::vector<std::string> command_names(std::vector<Command> const& commands)
{
    auto names = std::vector<std::string>{};
    for (auto const& command : commands)
        names.emplace_back(command.name);
    return names;
}

void add(po::options_description& described, Option const& option)
{
    auto const name = option.brief.empty() ? option.name : option.name + "," + option.brief;
    if (option.value.empty())
        described.add_options()(name.c_str(), option.help.c_str());
    else
        described.add_options()(name.c_str(), po::value<std::string>()->value_name(option.value), option.help.c_str());
}

std::vector<Option> options_of(Command const* command)
{
    auto       options = command == nullptr ? std::vector<Option>{} : command->options;
    auto const general = general_options();
    options.insert(options.end(), general.begin(), general.end());
    return options;
}

po::options_description described(std::vector<Option> const& options)
{
    auto all = po::options_description{"Options", 110};
    for (auto const& option : options)
        add(all, option);
    return all;
}

std::vector<std::string> long_names(po::options_description const& options)
{
    auto names = std::vector<std::string>{};
    for (auto const& option : options.options())
        names.push_back("--" + option->long_name());
    return names;
}

po::parsed_options parse(std::vector<std::string> const& arguments, po::options_description const& options,
                         std::string const& command, bool any_option)
{
    auto all = po::options_description{};
    all.add(options).add_options()("word", po::value<std::vector<std::string>>());
    auto positions = po::positional_options_description{};
    positions.add("word", -1);
    auto const style  = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    auto       parser = po::command_line_parser{arguments};
    parser.options(all).positional(positions).style(style);
    if (any_option)
        parser.allow_unregistered();
    try {
        return parser.run();
    } catch (po::unknown_option const& error) {
        auto const name = error.get_option_name();
        refuse(fmt::format("unknown option {}{}", shown(name), did_you_mean(name, long_names(options))), command);
    } catch (po::error const& error) {
        refuse(printable(error.what()), command);
    }
}

// Quoted where a shell would take it apart.
std::string for_shell(std::string const& argument)
{
    constexpr auto harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/@%";
    if (!argument.empty() && argument.find_first_not_of(harmless) == std::string::npos)
        return argument;
    auto quoted = std::string{"'"};
    for (auto const c : argument)
        quoted += c == '\'' ? std::string{"'\\''"} : std::string(1, c);
    return quoted + "'";
}

// The first word that is no option's value, or nothing.
std::string first_word(std::vector<std::string> const& arguments, po::options_description const& options)
{
    for (auto const& option : parse(arguments, options, "", true).options)
        if (option.string_key == "word" && !option.value.empty())
            return option.value.front();
    return {};
}

bool begins_with(std::string_view word, std::vector<std::string> const& arguments,
                 po::options_description const& options)
{
    try {
        return first_word(arguments, options) == word;
    } catch (UserError const&) { // options of another command
        return false;
    }
}

// The command whose name comes first where its own options are read: one and the same option may have a value in one
// command and none in another. Else the first word, whatever it is.
std::string find_command_word(std::vector<std::string> const& arguments, std::vector<Command> const& commands)
{
    if (arguments.front().substr(0, 1) != "-")
        return arguments.front();
    auto all   = po::options_description{};
    auto taken = std::vector<std::string>{};
    for (auto const& command : commands) {
        auto own = po::options_description{};
        for (auto const& option : options_of(&command)) {
            add(own, option);
            if (std::find(taken.begin(), taken.end(), option.name) != taken.end())
                continue;
            taken.emplace_back(option.name);
            add(all, option);
        }
        auto const named = std::find(arguments.begin(), arguments.end(), command.name) != arguments.end();
        if (named && begins_with(command.name, arguments, own))
            return std::string{command.name};
    }
    return first_word(arguments, all);
}

void check_arguments(CommandLine const& line, Command const& command)
{
    auto const count = line.arguments.size();
    if (count < command.least)
        refuse(fmt::format("'{}' needs {}", command.name, command.arguments), line.command);
    if (count > command.most)
        refuse(fmt::format("{} is one argument too many for '{}'", shown(line.arguments[command.most]), command.name),
               line.command);
}

// What the option means, said with its name and its command where that cannot be.
void take(CommandLine& line, Option const& option, std::string const& value)
{
    try {
        option.take(line, option, value);
    } catch (TextError const& error) {
        refuse(error.what(), line.command);
    }
}

} // namespace

std::optional<std::string> CommandLine::option(std::string_view name) const
{
    auto const given =
        std::find_if(options.begin(), options.end(), [&](auto const& each) { return each.first == name; });
    return given == options.end() ? std::nullopt : std::optional{given->second};
}

CommandLine read_command_line(std::vector<std::string> const& arguments, std::vector<Command> const& commands)
{
    auto line = CommandLine{};
    line.text = "scribeline";
    for (auto const& argument : arguments)
        line.text += " " + for_shell(argument);
    if (arguments.empty())
        return line;
    if (arguments == std::vector<std::string>{"--version"}) {
        line.command = "version";
        return line;
    }

    line.command        = find_command_word(arguments, commands);
    auto const* command = find_command(line.command, commands);
    if (!line.command.empty() && command == nullptr)
        refuse(fmt::format("unknown command {}{}", shown(line.command),
                           did_you_mean(line.command, command_names(commands))));

    auto const options = options_of(command);
    auto       seen    = std::vector<std::string>{};
    auto       word    = std::size_t{0};
    for (auto const& given : parse(arguments, described(options), line.command, false).options) {
        auto const& key = given.string_key;
        if (key == "word") {
            for (auto const& value : given.value)
                if (word++ > 0) // the first is the command
                    line.arguments.push_back(value);
            continue;
        }
        auto const& option =
            *std::find_if(options.begin(), options.end(), [&](auto const& o) { return key == o.name; });
        if (!option.repeatable && std::find(seen.begin(), seen.end(), key) != seen.end())
            refuse(fmt::format("--{} is given twice", key), line.command);
        if (!given.value.empty() && given.value.front().empty())
            refuse(fmt::format("--{} is empty", key), line.command);
        seen.push_back(key);
        take(line, option, given.value.empty() ? std::string{} : given.value.front());
    }
    if (line.help)
        return line;
    if (command == nullptr)
        refuse(fmt::format("no command; expected one of {}", fmt::join(command_names(commands), ", ")));
    check_arguments(line, *command);
    return line;
}

std::string examples()
{
    return "Scribeline simulates the decoding of a large language model on a wafer-scale mesh, wavelet by wavelet.\n"
           "\n"
           "  scribeline run                          a small wafer and a small model, in seconds\n"
           "  scribeline run --machine wse2 --model llama-3-8b --context 4096 --region 420x420 -o first.h5\n"
           "  scribeline explain fabric.hop_latency   what a parameter means and where its value comes from\n"
           "\n"
           "All commands: scribeline help\n";
}

std::string help(std::string const& topic, std::vector<Command> const& commands)
{
    auto text = std::ostringstream{};
    if (topic.empty()) {
        text << "Usage: scribeline COMMAND ...\n\nCommands:\n";
        for (auto const& each : commands)
            text << fmt::format("  {:38} {}\n", fmt::format("{} {}", each.name, each.arguments), each.help);
        text << "\nA command's options: scribeline help COMMAND\n";
        return text.str();
    }
    auto const* command = find_command(topic, commands);
    if (command == nullptr)
        refuse(fmt::format("unknown command {}{}", shown(topic), did_you_mean(topic, command_names(commands))));
    text << fmt::format("Usage: scribeline {} {}\n{}\n\n", command->name, command->arguments, command->help)
         << described(options_of(command)) << command->note
         << "Exit: 0 done, 1 the answer is no, 64 usage, 65 bad configuration, 66 no such input, 70 internal,\n"
            "73 and 74 cannot write, 75 try again, 130 interrupted.\n";
    return text.str();
}

} // namespace scribeline::configs
