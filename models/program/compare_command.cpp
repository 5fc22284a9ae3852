// From options to a comparison.
#include "models/program/compare_command.hpp"

#include "configs/schema/gpu_tables.hpp"
#include "configs/schema/limits.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/units/text.hpp"
#include "models/program/asked_options.hpp"
#include "results/files/compare/file.hpp"
#include "results/views/compare/print.hpp"
#include "results/views/evidence_text.hpp"
#include "results/views/terminal.hpp"

#include <algorithm>
#include <iostream>
#include <optional>
#include <ostream>

#include <fmt/format.h>
#include <unistd.h>

namespace scribeline::program {

using namespace results;

namespace {

using configs::CommandLine;
using configs::Exit;

std::uint32_t context_of(AskedOptions const& asked, std::string const& text)
{
    auto value = std::uint32_t{};
    try {
        value = configs::parse<std::uint32_t>(text);
    } catch (configs::TextError const& error) {
        asked.refuse(fmt::format("--context: {}", error.what()));
    }
    if (value == 0)
        asked.refuse("--context 0: expected at least 1");
    return value;
}

std::string group_of(configs::Override const& given) { return given.name.substr(0, given.name.find('.')); }

// A parameter is set where there is one such: a GPU has no fabric, a wafer no HBM.
class Machines {
  public:
    Machines(CommandLine const& line, std::vector<std::string> names) : line_{line}, names_{std::move(names)}
    {
        for (auto const& name : names_)
            kinds_.push_back(configs::kind_of_machine(name));
        for (auto const& given : line_.overrides) {
            auto const has = [&](std::string const& kind) { return configs::applies(group_of(given), kind); };
            if (std::none_of(kinds_.begin(), kinds_.end(), has))
                AskedOptions{line_}.refuse(fmt::format("--set {}: none of the machines {} has such a parameter",
                                                       given.name, fmt::join(names_, ", ")));
        }
    }

    std::vector<models::ComparedMachine> resolve(std::vector<std::string> const& contexts) const
    {
        auto machines = std::vector<models::ComparedMachine>{};
        for (std::size_t i = 0; i < names_.size(); ++i) {
            if (contexts.empty())
                machines.push_back({names_[i], configs::resolve(line_of(i, ""))});
            for (auto const& context : contexts) { // each of them must be a value that the parameter may have
                auto config = configs::resolve(line_of(i, context));
                if (&context == &contexts.front())
                    machines.push_back({names_[i], std::move(config)});
            }
        }
        return machines;
    }

  private:
    CommandLine line_of(std::size_t machine, std::string const& context) const
    {
        auto line    = line_;
        line.machine = names_[machine];
        line.options.clear();
        if (auto const technology = line_.option("technology"))
            line.options.emplace_back("technology", *technology);
        line.overrides.clear();
        for (auto const& given : line_.overrides)
            if (configs::applies(group_of(given), kinds_[machine]) && !(given.name == "run.trace" && has_mesh(machine)))
                line.overrides.push_back(given);
        if (!context.empty())
            line.overrides.push_back({"--context", "workload.context", context});
        return line;
    }

    // A comparison keeps no wavelets.
    bool has_mesh(std::size_t machine) const { return configs::applies("fabric", kinds_[machine]); }

    CommandLine const&       line_;
    std::vector<std::string> names_, kinds_;
};

// With -v: what found the figures of a row.
std::string evidence_of(models::ComparisonRow const& row)
{
    auto       text = std::string{};
    auto const say  = [&](char const* what, models::Evidence const& evidence, std::optional<double> deviation) {
        if (auto const words = words_of(evidence, deviation); !words.empty())
            text += fmt::format("scribeline:   {}: {}\n", what, words);
    };
    say("token", row.evidence, row.deviation);
    say("first token", row.first_token_evidence, row.first_token_deviation);
    return text;
}

} // namespace

Exit compare_command(CommandLine const& line, std::ostream& out)
{
    auto const asked    = AskedOptions{line};
    auto const machines = asked.text("machines");
    if (!machines)
        asked.refuse("compare: which machines? Name them with --machines, such as --machines wse3:auto,h100:8,lpx");
    auto const given    = asked.text("context");
    auto const texts    = given ? asked.list("context", *given) : std::vector<std::string>{};
    auto       resolved = Machines{line, asked.list("machines", *machines)}.resolve(texts);

    // Modules are what machines run on anyway: the option says that nothing else will do.
    auto const by_forms = std::find_if(resolved.begin(), resolved.end(), [](auto const& machine) {
        return machine.config.parameters.run.fidelity == configs::Fidelity::closed_form;
    });
    if (line.option("modules") && by_forms != resolved.end())
        asked.refuse(
            fmt::format("--modules: run.fidelity = closed_form asks {} for formulas alone. Leave one of the two out",
                        configs::shown(by_forms->name)));
    auto const traced = std::any_of(resolved.begin(), resolved.end(),
                                    [](auto const& machine) { return machine.config.parameters.run.trace; });
    if (traced && by_forms != resolved.end())
        asked.refuse(
            fmt::format("--trace: only modules have transfers between them, and run.fidelity = closed_form asks {} "
                        "for formulas alone",
                        configs::shown(by_forms->name)));
    if (traced && line.output.empty())
        asked.refuse("--trace: the transfers go to a result file. Name it with -o FILE.h5");

    auto contexts = std::vector<std::uint32_t>{};
    for (auto const& text : texts)
        contexts.push_back(context_of(asked, text));
    if (contexts.empty())
        contexts.push_back(resolved.front().config.parameters.workload.context);

    auto       file       = line.output.empty() ? std::nullopt : std::optional{ComparisonFile::prepare(line.output)};
    auto const comparison = models::compare(
        std::move(resolved), std::move(contexts),
        [&](std::string const& machine, std::uint32_t context) {
            if (line.verbosity > 0)
                std::cerr << fmt::format("scribeline: {} at {} tokens\n", configs::printable(machine), context);
        },
        [&](models::ComparisonRow const& row) {
            if (line.verbosity > 0)
                std::cerr << evidence_of(row);
        });
    if (file)
        file->write(comparison, line.text);
    auto const text  = comparison_text(comparison, line.format, page_width(STDOUT_FILENO));
    bool const color = line.format == configs::OutputFormat::table && has_color(line.color, STDOUT_FILENO);
    out << (color ? with_bold_headings(text) : text);
    if (comparison.rows.size() == 1 && !comparison.rows.front().fits) // of many the table says which and why
        std::cerr << complaint(fmt::format("{}: {}", comparison.rows.front().machine, comparison.rows.front().reason),
                               has_color(line.color, STDERR_FILENO));
    auto const faulty = std::find_if(comparison.rows.begin(), comparison.rows.end(),
                                     [](models::ComparisonRow const& row) { return row.faulty; });
    if (faulty != comparison.rows.end()) {
        if (comparison.rows.size() > 1)
            std::cerr << complaint(fmt::format("{}: {}", faulty->machine, faulty->reason),
                                   has_color(line.color, STDERR_FILENO));
        return Exit::internal;
    }
    return comparison.anything_fits() ? Exit::done : Exit::answer_is_no;
}

} // namespace scribeline::program
