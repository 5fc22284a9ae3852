#include "models/program/print_document.hpp"

#include "results/views/terminal.hpp"

#include <ostream>

#include <unistd.h>

namespace scribeline::program {

void print_document(configs::CommandLine const& line, results::Document const& document, std::ostream& out)
{
    using namespace results;
    switch (line.format) {
    case configs::OutputFormat::json:
        out << as_json(document);
        break;
    case configs::OutputFormat::csv:
        out << fit_to_print(as_csv(document));
        break;
    case configs::OutputFormat::table: {
        auto const text = fit_to_print(as_text(document, page_width(STDOUT_FILENO)));
        out << (has_color(line.color, STDOUT_FILENO) ? with_bold_headings(text) : text);
    }
    }
}

} // namespace scribeline::program
