#include "models/program/diff_command.hpp"

#include "models/program/print_document.hpp"
#include "results/views/diff_files.hpp"

#include <ostream>

namespace scribeline::program {

configs::Exit diff_command(configs::CommandLine const& line, std::ostream& out)
{
    print_document(line, results::difference_of(line.arguments[0], line.arguments[1]), out);
    return configs::Exit::done;
}

} // namespace scribeline::program
