// Bytes as a page can hold them: deflated (RFC 1950, which browsers inflate by themselves), in base64, as a PNG.
#pragma once

#include "results/page/colours.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scribeline::results::page {

std::string deflated(std::string_view bytes);
std::string inflated(std::string_view packed, std::size_t size); // for tests; throws std::runtime_error

std::string base64(std::string_view bytes);
std::string packed(std::string_view bytes); // both

// One byte a cell, row by row from the top, an index into the colours.
std::string png(std::uint32_t width, std::uint32_t height, std::vector<std::uint8_t> const& cells,
                std::array<Rgb, 256> const& colours);

} // namespace scribeline::results::page
