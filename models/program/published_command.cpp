#include "models/program/published_command.hpp"

#include "models/published/cases_file.hpp"
#include "models/published/run_case.hpp"
#include "results/views/published_report.hpp"
#include "results/views/published_text.hpp"
#include "results/views/terminal.hpp"

#include <iostream>
#include <ostream>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>

namespace scribeline::program {

using namespace results;

configs::Exit published_command(configs::CommandLine const& line, std::ostream& out)
{
    auto const         files    = line.cases.empty() ? models::shipped_cases() : line.cases;
    auto const         cases    = models::read_cases(files);
    auto const         outcomes = models::run_cases(cases, [&](models::MeasuredCase const& next) {
        if (line.verbosity > 0)
            std::cerr << fmt::format("scribeline: {}: {}\n", configs::printable(next.id),
                                             configs::printable(subject(next)));
    });
    std::ostringstream text;
    print(text, line.format, outcomes);
    bool const color = line.format == configs::OutputFormat::table && has_color(line.color, STDOUT_FILENO);
    out << (color ? with_bold_headings(text.str()) : text.str());
    return exit_of(outcomes);
}

} // namespace scribeline::program
