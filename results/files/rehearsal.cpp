// A child process with a time limit, and a pipe for what it has to say.
#include "results/files/rehearsal.hpp"

#include "configs/failure.hpp"

#include <array>
#include <cerrno>
#include <new>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace scribeline::results {

namespace {

using configs::Exit;
using configs::UserError;

// What a crash prints is not for the user, and whoever handles signals in this process need not know of it.
void keep_quiet()
{
    auto const no_core = rlimit{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    auto const nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    for (auto const signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM, SIGPROF}) {
        ::signal(signal, SIG_DFL);
    }
}

// The exit code in one byte, `done` for what was made, then the message or what was made.
void say(int pipe, Exit code, std::string const& message)
{
    auto const text = static_cast<char>(code) + message;
    for (std::size_t done = 0; done < text.size();) {
        auto const written = ::write(pipe, text.data() + done, text.size() - done);
        if (written <= 0) {
            ::_exit(1);
        }
        done += static_cast<std::size_t>(written);
    }
}

[[noreturn]] void act(std::function<std::string()> const& action, Bounds const& bounds, int pipe)
{
    keep_quiet();
    bound_memory(bounds);
    bound_time(bounds.seconds);
    try {
        say(pipe, Exit::done, action());
    } catch (UserError const& error) {
        say(pipe, error.code(), error.what());
    } catch (std::bad_alloc const&) {
        ::_exit(1);
    } catch (...) { // not the input's fault: happens again here, where it is reported
    }
    ::_exit(0);
}

std::string everything_from(int pipe)
{
    std::string             text;
    std::array<char, 65536> buffer{};
    for (;;) {
        auto const got = ::read(pipe, buffer.data(), buffer.size());
        if (got > 0) {
            text.append(buffer.data(), static_cast<std::size_t>(got));
        } else if (got == 0 || errno != EINTR) {
            return text;
        }
    }
}

bool ended_well(pid_t child)
{
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return true;
        }
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Empty where no copy could be made, or where it met what is not the input's fault. Otherwise `done`, and what was
// made.
std::string said_by_a_copy(std::function<std::string()> const& action, Bounds const& bounds, std::string const& crashed)
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return {}; // nothing to spare for a rehearsal: then without
    }
    auto const child = ::fork();
    if (child == 0) {
        act(action, bounds, ends[1]);
    }
    ::close(ends[1]);
    auto const said = child > 0 ? everything_from(ends[0]) : std::string{};
    auto const fine = child < 0 || ended_well(child);
    ::close(ends[0]);
    if (!fine) {
        throw UserError{Exit::bad_config, crashed};
    }
    if (!said.empty() && static_cast<Exit>(said.front()) != Exit::done) {
        throw UserError{static_cast<Exit>(said.front()), said.substr(1)};
    }
    return said;
}

} // namespace

void rehearse(std::function<void()> const& action, Bounds const& bounds, std::string const& crashed)
{
    auto const silent = [&] {
        action();
        return std::string{};
    };
    said_by_a_copy(silent, bounds, crashed);
}

std::string made_in_a_copy(std::function<std::string()> const& action, Bounds const& bounds, std::string const& crashed)
{
    auto const said = said_by_a_copy(action, bounds, crashed);
    return said.empty() ? action() : said.substr(1); // there was none, or it met what is to be reported here
}

} // namespace scribeline::results
