// Plain POSIX calls, so that each of them can be checked.
#include "results/files/output_file.hpp"

#include "configs/failure.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace scribeline::results {

namespace {

namespace fs = std::filesystem;
using configs::Exit;
using configs::UserError;

[[noreturn]] void refuse(std::string const& path, std::string const& why)
{
    throw UserError{Exit::cannot_create,
                    fmt::format("cannot write {}: {}", configs::printable(path), configs::printable(why))};
}

// Where the file really goes: through a link, as an editor would save it.
std::string resolved(std::string const& path)
{
    std::error_code error;
    if (fs::is_symlink(path, error) && fs::exists(path, error)) {
        auto const target = fs::canonical(path, error);
        return error ? path : target.string();
    }
    return path;
}

void require_place(std::string const& path, std::string const& target)
{
    std::error_code error;
    auto const      status = fs::status(target, error);
    if (path.empty()) {
        refuse("the result file", "its name is empty; name one with -o FILE.h5");
    }
    if (fs::is_directory(status) || path.back() == '/') {
        refuse(path, "it is a directory; name a file in it, such as " + (fs::path{path} / "run.h5").string());
    }
    if (fs::exists(status) && !fs::is_regular_file(status)) {
        refuse(path, "it is a device or a pipe, and an HDF5 file needs a regular file");
    }
    auto const directory = fs::path{target}.parent_path();
    if (!directory.empty() && !fs::is_directory(directory, error)) {
        refuse(path, fs::exists(directory, error)
                         ? fmt::format("{} is not a directory", directory.string())
                         : fmt::format("the directory {} does not exist; create it, or name another file with -o",
                                       directory.string()));
    }
}

bool same_file(int fd, std::string const& path)
{
    struct stat opened {};
    struct stat named {};
    return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

int open_part(std::string const& path, std::string const& part)
{
    for (;;) {
        auto const fd = ::open(part.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (fd < 0) {
            refuse(path, fmt::format("creating {} failed: {}", part, std::strerror(errno)));
        }
        // File systems without locks answer with other errors; there, two writers are the user's care.
        if (::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
            ::close(fd);
            throw UserError{Exit::try_again,
                            fmt::format("cannot write {}: another run is writing it and holds the lock on {}. Wait for "
                                        "it, or name another file with -o",
                                        configs::printable(path), configs::printable(part))};
        }
        // Between open and lock another run may have finished and renamed this very file: it is not ours to change.
        if (!same_file(fd, part)) {
            ::close(fd);
            continue;
        }
        if (::ftruncate(fd, 0) != 0) {
            auto const error = errno;
            ::close(fd);
            refuse(path, fmt::format("emptying {} failed: {}", part, std::strerror(error)));
        }
        return fd;
    }
}

} // namespace

OutputFile::OutputFile(std::string const& path) : path_{path}, target_{resolved(path)}, part_{target_ + ".part"}
{
    require_place(path_, target_);
    auto const not_now = NotNow{};
    fd_                = open_part(path_, part_);
    guard_             = RemovedWhenInterrupted{part_};
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_{std::move(other.path_)}, target_{std::move(other.target_)}, part_{std::move(other.part_)},
      fd_{std::exchange(other.fd_, -1)}, guard_{std::move(other.guard_)}
{
}

OutputFile::~OutputFile()
{
    if (fd_ >= 0) {
        auto const not_now = NotNow{};
        ::unlink(part_.c_str());
        ::close(fd_);
        guard_ = {};
    }
}

void OutputFile::fail_to_write(std::size_t size, int error) const
{
    auto const hint = error == ENOSPC || error == EDQUOT ? "; free some space, or name a file on another disk with -o"
                      : error == EFBIG                   ? "; the limit on file sizes (ulimit -f) is lower than that"
                                                         : "";
    throw UserError{Exit::cannot_write,
                    fmt::format("cannot write {} ({:.1f} MB): {}{}. No result file was written; one that stood there "
                                "before is unchanged",
                                path_, static_cast<double>(size) / 1e6, std::strerror(error), hint)};
}

void OutputFile::put(std::vector<char> const& bytes) const
{
    SCRIBELINE_EXPECT(fd_ >= 0);
    for (std::size_t done = 0; done < bytes.size();) {
        auto const written = ::pwrite(fd_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            fail_to_write(bytes.size(), written == 0 ? ENOSPC : errno);
        }
        done += static_cast<std::size_t>(written);
    }
    if (::ftruncate(fd_, static_cast<off_t>(bytes.size())) != 0) {
        fail_to_write(bytes.size(), errno);
    }
}

void OutputFile::keep(std::vector<char> const& bytes) { put(bytes); }

void OutputFile::commit(std::vector<char> const& bytes)
{
    put(bytes);
    // Some file systems report a full disk or quota only here. EINVAL: this one cannot sync.
    if (::fsync(fd_) != 0 && errno != EINVAL) {
        fail_to_write(bytes.size(), errno);
    }
    auto const not_now = NotNow{}; // after the rename the name may be another run's
    if (::rename(part_.c_str(), target_.c_str()) != 0) {
        fail_to_write(bytes.size(), errno);
    }
    ::close(std::exchange(fd_, -1));
    guard_ = {};
}

} // namespace scribeline::results
