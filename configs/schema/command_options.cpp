#include "configs/schema/command_options.hpp"

#include "configs/failure.hpp"
#include "configs/schema/words.hpp"
#include "configs/units/text.hpp"

#include <utility>

#include <fmt/format.h>

namespace scribeline::configs {

namespace {

template <auto member> Option text_option(char const* name, char const* value, char const* help)
{
    return {name, "", value, help,
            [](CommandLine& line, Option const&, std::string const& given) { line.*member = given; }};
}

template <auto member> Option choice_option(char const* name, char const* value, char const* help)
{
    return {name, "", value, help, [](CommandLine& line, Option const& option, std::string const& given) {
                try {
                    line.*member = parse_word<std::decay_t<decltype(line.*member)>>(given);
                } catch (TextError const& error) {
                    throw TextError{fmt::format("--{}: {}", option.name, error.what())};
                }
            }};
}

template <int wish> Option loudness_option(char const* name, char const* brief, char const* help)
{
    return repeatable({name, brief, "", help, [](CommandLine& line, Option const&, std::string const&) {
                           if (line.verbosity == -wish)
                               throw TextError{"--quiet and --verbose contradict each other"};
                           line.verbosity = wish;
                       }});
}

Override read_set(std::string const& text)
{
    auto const equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
        throw TextError{fmt::format("--set {}: expected GROUP.KEY=VALUE, such as --set fabric.hop_latency='2 cycles'",
                                    shown(text))};
    return {"--set", text.substr(0, equals), text.substr(equals + 1)};
}

} // namespace

std::vector<Option> general_options()
{
    return {choice_option<&CommandLine::color>("color", "auto|always|never",
                                               "colour; auto: on a terminal, unless NO_COLOR is set"),
            loudness_option<-1>("quiet", "q", "errors only on the error output"),
            loudness_option<1>("verbose", "v", "more on the error output"),
            repeatable({"help", "h", "", "this text",
                        [](CommandLine& line, Option const&, std::string const&) { line.help = true; }})};
}

std::vector<Option> configuration_options()
{
    return {
        machine_option(),
        repeatable({"config", "", "FILE", "a TOML file of parameters; repeatable, later ones win",
                    [](CommandLine& line, Option const&, std::string const& file) { line.configs.push_back(file); }}),
        technology_option(), set_option("one parameter ('scribeline list parameters'); repeatable, wins over files")};
}

Option technology_option()
{
    return own_option("technology", "NAME|FILE",
                      "what becomes of the machine if it is made, fed or placed otherwise ('scribeline list "
                      "technologies')");
}

std::vector<Option> run_options()
{
    auto options = std::vector<Option>{
        parameter_option("model", "workload.model", "NAME|FILE",
                         "a shipped model ('scribeline list models') or a Hugging Face config.json"),
        parameter_option("context", "workload.context", "N", "tokens already in the KV cache"),
        parameter_option("batch", "workload.batch", "N", "sequences that each step decodes together"),
        parameter_option("prompt", "workload.prompt", "N",
                         "tokens that are prefilled first: the time to the first token, and prompt tokens per second"),
        parameter_option("region", "mapping.region", "CxR", "PEs that hold the model, such as 420x420"),
        parameter_option("groups", "mapping.groups", "N", "groups of the two-level reduction"),
        parameter_option("objective", "mapping.objective", "latency|throughput",
                         "what a plan is after: one user's tokens, or those of all")};
    for (auto& option : configuration_options())
        options.push_back(std::move(option));
    for (auto& option : std::vector<Option>{
             text_option<&CommandLine::from>("from", "FILE.h5",
                                             "repeat the run of a result file; what else is given goes on top"),
             own_option("force", "", "with --from: also where the file, or the model that it names, has changed since"),
             parameter_option("fidelity", "run.fidelity", "auto|wavelet|folded|closed_form",
                              "every wavelet; lines that stand for all; formulas; auto: the cheapest that is exact"),
             parameter_option("defects", "run.defects", "SEED|FILE",
                              "the wafer has the defects of the first one of 'scribeline yield --seed SEED', or of a "
                              "map, and is repaired"),
             parameter_option("payload", "run.payload", "",
                              "wavelets carry real numbers, checked against a plain reference", "true"),
             parameter_option("threads", "run.threads", "N", "threads that share out the reticles; 0: one per core"),
             parameter_option("trace", "run.trace", "", "record every move of a wavelet in the result file", "true"),
             output_option("FILE.h5", "write the result file"), format_option("of the report"),
             own_option("brief", "", "the report's headline, waterfall, bound and warnings only"),
             dry_run_option("check everything, simulate nothing")})
        options.push_back(std::move(option));
    return options;
}

Option parameter_option(char const* name, char const* parameter, char const* value, char const* help, char const* text)
{
    return {name, "", value, help,
            [parameter = std::string{parameter}, text = std::string{text}](CommandLine& line, Option const& option,
                                                                           std::string const& given) {
                line.overrides.push_back({"--" + option.name, parameter, option.value.empty() ? text : given});
            }};
}

Option own_option(char const* name, char const* value, char const* help)
{
    return {name, "", value, help, [](CommandLine& line, Option const& option, std::string const& given) {
                line.options.emplace_back(option.name, given);
            }};
}

Option machine_option()
{
    return text_option<&CommandLine::machine>(
        "machine", "NAME|FILE",
        "a shipped machine ('scribeline list machines') or a file like configs/machines/wse2.toml; "
        "NAME:4 for four wafers, NAME:auto for as few as hold the model");
}

Option set_option(char const* help)
{
    return repeatable(
        {"set", "", "GROUP.KEY=VALUE", help, [](CommandLine& line, Option const&, std::string const& given) {
             line.overrides.push_back(read_set(given));
         }});
}

Option cases_option()
{
    return repeatable({"cases", "", "FILE.csv", "measured cases; repeatable. Without: those that come with the program",
                       [](CommandLine& line, Option const&, std::string const& file) { line.cases.push_back(file); }});
}

Option output_option(char const* value, char const* help)
{
    return with_brief(text_option<&CommandLine::output>("output", value, help), "o");
}

Option format_option(char const* help) { return choice_option<&CommandLine::format>("format", "table|json|csv", help); }

Option dry_run_option(char const* help)
{
    return {"dry-run", "", "", help, [](CommandLine& line, Option const&, std::string const&) { line.dry_run = true; }};
}

Option with_brief(Option option, char const* brief)
{
    option.brief = brief;
    return option;
}

Option repeatable(Option option)
{
    option.repeatable = true;
    return option;
}

Option kept(Option option)
{
    option.take = [first = std::move(option.take)](CommandLine& line, Option const& self, std::string const& given) {
        line.options.emplace_back(self.name, given);
        first(line, self, given);
    };
    return option;
}

} // namespace scribeline::configs
