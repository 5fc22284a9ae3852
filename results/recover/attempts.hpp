// Salvages in processes of their own: one that crashes or falls silent at an object is followed by another one, which
// leaves that object alone.
#pragma once

#include "results/recover/damaged_file.hpp"

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

Recovered recover(DamagedFile const& from);

} // namespace scribeline::results
