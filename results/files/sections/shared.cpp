// Dimensions and storage that several groups use. Each group has dimensions of its own, so that a reader who opens
// one group sees them with their coordinates.
#include "results/files/sections/sections.hpp"

#include "configs/failure.hpp"
#include "results/views/metrics.hpp"

#include <algorithm>
#include <numeric>

namespace scribeline::results::sections {

namespace {

hdf5::Dimension numbered(hdf5::Group& group, char const* name, std::uint32_t size, char const* long_name)
{
    std::vector<std::uint32_t> numbers(size);
    std::iota(numbers.begin(), numbers.end(), 0U);
    return group.coordinates(name, numbers, {"1", long_name});
}

} // namespace

std::vector<std::string> part_names()
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i < models::part_count; ++i) {
        names.emplace_back(name_of(static_cast<models::Part>(i)));
    }
    return names;
}

std::vector<std::string> direction_names() { return {"north", "east", "south", "west"}; }

hdf5::Dimension pe_rows(hdf5::Group& group, models::FabricActivity const& activity)
{
    return numbered(group, "pe_row", activity.rows, "row of PEs within the region, from the north");
}

hdf5::Dimension pe_columns(hdf5::Group& group, models::FabricActivity const& activity)
{
    return numbered(group, "pe_col", activity.columns, "column of PEs within the region, from the west");
}

hdf5::Dimension directions(hdf5::Group& group)
{
    return group.coordinates("direction", direction_names(), {"1", "direction in which a link leaves the router"});
}

std::uint64_t picoseconds(models::Outcome const& outcome, std::uint64_t cycles)
{
    SCRIBELINE_EXPECT(outcome.clock_hz > 0);
    return configs::FabricClock{configs::Hertz{outcome.clock_hz}}.picoseconds(configs::FabricCycles{cycles});
}

std::uint64_t window_length(models::Outcome const& outcome, std::size_t window)
{
    auto const& start = outcome.activity.window_start;
    auto const  end   = window + 1 < start.size() ? start[window + 1] : simulated_cycles(outcome);
    // The fabric may drain for some cycles after the last operator has finished.
    return end > start[window] ? end - start[window] : std::max<std::uint64_t>(outcome.activity.window_cycles, 1);
}

hdf5::Dimension windows(hdf5::Group& group, models::Outcome const& outcome)
{
    auto const&                activity = outcome.activity;
    std::vector<std::uint64_t> start;
    for (auto const cycle : activity.window_start) {
        start.push_back(picoseconds(outcome, cycle));
    }
    auto dimension = group.coordinates("window", start, {"ps", "start of the window, from the start of the run"});
    std::vector<std::uint64_t> length(start.size());
    for (std::size_t i = 0; i < length.size(); ++i) {
        length[i] = window_length(outcome, i);
    }
    group.array("window_cycles", length, {&dimension}, {"cycle", "length of the window"});
    return dimension;
}

hdf5::Storage column_storage(std::uint64_t size)
{
    return size <= small_array ? hdf5::Storage{} : hdf5::Storage{{std::min(size, event_chunk)}, false, 0};
}

hdf5::Storage frame_storage(models::FabricActivity const& activity, std::size_t leading_dimensions)
{
    if (activity.columns == 0 || activity.rows == 0) {
        return {};
    }
    hdf5::Storage storage{std::vector<std::uint64_t>(leading_dimensions, 1), false, 0};
    storage.chunk.push_back(activity.rows);
    storage.chunk.push_back(activity.columns);
    return storage;
}

} // namespace scribeline::results::sections
