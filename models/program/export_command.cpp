#include "models/program/export_command.hpp"

#include "results/files/output_file.hpp"
#include "results/views/export/csv.hpp"
#include "results/views/export/perfetto.hpp"

#include <iostream>

#include <fmt/format.h>

namespace scribeline::program {

using namespace results;

namespace {

using configs::Exit;
using configs::UserError;

[[noreturn]] void refuse(std::string const& what)
{
    throw UserError{Exit::usage, what + "\nTry 'scribeline export --help'."};
}

} // namespace

Exit export_command(configs::CommandLine const& line, std::ostream& out)
{
    auto const& format = line.arguments.at(0);
    auto const& file   = line.arguments.at(1);
    bool const  csv    = format == "csv";
    if (!csv && format != "perfetto")
        refuse(fmt::format("export: unknown format {}; there are csv, perfetto{}", configs::shown(format),
                           configs::did_you_mean(format, {"csv", "perfetto"})));
    if (line.output.empty())
        refuse(csv ? "export csv: where to? Name a folder with -o DIR"
                   : "export perfetto: where to? Name a file with -o FILE.pftrace");
    if (csv) {
        for (auto const& written : export_csv(file, line.output))
            out << written << '\n';
        return Exit::done;
    }
    auto output = OutputFile{line.output};
    output.commit(perfetto_trace(file));
    out << line.output << '\n';
    if (line.verbosity >= 0)
        std::cerr << "scribeline: open it at https://ui.perfetto.dev; 1 ns shown there is 1 ps simulated\n";
    return Exit::done;
}

} // namespace scribeline::program
