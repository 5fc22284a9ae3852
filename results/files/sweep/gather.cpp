// Readers send one line of JSON a point through a pipe. One that dies or falls silent is replaced, from the point
// after.
#include "results/files/sweep/gather.hpp"

#include "configs/failure.hpp"
#include "configs/schema/resolve.hpp"
#include "results/files/bounds.hpp"
#include "results/files/compare/columns.hpp"
#include "results/files/compare/file.hpp"
#include "results/files/yield_file.hpp"
#include "results/hdf5/reader.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace scribeline::results {

using Json  = nlohmann::json;
using Clock = std::chrono::steady_clock;

namespace {

constexpr double longest = 8; // seconds of the processor with one file; it takes milliseconds

std::string word_of(hdf5::InputFile const& file, std::string const& dataset)
{
    auto const words = file.attribute(dataset, "flag_meanings").value_or("");
    auto const value = file.number(dataset);
    if (!(value >= 0 && value < 256)) // a code has one byte
        throw hdf5::Failure{dataset + ": no code"};
    auto code = static_cast<std::size_t>(value);
    auto rest = std::string_view{words};
    for (; code > 0; --code) {
        auto const blank = rest.find(' ');
        if (blank == std::string_view::npos)
            throw hdf5::Failure{dataset + ": a code without a meaning"};
        rest.remove_prefix(blank + 1);
    }
    return std::string{rest.substr(0, rest.find(' '))};
}

Json to_json(RunRow const& row)
{
    auto about = Json::object();
    for (auto const& [name, each] : row.about)
        about[name] = {each.units, each.long_name};
    return {{"fault", row.fault}, {"infeasible", row.infeasible}, {"numbers", row.numbers}, {"words", row.words},
            {"about", about},     {"wall", row.wall_seconds},     {"rss", row.peak_rss}};
}

RunRow from_json(Json const& json)
{
    auto row       = RunRow{};
    row.fault      = json.at("fault");
    row.infeasible = json.at("infeasible");
    row.words      = json.at("words").get<decltype(row.words)>();
    for (auto const& [name, value] : json.at("numbers").items()) // JSON has no NaN but null
        row.numbers[name] = value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
    for (auto const& [name, each] : json.at("about").items())
        row.about[name] = {each.at(0), each.at(1)};
    row.wall_seconds =
        json.at("wall").is_null() ? std::numeric_limits<double>::quiet_NaN() : json.at("wall").get<double>();
    row.peak_rss = json.at("rss").is_null() ? std::numeric_limits<double>::quiet_NaN() : json.at("rss").get<double>();
    return row;
}

void send(int pipe, std::string const& text)
{
    for (std::size_t done = 0; done < text.size();) {
        auto const written = ::write(pipe, text.data() + done, text.size() - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            ::_exit(1); // nobody listens any more
        done += static_cast<std::size_t>(written);
    }
}

[[noreturn]] void read_points(SweepFolder const& folder, std::vector<std::size_t> const& points, std::size_t from,
                              int pipe)
{
    auto const no_core = rlimit{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    auto const nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    bound_memory(bounds_for(0)); // results of points are small
    for (auto const signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL})
        ::signal(signal, SIG_DFL);
    auto described = std::map<std::string, AboutMetric>{};
    for (auto i = from; i < points.size(); ++i) {
        auto row = RunRow{};
        try {
            row = read_run(folder.run_file(points[i]), folder.plan().points[points[i]].id, folder.plan().file_hashes);
        } catch (std::exception const& error) {
            row.fault = error.what();
        }
        for (auto it = row.about.begin(); it != row.about.end();)
            it = described.insert(*it).second ? std::next(it) : row.about.erase(it);
        send(pipe, to_json(row).dump(-1, ' ', false, Json::error_handler_t::replace) + '\n');
    }
    ::_exit(0);
}

// A process that reads some of the points.
class Reader {
  public:
    Reader(SweepFolder const& folder, std::vector<std::size_t> points) : folder_{folder}, points_{std::move(points)}
    {
        start();
    }
    ~Reader() { stop(); }
    Reader(Reader const&)            = delete;
    Reader& operator=(Reader const&) = delete;

    bool is_done() const { return at_ == points_.size(); }
    int  pipe() const { return pipe_; }

    // What has come through the pipe; `take` gets each row.
    template <class Take> void receive(Take const& take)
    {
        auto       buffer = std::array<char, 65536>{};
        auto const got    = ::read(pipe_, buffer.data(), buffer.size());
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            return;
        if (got <= 0) {
            give_up(take, "reading it crashes the HDF5 library");
            return;
        }
        heard();
        text_.append(buffer.data(), static_cast<std::size_t>(got));
        std::size_t from = 0;
        for (auto end = text_.find('\n'); end != std::string::npos; end = text_.find('\n', from)) {
            take(points_[at_++], from_json(Json::parse(text_.substr(from, end - from))));
            from = end + 1;
        }
        text_.erase(0, from);
    }

    template <class Take> void check_patience(Take const& take)
    {
        auto const worked = processor_seconds(child_) - worked_;
        auto const passed = std::chrono::duration<double>(Clock::now() - heard_).count();
        if (!is_done() && (worked > longest || passed > longest * waits))
            give_up(take, "reading it stalls the HDF5 library");
    }

  private:
    template <class Take> void give_up(Take const& take, char const* why)
    {
        stop();
        auto row  = RunRow{};
        row.fault = fmt::format("{} is damaged: {}", folder_.run_name(points_[at_]), why);
        take(points_[at_++], row);
        if (!is_done())
            start();
    }

    void start()
    {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            fail();
        child_ = ::fork();
        if (child_ == 0)
            read_points(folder_, points_, at_, ends[1]);
        ::close(ends[1]);
        pipe_ = ends[0];
        text_.clear();
        if (child_ < 0)
            fail();
        heard();
    }

    void heard()
    {
        heard_  = Clock::now();
        worked_ = processor_seconds(child_);
    }

    [[noreturn]] static void fail()
    {
        throw configs::UserError{configs::Exit::try_again,
                                 fmt::format("cannot start a process to read results: {}", std::strerror(errno))};
    }

    void stop()
    {
        if (child_ > 0) {
            ::kill(child_, SIGKILL);
            while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
            }
        }
        child_ = -1;
        if (pipe_ >= 0)
            ::close(pipe_);
        pipe_ = -1;
    }

    SweepFolder const&             folder_;
    std::vector<std::size_t> const points_;
    std::size_t                    at_    = 0; // the point whose row comes next
    pid_t                          child_ = -1;
    int                            pipe_  = -1;
    Clock::time_point              heard_;      // from last
    double                         worked_ = 0; // seconds, until then
    std::string                    text_;
};

void require_identity(hdf5::InputFile const& file, std::string const& toml, std::string const& command,
                      std::string const& id, std::map<std::string, std::string> const& file_hashes)
{
    auto const config = configs::resolve_text(toml, file.path());
    if (configs::configuration_id(config.machine, config.parameters, file_hashes, command) != id)
        throw configs::UserError{configs::Exit::bad_config,
                                 fmt::format("{} is the result of another configuration; remove it and run the sweep "
                                             "again",
                                             file.path())};
}

void take_facts(RunRow& row, hdf5::InputFile const& file, std::string const& group)
{
    row.wall_seconds = file.number_attribute(group, "wall_seconds");
    row.peak_rss     = file.number_attribute(group, "peak_rss_bytes");
}

// A run, or a study of yield, which is built alike.
RunRow row_of_summary(hdf5::InputFile const& file, std::string const& id,
                      std::map<std::string, std::string> const& file_hashes)
{
    auto command = std::string{};
    if (file.attribute("/", "Conventions") == std::string{yield_conventions})
        command = configs::identity_of(configs::SweepCommand::yield,
                                       static_cast<std::uint64_t>(file.number_attribute("/meta", "wafers")));
    require_identity(file, file.text("/meta/config_toml"), command, id, file_hashes);
    auto row = RunRow{};
    for (auto const& name : file.datasets_in("/summary")) {
        auto const dataset = "/summary/" + name;
        if (file.has_attribute(dataset, "flag_values"))
            row.words[name] = word_of(file, dataset);
        else
            row.numbers[name] = file.number(dataset);
        row.about[name] = {file.attribute(dataset, "units").value_or("1"),
                           file.attribute(dataset, "long_name").value_or("")};
    }
    take_facts(row, file, "/meta");
    return row;
}

// Of one machine at one context.
RunRow row_of_comparison(hdf5::InputFile const& file, std::string const& id,
                         std::map<std::string, std::string> const& file_hashes)
{
    auto const machines = file.links_in("/machines");
    if (machines.size() != 1)
        throw hdf5::Failure{"/machines: not one machine"};
    auto const group = "/machines/" + machines.front();
    require_identity(file, file.text(group + "/config_toml"), configs::identity_of(configs::SweepCommand::compare), id,
                     file_hashes);
    auto row = RunRow{};
    for (auto const& column : number_columns()) {
        row.numbers[column.name] = file.numbers(group + "/" + column.name).at(0);
        row.about[column.name]   = {column.units, column.long_name};
    }
    for (auto const& column : word_columns()) {
        row.words[column.name] = file.texts(group + "/" + column.name).at(0);
        row.about[column.name] = {"1", column.long_name};
    }
    row.words["kind"] = file.attribute(group, "kind").value_or("");
    row.about["kind"] = {"1", "kind of machine"};
    if (file.numbers(group + "/fits").at(0) == 0)
        row.infeasible = row.words["reason"];
    if (file.has(group + "/part_time")) {
        auto const parts = file.texts(group + "/part");
        auto const times = file.numbers(group + "/part_time");
        for (std::size_t i = 0; i < parts.size(); ++i) {
            auto name = "time_" + parts[i];
            std::replace(name.begin(), name.end(), ' ', '_');
            row.numbers[name] = times.at(i);
            row.about[name]   = {"s", "part of time_per_token: " + parts[i]};
        }
    }
    take_facts(row, file, "/comparison");
    return row;
}

} // namespace

RunRow read_run(std::string const& path, std::string const& id, std::map<std::string, std::string> const& file_hashes)
{
    auto const file = hdf5::InputFile{path};
    return file.attribute("/", "Conventions") == std::string{comparison_conventions}
               ? row_of_comparison(file, id, file_hashes)
               : row_of_summary(file, id, file_hashes);
}

void gather_runs(SweepFolder const& folder, unsigned processes,
                 std::function<void(std::size_t, RunRow const&)> const& take)
{
    auto shares = std::vector<std::vector<std::size_t>>(std::max(1U, processes));
    auto count  = std::size_t{0};
    for (std::size_t point = 0; point < folder.plan().points.size(); ++point)
        if (is_complete_hdf5(folder.run_file(point)))
            shares[count++ % shares.size()].push_back(point);
    auto readers = std::vector<std::unique_ptr<Reader>>{};
    for (auto& share : shares)
        if (!share.empty())
            readers.push_back(std::make_unique<Reader>(folder, std::move(share)));
    for (;;) {
        auto waiting = std::vector<pollfd>{};
        auto open    = std::vector<Reader*>{};
        for (auto const& reader : readers)
            if (!reader->is_done()) {
                waiting.push_back({reader->pipe(), POLLIN, 0});
                open.push_back(reader.get());
            }
        if (open.empty())
            return;
        ::poll(waiting.data(), waiting.size(), 1000);
        for (std::size_t i = 0; i < open.size(); ++i) {
            if (waiting[i].revents != 0)
                open[i]->receive(take);
            open[i]->check_patience(take);
        }
    }
}

} // namespace scribeline::results
