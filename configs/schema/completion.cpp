#include "configs/schema/completion.hpp"

#include "configs/failure.hpp"
#include "configs/schema/command_options.hpp"
#include "configs/schema/table.hpp"

#include <sstream>

#include <fmt/format.h>

namespace scribeline::configs {

namespace {

// "table|json|csv": words to choose from. "NAME|FILE", "N": what one makes up.
bool is_choice(std::string const& text)
{
    return text.find('|') != std::string::npos &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_|") == std::string::npos;
}

bool is_file(std::string const& value)
{
    return value.find("FILE") != std::string::npos || value.find("DIR") != std::string::npos;
}

std::string spaced(std::string text)
{
    for (auto& c : text)
        if (c == '|')
            c = ' ';
    return text;
}

// "run|status FILE|DIR": the words that the first argument can be; none: it is a file, or nothing.
std::string first_words(Command const& command)
{
    auto const first = command.arguments.substr(0, command.arguments.find(' '));
    return is_choice(first) ? spaced(first) : "";
}

// With those of every command.
std::vector<Option> options_of(Command const& command)
{
    auto options = command.options;
    for (auto& option : general_options())
        options.push_back(std::move(option));
    return options;
}

std::string bash(std::vector<Command> const& commands)
{
    auto names = std::vector<std::string>{};
    for (auto const& command : commands)
        names.emplace_back(command.name);
    auto text   = std::ostringstream{};
    auto groups = std::vector<std::string>{};
    for (auto const& group : tables())
        groups.push_back(group.name);
    text << "# bash completion for scribeline, written by 'scribeline completion bash'\n"
         << fmt::format("_scribeline_keys='{}'\n_scribeline_groups='{}'\n", fmt::join(row_names(), " "),
                        fmt::join(groups, " "))
         << "_scribeline_list()\n"
            "{\n"
            "    \"${COMP_WORDS[0]}\" list \"$1\" 2>/dev/null | awk 'NR > 1 && /^  [a-z0-9]/ {print $1}'\n"
            "}\n"
            "_scribeline_machines() # the last of a list with commas\n"
            "{\n"
            "    local before=\n"
            "    [[ $1 == *,* ]] && before=${1%,*},\n"
            "    COMPREPLY=($(compgen -f -P \"$before\" -W \"$(_scribeline_list machines)\" -- \"${1##*,}\"))\n"
            "    compopt -o nospace 2>/dev/null\n"
            "}\n"
            "_scribeline()\n"
            "{\n"
            "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}\n"
            "    local options= words=\n"
            "    COMPREPLY=()\n"
            "    if [[ $COMP_CWORD -eq 1 ]]; then\n"
         << fmt::format("        COMPREPLY=($(compgen -W '{}' -- \"$word\"))\n", fmt::join(names, " "))
         << "        return\n"
            "    fi\n"
            "    case $command:$before in\n";
    for (auto const& command : commands)
        for (auto const& option : options_of(command)) {
            auto const& name    = option.name;
            auto const  pattern = fmt::format("{}:--{}", command.name, name);
            if (option.value.empty())
                continue;
            if (is_choice(option.value))
                text << fmt::format("    {}) COMPREPLY=($(compgen -W '{}' -- \"$word\")); return ;;\n", pattern,
                                    spaced(option.value));
            else if (name == "machine" || name == "model")
                text << fmt::format("    {}) COMPREPLY=($(compgen -f -W \"$(_scribeline_list {}s)\" -- \"$word\")); "
                                    "return ;;\n",
                                    pattern, name);
            else if (name == "machines")
                text << fmt::format("    {}) _scribeline_machines \"$word\"; return ;;\n", pattern);
            else if (name == "set")
                text << fmt::format("    {}) COMPREPLY=($(compgen -S = -W \"$_scribeline_keys\" -- \"$word\")); "
                                    "compopt -o nospace 2>/dev/null; return ;;\n",
                                    pattern);
            else if (is_file(option.value))
                text << fmt::format("    {}) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n", pattern);
            else // a number, a condition: nothing to offer, and least of all files
                text << fmt::format("    {}) return ;;\n", pattern);
        }
    text << "    esac\n"
            "    case $command in\n";
    for (auto const& command : commands) {
        auto options = std::string{};
        for (auto const& option : options_of(command))
            options += fmt::format("{}--{}", options.empty() ? "" : " ", option.name);
        auto const words = command.name == "help" ? fmt::format("{}", fmt::join(names, " ")) : first_words(command);
        text << fmt::format("    {}) options='{}' words='{}' ;;\n", command.name, options, words);
    }
    text << "    esac\n"
            "    case $command:${COMP_WORDS[2]}:$COMP_CWORD in\n"
            "    explain:*:2) words=\"$_scribeline_keys $_scribeline_groups $(_scribeline_list machines) "
            "$(_scribeline_list models)\" ;;\n"
            "    list:parameters:3) COMPREPLY=($(compgen -W \"$_scribeline_groups\" -- \"$word\")); return ;;\n"
            "    sweep:run:3 | sweep:plan:3 | sweep:submit:3)\n"
            "        COMPREPLY=($(compgen -f -W \"$(_scribeline_list sweeps)\" -- \"$word\")); return ;;\n"
            "    esac\n"
            "    if [[ $word == -* ]]; then\n"
            "        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
            "    elif [[ $COMP_CWORD -eq 2 && -n $words ]]; then\n"
            "        COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
            "        [[ $command == explain ]] && COMPREPLY+=($(compgen -f -- \"$word\"))\n"
            "    else\n"
            "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
            "    fi\n"
            "}\n"
            "complete -o filenames -o bashdefault -F _scribeline scribeline\n";
    return text.str();
}

// Troff takes a backslash anywhere for its own.
std::string troff(std::string const& plain)
{
    auto text = std::string{};
    for (auto const c : plain)
        text += c == '\\' ? std::string{"\\e"} : c == '-' ? std::string{"\\-"} : std::string(1, c);
    return text;
}

// And a dot or a quote at the start of a line.
std::string troff_line(std::string const& plain)
{
    auto const text = troff(plain);
    return !text.empty() && (text.front() == '.' || text.front() == '\'') ? "\\&" + text : text;
}

std::string man(std::vector<Command> const& commands)
{
    auto text = std::ostringstream{};
    text << ".TH SCRIBELINE 1\n.SH NAME\nscribeline \\- simulates the decoding of a large language model on a "
            "wafer-scale mesh\n.SH SYNOPSIS\n.B scribeline\n.I COMMAND\n.RI [ options ]\n.SH COMMANDS\n";
    for (auto const& command : commands) {
        text << fmt::format(".SS \"scribeline {} {}\"\n{}.\n", troff(command.name), troff(command.arguments),
                            troff_line(command.help));
        for (auto const& option : options_of(command))
            text << fmt::format(".TP\n.B {}\\-\\-{}{}\n{}\n",
                                option.brief.empty() ? "" : fmt::format("\\-{}, ", option.brief), troff(option.name),
                                option.value.empty() ? "" : " " + troff(option.value), troff_line(option.help));
    }
    text << ".SH EXIT STATUS\n0 done, 1 the answer is no, 64 usage, 65 bad configuration, 66 no such input, 70 "
            "internal, 73 and 74 cannot write, 75 try again, 130 interrupted.\n"
            ".SH FILES\nThe result file is described in docs/results_format.md of the documents that come with the "
            "program.\n";
    return text.str();
}

} // namespace

std::string completion(std::string const& what, std::vector<Command> const& commands)
{
    if (what == "bash")
        return bash(commands);
    if (what == "man")
        return man(commands);
    throw UserError{Exit::usage, fmt::format("completion: there is none for {}; there are bash, man{}", shown(what),
                                             did_you_mean(what, {"bash", "man"}))};
}

} // namespace scribeline::configs
