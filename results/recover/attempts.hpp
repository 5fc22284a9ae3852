// Salvages in processes of their own: one that crashes or falls silent at an object is followed by another one, which
// leaves that object alone. All of them together are bounded in time, and each in time and memory.
#pragma once

#include "results/recover/damaged_file.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace scribeline::results {

struct Recovered {
    std::vector<char>                                bytes;  // of the new file; empty: not even the root can be read
    std::string                                      reason; // then
    std::vector<std::string>                         kept;   // groups end in a slash
    std::vector<std::pair<std::string, std::string>> lost;   // object and why
};

// Told about once a second.
struct RecoverProgress {
    double      seconds = 0;
    std::size_t kept = 0, lost = 0; // of the attempt that goes on
    std::string at;                 // the object that it turned to last
};

// Of the processor where nobody wished for a time: a machine that is busy loses nothing by it.
enum class SecondsOf { processor, clock };

// After `seconds`, what has not been read is lost, and what has been is written: in twice that at most.
Recovered recover(DamagedFile const& from, double seconds, SecondsOf kind,
                  std::function<void(RecoverProgress const&)> const& tell);

// Without a wish: far more than a file of that length needs.
double seconds_to_recover(std::uint64_t bytes);

} // namespace scribeline::results
