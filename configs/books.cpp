#include "configs/books.hpp"

#include "configs/failure.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::configs {

bool Books::balanced() const
{
    return std::all_of(entries.begin(), entries.end(), [](BookEntry const& entry) { return entry.balanced(); });
}

void Books::require_balanced() const
{
    std::string message;
    for (auto const& entry : entries) {
        if (!entry.balanced()) {
            message += fmt::format("\n  {}: {} = {}, but {} = {}", entry.name, entry.left, entry.left_value,
                                   entry.right, entry.right_value);
        }
    }
    if (!message.empty()) {
        throw SimulationFault{"the books of the run do not balance:" + message};
    }
}

} // namespace scribeline::configs
