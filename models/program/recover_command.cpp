// Names for the new file, and words for what became of the old one.
#include "models/program/recover_command.hpp"

#include "results/files/output_file.hpp"
#include "results/files/run_file.hpp"
#include "results/hdf5/reader.hpp"
#include "results/recover/attempts.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iostream>

#include <fmt/format.h>

namespace scribeline::program {

using namespace results;

namespace fs = std::filesystem;
using configs::Exit;
using configs::UserError;

namespace {

constexpr std::size_t most_shown = 20; // objects that were lost

bool ends_with(std::string const& text, std::string_view ending)
{
    return text.size() >= ending.size() && text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

// run.h5.part, run.h5 -> run.recovered.h5
std::string name_for(std::string const& damaged)
{
    auto stem = damaged;
    for (auto const* ending : {".part", ".h5"})
        if (ends_with(stem, ending))
            stem.resize(stem.size() - std::string_view{ending}.size());
    return stem + ".recovered.h5";
}

std::string output_of(configs::CommandLine const& line, std::string const& damaged)
{
    auto       error = std::error_code{};
    auto const named = !line.output.empty();
    auto const place = named ? line.output : name_for(damaged);
    if (fs::equivalent(place, damaged, error))
        throw UserError{Exit::usage,
                        fmt::format("-o {}: is the damaged file itself, which stays as it is; name another "
                                    "one\nTry 'scribeline recover --help'.",
                                    place)};
    if (!named && fs::exists(place, error))
        throw UserError{Exit::cannot_create,
                        fmt::format("{} is there already; name another file with -o, or remove it", place)};
    return place;
}

// --timeout SECONDS.
double seconds_for(configs::CommandLine const& line, DamagedFile const& from)
{
    constexpr double least = 0.1, most = 1e6;
    for (auto const& [option, text] : line.options)
        if (option == "timeout") {
            auto seconds            = 0.0;
            auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
            if (error != std::errc{} || end != text.data() + text.size() || !(seconds >= least && seconds <= most))
                throw UserError{Exit::usage,
                                fmt::format("--timeout {}: expected seconds, {} to {:.0f}\nTry 'scribeline "
                                            "recover --help'.",
                                            configs::shown(text), least, most)};
            return seconds;
        }
    return seconds_to_recover(from.bytes());
}

std::string counted(std::size_t count, std::string const& what)
{
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string about_the_length(DamagedFile const& from)
{
    if (from.missing() > 0)
        return fmt::format("{}: {} bytes, and {} more are missing at its end\n", configs::printable(from.path()),
                           from.bytes(), from.missing());
    if (from.was_left_open())
        return fmt::format("{}: {} bytes; its writer did not close it\n", configs::printable(from.path()),
                           from.bytes());
    return fmt::format("{}: {} bytes, none are missing at its end\n", configs::printable(from.path()), from.bytes());
}

// What a person does with it now. The new file was written by this program, so that reading it is safe.
std::string what_next(std::string const& path)
{
    auto const shell = fmt::format("scribeline {{}} {}", path);
    try {
        auto const file = hdf5::InputFile{path};
        auto const kind = file.attribute("/", "Conventions").value_or("");
        if (kind.rfind("Scribeline-", 0) != 0 || kind.rfind("Scribeline-Sweep", 0) == 0 ||
            kind.rfind("Scribeline-Compare", 0) == 0)
            return {};
        auto const status = meaning(file, "/meta/status");
        auto const repeat = fmt::format("scribeline run --from {} -o FILE.h5", path);
        file.text("/meta/config_toml");
        if (status == "running")
            return "The run was ended before it had a result. Its configuration is all there; to repeat it:\n  " +
                   repeat + '\n';
        return fmt::format("Next:\n  scribeline show {}\n  {}\n", path, repeat);
    } catch (hdf5::Failure const&) { // lost: named above
        return {};
    }
}

} // namespace

Exit recover_command(configs::CommandLine const& line, std::ostream& out)
{
    auto const from   = DamagedFile{line.arguments.front()};
    auto const place  = output_of(line, from.path());
    auto       output = OutputFile{place};
    auto const wished = std::any_of(line.options.begin(), line.options.end(),
                                    [](auto const& option) { return option.first == "timeout"; });
    auto const kind   = wished ? SecondsOf::clock : SecondsOf::processor;
    auto const result = recover(from, seconds_for(line, from), kind, [&](RecoverProgress const& so_far) {
        if (line.verbosity >= 0)
            std::cerr << fmt::format("scribeline: {:.0f} s, {} objects read, {} lost; at {}\n", so_far.seconds,
                                     so_far.kept, so_far.lost, configs::shown(so_far.at));
    });
    auto const groups = static_cast<std::size_t>(
        std::count_if(result.kept.begin(), result.kept.end(), [](auto const& path) { return path.back() == '/'; }));
    auto const datasets = result.kept.size() - groups;
    if (result.bytes.empty() || datasets == 0) {
        auto const reason = !result.reason.empty() ? "; " + result.reason
                            : result.lost.empty()
                                ? std::string{"; it has no datasets"}
                                : fmt::format("; {}: {}", result.lost[0].first, result.lost[0].second);
        throw UserError{Exit::bad_config, fmt::format("{}: nothing in it can be read ({} bytes, {} missing at its "
                                                      "end{}). Run it again",
                                                      from.path(), from.bytes(), from.missing(), reason)};
    }
    output.commit(result.bytes);
    out << about_the_length(from);
    out << fmt::format("{}: {} in {}; {} lost\n", place, counted(datasets, "dataset"), counted(groups, "group"),
                       result.lost.empty() ? std::string{"nothing is"}
                                           : fmt::format("{} {}", counted(result.lost.size(), "object"),
                                                         result.lost.size() == 1 ? "is" : "are"));
    for (std::size_t i = 0; i < std::min(most_shown, result.lost.size()); ++i)
        out << fmt::format("  lost {}: {}\n", result.lost[i].first, result.lost[i].second);
    if (result.lost.size() > most_shown)
        out << fmt::format("  and {} more: h5dump -a /recovered {}\n", result.lost.size() - most_shown, place);
    if (line.verbosity >= 0)
        out << what_next(place);
    return Exit::done;
}

} // namespace scribeline::program
