// From options to a question.
#include "models/program/sensitivity/command.hpp"

#include "configs/schema/command_options.hpp"
#include "models/program/sensitivity/study.hpp"
#include "models/program/sweep/pool.hpp"
#include "results/views/sensitivity.hpp"
#include "results/views/terminal.hpp"

#include <charconv>
#include <cmath>
#include <ostream>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

namespace scribeline::program {

namespace {

using configs::CommandLine;
using configs::Exit;
using configs::UserError;

constexpr double   largest_factor = 1000;
constexpr unsigned most_processes = 1024;

[[noreturn]] void refuse(std::string const& what)
{
    throw UserError{Exit::usage, what + "\nTry 'scribeline sensitivity --help'."};
}

template <class Number>
Number number_of(std::string const& option, std::string const& text, bool (*good)(Number), char const* expected)
{
    auto value              = Number{};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !good(value))
        refuse(fmt::format("--{} {}: expected {}", option, configs::shown(text), expected));
    return value;
}

configs::Override value_of(std::string const& text)
{
    auto const equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
        refuse(fmt::format("--to {}: expected GROUP.KEY=VALUE, such as --to fabric.hop_latency='1 cycle'",
                           configs::shown(text)));
    return {"--to", text.substr(0, equals), text.substr(equals + 1)};
}

SensitivityQuestion question_of(CommandLine const& line)
{
    auto question         = SensitivityQuestion{};
    question.line         = line;
    question.line.command = "run"; // whose configuration it is, with what that assumes where nothing is said
    question.processes    = processors();
    for (auto const& [name, text] : line.options)
        if (name == "metric")
            question.metric = text;
        else if (name == "factor")
            question.factor = number_of<double>(
                name, text, [](double f) { return f > 1 && f <= largest_factor; },
                "a number above 1, such as 1.1 for ten percent more and less");
        else if (name == "jobs")
            question.processes = number_of<unsigned>(
                name, text, [](unsigned n) { return n >= 1 && n <= most_processes; }, "a number from 1 to 1024");
        else if (name == "group")
            question.groups.push_back(text);
        else if (name == "parameter")
            question.parameters.push_back(text);
        else if (name == "to")
            question.values.push_back(value_of(text));
    return question;
}

} // namespace

std::vector<configs::Option> sensitivity_options()
{
    using namespace configs;
    auto options = std::vector<Option>{
        parameter_option("model", "workload.model", "NAME|FILE",
                         "a shipped model ('scribeline list models') or a Hugging Face config.json"),
        parameter_option("context", "workload.context", "N", "tokens already in the KV cache"),
        parameter_option("batch", "workload.batch", "N", "sequences that each step decodes together"),
        parameter_option("prompt", "workload.prompt", "N", "tokens that are prefilled first"),
        own_option("metric", "NAME",
                   "a figure of the summary of 'run --format json', or a column of 'compare'; without: "
                   "tokens_per_second_per_user"),
        own_option("factor", "F", "how far down and up each parameter goes; without: 1.1, ten percent"),
        repeatable(own_option("group", "NAME",
                              "only the parameters of this group, such as fabric; repeatable. Without: all that "
                              "describe the machine")),
        repeatable(own_option("parameter", "GROUP.KEY", "only this one, such as fabric.hop_latency; repeatable")),
        repeatable(
            own_option("to", "GROUP.KEY=VALUE", "this parameter, to a value instead of by a factor; repeatable"))};
    for (auto& option : configuration_options())
        options.push_back(std::move(option));
    options.push_back(with_brief(own_option("jobs", "N", "processes side by side; without: one per core"), "j"));
    options.push_back(format_option("of the table"));
    return options;
}

Exit sensitivity_command(CommandLine const& line, std::ostream& out)
{
    auto const study = sensitivity(question_of(line));
    auto const text  = results::sensitivity_text(study, line.format, results::page_width(STDOUT_FILENO));
    bool const color = line.format == configs::OutputFormat::table && results::has_color(line.color, STDOUT_FILENO);
    out << (color ? results::with_bold_headings(text) : text);
    return Exit::done;
}

} // namespace scribeline::program
