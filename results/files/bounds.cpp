#include "results/files/bounds.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

namespace scribeline::results {

Bounds bounds_for_file(std::string const& path)
{
    auto       failed = std::error_code{};
    auto const bytes  = std::filesystem::file_size(path, failed);
    return bounds_for(failed ? 0 : bytes);
}

void bound_memory(Bounds const& bounds)
{
    std::uint64_t pages = 0;
    if (!(std::ifstream{"/proc/self/statm"} >> pages))
        return;
    auto limit = rlimit{};
    ::getrlimit(RLIMIT_AS, &limit);
    auto const most = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) + bounds.memory;
    if (limit.rlim_cur == RLIM_INFINITY || most < limit.rlim_cur) {
        limit.rlim_cur = most;
        ::setrlimit(RLIMIT_AS, &limit);
    }
}

void bound_time(double seconds)
{
    auto const whole = std::floor(seconds);
    auto const parts = static_cast<suseconds_t>(std::ceil((seconds - whole) * 1e3)) * 1000;
    auto const timer = itimerval{{0, 0}, {static_cast<time_t>(whole), std::min<suseconds_t>(parts, 999'000)}};
    ::setitimer(ITIMER_REAL, &timer, nullptr);
}

} // namespace scribeline::results
