// Puts the groups together, and reads the summary back.
#include "results/files/run_file.hpp"

#include "configs/failure.hpp"
#include "results/files/rehearsal.hpp"
#include "results/files/sections/sections.hpp"
#include "results/hdf5/reader.hpp"
#include "results/hdf5/writer.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using configs::Exit;
using configs::UserError;

hdf5::InputFile open_result(std::string const& path)
{
    auto       file  = hdf5::InputFile{path};
    auto const found = file.attribute("/", "Conventions");
    auto const shown = configs::printable(path);
    if (!found || found->rfind("Scribeline-", 0) != 0) {
        throw UserError{Exit::bad_config, fmt::format("{} is an HDF5 file, but not a result of this simulator: its "
                                                      "root attribute Conventions is {}, not {}",
                                                      shown, found ? configs::shown(*found) : "missing", conventions)};
    }
    return file;
}

ResultKind kind_of(hdf5::InputFile const& file)
{
    auto const found = file.attribute("/", "Conventions").value_or("");
    auto const is    = [&](char const* name) { return found.rfind(name, 0) == 0; };
    return is("Scribeline-Compare")   ? ResultKind::comparison
           : is("Scribeline-Yield")   ? ResultKind::yield
           : is("Scribeline-Sweep")   ? ResultKind::sweep
           : is("Scribeline-Serve")   ? ResultKind::serving
           : is("Scribeline-Traffic") ? ResultKind::traffic
                                      : ResultKind::run;
}

hdf5::InputFile open_run(std::string const& path)
{
    auto       file  = open_result(path);
    auto const kind  = kind_of(file);
    auto const shown = configs::printable(path);
    if (kind == ResultKind::comparison) {
        throw UserError{Exit::bad_config,
                        fmt::format("{} compares machines; it is not the result of one run. Each "
                                    "machine has a group under /machines, and "
                                    "'scribeline run --machine NAME -o FILE.h5' writes one of its own",
                                    shown)};
    }
    if (kind == ResultKind::yield) {
        throw UserError{Exit::bad_config, fmt::format("{} is about the yield of wafers, not the result of a run: its "
                                                      "figures stand in /summary, and 'scribeline yield' repeats it",
                                                      shown)};
    }
    if (kind == ResultKind::serving) {
        throw UserError{Exit::bad_config, fmt::format("{} is about requests that were served, not the result of one "
                                                      "run: its figures stand in /summary and /requests, and "
                                                      "'scribeline serve' repeats it",
                                                      shown)};
    }
    if (kind == ResultKind::traffic) {
        throw UserError{Exit::bad_config,
                        fmt::format("{} is about synthetic traffic on a mesh, not the result of a run: "
                                    "its figures stand in /points, and 'scribeline traffic' repeats it",
                                    shown)};
    }
    if (kind == ResultKind::sweep) {
        throw UserError{Exit::bad_config, fmt::format("{} is the table of a sweep, not the result of one run; each "
                                                      "point has a file of its own in the folder runs beside it",
                                                      shown)};
    }
    auto const version = file.attribute("/", "schema_version").value_or("");
    if (version.rfind("1.", 0) != 0) {
        throw UserError{Exit::bad_config,
                        fmt::format("{} has schema version '{}', and this program reads 1.x; read it with the version "
                                    "that wrote it ({})",
                                    shown, configs::printable(version),
                                    configs::printable(file.attribute("/", "source").value_or("unknown")))};
    }
    return file;
}

// What a reader finds missing or of another kind is the file's fault, and so is a crash of the library.
template <class Read, class Open> auto attempt(std::string const& path, Read read, Open open)
{
    try {
        return read(open(path));
    } catch (hdf5::Failure const& failure) {
        throw UserError{Exit::bad_config, fmt::format("{} is not a complete result file: {}", configs::printable(path),
                                                      configs::printable(failure.what()))};
    }
}

std::string damaged(std::string const& path)
{
    return fmt::format("{} is damaged: reading it crashes or stalls the HDF5 library, or takes too much memory. Run "
                       "it again, or take a copy from before",
                       configs::printable(path));
}

template <class Read, class Open> auto blaming_the_file(std::string const& path, Read read, Open open)
{
    rehearse([&] { attempt(path, read, open); }, bounds_for_file(path), damaged(path));
    return attempt(path, read, open);
}

template <class Read> auto blaming_the_file(std::string const& path, Read read)
{
    return blaming_the_file(path, read, open_run);
}

std::uint64_t state_hash(hdf5::InputFile const& file)
{
    if (!file.has_attribute("/meta", "state_hash") && file.attribute("/meta", "fidelity") == "closed_form") {
        return 0;
    }
    auto const  text = file.attribute("/meta", "state_hash").value_or("");
    std::size_t used = 0;
    try {
        auto const value = std::stoull(text, &used, 16);
        if (used == text.size()) {
            return value;
        }
    } catch (std::logic_error const&) { // not a number, or too long: said below
    }
    throw hdf5::Failure{fmt::format("/meta@state_hash: '{}' is not a hexadecimal number", text)};
}

bool is_metric(hdf5::InputFile const& file, std::string const& dataset)
{
    return !file.has_attribute(dataset, "flag_values");
}

} // namespace

std::string meaning(hdf5::InputFile const& file, std::string const& dataset)
{
    auto const words = file.attribute(dataset, "flag_meanings").value_or("");
    auto const value = file.number(dataset);
    if (!(value >= 0 && value < 256)) // a code has one byte
        throw hdf5::Failure{fmt::format("{}: {} is no code", dataset, value)};
    auto const  code = static_cast<std::size_t>(value);
    std::size_t from = 0;
    for (std::size_t i = 0; i < code; ++i) {
        auto const space = words.find(' ', from);
        if (space == std::string::npos) {
            throw hdf5::Failure{fmt::format("{}: code {} has no meaning", dataset, code)};
        }
        from = space + 1;
    }
    return words.substr(from, words.find(' ', from) - from);
}

RunFile RunFile::prepare(std::string const& path) { return RunFile{path}; }

void RunFile::begin(configs::Config const& config)
{
    using namespace sections;
    std::vector<char> bytes;
    {
        auto file = hdf5::MemoryFile{};
        auto root = file.root();
        write_root_attributes(root, config, created_);
        write_parameters(root, config);
        write_meta_at_start(root, config, created_);
        bytes = file.image();
    }
    output_.keep(bytes);
}

void RunFile::write(configs::Config const& config, models::Outcome const& outcome)
{
    using namespace sections;
    std::vector<char> bytes;
    {
        auto file = hdf5::MemoryFile{};
        auto root = file.root();
        write_root_attributes(root, config, created_);
        write_summary(root, outcome);
        write_waterfall(root, outcome);
        write_operators(root, outcome);
        write_prefill(root, outcome);
        write_stages(root, outcome);
        write_candidates(root, outcome);
        write_fabric(root, config, outcome);
        write_machine(root, outcome);
        write_scribe(root, config, outcome);
        write_wavelets(root, outcome);
        write_parameters(root, config);
        write_meta(root, config, outcome, created_);
        bytes = file.image();
    }
    output_.commit(bytes);
}

void write_run(configs::Config const& config, models::Outcome const& outcome, std::string const& path)
{
    RunFile::prepare(path).write(config, outcome);
}

RunSummary read_summary(std::string const& path)
{
    return blaming_the_file(path, [](hdf5::InputFile const& file) {
        RunSummary summary;
        summary.schema_version = file.attribute("/", "schema_version").value_or("");
        summary.status         = meaning(file, "/meta/status");
        summary.fidelity       = file.attribute("/meta", "fidelity").value_or("");
        summary.machine        = file.attribute("/meta", "machine").value_or("");
        summary.model          = file.attribute("/meta", "model").value_or("");
        summary.config_sha256  = file.attribute("/meta", "config_sha256").value_or("");
        summary.state_hash     = state_hash(file);
        summary.bound_by       = meaning(file, "/summary/bound_by");
        summary.books_balanced =
            file.has_attribute("/meta/books", "balanced") && file.number_attribute("/meta/books", "balanced") != 0;
        summary.warnings = file.texts("/meta/warnings");
        for (auto const& name : file.datasets_in("/summary")) {
            auto const value = is_metric(file, "/summary/" + name) ? file.number("/summary/" + name)
                                                                   : std::numeric_limits<double>::quiet_NaN();
            if (!std::isnan(value)) { // the run knows it
                summary.metrics[name] = value;
            }
        }
        return summary;
    });
}

void read_run(std::string const& path, std::function<void(hdf5::InputFile const&)> const& read)
{
    blaming_the_file(path, read);
}

std::string made_of_run(std::string const& path, std::function<std::string(hdf5::InputFile const&)> const& make)
{
    return made_in_a_copy([&] { return attempt(path, make, open_run); }, bounds_for_file(path), damaged(path));
}

ResultKind kind_of_result(std::string const& path) { return blaming_the_file(path, kind_of, open_result); }

void read_result(std::string const& path, std::function<void(hdf5::InputFile const&)> const& read)
{
    blaming_the_file(path, read, open_result);
}

std::string read_config_toml(std::string const& path)
{
    return blaming_the_file(path, [](hdf5::InputFile const& file) { return file.text("/meta/config_toml"); });
}

} // namespace scribeline::results
