// Answers of a function, a process for each: what an answer leaves behind in a process is gone with it, and cores work
// side by side.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::program {

// Text for 0 .. count - 1, at most `processes` at a time. Nothing: the process ended without an answer. What `answer`
// throws must be part of its text.
std::vector<std::optional<std::string>> side_by_side(std::size_t count, unsigned processes,
                                                     std::function<std::string(std::size_t)> const& answer);

} // namespace scribeline::program
