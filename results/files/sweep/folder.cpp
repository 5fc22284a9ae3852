// Plan and errors as JSON; the state of a point from the files that are there.
#include "results/files/sweep/folder.hpp"

#include "configs/failure.hpp"
#include "results/files/build_info.hpp"
#include "results/hdf5/superblock.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

namespace scribeline::results {

namespace fs = std::filesystem;
using configs::Exit;
using configs::UserError;
using Json = nlohmann::json;

namespace {

constexpr int plan_version = 1;

std::string this_program()
{
    auto const build = build_info();
    return fmt::format("{} {}{}", build.version, build.git_commit, build.git_dirty ? " with changes" : "");
}

// Whether the file is there and this user may not read it, or write it (`wish` as of access()).
bool is_withheld(std::string const& path, int wish = R_OK)
{
    return ::access(path.c_str(), wish) != 0 && errno == EACCES;
}

// Whether another process holds the lock that writers take (OutputFile).
bool is_locked(std::string const& path)
{
    auto const fd = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool const locked = ::flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    ::close(fd);
    return locked;
}

std::optional<std::string> content_of(std::string const& path)
{
    auto stream = std::ifstream{path, std::ios::binary};
    if (!stream)
        return std::nullopt;
    return std::string{std::istreambuf_iterator<char>{stream}, {}};
}

// Text of a program that was killed may end inside a character.
std::string dump(Json const& json) { return json.dump(1, ' ', false, Json::error_handler_t::replace) + '\n'; }

Json to_json(configs::SweepPlan const& plan)
{
    auto columns = Json::array();
    for (std::size_t c = 0; c < plan.columns.size(); ++c)
        columns.push_back({{"name", plan.columns[c]}, {"kind", plan.kinds[c]}, {"spec", plan.specs[c]}});
    auto goals = Json::array();
    for (auto const& goal : plan.goals)
        goals.push_back((goal.maximise ? "max " : "min ") + goal.column);
    auto points = Json::array();
    for (auto const& point : plan.points)
        points.push_back({point.id, point.values});
    return {{"scribeline_sweep", plan_version},
            {"written_by", this_program()},
            {"description", plan.description},
            {"command", configs::name_of(plan.command)},
            {"machine", plan.machine},
            {"fixed", plan.fixed},
            {"columns", columns},
            {"goals", goals},
            {"sampler", plan.sampler},
            {"seed", plan.seed},
            {"samples", plan.samples},
            {"skipped", plan.skipped},
            {"doubled", plan.doubled},
            {"files", plan.file_hashes},
            {"sweep_file", plan.content},
            {"points", points}};
}

configs::SweepCommand command_named(std::string const& name)
{
    for (auto const& row : configs::sweep_commands)
        if (name == row.name)
            return row.command;
    throw std::runtime_error{"an unknown command"};
}

configs::SweepPlan from_json(Json const& json)
{
    auto plan        = configs::SweepPlan{};
    plan.description = json.at("description");
    plan.command     = command_named(json.value("command", "run")); // older plans have no other
    plan.machine     = json.at("machine");
    plan.fixed       = json.at("fixed").get<decltype(plan.fixed)>();
    plan.sampler     = json.at("sampler");
    plan.seed        = json.at("seed");
    plan.samples     = json.at("samples");
    plan.skipped     = json.at("skipped");
    plan.doubled     = json.at("doubled");
    plan.file_hashes = json.at("files").get<decltype(plan.file_hashes)>();
    plan.content     = json.at("sweep_file");
    for (auto const& column : json.at("columns")) {
        plan.columns.push_back(column.at("name"));
        plan.kinds.push_back(column.at("kind"));
        plan.specs.push_back(column.at("spec"));
    }
    for (auto const& goal : json.at("goals"))
        plan.goals.push_back(configs::parse_goal(goal));
    for (auto const& point : json.at("points")) {
        plan.points.push_back({point.at(0), point.at(1)});
        if (plan.points.back().values.size() != plan.columns.size())
            throw std::runtime_error{"a point with other columns"};
    }
    return plan;
}

} // namespace

// Nobody else's file is opened under the hidden name, nor what a link of that name leads to.
void write_atomically(std::string const& path, std::string const& text)
{
    auto host = std::array<char, 256>{};
    ::gethostname(host.data(), host.size() - 1);
    auto hidden = std::string{};
    auto fd     = -1;
    for (int attempt = 0; fd < 0 && attempt < 100; ++attempt) {
        hidden = (fs::path{path}.parent_path() /
                  fmt::format(".{}.{}.{}.{}", fs::path{path}.filename().string(), host.data(), ::getpid(), attempt))
                     .string();
        fd = ::open(hidden.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    auto const fail = [&](char const* what) {
        auto const error = errno;
        if (fd >= 0) {
            ::close(fd);
            ::unlink(hidden.c_str());
        }
        throw UserError{Exit::cannot_write,
                        fmt::format("{} {}: {}", what, configs::printable(path), std::strerror(error))};
    };
    if (fd < 0)
        fail("cannot write");
    for (std::size_t done = 0; done < text.size();) {
        auto const written = ::write(fd, text.data() + done, text.size() - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            fail("cannot write");
        done += static_cast<std::size_t>(written);
    }
    if (::rename(hidden.c_str(), path.c_str()) != 0)
        fail("cannot rename the new file to");
    ::close(fd);
}

char const* name_of(PointStatus status)
{
    constexpr std::array<char const*, point_status_count> names{"pending", "ok", "infeasible", "failed", "timed_out"};
    return names[static_cast<std::size_t>(status)];
}

SweepFolder SweepFolder::open(std::string const& path)
{
    auto const file = (fs::path{path} / "plan.json").string();
    if (is_withheld(file))
        throw UserError{Exit::no_input,
                        fmt::format("{} cannot be read: {}", configs::printable(file), std::strerror(EACCES))};
    auto const text = content_of(file);
    if (!text)
        throw UserError{Exit::no_input,
                        fmt::format("{} is no folder of a sweep: it has no plan.json. 'scribeline sweep "
                                    "run FILE -o {}' makes one",
                                    configs::printable(path), configs::printable(path))};
    try {
        auto const json = Json::parse(*text);
        if (json.at("scribeline_sweep") != plan_version)
            throw std::runtime_error{"written by another version of this program"};
        auto folder        = SweepFolder{path, from_json(json)};
        folder.written_by_ = json.at("written_by");
        return folder;
    } catch (std::exception const& error) {
        throw UserError{Exit::bad_config, fmt::format("{} cannot be used: {}. Run the sweep in another folder",
                                                      configs::printable(file), configs::printable(error.what()))};
    }
}

SweepFolder SweepFolder::prepare(std::string const& path, configs::SweepPlan const& plan)
{
    auto       error = std::error_code{};
    auto const place = fs::path{path};
    if (fs::exists(place / "plan.json", error)) {
        auto folder = open(path);
        if (folder.plan_.id() != plan.id()) {
            throw UserError{Exit::bad_config,
                            fmt::format("{} holds another sweep: {} points ({}), where this one has {} ({}). Choose "
                                        "another folder with -o, or remove that one",
                                        path, folder.plan_.points.size(), configs::shown(folder.plan_.description),
                                        plan.points.size(), configs::shown(plan.description))};
        }
        fs::create_directories(place / "runs", error);
        return folder;
    }
    if (fs::exists(place, error) && !fs::is_directory(place, error))
        throw UserError{Exit::cannot_create,
                        fmt::format("{} is not a folder; name one with -o DIR", configs::printable(path))};
    if (fs::is_directory(place, error) && !fs::is_empty(place, error) && !fs::is_directory(place / "runs", error))
        throw UserError{Exit::cannot_create,
                        fmt::format("{} is not empty and holds no sweep; name another folder with -o DIR",
                                    configs::printable(path))};
    fs::create_directories(place / "runs", error);
    if (error)
        throw UserError{Exit::cannot_create,
                        fmt::format("cannot make the folder {}: {}", configs::printable(path), error.message())};
    write_atomically((place / "plan.json").string(), dump(to_json(plan)));
    return open(path);
}

std::string SweepFolder::run_name(std::size_t point) const { return fmt::format("runs/{:06}.h5", point); }
std::string SweepFolder::run_file(std::size_t point) const { return (fs::path{path_} / run_name(point)).string(); }
std::string SweepFolder::error_file(std::size_t point) const
{
    return (fs::path{path_} / fmt::format("runs/{:06}.error.json", point)).string();
}
std::string SweepFolder::links_file() const { return (fs::path{path_} / "runs.h5").string(); }
std::string SweepFolder::merged_file() const { return (fs::path{path_} / "sweep.h5").string(); }

PointStatus SweepFolder::status(std::size_t point) const
{
    if (is_complete_hdf5(run_file(point)))
        return PointStatus::ok;
    auto const found = error(point);
    return found ? found->status : PointStatus::pending;
}

std::string SweepFolder::held(std::size_t point) const
{
    auto const file = run_file(point), part = file + ".part";
    if (is_locked(part))
        return "another process computes it";
    if (is_withheld(file))
        return fmt::format("{} is another user's, who lets nobody read it", run_name(point));
    if (is_withheld(part, R_OK | W_OK))
        return fmt::format("{}.part is another user's, who began it", run_name(point));
    return {};
}

bool SweepFolder::is_done(std::size_t point) const
{
    auto const now = status(point);
    return now == PointStatus::ok || now == PointStatus::infeasible;
}

std::optional<PointError> SweepFolder::error(std::size_t point) const
{
    auto const text = content_of(error_file(point));
    if (!text)
        return std::nullopt;
    try {
        auto const json   = Json::parse(*text);
        auto       error  = PointError{};
        auto const status = json.at("status").get<std::string>();
        for (auto const each : {PointStatus::infeasible, PointStatus::failed, PointStatus::timed_out})
            if (status == name_of(each))
                error.status = each;
        error.exit_code    = json.at("exit_code");
        error.attempts     = json.at("attempts");
        error.wall_seconds = json.at("wall_seconds");
        error.peak_rss     = json.at("peak_rss_bytes");
        error.error        = json.at("error");
        return error;
    } catch (std::exception const&) {
        return std::nullopt; // somebody's editor: the point is tried again
    }
}

void SweepFolder::write_error(std::size_t point, PointError const& error) const
{
    auto const arguments = plan_.arguments(plan_.points[point]);
    write_atomically(error_file(point), dump({{"status", name_of(error.status)},
                                              {"exit_code", error.exit_code},
                                              {"attempts", error.attempts},
                                              {"wall_seconds", error.wall_seconds},
                                              {"peak_rss_bytes", error.peak_rss},
                                              {"error", error.error},
                                              {"arguments", arguments}}));
}

bool is_complete_hdf5(std::string const& path)
{
    auto stream = std::ifstream{path, std::ios::binary};
    auto head   = std::array<char, hdf5::superblock_bytes>{};
    if (!stream.read(head.data(), head.size()))
        return false;
    auto const found = hdf5::read_superblock({head.data(), head.size()});
    auto       error = std::error_code{};
    auto const size  = fs::file_size(path, error);
    return found && !error && size >= found->end_of_file;
}

} // namespace scribeline::results
