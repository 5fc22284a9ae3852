#include "models/program/program.hpp"

#include "configs/schema/command_line.hpp"
#include "models/program/commands.hpp"
#include "results/views/terminal.hpp"

#include <algorithm>
#include <iostream>
#include <new>

#include <fmt/format.h>
#include <unistd.h>

namespace scribeline::program {

namespace {

using configs::Exit;

Exit dispatch(configs::CommandLine const& line)
{
    if (line.help && line.command != "help") {
        std::cout << configs::help(line.command, commands());
        return Exit::done;
    }
    if (line.command.empty()) {
        std::cout << configs::examples();
        return Exit::done;
    }
    auto const& all   = commands();
    auto const  asked = std::find_if(all.begin(), all.end(), [&](auto const& row) { return row.name == line.command; });
    SCRIBELINE_EXPECT(asked != all.end()); // the reader of the command line knows the same table
    return asked->answer(line, std::cout);
}

} // namespace

Exit answer(std::vector<std::string> const& arguments)
{
    auto       wish = configs::Color::automatic;
    auto const tell = [&](std::string const& message) {
        std::cerr << results::complaint(message, results::has_color(wish, STDERR_FILENO));
    };
    try {
        auto const line = configs::read_command_line(arguments, commands());
        wish            = line.color;
        auto const exit = dispatch(line);
        if (!std::cout.flush())
            throw configs::UserError{Exit::cannot_write, "stdout: cannot be written to; is the disk full?"};
        return exit;
    } catch (configs::UserError const& error) {
        tell(error.what());
        return error.code();
    } catch (configs::SimulationFault const& fault) {
        tell(fmt::format("the simulation cannot be trusted: {}", fault.what()));
    } catch (std::bad_alloc const&) {
        tell("not enough memory for this run; a smaller region, or a run without --trace, needs less");
        return Exit::try_again;
    } catch (std::exception const& error) {
        tell(fmt::format("internal: {}", error.what()));
    }
    return Exit::internal;
}

} // namespace scribeline::program
