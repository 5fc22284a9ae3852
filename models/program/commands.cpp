// A command is a row: its words, its options, what it does. The command line is read with the rows; help, completion
// and the manual page are written from them.
#include "models/program/commands.hpp"

#include "configs/schema/command_options.hpp"
#include "configs/schema/completion.hpp"
#include "configs/schema/published_help.hpp"
#include "models/program/capacity_command.hpp"
#include "models/program/compare_command.hpp"
#include "models/program/diff_command.hpp"
#include "models/program/doctor_command.hpp"
#include "models/program/explain_command.hpp"
#include "models/program/export_command.hpp"
#include "models/program/import_command.hpp"
#include "models/program/labs/command.hpp"
#include "models/program/list_command.hpp"
#include "models/program/published_command.hpp"
#include "models/program/recover_command.hpp"
#include "models/program/report_command.hpp"
#include "models/program/run_command.hpp"
#include "models/program/sensitivity/command.hpp"
#include "models/program/serve_command.hpp"
#include "models/program/show_command.hpp"
#include "models/program/sweep/command.hpp"
#include "models/program/trace_command.hpp"
#include "models/program/trace_options.hpp"
#include "models/program/traffic_command.hpp"
#include "models/program/validate_command.hpp"
#include "models/program/yield_command.hpp"
#include "results/files/build_info.hpp"

#include <ostream>
#include <string>
#include <utility>

namespace scribeline::program {

namespace {

using namespace configs;
using Options = std::vector<Option>;

constexpr auto model_words = "a shipped model ('scribeline list models') or a Hugging Face config.json";

constexpr auto run_note =
    "\nWithout --machine, --model and --config: the first run, a small wafer and a small model.\n"
    "Order: default, machine, --config files, then --set and the options above, each over the one before.\n";

Options compare_options()
{
    return {
        own_option("machines", "A,B,..", "each as `run --machine` takes it: wse3:4, h100:8 for eight GPUs, a file"),
        own_option("modules", "", "figures of SystemC modules, as without it; refuses run.fidelity = closed_form"),
        parameter_option("model", "workload.model", "NAME|FILE", model_words),
        own_option("context", "N[,N,..]", "tokens already in the KV cache; several: what each machine makes of each"),
        parameter_option("batch", "workload.batch", "N", "sequences that decode together; without: 1"),
        set_option("one parameter, of the machines that have it; repeatable"),
        technology_option(),
        output_option("FILE.h5", "write the result file, a group for each machine"),
        parameter_option("trace", "run.trace", "",
                         "with -o: every transfer between the modules of GPUs in the result file", "true"),
        format_option("of the report")};
}

// Which subcommand takes which stands in models/program/sweep/command.cpp.
Options sweep_options()
{
    return {with_brief(own_option("jobs", "N",
                                  "run, merge, submit: processes side by side; without: one per core (submit: 1)"),
                       "j"),
            own_option("retries", "N", "run, submit: further attempts at a point that fails or takes too long"),
            own_option("timeout", "SECONDS", "run, submit: of one point"),
            own_option("shard", "K/N", "run: only points K, K+N, K+2N, .."),
            own_option("shards", "N", "submit: tasks of the job array"),
            repeatable(own_option("sbatch", "OPTION",
                                  "submit: handed on to sbatch, such as --sbatch=--partition=long; repeatable")),
            own_option("emit", "list|parallel", "plan: the points as commands, or a line for GNU parallel"),
            repeatable(own_option("goal", "'max|min COLUMN'",
                                  "merge: what the Pareto front is after; repeatable, instead of the sweep's own")),
            own_option("where", "CONDITION",
                       "show: rows for which it holds, such as 'context <= 8192 and status == \"ok\"'"),
            own_option("sort", "COLUMN", "show: by this column"),
            own_option("columns", "A,B,..|all", "show: these"),
            own_option("baseline", "CONDITION",
                       "show: how much each figure differs from the point of the same other parameters for "
                       "which it holds, such as 'scribe.extra_latency == 0 cycles'"),
            own_option("limit", "N", "show: at most so many rows"),
            own_option("descending", "", "show: the largest first"),
            own_option("pareto", "", "show: only what nothing beats in all goals"),
            own_option("stop-on-failure", "", "run: no further points after one has failed"),
            own_option("yes", "", "run, plan, submit: more than 1,000 points are meant"),
            kept(output_option("DIR", "run, plan, submit: folder of the sweep; without: the name of its file")),
            kept(format_option("show, status: of the report")),
            dry_run_option("submit: write the scripts, submit nothing")};
}

Options with_configuration(Options first, Options last)
{
    for (auto& option : configuration_options())
        first.push_back(std::move(option));
    for (auto& option : last)
        first.push_back(std::move(option));
    return first;
}

Options yield_options()
{
    return with_configuration(
        {own_option("wafers", "N", "wafers to draw; without: 1000"),
         own_option("map", "FILE",
                    "the defects of one wafer, instead of drawing them: a line such as 792x1225, the physical "
                    "grid, then a line 'x y' for each"),
         parameter_option("seed", "run.seed", "N", "of the defects; without: run.seed, 1"),
         parameter_option("model", "workload.model", "NAME|FILE", "what repair costs this model, in tokens a second"),
         parameter_option("context", "workload.context", "N", "with --model: tokens in the KV cache")},
        {output_option("FILE.h5", "write the figures as a file"), format_option("of the report")});
}

constexpr auto trace_note =
    "\nFormats are told apart by their content; docs/traces.md has the fields and units of each.\n";

Options trace_command_options()
{
    auto options = trace_options();
    options.push_back(format_option("of the report"));
    return options;
}

Options doctor_options()
{
    return with_configuration(
        {parameter_option("region", "mapping.region", "CxR", "PEs of a run; without: the whole wafer")},
        {format_option("of the findings")});
}

Options recover_options()
{
    return {output_option("FILE.h5", "the new file; without: FILE.recovered.h5, which must not be there yet"),
            own_option("timeout", "SECONDS", "for all of it; without: 4, and one for each 4 MiB")};
}

Exit completion_command(CommandLine const& line, std::ostream& out)
{
    out << completion(line.arguments.front(), commands());
    return Exit::done;
}

Exit version_command(CommandLine const&, std::ostream& out)
{
    out << results::version_text();
    return Exit::done;
}

Exit help_command(CommandLine const& line, std::ostream& out)
{
    out << help(line.arguments.empty() ? "" : line.arguments.front(), commands());
    return Exit::done;
}

// clang-format off
std::vector<Command> rows()
{
    return {
        {"run", "[options]", "simulate one decode step, print the report", 0, 0,
         run_options(), run_note, &run_command},
        {"compare", "--machines A,B,.. [options]", "the same decode step on wafers, GPUs and others", 0, 0,
         compare_options(), "", &compare_command},
        {"sensitivity", "[options]", "what each parameter of a machine is worth", 0, 0,
         sensitivity_options(), "", &sensitivity_command},
        {"validate", "FILE [options]", "check a configuration or machine file, run nothing", 1, 1,
         configuration_options(), "", &validate_command},
        {"published", "[options]", "run measured cases, print how far off the model is", 0, 0,
         {cases_option(), format_option("of the report")}, published_help(), &published_command},
        {"serve", "--machine NAME --model NAME --trace FILE [options]", "requests of many users on replicas of machines", 0, 0,
         serve_options(), "", &serve_command},
        {"capacity", "--model NAME --slo chat [options]", "which systems are enough for a workload, and for how little", 0, 0,
         capacity_options(), "", &capacity_command},
        {"sweep", "run|status|merge|show|plan|submit FILE|DIR", "many configurations, and what came of them", 2, 2,
         sweep_options(), "", &sweep_command},
        {"yield", "[options]", "defects of wafers, and what spare PEs repair", 0, 0,
         yield_options(), "", &yield_command},
        {"trace", "FILE|FOLDER [options]", "what a trace of requests holds: lengths, arrivals, reuse of prompts", 1, 1,
         trace_command_options(), trace_note, &trace_command},
        {"list", "machines|models|parameters|metrics|sweeps|systems|technologies [GROUP]", "what there is to choose from", 1, 2,
         {}, "", &list_command},
        {"explain", "WORD|FILE.h5", "what a parameter or a word of a report means; where time went", 1, 1,
         {}, "", &explain_command},
        {"show", "FILE.h5 [--format ..]", "what a result file of any command holds", 1, 1,
         {format_option("of what is shown")}, "", &show_command},
        {"diff", "A.h5 B.h5 [--format ..]", "what differs between two runs or two comparisons, and by how much", 2, 2,
         {format_option("of what differs")}, "", &diff_command},
        {"traffic", "[options]", "latency over load of a mesh of packet routers", 0, 0, traffic_options(), "",
         &traffic_command},
        {"lab", "list|show N|start N --as NAME|check FILE", "labs: predict, run, measure, explain; answers are checked", 1, 2,
         lab_options(), "", &lab_command},
        {"report", "FILE.h5 [OTHER.h5] -o FILE.html", "a result file as a page to look at; of two, what differs", 1, 2,
         report_options(), "", &report_command},
        {"export", "csv|perfetto FILE.h5 -o WHERE", "its tables as CSV files; its run as a Perfetto trace", 2, 2,
         {output_option("DIR|FILE", "csv: folder for the tables; perfetto: the trace, such as trace.pftrace")}, "",
         &export_command},
        {"import", "FILE [-o MACHINE.toml]", "a machine file out of one of AIConfigurator (YAML) or LLMCompass (JSON)", 1, 1,
         {output_option("MACHINE.toml", "write it there, and say what was taken; without: print it")}, "",
         &import_command},
        {"recover", "FILE.h5.part [-o FILE.h5]", "a readable file out of what a killed run left", 1, 1,
         recover_options(), "", &recover_command},
        {"doctor", "[options]", "versions, limits, memory: what may stand in the way of a run", 0, 0,
         doctor_options(), "", &doctor_command},
        {"completion", "bash|man", "completion for bash; the manual page", 1, 1,
         {}, "", &completion_command},
        {"version", "", "versions of the program and its libraries", 0, 0,
         {}, "", &version_command},
        {"help", "[COMMAND]", "this text, or a command's options", 0, 1,
         {}, "", &help_command},
    };
}
// clang-format on

} // namespace

std::vector<Command> const& commands()
{
    static auto const all = rows();
    return all;
}

} // namespace scribeline::program
