#include "results/files/bounds.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
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
    auto const timer = [](double after) {
        auto const whole = std::floor(after);
        auto const parts = static_cast<suseconds_t>(std::ceil((after - whole) * 1e3)) * 1000;
        return itimerval{{0, 0}, {static_cast<time_t>(whole), std::min<suseconds_t>(parts, 999'000)}};
    };
    auto const working = timer(seconds), waiting = timer(seconds * waits);
    ::setitimer(ITIMER_PROF, &working, nullptr);
    ::setitimer(ITIMER_REAL, &waiting, nullptr);
}

double processor_seconds(int process)
{
    auto clock = clockid_t{};
    auto time  = timespec{};
    if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
        return 0;
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

} // namespace scribeline::results
