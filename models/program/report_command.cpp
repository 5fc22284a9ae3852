#include "models/program/report_command.hpp"

#include "configs/schema/command_options.hpp"
#include "results/files/output_file.hpp"
#include "results/page/pages.hpp"
#include "results/views/report_text.hpp"

#include <iostream>

#include <fmt/format.h>

namespace scribeline::program {

namespace {

// Without the path of the output: the same file gives the same bytes, wherever they are written to.
std::string made_by(configs::CommandLine const& line)
{
    auto text = std::string{"scribeline report"};
    for (auto const& file : line.arguments)
        text += " " + results::quoted(file);
    return text + (line.option("full") ? " --full" : "") + " -o page.html";
}

} // namespace

std::vector<configs::Option> report_options()
{
    using namespace configs;
    return {output_option("FILE.html", "the page; with --figure: the picture, such as waterfall.svg"),
            own_option("figure", "NAME", "one figure of the page alone, as SVG; an unknown name lists them"),
            own_option("full", "", "every PE of large maps, instead of the busiest of 2x2 and the like")};
}

configs::Exit report_command(configs::CommandLine const& line, std::ostream& out)
{
    using configs::Exit;
    if (line.output.empty())
        throw configs::UserError{
            Exit::usage, fmt::format("report: where to? Name a file with -o {}\nTry 'scribeline report --help'.",
                                     line.option("figure") ? "FILE.svg" : "FILE.html")};
    auto output     = results::OutputFile{line.output}; // refuses before any work is done
    auto options    = results::page::MapOptions{};
    options.full    = line.option("full").has_value();
    auto const page = results::page::sheet_of(line.arguments, options, made_by(line));
    auto const name = line.option("figure");
    auto const text = name ? results::page::svg_of(page, *name) : results::page::html_of(page);
    output.commit({text.begin(), text.end()});
    out << line.output << '\n';
    if (line.verbosity >= 0)
        std::cerr << fmt::format("scribeline: {} bytes; open it with any browser, no network is needed\n",
                                 results::grouped(text.size()));
    return Exit::done;
}

} // namespace scribeline::program
