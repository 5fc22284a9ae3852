// Names of the parts of time, and the audits of a run: its books and its numbers.
#include "models/wafer/outcome.hpp"

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

void PayloadCheck::require_within_bound() const
{
    if (checked && !within_bound())
        throw configs::SimulationFault{
            fmt::format("the mesh computed something else than the reference: of {} numbers one deviates by {:.3g} of "
                        "their rms, and rounding explains {:.3g} at most",
                        numbers, largest, bound)};
}

} // namespace scribeline::models
