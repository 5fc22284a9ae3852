#include "workloads/mapping/region_sizes.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>

namespace scribeline::workloads {

namespace {

// Every width that a wafer can be divided into.
std::vector<std::uint32_t> parts_of(std::uint32_t length)
{
    auto sizes = std::vector<std::uint32_t>{};
    for (std::uint32_t n = 1; n <= length; ++n)
        if (sizes.empty() || sizes.back() != length / n)
            sizes.push_back(length / n);
    return sizes;
}

constexpr int rungs = 4; // of the ladder of widths, to a doubling

// Widths in equal ratios up to the whole: a wafer with more columns has those of one with fewer.
std::vector<std::uint32_t> ladder_to(std::uint32_t whole)
{
    auto       lengths = std::vector<std::uint32_t>{whole};
    auto const ratio   = std::exp2(1.0 / rungs);
    for (double length = 1; length < whole; length *= ratio)
        if (auto const next = static_cast<std::uint32_t>(length); next != lengths.back())
            lengths.push_back(next);
    return lengths;
}

// `parts` lengths from `longest` down to, not including, `shortest`.
std::vector<std::uint32_t> lengths_between(std::uint32_t shortest, std::uint32_t longest, std::uint32_t parts)
{
    auto lengths = std::vector<std::uint32_t>{};
    for (std::uint32_t part = 0; part < parts; ++part)
        if (auto const length = longest - (longest - shortest) * part / parts;
            length > 0 && (lengths.empty() || length != lengths.back()))
            lengths.push_back(length);
    return lengths;
}

} // namespace

std::vector<configs::GridSize> coarse_sizes(configs::Parameters const& p, bool wide)
{
    auto const whole  = p.wafer.columns;
    auto const forced = p.mapping.region;
    auto       sizes  = std::vector<configs::GridSize>{};
    if (forced.columns != 0) {
        if (!wide || forced.columns == whole)
            sizes.push_back(forced);
        return sizes;
    }
    auto const heights = parts_of(p.wafer.rows), widths = ladder_to(whole);
    for (auto const width : widths)
        for (auto const height : heights)
            if (width != height && (!wide || width == whole))
                sizes.push_back({width, height});
    auto sides = parts_of(whole);
    sides.insert(sides.end(), heights.begin(), heights.end());
    sides.insert(sides.end(), widths.begin(), widths.end());
    std::sort(sides.begin(), sides.end(), std::greater<>{});
    sides.erase(std::unique(sides.begin(), sides.end()), sides.end());
    for (auto const side : sides)
        if (side <= p.wafer.columns && side <= p.wafer.rows && (!wide || side == whole))
            sizes.push_back({side, side});
    return sizes;
}

std::vector<configs::GridSize> between_neighbours(configs::GridSize size, configs::Parameters const& p, bool wide)
{
    auto const ratio   = std::exp2(1.0 / rungs);
    auto const below   = static_cast<std::uint32_t>(size.columns / ratio);
    auto const above   = static_cast<std::uint32_t>(size.columns * ratio);
    auto       sizes   = std::vector<configs::GridSize>{};
    auto const columns = wide ? std::vector<std::uint32_t>{size.columns}
                              : lengths_between(below, std::min(above, p.wafer.columns), is_square(size) ? 48 : 12);
    if (is_square(size) && !wide) {
        for (auto const side : columns)
            if (side <= p.wafer.rows)
                sizes.push_back({side, side});
        return sizes;
    }
    // As many above one another as before.
    auto const lowest = p.wafer.rows / (p.wafer.rows / size.rows + 1);
    for (auto const rows : lengths_between(lowest, size.rows, 8))
        for (auto const width : columns)
            if (width != rows)
                sizes.push_back({width, rows});
    return sizes;
}

std::vector<configs::GridSize> beside(configs::GridSize size, configs::Parameters const& p, bool wide)
{
    constexpr int widest = 12;
    auto          sizes  = std::vector<configs::GridSize>{};
    auto const    add    = [&](std::int64_t columns, std::int64_t rows) {
        if (columns > 0 && rows > 0 && columns <= p.wafer.columns && rows <= p.wafer.rows)
            sizes.push_back({static_cast<std::uint32_t>(columns), static_cast<std::uint32_t>(rows)});
    };
    for (int by = -widest; by <= widest; ++by) {
        if (is_square(size) && !wide) {
            add(std::int64_t{size.columns} + by, std::int64_t{size.rows} + by);
            continue;
        }
        if (!wide)
            add(std::int64_t{size.columns} + by, size.rows);
        add(size.columns, std::int64_t{size.rows} + by);
    }
    return sizes;
}

} // namespace scribeline::workloads
