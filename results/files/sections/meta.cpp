// What the file is, how it came about, and everything that repeats the run.
#include "results/files/sections/sections.hpp"

#include "configs/schema/inputs.hpp"
#include "configs/sha256.hpp"
#include "results/files/build_info.hpp"
#include "results/files/run_file.hpp"

#include <cmath>
#include <limits>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/resource.h>

namespace scribeline::results::sections {

namespace {

std::string utc(TimePoint time)
{
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::uint64_t peak_rss_bytes()
{
    struct rusage usage {};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

std::string source()
{
    auto const build = build_info();
    return fmt::format("Scribeline {}, commit {}{}", build.version, build.git_commit,
                       build.git_dirty ? " with changes" : "");
}

void write_sources(hdf5::Group& meta, configs::Config const& config)
{
    std::vector<std::string> names;
    std::vector<std::string> hashes;
    for (auto const& file : config.sources) {
        names.push_back(file.name);
        hashes.push_back(file.sha256);
    }
    auto       group = meta.group("sources");
    auto const file  = group.dimension("file", names.size());
    group.array("name", names, {&file}, {"1", "file that went into the configuration"});
    group.array("sha256", hashes, {&file}, {"1", "SHA-256 of the file's bytes"});
}

// Only where there are any.
void write_inputs(hdf5::Group& meta, configs::Config const& config)
{
    std::vector<std::string> parameters, names, hashes;
    for (auto const& file : configs::input_files(config.parameters)) {
        parameters.push_back(file.parameter);
        names.push_back(file.name);
        hashes.push_back(file.sha256);
    }
    if (names.empty())
        return;
    auto       group = meta.group("inputs");
    auto const file  = group.dimension("file", names.size());
    group.array("parameter", parameters, {&file}, {"1", "parameter that names the file"});
    group.array("name", names, {&file}, {"1", "file that the run read"});
    group.array("sha256", hashes, {&file}, {"1", "SHA-256 of the file's bytes; `run --from` compares it"});
}

void write_books(hdf5::Group& meta, models::Books const& books)
{
    std::vector<std::string>   name;
    std::vector<std::string>   left;
    std::vector<std::string>   right;
    std::vector<std::uint64_t> left_value;
    std::vector<std::uint64_t> right_value;
    for (auto const& entry : books.entries) {
        name.push_back(entry.name);
        left.push_back(entry.left);
        right.push_back(entry.right);
        left_value.push_back(entry.left_value);
        right_value.push_back(entry.right_value);
    }
    auto       group = meta.group("books");
    auto const dim   = group.dimension("entry", name.size());
    if (!books.entries.empty()) // nothing was counted: neither balanced nor not
        group.attribute("balanced", std::uint8_t{books.balanced()});
    group.array("name", name, {&dim}, {"1", "what is counted"});
    group.array("left", left, {&dim}, {"1", "meaning of left_value"});
    group.array("right", right, {&dim}, {"1", "meaning of right_value"});
    group.array("left_value", left_value, {&dim}, {"1", "one side of the audit"});
    group.array("right_value", right_value, {&dim}, {"1", "the other side; equal to left_value in a balanced run"});
}

enum class Status : std::uint8_t { running, complete };

void write_status(hdf5::Group& meta, Status status)
{
    meta.scalar("status", static_cast<std::uint8_t>(status), {"1", "state of the run"})
        .attribute(hdf5::flags({"running", "complete", "failed", "interrupted"}));
}

} // namespace

void write_root_attributes(hdf5::Group& root, configs::Config const& config, TimePoint created)
{
    root.attribute("Conventions", conventions);
    root.attribute("schema_version", schema_version);
    root.attribute("title", fmt::format("Decode of {} on {}", config.parameters.workload.model, config.machine));
    write_history(root, config, created);
}

void write_history(hdf5::Group& root, configs::Config const& config, TimePoint created)
{
    root.attribute("history", fmt::format("{} {}", utc(created), config.command_line));
    root.attribute("source", source());
    root.attribute("NX_class", "NXroot"); // viewers for NeXus files then draw what mark_plot marks
}

void mark_plot(hdf5::Group& root, hdf5::Group& group, char const* name, char const* signal,
               std::vector<std::string> const& axes)
{
    root.attribute("default", name);
    group.attribute("NX_class", "NXdata").attribute("signal", signal).attribute("axes", axes);
}

void write_cost(hdf5::Group& group, TimePoint created)
{
    group.attribute("wall_seconds", std::chrono::duration<double>(std::chrono::system_clock::now() - created).count());
    group.attribute("peak_rss_bytes", peak_rss_bytes());
}

hdf5::Group write_meta_of_config(hdf5::Group& root, configs::Config const& config, TimePoint created)
{
    auto const build = build_info();
    auto const toml  = config.toml();
    auto       meta  = root.group("meta");
    meta.attribute("created", utc(created));
    meta.attribute("command_line", config.command_line);
    meta.attribute("machine", config.machine);
    meta.attribute("model", config.parameters.workload.model);
    meta.attribute("seed", config.parameters.run.seed);
    meta.attribute("config_sha256", configs::sha256(toml));
    meta.attribute("simulator_version", build.version);
    meta.attribute("git_commit", build.git_commit);
    meta.attribute("git_dirty", std::uint8_t{build.git_dirty});
    meta.attribute("compiler", build.compiler);
    meta.attribute("build_type", build.build_type);
    meta.attribute("systemc_version", build.systemc);
    meta.attribute("hdf5_version", build.hdf5);

    meta.scalar("config_toml", toml, {"1", "the resolved configuration; `run --from` reads it"});
    write_sources(meta, config);
    write_inputs(meta, config);
    return meta;
}

void write_meta(hdf5::Group& root, configs::Config const& config, models::Outcome const& outcome, TimePoint created)
{
    auto meta = write_meta_of_config(root, config, created);
    meta.attribute("finished", utc(std::chrono::system_clock::now()));
    meta.attribute("fidelity", outcome.fidelity);
    meta.attribute("token_note", outcome.token_note);
    meta.attribute("modules", outcome.modules.modules); // of SystemC; 0: none took part
    meta.attribute("module_transactions", outcome.modules.transactions);
    meta.attribute("kernel_events", outcome.modules.kernel_events);
    if (!outcome.operators.empty()) // closed forms have no state
        meta.attribute("state_hash", fmt::format("{:016x}", outcome.state_hash));
    // Closed forms are evaluated before the clock runs.
    meta.attribute("wall_seconds",
                   outcome.operators.empty() ? std::numeric_limits<double>::quiet_NaN() : outcome.wall_seconds);
    meta.attribute("peak_rss_bytes", peak_rss_bytes());

    auto const warning = meta.dimension("warning", outcome.warnings.size());
    meta.array("warnings", outcome.warnings, {&warning}, {"1", "warnings of the models"});
    write_books(meta, outcome.books);
    write_status(meta, Status::complete);
}

void write_meta_at_start(hdf5::Group& root, configs::Config const& config, TimePoint created)
{
    auto meta = write_meta_of_config(root, config, created);
    write_status(meta, Status::running);
}

void write_parameters(hdf5::Group& root, configs::Config const& config)
{
    auto parameters = root.group("parameters");
    write_parameter_groups(parameters, config);
}

void write_parameter_groups(hdf5::Group& parameters, configs::Config const& config)
{
    std::string open;
    // Settings stand in the order of their tables, so one group is open at a time.
    auto group = hdf5::Group{hdf5::Handle{}};
    for (auto const& setting : config.settings) {
        if (setting.group != open) {
            group = parameters.group(setting.group);
            open  = setting.group;
        }
        auto const about = hdf5::About{setting.units.empty() ? "1" : setting.units, setting.description};
        auto       value = std::isnan(setting.number) ? group.scalar(setting.key, setting.text, about)
                                                      : group.scalar(setting.key, setting.number, about);
        value.attribute("text", setting.text);
        value.attribute("description", setting.description);
        value.attribute("set_by", setting.set_by);
        value.attribute("origin", name_of(setting.origin));
        value.attribute("citation", setting.citation);
    }
}

} // namespace scribeline::results::sections
