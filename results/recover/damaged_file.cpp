// The bytes through read(2), then a copy of them in a temporary file for the library.
#include "results/recover/damaged_file.hpp"

#include "configs/failure.hpp"
#include "results/hdf5/guard.hpp"
#include "results/hdf5/superblock.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace scribeline::results {

namespace {

using configs::Exit;
using configs::UserError;

// Bytes that may be missing at the end: as many as are there, and some more. The copy has room for all of them, so what
// a damaged superblock says must not decide how much memory and disk that is; and of a file of which less than a half
// is left, nearly nothing can be found.
std::uint64_t most_missing(std::uint64_t there)
{
    constexpr std::uint64_t always = std::uint64_t{64} << 20U;
    return always + there;
}

struct Opened {
    int fd = -1;
    ~Opened()
    {
        if (fd >= 0)
            ::close(fd);
    }
};

std::vector<char> all_bytes(std::string const& path)
{
    auto const fail = [&] {
        throw UserError{Exit::no_input,
                        fmt::format("cannot read {}: {}", configs::printable(path), std::strerror(errno))};
    };
    auto const  file = Opened{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat about {};
    if (file.fd < 0 || ::fstat(file.fd, &about) != 0)
        fail();
    if (!S_ISREG(about.st_mode))
        throw UserError{Exit::no_input,
                        fmt::format("{} is no regular file, and a result file is one", configs::printable(path))};
    if (::flock(file.fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        throw UserError{Exit::try_again, fmt::format("{} is being written by a run that goes on; wait for it",
                                                     configs::printable(path))};
    auto bytes = std::vector<char>(static_cast<std::size_t>(about.st_size));
    for (std::size_t done = 0; done < bytes.size();) {
        auto const got = ::read(file.fd, bytes.data() + done, bytes.size() - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            fail();
        if (got == 0)
            bytes.resize(done);
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

} // namespace

DamagedFile::DamagedFile(std::string const& path) : path_{path}, image_{all_bytes(path)}
{
    if (image_.empty())
        throw UserError{Exit::no_input,
                        fmt::format("{} is empty: its run ended before there was a result, and a run that is done in "
                                    "seconds writes nothing before that. Run it again",
                                    path)};
    auto const superblock = hdf5::read_superblock({image_.data(), image_.size()});
    if (!superblock)
        throw UserError{Exit::bad_config,
                        fmt::format("{} does not begin as an HDF5 file does; there is nothing to recover", path)};
    size_   = image_.size();
    stated_ = superblock->end_of_file;
    if (stated_ > size_ + most_missing(size_))
        throw UserError{Exit::bad_config, fmt::format("{} states a length of {} bytes and has {}: its first bytes are "
                                                      "damaged, and without them nothing can be found in it",
                                                      path, stated_, size_)};
    image_.resize(std::max(size_, stated_), '\xff');

    auto failed   = std::error_code{};
    copy_         = (std::filesystem::temp_directory_path(failed) / "scribeline-XXXXXX").string();
    auto const fd = Opened{::mkostemp(copy_.data(), O_CLOEXEC)};
    if (fd.fd < 0)
        throw UserError{Exit::cannot_write, fmt::format("no copy of {} can be made in the folder for temporary files: "
                                                        "{}",
                                                        configs::printable(path), std::strerror(errno))};
    guard_ = RemovedWhenInterrupted{copy_};
}

DamagedFile::~DamagedFile() { ::unlink(copy_.c_str()); }

hdf5::Handle DamagedFile::open() const
{
    using hdf5::check;
    hdf5::guard_library();
    // Not the library's own driver for files in memory: that one cannot be told a length.
    auto const copy = Opened{::open(copy_.c_str(), O_RDWR | O_TRUNC | O_NOFOLLOW | O_CLOEXEC)};
    for (std::size_t done = 0; done < image_.size();) {
        auto const written = ::write(copy.fd, image_.data() + done, image_.size() - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            break;
        done += static_cast<std::size_t>(written);
    }
    struct stat about {};
    if (copy.fd < 0 || ::fstat(copy.fd, &about) != 0 || static_cast<std::size_t>(about.st_size) != image_.size()) {
        throw hdf5::Failure{"no room for a copy of it in the folder for temporary files"};
    }
    auto const access = hdf5::Handle{check(H5Pcreate(H5P_FILE_ACCESS), "property list"), &H5Pclose};
    auto const yes    = hbool_t{1};
    // Properties that the library has for h5clear, under their own names.
    check(H5Pset(access.id(), "skip_eof_check", &yes), "skip_eof_check");
    check(H5Pset(access.id(), "clear_status_flags", &yes), "clear_status_flags");
    auto const id   = H5Fopen(copy_.c_str(), H5F_ACC_RDWR, access.id());
    auto       file = hdf5::Handle{check(id, "its root"), &H5Fclose};
    if (was_left_open())
        check(H5Fincrement_filesize(file.id(), 0), "its length");
    return file;
}

} // namespace scribeline::results
