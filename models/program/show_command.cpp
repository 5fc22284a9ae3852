#include "models/program/show_command.hpp"

#include "results/views/show_file.hpp"
#include "results/views/terminal.hpp"

#include <ostream>

#include <unistd.h>

namespace scribeline::program {

configs::Exit show_command(configs::CommandLine const& line, std::ostream& out)
{
    auto const text  = results::show_file(line.arguments.front(), line.format, results::page_width(STDOUT_FILENO));
    bool const color = line.format == configs::OutputFormat::table && results::has_color(line.color, STDOUT_FILENO);
    out << (color ? results::with_bold_headings(text) : text);
    return configs::Exit::done;
}

} // namespace scribeline::program
