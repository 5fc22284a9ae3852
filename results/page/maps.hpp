// How busy each PE and each link was, as the page's script shows it: a byte a PE, deflated frame by frame.
#pragma once

#include "results/hdf5/reader.hpp"
#include "results/page/charts/wafer.hpp"
#include "results/page/drawing.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::results::page {

struct MapOptions {
    bool        full = false;     // every PE, however many bytes that takes
    std::size_t most = 1'500'000; // bytes in the page; beyond them PEs are pooled by maximum
};

struct Maps {
    std::string                json; // for the script; empty: the file has none
    std::uint32_t              columns = 0, rows = 0, pooled = 1;
    std::size_t                windows = 0, first = 0; // first: the window in which the PEs differ most
    std::vector<std::uint32_t> scribe_x, scribe_y;     // the first PEs behind scribe lines
    Drawing                    poster{1, 1};           // that window, or the whole run where there are none
};

// Throws hdf5::Failure for arrays that do not fit together.
Maps read_maps(hdf5::InputFile const& file, MapOptions const& options);

// To be handed from one process to another, and back.
std::string text_of(Maps const& maps);
Maps        maps_of(std::string const& text);

} // namespace scribeline::results::page
