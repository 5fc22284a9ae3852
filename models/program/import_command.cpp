#include "models/program/import_command.hpp"

#include "configs/import/machine.hpp"
#include "configs/schema/whole_file.hpp"
#include "results/files/output_file.hpp"

#include <ostream>
#include <vector>

#include <fmt/format.h>

namespace scribeline::program {

configs::Exit import_command(configs::CommandLine const& line, std::ostream& out)
{
    auto const& file    = line.arguments.front();
    auto const  machine = configs::import_machine(
         configs::read_description(configs::read_whole_file(file, configs::limits::hardware), file));
    auto const toml = machine.toml();
    if (line.output.empty()) {
        out << toml;
        return configs::Exit::done;
    }
    results::OutputFile{line.output}.commit(std::vector<char>{toml.begin(), toml.end()});
    out << machine.account() << fmt::format("Written to {}. Try 'scribeline validate {}'.\n", line.output, line.output);
    return configs::Exit::done;
}

} // namespace scribeline::program
