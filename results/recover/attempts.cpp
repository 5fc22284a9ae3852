// The child says through a pipe which object it turns to, and leaves the new file in memory that both share.
#include "results/recover/attempts.hpp"

#include "configs/failure.hpp"
#include "results/files/bounds.hpp"
#include "results/recover/salvage.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <set>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace scribeline::results {

namespace {

using configs::Exit;
using configs::UserError;

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_attempts = 200; // objects that crash the library before the rest is given up

// Of the time for the whole, what one object may take: five that stall leave some to read the others in.
constexpr double share_of_an_object = 0.15;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_{fd}
    {
        if (fd < 0)
            throw UserError{Exit::try_again,
                            fmt::format("cannot share memory with a process: {}", std::strerror(errno))};
    }
    ~Descriptor() { close(); }
    Descriptor(Descriptor const&)            = delete;
    Descriptor& operator=(Descriptor const&) = delete;

    int  get() const { return fd_; }
    void close()
    {
        if (fd_ >= 0)
            ::close(fd_);
        fd_ = -1;
    }

  private:
    int fd_;
};

bool write_all(int fd, char const* data, std::size_t size)
{
    for (std::size_t done = 0; done < size;) {
        auto const written = ::write(fd, data + done, size - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        done += static_cast<std::size_t>(written);
    }
    return true;
}

// A line each: a letter, the path, and after a tabulator the reason.
class ToPipe final : public SalvageLog {
  public:
    ToPipe(int fd, double patience) : fd_{fd}, patience_{patience} {}
    void trying(std::string const& path) override
    {
        bound_time(patience_);
        say('t', path, "");
    }
    void kept(std::string const& path) override { say('k', path, ""); }
    void lost(std::string const& path, std::string const& why) override { say('l', path, why); }
    void hopeless(std::string const& why) { say('h', "/", why); }

  private:
    // Names are whatever stands in a damaged file.
    void say(char what, std::string const& path, std::string const& why)
    {
        auto const line = what + configs::printable(path) + '\t' + configs::printable(why) + '\n';
        if (!write_all(fd_, line.data(), line.size()))
            ::_exit(1);
    }
    int    fd_;
    double patience_; // seconds with one object
};

// What an attempt must not look at, and for how long.
struct Terms {
    std::set<std::string> const& harmful;
    std::set<std::string> const* only = nullptr;
    double                       patience;
};

[[noreturn]] void act(DamagedFile const& from, Terms const& terms, int pipe, int memory)
{
    auto const no_core = rlimit{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    auto const nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    for (auto const signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM, SIGPROF})
        ::signal(signal, SIG_DFL);
    bound_memory(bounds_for(from.bytes() + from.missing()));
    bound_time(terms.patience);
    auto log = ToPipe{pipe, terms.patience};
    try {
        auto const bytes = salvage(from, terms.harmful, terms.only, log);
        ::_exit(write_all(memory, bytes.data(), bytes.size()) ? 0 : 1);
    } catch (std::exception const& error) {
        log.hopeless(error.what());
        ::_exit(0);
    }
}

struct Attempt {
    Recovered             recovered;
    std::set<std::string> tried;
    std::string           at; // the object that it turned to last
    bool                  ended_well  = false;
    bool                  out_of_time = false;
    double                worked      = 0; // seconds of the processor
};

// A line of the log.
void take(std::string const& line, Attempt& attempt)
{
    auto const tab = line.find('\t');
    if (tab == std::string::npos || tab == 0)
        return; // cut short
    auto const path = line.substr(1, tab - 1), why = line.substr(tab + 1);
    if (line[0] == 't')
        attempt.tried.insert(attempt.at = path);
    else if (line[0] == 'k')
        attempt.recovered.kept.push_back(path);
    else if (line[0] == 'l')
        attempt.recovered.lost.emplace_back(path, why);
    else
        attempt.recovered.reason = why;
}

// Reads the log to its end. `each` is called some times a second, and says whether to go on.
template <class Each> void listen(int pipe, Attempt& attempt, Each const& each)
{
    constexpr int wait   = 200; // milliseconds
    auto          text   = std::string{};
    auto          buffer = std::array<char, 65536>{};
    auto          called = Clock::now();
    for (;;) {
        auto waiting = pollfd{pipe, POLLIN, 0};
        if (::poll(&waiting, 1, wait) > 0) {
            auto const got = ::read(pipe, buffer.data(), buffer.size());
            if (got == 0 || (got < 0 && errno != EINTR))
                return;
            text.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
            auto from = std::size_t{0};
            for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', from)) {
                take(text.substr(from, end - from), attempt);
                from = end + 1;
            }
            text.erase(0, from);
        }
        if (seconds_since(called) * 1000 < wait)
            continue;
        called = Clock::now();
        if (!each()) {
            attempt.out_of_time = true;
            return;
        }
    }
}

std::vector<char> content_of(int memory)
{
    struct stat about {};
    ::fstat(memory, &about);
    auto bytes = std::vector<char>(static_cast<std::size_t>(about.st_size));
    for (std::size_t done = 0; done < bytes.size();) {
        auto const got = ::pread(memory, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
        SCRIBELINE_EXPECT(got > 0 || errno == EINTR);
        done += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    return bytes;
}

template <class Each> Attempt try_once(DamagedFile const& from, Terms const& terms, Each const& each)
{
    auto ends   = std::array<int, 2>{};
    auto memory = Descriptor{::memfd_create("recovered", MFD_CLOEXEC)};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        ends = {-1, -1};
    auto       reading = Descriptor{ends[0]}, writing = Descriptor{ends[1]};
    auto const child = ::fork();
    if (child == 0)
        act(from, terms, writing.get(), memory.get());
    if (child < 0)
        throw UserError{Exit::try_again, fmt::format("cannot start a process: {}", std::strerror(errno))};
    writing.close();
    auto attempt = Attempt{};
    listen(reading.get(), attempt, [&] { return each(attempt, processor_seconds(child)); });
    if (attempt.out_of_time)
        ::kill(child, SIGKILL);
    auto status = 0;
    auto usage  = rusage{};
    while (::wait4(child, &status, 0, &usage) < 0 && errno == EINTR) {
    }
    auto const seconds = [](timeval time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    attempt.worked     = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    attempt.ended_well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (attempt.ended_well)
        attempt.recovered.bytes = content_of(memory.get());
    return attempt;
}

} // namespace

double seconds_to_recover(std::uint64_t bytes) { return bounds_for(bytes).seconds; }

Recovered recover(DamagedFile const& from, double seconds, SecondsOf kind,
                  std::function<void(RecoverProgress const&)> const& tell)
{
    auto const start  = Clock::now();
    auto       worked = 0.0; // by attempts that have ended
    auto const used   = [&](double by_this_one = 0) {
        auto const passed = seconds_since(start);
        return kind == SecondsOf::clock ? passed : std::max(worked + by_this_one, passed / waits);
    };
    auto const patience = seconds * share_of_an_object;
    auto       harmful  = std::set<std::string>{};
    auto       harmless = std::set<std::string>{}; // tried, and another one was turned to
    auto       told     = 0.0;

    auto const each = [&](double most) {
        return [&, most](Attempt const& attempt, double working) {
            auto const elapsed = seconds_since(start);
            if (elapsed - told >= 1) {
                told = elapsed;
                tell({elapsed, attempt.recovered.kept.size(), attempt.recovered.lost.size(), attempt.at});
            }
            return used(working) < most;
        };
    };
    auto const give_up = [](Attempt& attempt, std::string const& why) {
        attempt.recovered.bytes.clear();
        attempt.recovered.reason = why;
        return std::move(attempt.recovered);
    };
    for (;;) {
        bool const last = used() >= seconds;
        auto       attempt =
            try_once(from, {harmful, last ? &harmless : nullptr, patience}, each(last ? 2 * seconds : seconds));
        worked += attempt.worked;
        if (attempt.ended_well)
            return std::move(attempt.recovered);
        for (auto const& path : attempt.tried)
            if (path != attempt.at)
                harmless.insert(path);
        if (last)
            return give_up(attempt, fmt::format("there was no time left at {}", attempt.at));
        if (attempt.out_of_time)
            continue; // once more, with what is known to do no harm
        if (attempt.at.empty() || harmful.size() == most_attempts || !harmful.insert(attempt.at).second)
            return give_up(attempt, attempt.at.empty() ? "opening it crashes the HDF5 library"
                                                       : "the HDF5 library crashes at " + attempt.at);
    }
}

} // namespace scribeline::results
