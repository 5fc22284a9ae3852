// fork, exec and wait4; signals are blocked and fetched one at a time, so that there is no handler and no race.
#include "models/program/sweep/pool.hpp"

#include "configs/failure.hpp"
#include "results/files/unnamed_file.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <list>

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace scribeline::program {

using namespace results;

namespace {

using Clock = std::chrono::steady_clock;

constexpr double grace          = 3;    // seconds between asking a process to end and ending it
constexpr double tick           = 0.25; // seconds between two looks at the clock
constexpr off_t  kept_of_stderr = 4096; // bytes: a message, not a flood
constexpr int    signal_offset  = 128;  // of a shell's exit codes

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// While it lives, the signals that a pool answers to wait to be fetched.
class FetchedSignals {
  public:
    FetchedSignals()
    {
        ::sigemptyset(&set_);
        for (auto const signal : {SIGCHLD, SIGINT, SIGTERM, SIGHUP}) {
            struct sigaction now {};
            if (signal == SIGHUP && ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN)
                continue; // nohup
            ::sigaddset(&set_, signal);
        }
        ::sigprocmask(SIG_BLOCK, &set_, &before_);
    }
    ~FetchedSignals()
    {
        // What came and was not fetched has been answered.
        auto const now = timespec{};
        while (::sigtimedwait(&set_, nullptr, &now) > 0) {
        }
        ::sigprocmask(SIG_SETMASK, &before_, nullptr);
    }
    FetchedSignals(FetchedSignals const&)            = delete;
    FetchedSignals& operator=(FetchedSignals const&) = delete;

    sigset_t const& before() const { return before_; }
    // 0 when none came in time.
    int next(double seconds = tick) const
    {
        auto const patience = timespec{0, static_cast<long>(std::clamp(seconds, 0.0, tick) * 1e9)};
        auto const signal   = ::sigtimedwait(&set_, nullptr, &patience);
        return std::max(signal, 0);
    }

  private:
    sigset_t set_{};
    sigset_t before_{};
};

struct Child {
    pid_t             pid = -1;
    Job               job;
    Clock::time_point start;
    int               said      = -1; // an unlinked file that is its stderr
    bool              asked     = false;
    bool              timed_out = false;
};

[[noreturn]] void become(Job const& job, Program const& program, int said, sigset_t const& mask, pid_t parent)
{
    // A Ctrl-C of the terminal is for the sweep, which lets its points finish.
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent)
        ::_exit(signal_offset + SIGKILL);
    for (auto const signal : {SIGINT, SIGTERM})
        if (!program) // which keeps its own handlers
            ::signal(signal, SIG_DFL);
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
    auto const nothing = ::open("/dev/null", O_RDWR);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(nothing, STDOUT_FILENO);
    ::dup2(said >= 0 ? said : nothing, STDERR_FILENO);
    if (program) {
        auto const code = program({job.command.begin() + 1, job.command.end()});
        std::cout.flush();
        std::cerr.flush();
        ::_exit(code);
    }
    auto arguments = std::vector<char*>{};
    for (auto const& argument : job.command)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments.front(), arguments.data());
    auto const text = std::string{"cannot start "} + arguments.front() + ": " + std::strerror(errno) + '\n';
    [[maybe_unused]] auto const ignored = ::write(STDERR_FILENO, text.data(), text.size());
    ::_exit(static_cast<int>(configs::Exit::internal));
}

std::string end_of(int fd)
{
    if (fd < 0)
        return {};
    auto const size = ::lseek(fd, 0, SEEK_END);
    auto       text = std::string(static_cast<std::size_t>(std::min(std::max<off_t>(size, 0), kept_of_stderr)), '\0');
    auto const got  = ::pread(fd, text.data(), text.size(), std::max<off_t>(0, size - kept_of_stderr));
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text;
}

class Runner {
  public:
    Runner(PoolOptions options, Pool::Ended const& ended) : options_{options}, ended_{ended} {}

    bool has_room() const { return children_.size() < options_.processes; }
    bool is_idle() const { return children_.empty(); }

    void start(Job job)
    {
        auto       child  = Child{-1, std::move(job), Clock::now(), unnamed_file(), false, false};
        auto const parent = ::getpid();
        child.pid         = ::fork();
        if (child.pid == 0)
            become(child.job, options_.program, child.said, signals_.before(), parent);
        if (child.pid < 0) {
            auto end      = ProcessEnd{};
            end.exit_code = static_cast<int>(configs::Exit::try_again);
            end.error     = fmt::format("cannot start a process: {}", std::strerror(errno));
            if (child.said >= 0)
                ::close(child.said);
            ended_(child.job, end);
            return;
        }
        children_.push_back(std::move(child));
    }

    // Waits until something happens or a process is late, and no longer than a tick.
    int wait() const
    {
        auto seconds = tick;
        for (auto const& child : children_)
            if (options_.timeout > 0 && !child.asked)
                seconds = std::min(seconds, options_.timeout - seconds_since(child.start));
        return signals_.next(seconds);
    }

    void collect()
    {
        for (auto child = children_.begin(); child != children_.end();) {
            auto       status = 0;
            auto       usage  = rusage{};
            auto const pid    = ::wait4(child->pid, &status, WNOHANG, &usage);
            if (pid == 0) {
                ++child;
                continue;
            }
            auto end         = ProcessEnd{};
            end.exit_code    = WIFEXITED(status) ? WEXITSTATUS(status) : signal_offset + WTERMSIG(status);
            end.timed_out    = child->timed_out;
            end.wall_seconds = seconds_since(child->start);
            end.peak_rss     = static_cast<double>(usage.ru_maxrss) * 1024;
            end.error        = end_of(child->said);
            if (child->said >= 0)
                ::close(child->said);
            auto const job = std::move(child->job);
            child          = children_.erase(child);
            ended_(job, end);
        }
    }

    void end_late_ones()
    {
        if (options_.timeout <= 0)
            return;
        for (auto& child : children_) {
            auto const seconds = seconds_since(child.start);
            if (seconds < options_.timeout)
                continue;
            child.timed_out = true;
            ::kill(child.pid, child.asked && seconds > options_.timeout + grace ? SIGKILL : SIGTERM);
            child.asked = true;
        }
    }

    void stop()
    {
        for (auto const& child : children_)
            ::kill(child.pid, SIGTERM);
        auto const start = Clock::now();
        while (!children_.empty()) {
            signals_.next();
            collect();
            if (seconds_since(start) > grace)
                for (auto const& child : children_)
                    ::kill(child.pid, SIGKILL);
        }
    }

    std::vector<Running> running() const
    {
        auto result = std::vector<Running>{};
        for (auto const& child : children_)
            result.push_back({child.job.key, seconds_since(child.start)});
        return result;
    }

  private:
    PoolOptions        options_;
    Pool::Ended const& ended_;
    FetchedSignals     signals_;
    std::list<Child>   children_;
};

} // namespace

unsigned processors()
{
    cpu_set_t set;
    CPU_ZERO(&set);
    return ::sched_getaffinity(0, sizeof set, &set) == 0 ? static_cast<unsigned>(std::max(1, CPU_COUNT(&set))) : 1;
}

Interruption Pool::run(Next const& next, Ended const& ended, Tick const& tick)
{
    auto runner      = Runner{options_, ended};
    auto interrupted = Interruption::none;
    for (;;) {
        auto job = Job{};
        while (interrupted == Interruption::none && runner.has_room() && next(job))
            runner.start(std::move(job));
        if (runner.is_idle())
            return interrupted;
        auto const signal = runner.wait();
        if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP) {
            if (interrupted != Interruption::none) {
                runner.stop();
                return Interruption::stopped;
            }
            interrupted = signal == SIGINT ? Interruption::asked : Interruption::terminated;
        }
        runner.collect();
        runner.end_late_ones();
        tick(runner.running());
    }
}

} // namespace scribeline::program
