#include "models/program/side_by_side.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <iostream>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace scribeline::program {

namespace {

struct Child {
    std::size_t number;
    pid_t       pid;
    int         from;
    std::string text;
};

void write_all(int to, std::string const& text)
{
    for (std::size_t at = 0; at < text.size();) {
        auto const written = ::write(to, text.data() + at, text.size() - at);
        if (written < 0 && errno != EINTR)
            return;
        at += static_cast<std::size_t>(std::max<ssize_t>(written, 0));
    }
}

Child start(std::size_t number, std::function<std::string(std::size_t)> const& answer)
{
    int ends[2];
    if (::pipe(ends) != 0)
        throw configs::UserError{configs::Exit::no_input, "no pipe to another process: too many files are open"};
    std::cout.flush();
    std::fflush(nullptr);
    auto const pid = ::fork();
    if (pid < 0)
        throw configs::UserError{configs::Exit::no_input, "no further process can be started"};
    if (pid == 0) {
        ::close(ends[0]);
        write_all(ends[1], answer(number) + "\n."); // a text that was cut off lacks the last line
        ::close(ends[1]);
        ::_exit(0);
    }
    ::close(ends[1]);
    return {number, pid, ends[0], {}};
}

// Whether there is more to come.
bool read_some(Child& child)
{
    char       buffer[4096];
    auto const got = ::read(child.from, buffer, sizeof buffer);
    if (got < 0)
        return errno == EINTR;
    child.text.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
}

} // namespace

std::vector<std::optional<std::string>> side_by_side(std::size_t count, unsigned processes,
                                                     std::function<std::string(std::size_t)> const& answer)
{
    auto answers = std::vector<std::optional<std::string>>(count);
    auto running = std::vector<Child>{};
    auto next    = std::size_t{0};
    while (next < count || !running.empty()) {
        while (next < count && running.size() < std::max(processes, 1U))
            running.push_back(start(next++, answer));
        auto waited = std::vector<pollfd>{};
        for (auto const& child : running)
            waited.push_back({child.from, POLLIN, 0});
        if (::poll(waited.data(), waited.size(), -1) < 0)
            continue;
        for (auto i = waited.size(); i-- > 0;) {
            if (waited[i].revents == 0 || read_some(running[i]))
                continue;
            auto& child = running[i];
            ::close(child.from);
            ::waitpid(child.pid, nullptr, 0);
            if (auto const size = child.text.size(); size >= 2 && child.text.compare(size - 2, 2, "\n.") == 0)
                answers[child.number] = child.text.substr(0, size - 2);
            running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
    return answers;
}

} // namespace scribeline::program
