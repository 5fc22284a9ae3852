#include "results/files/unnamed_file.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace scribeline::results {

int unnamed_file()
{
    auto       failed = std::error_code{};
    auto       name   = (std::filesystem::temp_directory_path(failed) / "scribeline-XXXXXX").string();
    auto const fd     = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd >= 0)
        ::unlink(name.c_str());
    return fd;
}

std::string path_of(int unnamed) { return fmt::format("/proc/self/fd/{}", unnamed); }

} // namespace scribeline::results
