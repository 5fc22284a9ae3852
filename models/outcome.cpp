// Names of the parts of time, and the audits of a run: its books and its numbers.
#include "models/outcome.hpp"

#include "configs/failure.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::models {

char const* name_of(Part part)
{
    constexpr std::array<char const*, part_count> names{
        "arithmetic", "dispatch", "sram", "hops", "scribe", "serialisation", "reduce_stage", "waiting", "off_wafer"};
    auto const i = static_cast<std::size_t>(part);
    SCRIBELINE_EXPECT(i < names.size());
    return names[i];
}

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
        throw configs::SimulationFault{"the books of the run do not balance:" + message};
    }
}

void PayloadCheck::require_within_bound() const
{
    if (checked && !within_bound())
        throw configs::SimulationFault{
            fmt::format("the mesh computed something else than the reference: of {} numbers one deviates by {:.3g} of "
                        "their rms, and rounding explains {:.3g} at most",
                        numbers, largest, bound)};
}

} // namespace scribeline::models
