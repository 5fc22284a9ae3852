#include "configs/schema/completion.hpp"

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

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

std::string spaced(std::string text)
{
    for (auto& c : text)
        if (c == '|')
            c = ' ';
    return text;
}

// "run|status FILE|DIR": the words that the first argument can be; none: it is a file, or nothing.
std::string first_words(CommandDescription const& command)
{
    auto const first = command.arguments.substr(0, command.arguments.find(' '));
    return is_choice(first) ? spaced(first) : "";
}

std::string bash()
{
    auto text = std::ostringstream{};
    text << "# bash completion for scribeline, written by 'scribeline completion bash'\n"
            "_scribeline()\n"
            "{\n"
            "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}\n"
            "    local options= words=\n"
            "    COMPREPLY=()\n"
            "    if [[ $COMP_CWORD -eq 1 ]]; then\n"
         << fmt::format("        COMPREPLY=($(compgen -W '{}' -- \"$word\"))\n", fmt::join(command_names(), " "))
         << "        return\n"
            "    fi\n"
            "    case $command:$before in\n";
    for (auto const& command : command_descriptions())
        for (auto const& option : command.options) {
            auto const pattern = fmt::format("{}:--{}", command.name, option.name);
            if (option.value.empty())
                continue;
            if (is_choice(option.value))
                text << fmt::format("    {}) COMPREPLY=($(compgen -W '{}' -- \"$word\")); return ;;\n", pattern,
                                    spaced(option.value));
            else if (option.name == "machine" || option.name == "model")
                text << fmt::format("    {}) COMPREPLY=($(compgen -f -W \"$(scribeline list {}s 2>/dev/null | "
                                    "awk '{{print $1}}')\" -- \"$word\")); return ;;\n",
                                    pattern, option.name);
            else
                text << fmt::format("    {}) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n", pattern);
        }
    text << "    esac\n"
            "    case $command in\n";
    for (auto const& command : command_descriptions()) {
        auto names = std::string{};
        for (auto const& option : command.options)
            names += (names.empty() ? "--" : " --") + option.name;
        auto const words =
            command.name == "help" ? fmt::format("{}", fmt::join(command_names(), " ")) : first_words(command);
        text << fmt::format("    {}) options='{}' words='{}' ;;\n", command.name, names, words);
    }
    text << "    esac\n"
            "    if [[ $word == -* ]]; then\n"
            "        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
            "    elif [[ $COMP_CWORD -eq 2 && -n $words ]]; then\n"
            "        COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
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

std::string man()
{
    auto text = std::ostringstream{};
    text << ".TH SCRIBELINE 1\n.SH NAME\nscribeline \\- simulates the decoding of a large language model on a "
            "wafer-scale mesh\n.SH SYNOPSIS\n.B scribeline\n.I COMMAND\n.RI [ options ]\n.SH COMMANDS\n";
    for (auto const& command : command_descriptions()) {
        text << fmt::format(".SS \"scribeline {} {}\"\n{}.\n", troff(command.name), troff(command.arguments),
                            troff_line(command.help));
        for (auto const& option : command.options)
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

std::string completion(std::string const& what)
{
    if (what == "bash")
        return bash();
    if (what == "man")
        return man();
    throw UserError{Exit::usage, fmt::format("completion: there is none for {}; there are bash, man{}", shown(what),
                                             did_you_mean(what, {"bash", "man"}))};
}

} // namespace scribeline::configs
