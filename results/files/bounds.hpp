// What reading a file may cost, in time and memory, where the file may be damaged or hostile.
#pragma once

#include <cstdint>
#include <string>

namespace scribeline::results {

// Seconds are of the processor: a damaged file sends the library round in circles, and never lets it wait. On a machine
// that is busy with other things a good file takes no more of them.
struct Bounds {
    double        seconds = 0;
    std::uint64_t memory  = 0; // bytes, beyond what this process has already
};

// A result is read in milliseconds, and its maps, the largest part of it, at some ten MB a second. A small file may
// take four seconds and half a GiB: with the few processes that look at it, that is under ten seconds and a GB.
inline Bounds bounds_for(std::uint64_t file_bytes)
{
    constexpr std::uint64_t bytes_a_second = std::uint64_t{4} << 20U, least = std::uint64_t{512} << 20U;
    constexpr double        fewest = 4;
    return {fewest + static_cast<double>(file_bytes) / static_cast<double>(bytes_a_second), least + 16 * file_bytes};
}

Bounds bounds_for_file(std::string const& path); // by its length; of none that cannot be told: as of an empty one

// For a process that is about to read such a file: from here on an allocation beyond the bounds fails. Where the
// system does not say how much the process has already, nothing is bounded.
void bound_memory(Bounds const& bounds);

// A signal that ends this process (SIGPROF) when it has worked that long, or (SIGALRM) worked and waited `waits` times
// as long. Rounded up to a millisecond.
void             bound_time(double seconds);
constexpr double waits = 15;

// What a process of ours has worked; nothing when there is none any more.
double processor_seconds(int process);

} // namespace scribeline::results
