// The groups of a run file, one writer each. docs/results_format.md lists what they write.
#pragma once

#include "configs/config.hpp"
#include "models/wafer/outcome.hpp"
#include "results/hdf5/writer.hpp"

#include <chrono>

namespace scribeline::results::sections {

using TimePoint = std::chrono::system_clock::time_point;

void write_root_attributes(hdf5::Group& root, configs::Config const& config, TimePoint created);
void write_meta(hdf5::Group& root, configs::Config const& config, models::Outcome const& outcome, TimePoint created);
void write_meta_at_start(hdf5::Group& root, configs::Config const& config, TimePoint created); // of a run that goes on
hdf5::Group write_meta_of_config(hdf5::Group& root, configs::Config const& config, TimePoint created); // /meta so far
void write_history(hdf5::Group& root, configs::Config const& config, TimePoint created); // root attributes of any file
void write_cost(hdf5::Group& group, TimePoint created);                                  // time since then, and memory
// What a viewer for NeXus files (h5web, NeXpy) draws when it opens the file: `signal` over `axes`, one for each of its
// dimensions, "." where there are no numbers along it.
void mark_plot(hdf5::Group& root, hdf5::Group& group, char const* name, char const* signal,
               std::vector<std::string> const& axes);
void write_parameters(hdf5::Group& root, configs::Config const& config);             // as /parameters/GROUP/KEY
void write_parameter_groups(hdf5::Group& parameters, configs::Config const& config); // as GROUP/KEY
void write_summary(hdf5::Group& root, models::Outcome const& outcome);
void write_operators(hdf5::Group& root, models::Outcome const& outcome);

// Each of these writes nothing when the run has nothing of the kind.
void write_waterfall(hdf5::Group& root, models::Outcome const& outcome);
void write_prefill(hdf5::Group& root, models::Outcome const& outcome);
void write_stages(hdf5::Group& root, models::Outcome const& outcome);
void write_candidates(hdf5::Group& root, models::Outcome const& outcome);
void write_fabric(hdf5::Group& root, configs::Config const& config, models::Outcome const& outcome);
void write_machine(hdf5::Group& root, models::Outcome const& outcome);
void write_scribe(hdf5::Group& root, configs::Config const& config, models::Outcome const& outcome);
void write_wavelets(hdf5::Group& root, models::Outcome const& outcome);

// Shared by several groups.
std::vector<std::string> part_names();
std::vector<std::string> direction_names(); // in the order of the columns: north, east, south, west
hdf5::Dimension          pe_rows(hdf5::Group& group, models::FabricActivity const& activity);
hdf5::Dimension          pe_columns(hdf5::Group& group, models::FabricActivity const& activity);
hdf5::Dimension          directions(hdf5::Group& group);
hdf5::Dimension          windows(hdf5::Group& group, models::Outcome const& outcome);
std::uint64_t            window_length(models::Outcome const& outcome, std::size_t window); // cycles, never 0
std::uint64_t            picoseconds(models::Outcome const& outcome, std::uint64_t cycles);

// A number of cells for which an uncompressed, contiguous array is as good as a chunked one.
constexpr std::uint64_t small_array = 4096;
constexpr std::uint64_t event_chunk = 65536; // measured best for columns of events
hdf5::Storage           column_storage(std::uint64_t size);
hdf5::Storage           frame_storage(models::FabricActivity const& activity, std::size_t leading_dimensions);

} // namespace scribeline::results::sections
