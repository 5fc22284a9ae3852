#include "models/program/diff_command.hpp"

#include "results/views/diff_files.hpp"
#include "results/views/terminal.hpp"

#include <ostream>

#include <unistd.h>

namespace scribeline::program {

configs::Exit diff_command(configs::CommandLine const& line, std::ostream& out)
{
    using namespace results;
    auto const document = difference_of(line.arguments[0], line.arguments[1]);
    if (line.format == configs::OutputFormat::json) {
        out << as_json(document);
        return configs::Exit::done;
    }
    bool const is_table = line.format == configs::OutputFormat::table;
    auto const text     = fit_to_print(is_table ? as_text(document, page_width(STDOUT_FILENO)) : as_csv(document));
    out << (is_table && has_color(line.color, STDOUT_FILENO) ? with_bold_headings(text) : text);
    return configs::Exit::done;
}

} // namespace scribeline::program
