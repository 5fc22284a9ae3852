#include "fabric/traffic/pattern.hpp"

#include "configs/failure.hpp"
#include "fabric/packet/routing.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace scribeline::fabric {

namespace {

struct Row {
    char const* name;
    char const* meaning;
};
constexpr std::array<Row, 6> rows_of_patterns{{
    {"uniform", "to any node, the sender included"},
    {"transpose", "from (x, y) to (y, x)"},
    {"bit_complement", "to the node whose number has every bit inverted"},
    {"tornado", "nearly half the mesh further along each dimension, around its end"},
    {"neighbour", "one node further along each dimension, around its end"},
    {"hotspot", "a share of all packets to one node in the middle, the rest to any"},
}};

// Of [0, n), without the bias of a remainder that is worth noticing (2^-40 for a million nodes).
std::uint32_t one_of(std::uint32_t n, std::uint64_t random)
{
    return static_cast<std::uint32_t>((random >> 32) * n >> 32);
}

} // namespace

char const* name_of(Pattern pattern) { return rows_of_patterns.at(static_cast<std::size_t>(pattern)).name; }
char const* meaning_of(Pattern pattern) { return rows_of_patterns.at(static_cast<std::size_t>(pattern)).meaning; }

std::vector<std::string> const& pattern_names()
{
    static auto const names = [] {
        auto all = std::vector<std::string>{};
        for (auto const& row : rows_of_patterns)
            all.emplace_back(row.name);
        return all;
    }();
    return names;
}

Pattern pattern_named(std::string const& name)
{
    auto const& names = pattern_names();
    for (std::size_t i = 0; i < names.size(); ++i)
        if (name == names[i])
            return static_cast<Pattern>(i);
    auto known = std::string{};
    for (auto const& one : names)
        known += (known.empty() ? "" : ", ") + one;
    throw configs::UserError{configs::Exit::usage, fmt::format("pattern {}: there is {}{}", configs::shown(name), known,
                                                               configs::did_you_mean(name, names))};
}

void require_possible(Pattern pattern, std::uint32_t columns, std::uint32_t rows)
{
    auto const refuse = [&](char const* needs) {
        throw configs::UserError{configs::Exit::bad_config, fmt::format("pattern {} needs {}, and the mesh has {}x{}",
                                                                        name_of(pattern), needs, columns, rows)};
    };
    auto const nodes = std::uint64_t{columns} * rows;
    if (pattern == Pattern::transpose && columns != rows)
        refuse("as many columns as rows");
    if (pattern == Pattern::bit_complement && (nodes & (nodes - 1)) != 0)
        refuse("a number of nodes that is a power of two");
}

std::uint32_t destination(Pattern pattern, std::uint32_t node, std::uint32_t columns, std::uint32_t rows,
                          std::uint64_t random, double hotspot_share)
{
    auto const x = node % columns, y = node / columns;
    auto const shifted = [&](std::uint32_t by_x, std::uint32_t by_y) {
        return (x + by_x) % columns + (y + by_y) % rows * columns;
    };
    switch (pattern) {
    case Pattern::transpose: return y + x * columns;
    case Pattern::bit_complement: return columns * rows - 1 - node;
    case Pattern::tornado: return shifted((columns + 1) / 2 - 1, (rows + 1) / 2 - 1);
    case Pattern::neighbour: return shifted(1, 1);
    case Pattern::hotspot:
        if (static_cast<double>(random & 0xffffffffu) < hotspot_share * 4294967296.0)
            return columns / 2 + rows / 2 * columns;
        break;
    case Pattern::uniform: break;
    }
    return one_of(columns * rows, random);
}

double mean_hops(Pattern pattern, std::uint32_t columns, std::uint32_t rows, bool torus, double hotspot_share)
{
    auto const nodes = columns * rows;
    auto const place = [&](std::uint32_t node) { return Place{node % columns, node / columns}; };
    if (pattern == Pattern::uniform || pattern == Pattern::hotspot) {
        // Both dimensions are independent: the mean distance of two numbers below n.
        auto const along = [&](std::uint32_t n) {
            auto sum = 0.0;
            for (std::uint32_t d = 1; d < n; ++d)
                sum += 2.0 * (n - d) * (torus ? std::min(d, n - d) : d);
            return sum / (static_cast<double>(n) * n);
        };
        auto const anywhere = along(columns) + along(rows);
        if (pattern == Pattern::uniform)
            return anywhere;
        auto const middle = Place{columns / 2, rows / 2};
        auto       sum    = 0.0;
        for (std::uint32_t node = 0; node < nodes; ++node)
            sum += shortest(place(node), middle, columns, rows, torus);
        return (1 - hotspot_share) * anywhere + hotspot_share * sum / nodes;
    }
    auto sum = 0.0;
    for (std::uint32_t node = 0; node < nodes; ++node)
        sum += shortest(place(node), place(destination(pattern, node, columns, rows, 0, 0)), columns, rows, torus);
    return sum / nodes;
}

} // namespace scribeline::fabric
