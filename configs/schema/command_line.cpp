// The command line, read with Boost.Program_options, which stays in this file.
//
// Two passes: the first finds the command among options of any command, the second allows that command's options
// only. Abbreviations are off: an option added later must not change what `--form` means.
#include "configs/schema/command_line.hpp"

#include "configs/failure.hpp"
#include "configs/schema/published_help.hpp"
#include "configs/schema/words.hpp"

#include <algorithm>
#include <array>
#include <sstream>

#include <boost/program_options.hpp>
#include <fmt/format.h>

namespace scribeline::configs {

namespace po = boost::program_options;

namespace {

struct Command {
    char const* name;
    char const* arguments; // as in the synopsis
    char const* help;
    std::size_t least, most; // arguments
};

constexpr std::array commands{
    Command{"run", "[options]", "simulate one decode step, print the report", 0, 0},
    Command{"compare", "--machines A,B,.. [options]", "the same decode step on wafers, GPUs and others", 0, 0},
    Command{"validate", "FILE [options]", "check a configuration or machine file, run nothing", 1, 1},
    Command{"published", "[options]", "run measured cases, print how far off the model is", 0, 0},
    Command{"sweep", "run|status|merge|show|plan|submit FILE|DIR", "many configurations, and what came of them", 2, 2},
    Command{"yield", "[options]", "defects of wafers, and what spare PEs repair", 0, 0},
    Command{"list", "machines|models|parameters|metrics|sweeps [GROUP]", "what there is to choose from", 1, 2},
    Command{"explain", "WORD|FILE.h5", "what a parameter or a word of a report means; where time went", 1, 1},
    Command{"show", "FILE.h5 [--format ..]", "what a result file of any command holds", 1, 1},
    Command{"export", "csv|perfetto FILE.h5 -o WHERE", "its tables as CSV files; its run as a Perfetto trace", 2, 2},
    Command{"recover", "FILE.h5.part [-o FILE.h5]", "a readable file out of what a killed run left", 1, 1},
    Command{"doctor", "[options]", "versions, limits, memory: what may stand in the way of a run", 0, 0},
    Command{"completion", "bash|man", "completion for bash; the manual page", 1, 1},
    Command{"version", "", "versions of the program and its libraries", 0, 0},
    Command{"help", "[COMMAND]", "this text, or a command's options", 0, 1},
};

Command const* find_command(std::string_view name)
{
    for (auto const& command : commands)
        if (name == command.name)
            return &command;
    return nullptr;
}

[[noreturn]] void refuse(std::string const& what, std::string const& command = "")
{
    throw UserError{Exit::usage,
                    fmt::format("{}\nTry 'scribeline {}--help'.", what, command.empty() ? "" : command + " ")};
}

using Text = std::string;

void add_general(po::options_description& options)
{
    options.add_options()("color", po::value<Text>()->value_name("auto|always|never"),
                          "colour; auto: on a terminal, unless NO_COLOR is set");
    options.add_options()("quiet,q", "errors only on the error output");
    options.add_options()("verbose,v", "more on the error output");
    options.add_options()("help,h", "this text");
}

void add_configuration(po::options_description& options)
{
    options.add_options()("machine", po::value<Text>()->value_name("NAME|FILE"),
                          "a shipped machine ('scribeline list machines') or a file like configs/machines/wse2.toml; "
                          "NAME:4 for four wafers, NAME:auto for as few as hold the model");
    options.add_options()("config", po::value<Text>()->value_name("FILE"),
                          "a TOML file of parameters; repeatable, later ones win");
    options.add_options()("set", po::value<Text>()->value_name("GROUP.KEY=VALUE"),
                          "one parameter ('scribeline list parameters'); repeatable, wins over files");
}

void add_run(po::options_description& options)
{
    options.add_options()("model", po::value<Text>()->value_name("NAME|FILE"),
                          "a shipped model ('scribeline list models') or a Hugging Face config.json");
    options.add_options()("context", po::value<Text>()->value_name("N"), "tokens already in the KV cache");
    options.add_options()("batch", po::value<Text>()->value_name("N"), "sequences that each step decodes together");
    options.add_options()("prompt", po::value<Text>()->value_name("N"),
                          "tokens that are prefilled first: the time to the first token, and prompt tokens per second");
    options.add_options()("region", po::value<Text>()->value_name("CxR"), "PEs that hold the model, such as 420x420");
    options.add_options()("groups", po::value<Text>()->value_name("N"), "groups of the two-level reduction");
    options.add_options()("objective", po::value<Text>()->value_name("latency|throughput"),
                          "what a plan is after: one user's tokens, or those of all");
    add_configuration(options);
    options.add_options()("from", po::value<Text>()->value_name("FILE.h5"),
                          "repeat the run of a result file; what else is given goes on top");
    options.add_options()("force", "with --from: also where the file, or the model that it names, has changed since");
    options.add_options()("fidelity", po::value<Text>()->value_name("auto|wavelet|folded|closed_form"),
                          "every wavelet; lines that stand for all; formulas; auto: the cheapest that is exact");
    options.add_options()("defects", po::value<Text>()->value_name("SEED|FILE"),
                          "the wafer has the defects of the first one of 'scribeline yield --seed SEED', or of a map, "
                          "and is repaired");
    options.add_options()("payload", "wavelets carry real numbers, checked against a plain reference");
    options.add_options()("threads", po::value<Text>()->value_name("N"),
                          "threads that share out the reticles; 0: one per core");
    options.add_options()("trace", "record every move of a wavelet in the result file");
    options.add_options()("output,o", po::value<Text>()->value_name("FILE.h5"), "write the result file");
    options.add_options()("format", po::value<Text>()->value_name("table|json|csv"), "of the report");
    options.add_options()("brief", "the report's headline, waterfall, bound and warnings only");
    options.add_options()("dry-run", "check everything, simulate nothing");
}

void add_cases(po::options_description& options)
{
    options.add_options()("cases", po::value<Text>()->value_name("FILE.csv"),
                          "measured cases; repeatable. Without: those that come with the program");
}

// Those that only `sweep` has; which of its subcommands takes which stands in models/program/sweep/command.cpp.
void add_sweep(po::options_description& options)
{
    auto const add = [&](char const* name, char const* value, char const* help) {
        options.add_options()(name, po::value<Text>()->value_name(value), help);
    };
    add("jobs,j", "N", "run, merge, submit: processes side by side; without: one per core (submit: 1)");
    add("retries", "N", "run, submit: further attempts at a point that fails or takes too long");
    add("timeout", "SECONDS", "run, submit: of one point");
    add("shard", "K/N", "run: only points K, K+N, K+2N, ..");
    add("shards", "N", "submit: tasks of the job array");
    add("sbatch", "OPTION", "submit: handed on to sbatch, such as --sbatch=--partition=long; repeatable");
    add("emit", "list|parallel", "plan: the points as commands, or a line for GNU parallel");
    add("goal", "'max|min COLUMN'", "merge: what the Pareto front is after; repeatable, instead of the sweep's own");
    add("where", "CONDITION", "show: rows for which it holds, such as 'context <= 8192 and status == \"ok\"'");
    add("sort", "COLUMN", "show: by this column");
    add("columns", "A,B,..|all", "show: these");
    add("baseline", "CONDITION",
        "show: how much each figure differs from the point of the same other parameters for "
        "which it holds, such as 'scribe.extra_latency == 0 cycles'");
    add("limit", "N", "show: at most so many rows");
    options.add_options()("descending", "show: the largest first");
    options.add_options()("pareto", "show: only what nothing beats in all goals");
    options.add_options()("stop-on-failure", "run: no further points after one has failed");
    options.add_options()("yes", "run, plan, submit: more than 1,000 points are meant");
}

// Those that only `compare` has; models/program/compare_command.cpp reads them.
void add_compare(po::options_description& options)
{
    options.add_options()("machines", po::value<Text>()->value_name("A,B,.."),
                          "each as `run --machine` takes it: wse3:4, h100:8 for eight GPUs, a file");
    options.add_options()("modules", "figures of SystemC modules, as without it; refuses run.fidelity = closed_form");
}

void add_comparison(po::options_description& options)
{
    auto const add = [&](char const* name, char const* value, char const* help) {
        options.add_options()(name, po::value<Text>()->value_name(value), help);
    };
    add_compare(options);
    add("model", "NAME|FILE", "a shipped model ('scribeline list models') or a Hugging Face config.json");
    add("context", "N[,N,..]", "tokens already in the KV cache; several: what each machine makes of each");
    add("batch", "N", "sequences that decode together; without: 1");
    add("set", "GROUP.KEY=VALUE", "one parameter, of the machines that have it; repeatable");
    add("output,o", "FILE.h5", "write the result file, a group for each machine");
    options.add_options()("trace", "with -o: every transfer between the modules of GPUs in the result file");
    add("format", "table|json|csv", "of the report");
}

// Those that only `yield` has; models/program/yield_command.cpp reads the first two.
void add_yield(po::options_description& options)
{
    options.add_options()("wafers", po::value<Text>()->value_name("N"), "wafers to draw; without: 1000");
    options.add_options()("map", po::value<Text>()->value_name("FILE"),
                          "the defects of one wafer, instead of drawing them: a line such as 792x1225, the physical "
                          "grid, then a line 'x y' for each");
    options.add_options()("seed", po::value<Text>()->value_name("N"), "of the defects; without: run.seed, 1");
}

po::options_description options_of(std::string_view command)
{
    po::options_description options{"Options", 110};
    if (command == "run")
        add_run(options);
    if (command == "validate")
        add_configuration(options);
    if (command == "compare")
        add_comparison(options);
    if (command == "sweep") {
        add_sweep(options);
        options.add_options()("output,o", po::value<Text>()->value_name("DIR"),
                              "run, plan, submit: folder of the sweep; without: the name of its file");
        options.add_options()("format", po::value<Text>()->value_name("table|json|csv"), "show, status: of the report");
        options.add_options()("dry-run", "submit: write the scripts, submit nothing");
    }
    if (command == "show")
        options.add_options()("format", po::value<Text>()->value_name("table|json|csv"), "of what is shown");
    if (command == "yield") {
        add_yield(options);
        options.add_options()("model", po::value<Text>()->value_name("NAME|FILE"),
                              "what repair costs this model, in tokens a second");
        options.add_options()("context", po::value<Text>()->value_name("N"), "with --model: tokens in the KV cache");
        add_configuration(options);
        options.add_options()("output,o", po::value<Text>()->value_name("FILE.h5"), "write the figures as a file");
        options.add_options()("format", po::value<Text>()->value_name("table|json|csv"), "of the report");
    }
    if (command == "doctor") {
        options.add_options()("region", po::value<Text>()->value_name("CxR"), "PEs of a run; without: the whole wafer");
        add_configuration(options);
        options.add_options()("format", po::value<Text>()->value_name("table|json|csv"), "of the findings");
    }
    if (command == "export")
        options.add_options()("output,o", po::value<Text>()->value_name("DIR|FILE"),
                              "csv: folder for the tables; perfetto: the trace, such as trace.pftrace");
    if (command == "recover")
        options.add_options()("output,o", po::value<Text>()->value_name("FILE.h5"),
                              "the new file; without: FILE.recovered.h5, which must not be there yet")(
            "timeout", po::value<Text>()->value_name("SECONDS"), "for all of it; without: 4, and one for each 4 MiB");
    if (command == "published") {
        add_cases(options);
        options.add_options()("format", po::value<Text>()->value_name("table|json|csv"), "of the report");
    }
    add_general(options);
    return options;
}

// Options that set a parameter by a name of their own.
struct Dedicated {
    char const* option;
    char const* name;
    char const* text; // for those without a value
};
constexpr std::array dedicated{
    Dedicated{"model", "workload.model", ""},        Dedicated{"context", "workload.context", ""},
    Dedicated{"region", "mapping.region", ""},       Dedicated{"groups", "mapping.groups", ""},
    Dedicated{"payload", "run.payload", "true"},     Dedicated{"trace", "run.trace", "true"},
    Dedicated{"objective", "mapping.objective", ""}, Dedicated{"threads", "run.threads", ""},
    Dedicated{"fidelity", "run.fidelity", ""},       Dedicated{"seed", "run.seed", ""},
    Dedicated{"prompt", "workload.prompt", ""},      Dedicated{"batch", "workload.batch", ""},
    Dedicated{"defects", "run.defects", ""},
};

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
    all.add(options).add_options()("word", po::value<std::vector<Text>>());
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

template <class Enum> Enum choice(std::string const& option, std::string const& text, std::string const& command)
{
    try {
        return parse_word<Enum>(text);
    } catch (TextError const& error) {
        refuse(fmt::format("--{}: {}", option, error.what()), command);
    }
}

Override read_set(std::string const& text, std::string const& command)
{
    auto const equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
        refuse(
            fmt::format("--set {}: expected GROUP.KEY=VALUE, such as --set fabric.hop_latency='2 cycles'", shown(text)),
            command);
    return {"--set", text.substr(0, equals), text.substr(equals + 1)};
}

void take_option(CommandLine& line, std::string const& option, std::string const& value)
{
    if (line.command == "compare" && (option == "machines" || option == "context" || option == "modules")) {
        line.options.emplace_back(option, value);
        return;
    }
    if ((line.command == "yield" && (option == "wafers" || option == "map")) ||
        (line.command == "recover" && option == "timeout") || option == "force") {
        line.options.emplace_back(option, value);
        return;
    }
    for (auto const& known : dedicated)
        if (option == known.option)
            line.overrides.push_back({"--" + option, known.name, *known.text == '\0' ? value : known.text});
    auto general = po::options_description{};
    add_general(general);
    if (line.command == "sweep" && option != "dry-run" && general.find_nothrow(option, false) == nullptr)
        line.options.emplace_back(option, value);
    if (option == "machine")
        line.machine = value;
    else if (option == "config")
        line.configs.push_back(value);
    else if (option == "cases")
        line.cases.push_back(value);
    else if (option == "set")
        line.overrides.push_back(read_set(value, line.command));
    else if (option == "from")
        line.from = value;
    else if (option == "output")
        line.output = value;
    else if (option == "format")
        line.format = choice<OutputFormat>(option, value, line.command);
    else if (option == "color")
        line.color = choice<Color>(option, value, line.command);
    else if (option == "dry-run")
        line.dry_run = true;
    else if (option == "brief")
        line.options.emplace_back(option, value);
    else if (option == "quiet" || option == "verbose") {
        auto const wish = option == "quiet" ? -1 : 1;
        if (line.verbosity == -wish)
            refuse("--quiet and --verbose contradict each other", line.command);
        line.verbosity = wish;
    } else if (option == "help")
        line.help = true;
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
std::string find_command_word(std::vector<std::string> const& arguments)
{
    auto options = po::options_description{};
    add_run(options); // knows every option with a value
    add_cases(options);
    add_sweep(options);
    add_compare(options);
    add_yield(options);
    add_general(options);
    for (auto const& option : parse(arguments, options, "", true).options)
        if (option.string_key == "word" && !option.value.empty())
            return option.value.front();
    return {};
}

void check_arguments(CommandLine const& line)
{
    auto const& command = *find_command(line.command);
    auto const  count   = line.arguments.size();
    if (count < command.least)
        refuse(fmt::format("'{}' needs {}", command.name, command.arguments), line.command);
    if (count > command.most)
        refuse(fmt::format("{} is one argument too many for '{}'", shown(line.arguments[command.most]), command.name),
               line.command);
    if (line.command == "list") {
        auto const lists = std::vector<std::string>{"machines", "models", "parameters", "metrics", "sweeps"};
        auto const asked = line.arguments.front();
        if (std::find(lists.begin(), lists.end(), asked) == lists.end())
            refuse(fmt::format("no list of {}; there are {}{}", shown(asked), fmt::join(lists, ", "),
                               did_you_mean(asked, lists)),
                   line.command);
        if (line.arguments.size() > 1 && asked != "parameters")
            refuse(fmt::format("{} is one argument too many: only the list of parameters has groups",
                               shown(line.arguments[1])),
                   line.command);
    }
}

} // namespace

std::vector<CommandDescription> command_descriptions()
{
    auto descriptions = std::vector<CommandDescription>{};
    for (auto const& command : commands) {
        auto       description = CommandDescription{command.name, command.arguments, command.help, {}};
        auto const options     = options_of(command.name);
        for (auto const& option : options.options()) {
            auto const name  = option->canonical_display_name(po::command_line_style::allow_dash_for_short);
            bool const brief = name.size() == 2; // "-o"; without a short form it is the long name
            auto const value = option->semantic()->max_tokens() == 0 ? std::string{} : option->semantic()->name();
            description.options.push_back(
                {option->long_name(), brief ? name.substr(1) : "", value, option->description()});
        }
        descriptions.push_back(std::move(description));
    }
    return descriptions;
}

std::vector<std::string> command_names()
{
    auto names = std::vector<std::string>{};
    for (auto const& command : commands)
        names.emplace_back(command.name);
    return names;
}

CommandLine read_command_line(std::vector<std::string> const& arguments)
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

    line.command = find_command_word(arguments);
    if (!line.command.empty() && find_command(line.command) == nullptr)
        refuse(fmt::format("unknown command {}{}", shown(line.command), did_you_mean(line.command, command_names())));

    auto seen = std::vector<std::string>{};
    auto word = std::size_t{0};
    for (auto const& option : parse(arguments, options_of(line.command), line.command, false).options) {
        auto const& key = option.string_key;
        if (key == "word") {
            for (auto const& value : option.value)
                if (word++ > 0) // the first is the command
                    line.arguments.push_back(value);
            continue;
        }
        auto const repeatable = key == "set" || key == "config" || key == "cases" || key == "goal" || key == "sbatch" ||
                                key == "verbose" || key == "quiet" || key == "help";
        if (!repeatable && std::find(seen.begin(), seen.end(), key) != seen.end())
            refuse(fmt::format("--{} is given twice", key), line.command);
        if (!option.value.empty() && option.value.front().empty())
            refuse(fmt::format("--{} is empty", key), line.command);
        seen.push_back(key);
        take_option(line, key, option.value.empty() ? std::string{} : option.value.front());
    }
    if (line.help)
        return line;
    if (line.command.empty())
        refuse(fmt::format("no command; expected one of {}", fmt::join(command_names(), ", ")));
    check_arguments(line);
    return line;
}

CommandLine read_command_line(int argc, char const* const* argv)
{
    return read_command_line(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
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

std::string help(std::string const& command)
{
    auto text = std::ostringstream{};
    if (command.empty()) {
        text << "Usage: scribeline COMMAND ...\n\nCommands:\n";
        for (auto const& each : commands)
            text << fmt::format("  {:38} {}\n", fmt::format("{} {}", each.name, each.arguments), each.help);
        text << "\nA command's options: scribeline help COMMAND\n";
        return text.str();
    }
    auto const* found = find_command(command);
    if (found == nullptr)
        refuse(fmt::format("unknown command {}{}", shown(command), did_you_mean(command, command_names())));
    text << fmt::format("Usage: scribeline {} {}\n{}\n\n", found->name, found->arguments, found->help)
         << options_of(command);
    if (command == "run")
        text
            << "\nWithout --machine, --model and --config: the first run, a small wafer and a small model.\n"
               "Order: default, machine, --config files, then --set and the options above, each over the one before.\n";
    if (command == "published")
        text << published_help();
    text << "Exit: 0 done, 1 the answer is no, 64 usage, 65 bad configuration, 66 no such input, 70 internal,\n"
            "73 and 74 cannot write, 75 try again, 130 interrupted.\n";
    return text.str();
}

} // namespace scribeline::configs
