#include "models/program/explain_command.hpp"

#include "configs/schema/reference.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/schema/table.hpp"
#include "configs/share.hpp"
#include "models/program/list_command.hpp"
#include "models/program/system_file.hpp"
#include "results/views/explain_file.hpp"
#include "results/views/glossary.hpp"
#include "results/views/report_text.hpp"
#include "results/views/terminal.hpp"
#include "workloads/model_shape.hpp"

#include <ostream>

#include <fmt/format.h>
#include <unistd.h>

namespace scribeline::program {

using namespace results;

namespace {

// A word may be a part of the time and a group of parameters: both are said.
std::string explained(std::string const& word)
{
    auto const width = page_width(STDOUT_FILENO);
    auto       text  = std::string{};
    if (auto const meaning = explained_word(word))
        text += hanging("", *meaning, width);
    if (auto const name = explained_name(word); !name.empty())
        text += hanging("", name.substr(0, name.size() - 1), width);
    if (configs::names_a_parameter(word))
        text += (text.empty() ? "" : "\n") + configs::explain(word);
    if (!text.empty())
        return text;
    auto known = configs::row_names();
    for (auto const& list : {glossary_words(), configs::shipped_machines(), workloads::shipped_models()})
        known.insert(known.end(), list.begin(), list.end());
    auto const nearest_key = configs::did_you_mean_row(word);
    throw configs::UserError{
        configs::Exit::usage,
        fmt::format("no parameter, no word of a report, no machine, no model, no system and no file {}{}\n"
                    "'scribeline list parameters', 'list metrics', 'list machines' and 'list "
                    "models' show what there is.",
                    configs::shown(word), nearest_key.empty() ? configs::did_you_mean(word, known) : nearest_key)};
}

} // namespace

configs::Exit explain_command(configs::CommandLine const& line, std::ostream& out)
{
    auto const& word = line.arguments.front();
    if (names_a_system(word)) {
        out << explained_system(word);
        return configs::Exit::done;
    }
    out << (names_a_file(word) ? explain_file(word, page_width(STDOUT_FILENO)) : explained(word));
    return configs::Exit::done;
}

} // namespace scribeline::program
