// A signal handler may call little more than unlink and write, and reaches nothing but what is global: so the path
// stands in a plain array, set while signals are blocked.
#include "results/files/interruption.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include <climits>
#include <signal.h>
#include <unistd.h>

namespace scribeline::results {

namespace {

constexpr std::array       interruptions{SIGINT, SIGTERM, SIGHUP};
constexpr int              shells_offset = 128; // a shell's exit code for a program that a signal ended
constexpr std::string_view message       = "scribeline: interrupted; no result was written\n";

using Path = std::array<char, PATH_MAX>;
std::array<Path, 8> half_done{}; // an empty path: nothing to remove

void remove_what_is_half_done()
{
    for (auto const& path : half_done)
        if (path[0] != '\0')
            ::unlink(path.data());
}

extern "C" void end_on_signal(int signal)
{
    remove_what_is_half_done();
    [[maybe_unused]] auto const ignored = ::write(STDERR_FILENO, message.data(), message.size());
    ::_exit(shells_offset + signal);
}

extern "C" void end_on_abort(int) // whoever aborts has said why
{
    remove_what_is_half_done();
    ::_exit(static_cast<int>(configs::Exit::internal));
}

sigset_t set_of_interruptions()
{
    sigset_t set;
    ::sigemptyset(&set);
    for (auto const signal : interruptions)
        ::sigaddset(&set, signal);
    return set;
}

} // namespace

void end_well_when_interrupted()
{
    struct sigaction action {};
    action.sa_handler = end_on_signal;
    action.sa_mask    = set_of_interruptions();
    for (auto const signal : interruptions) {
        struct sigaction before {};
        if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler != SIG_IGN)
            ::sigaction(signal, &action, nullptr);
    }
    action.sa_handler = end_on_abort;
    ::sigaction(SIGABRT, &action, nullptr);
}

NotNow::NotNow()
{
    auto const set = set_of_interruptions();
    ::sigprocmask(SIG_BLOCK, &set, &before_);
}

NotNow::~NotNow() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

RemovedWhenInterrupted::RemovedWhenInterrupted(std::string const& path)
{
    SCRIBELINE_EXPECT(path.size() < PATH_MAX); // it was opened, so the system took it
    auto const free =
        std::find_if(half_done.begin(), half_done.end(), [](auto const& each) { return each[0] == '\0'; });
    SCRIBELINE_EXPECT(free != half_done.end());
    auto const not_now = NotNow{};
    std::memcpy(free->data(), path.c_str(), path.size() + 1);
    slot_ = static_cast<int>(free - half_done.begin());
}

RemovedWhenInterrupted::RemovedWhenInterrupted(RemovedWhenInterrupted&& other) noexcept
    : slot_{std::exchange(other.slot_, -1)}
{
}

RemovedWhenInterrupted& RemovedWhenInterrupted::operator=(RemovedWhenInterrupted&& other) noexcept
{
    std::swap(slot_, other.slot_);
    return *this;
}

RemovedWhenInterrupted::~RemovedWhenInterrupted()
{
    if (slot_ >= 0)
        half_done[static_cast<std::size_t>(slot_)][0] = '\0';
}

} // namespace scribeline::results
