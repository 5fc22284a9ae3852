// From options to a study.
#include "models/program/yield_command.hpp"

#include "configs/schema/gpu_tables.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/units/text.hpp"
#include "models/wafer/yield_speed.hpp"
#include "models/wafer/yield_study.hpp"
#include "results/files/yield_file.hpp"
#include "results/views/yield_report.hpp"

#include <algorithm>
#include <optional>
#include <ostream>

#include <fmt/format.h>

namespace scribeline::program {

using namespace results;

namespace {

using configs::CommandLine;
using configs::Exit;
using configs::UserError;

constexpr std::uint64_t standard_wafers = 1000;
constexpr std::uint64_t most_wafers     = 10000000; // some of each is kept

[[noreturn]] void refuse(std::string const& what)
{
    throw UserError{Exit::usage, what + "\nTry 'scribeline yield --help'."};
}

std::uint64_t wafers_of(CommandLine const& line)
{
    auto const text = line.option("wafers");
    if (!text)
        return standard_wafers;
    try {
        auto const wafers = configs::parse<std::uint64_t>(*text);
        if (wafers >= 1 && wafers <= most_wafers)
            return wafers;
    } catch (configs::TextError const& error) {
        refuse(fmt::format("--wafers: {}", error.what()));
    }
    refuse(fmt::format("--wafers {}: expected 1 to {}", *text, most_wafers));
}

} // namespace

Exit yield_command(CommandLine const& line, std::ostream& out)
{
    auto const map = line.option("map");
    auto const has = [&](char const* name) {
        return std::any_of(line.overrides.begin(), line.overrides.end(),
                           [&](configs::Override const& given) { return given.option == name; });
    };
    if (map && (line.option("wafers") || has("--seed")))
        refuse("--map describes one wafer, nothing is drawn: leave out --wafers and --seed");
    if (has("--context") && !has("--model"))
        refuse("--context: says nothing without --model, whose tokens per second are compared");
    auto const wafers = wafers_of(line);
    auto const config = configs::resolve(line);
    if (!configs::applies("yield", config.parameters.machine.kind))
        refuse(fmt::format("--machine {}: is no wafer, and 'yield' is about wafers. Choose one such as wse3",
                           configs::shown(config.machine)));
    auto       file = config.output.empty() ? std::nullopt : std::optional{YieldFile::prepare(config.output)};
    auto const study =
        map ? models::yield_of_map(config.parameters, *map) : models::yield_study(config.parameters, wafers);
    auto const speed =
        has("--model") ? std::optional{models::yield_speed(config, wafers, map.value_or(""))} : std::nullopt;
    if (file)
        file->write(config, study);
    print(out, config, study, speed);
    return study.unrepairable == study.wafers ? Exit::answer_is_no : Exit::done;
}

} // namespace scribeline::program
