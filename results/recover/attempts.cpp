// The child says through a pipe which object it turns to, and leaves the new file in memory that both share.
#include "results/recover/attempts.hpp"

#include "configs/failure.hpp"
#include "results/recover/salvage.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <set>

#include <fcntl.h>
#include <fmt/format.h>
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

constexpr unsigned    patience      = 60;  // seconds with one object; a large one takes about one
constexpr std::size_t most_attempts = 200; // objects that crash the library before the rest is given up

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
    explicit ToPipe(int fd) : fd_{fd} {}
    void trying(std::string const& path) override
    {
        ::alarm(patience);
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
    int fd_;
};

[[noreturn]] void act(DamagedFile const& from, std::set<std::string> const& harmful, int pipe, int memory)
{
    auto const no_core = rlimit{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    auto const nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    for (auto const signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM})
        ::signal(signal, SIG_DFL);
    auto log = ToPipe{pipe};
    ::alarm(patience);
    try {
        auto const bytes = salvage(from, harmful, log);
        ::_exit(write_all(memory, bytes.data(), bytes.size()) ? 0 : 1);
    } catch (std::exception const& error) {
        log.hopeless(error.what());
        ::_exit(0);
    }
}

std::string everything_from(int pipe)
{
    auto text   = std::string{};
    auto buffer = std::array<char, 65536>{};
    for (;;) {
        auto const got = ::read(pipe, buffer.data(), buffer.size());
        if (got > 0)
            text.append(buffer.data(), static_cast<std::size_t>(got));
        else if (got == 0 || errno != EINTR)
            return text;
    }
}

struct Attempt {
    Recovered   recovered;
    std::string at; // the object that it turned to last
    bool        ended_well = false;
};

void read_log(std::string const& text, Attempt& attempt)
{
    for (std::size_t from = 0; from < text.size();) {
        auto const end  = std::min(text.find('\n', from), text.size());
        auto const line = text.substr(from, end - from);
        auto const tab  = line.find('\t');
        from            = end + 1;
        if (tab == std::string::npos || tab == 0)
            continue; // cut short
        auto const path = line.substr(1, tab - 1), why = line.substr(tab + 1);
        if (line[0] == 't')
            attempt.at = path;
        else if (line[0] == 'k')
            attempt.recovered.kept.push_back(path);
        else if (line[0] == 'l')
            attempt.recovered.lost.emplace_back(path, why);
        else
            attempt.recovered.reason = why;
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

Attempt try_once(DamagedFile const& from, std::set<std::string> const& harmful)
{
    auto ends   = std::array<int, 2>{};
    auto memory = Descriptor{::memfd_create("recovered", MFD_CLOEXEC)};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        ends = {-1, -1};
    auto       reading = Descriptor{ends[0]}, writing = Descriptor{ends[1]};
    auto const child = ::fork();
    if (child == 0)
        act(from, harmful, writing.get(), memory.get());
    if (child < 0)
        throw UserError{Exit::try_again, fmt::format("cannot start a process: {}", std::strerror(errno))};
    writing.close();
    auto attempt = Attempt{};
    read_log(everything_from(reading.get()), attempt);
    auto status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    attempt.ended_well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (attempt.ended_well)
        attempt.recovered.bytes = content_of(memory.get());
    return attempt;
}

} // namespace

Recovered recover(DamagedFile const& from)
{
    auto harmful = std::set<std::string>{};
    for (;;) {
        auto attempt = try_once(from, harmful);
        if (attempt.ended_well)
            return std::move(attempt.recovered);
        if (attempt.at.empty() || harmful.size() == most_attempts || !harmful.insert(attempt.at).second) {
            attempt.recovered.bytes.clear();
            attempt.recovered.reason = attempt.at.empty() ? "opening it crashes the HDF5 library"
                                                          : "the HDF5 library crashes at " + attempt.at;
            return std::move(attempt.recovered);
        }
    }
}

} // namespace scribeline::results
