// fork, exec and poll by hand: two pipes, a deadline, and limits that must hold in the child alone.
#include "support/run_program.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace scribeline::tests {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct Pipe {
    int read_end  = -1;
    int write_end = -1;

    Pipe()
    {
        auto ends = std::array<int, 2>{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0) {
            throw std::runtime_error{std::string{"pipe: "} + std::strerror(errno)};
        }
        read_end  = ends[0];
        write_end = ends[1];
    }
    ~Pipe()
    {
        close_end(read_end);
        close_end(write_end);
    }
    Pipe(Pipe const&)            = delete;
    Pipe& operator=(Pipe const&) = delete;

    static void close_end(int& end)
    {
        if (end >= 0) {
            close(end);
            end = -1;
        }
    }
};

// In the child. Only returns by ending the process.
[[noreturn]] void become(std::vector<std::string> const& command, RunOptions const& options, int out, int err)
{
    auto const give_up = [](char const* what) {
        std::perror(what);
        _exit(127);
    };
    auto const nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0 || dup2(nothing, STDIN_FILENO) < 0) {
        give_up("dup2");
    }
    if (!options.folder.empty() && chdir(options.folder.c_str()) != 0) {
        give_up("chdir");
    }
    for (auto const& [name, value] : options.environment) {
        setenv(name.c_str(), value.c_str(), 1);
    }
    if (options.largest_file) {
        // Ignored, the signal turns into an error of write(), which is what a full disk looks like to a program.
        std::signal(SIGXFSZ, SIG_IGN);
        auto const limit = rlimit{*options.largest_file, *options.largest_file};
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0) {
            give_up("setrlimit");
        }
    }
    auto arguments = std::vector<char*>{};
    for (auto const& word : command) {
        arguments.push_back(const_cast<char*>(word.c_str())); // execvp does not write to them
    }
    arguments.push_back(nullptr);
    execvp(arguments.front(), arguments.data());
    give_up(arguments.front());
    _exit(127);
}

// Reads what is there; closes the end at the end of the stream.
void drain(int& end, std::string& into)
{
    auto       buffer = std::array<char, 65536>{};
    auto const got    = read(end, buffer.data(), buffer.size());
    if (got > 0) {
        into.append(buffer.data(), static_cast<std::size_t>(got));
    } else if (got == 0 || errno != EINTR) {
        Pipe::close_end(end);
    }
}

int milliseconds_until(SteadyClock::time_point when)
{
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(when - SteadyClock::now()).count();
    return left < 0 ? 0 : static_cast<int>(left);
}

} // namespace

bool RunResult::says(std::string const& text) const
{
    return out.find(text) != std::string::npos || err.find(text) != std::string::npos;
}

std::ostream& operator<<(std::ostream& stream, RunResult const& run)
{
    if (run.timed_out) {
        stream << "timed out";
    } else if (run.signal != 0) {
        stream << "ended by signal " << run.signal;
    } else {
        stream << "exit " << run.exit_code;
    }
    return stream << " after " << run.seconds << " s\n--- stdout\n" << run.out << "\n--- stderr\n" << run.err;
}

RunResult run_program(std::vector<std::string> const& command, RunOptions const& options)
{
    auto       result  = RunResult{};
    auto       out     = Pipe{};
    auto       err     = Pipe{};
    auto const started = SteadyClock::now();
    auto const child   = fork();
    if (child < 0) {
        throw std::runtime_error{std::string{"fork: "} + std::strerror(errno)};
    }
    if (child == 0) {
        become(command, options, out.write_end, err.write_end);
    }
    Pipe::close_end(out.write_end);
    Pipe::close_end(err.write_end);

    auto const kill_at  = options.kill_after ? std::optional{started + *options.kill_after} : std::nullopt;
    auto const give_up  = started + options.timeout;
    auto       deadline = kill_at && *kill_at < give_up ? *kill_at : give_up;
    bool       killed   = false;
    while (out.read_end >= 0 || err.read_end >= 0) {
        auto streams = std::array<pollfd, 2>{pollfd{out.read_end, POLLIN, 0}, pollfd{err.read_end, POLLIN, 0}};
        if (poll(streams.data(), streams.size(), milliseconds_until(deadline)) < 0 && errno != EINTR) {
            break;
        }
        if (!killed && SteadyClock::now() >= deadline) {
            kill(child, SIGKILL);
            killed           = true;
            result.timed_out = !kill_at || deadline == give_up;
            deadline += std::chrono::hours{1}; // the streams end by themselves now
            continue;
        }
        if (streams[0].revents != 0) {
            drain(out.read_end, result.out);
        }
        if (streams[1].revents != 0) {
            drain(err.read_end, result.err);
        }
    }

    auto status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    result.seconds = std::chrono::duration<double>(SteadyClock::now() - started).count();
    if (WIFEXITED(status)) {
        result.exit_code = WEXITSTATUS(status);
    } else if (WIFSIGNALED(status)) {
        result.signal = WTERMSIG(status);
    }
    if (result.exit_code == 127 && result.out.empty()) {
        throw std::runtime_error{"cannot start " + command.front() + ": " + result.err};
    }
    return result;
}

RunResult run_scribeline(std::vector<std::string> arguments, RunOptions const& options)
{
    arguments.insert(arguments.begin(), SCRIBELINE_PROGRAM);
    return run_program(arguments, options);
}

} // namespace scribeline::tests
