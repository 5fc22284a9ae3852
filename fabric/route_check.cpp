#include "fabric/route_check.hpp"

#include "configs/failure.hpp"

#include <array>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>

namespace scribeline::fabric {

using workloads::bit;
using workloads::Direction;
using workloads::max_colors;
using workloads::opposite;
using workloads::Program;

namespace {

constexpr std::array<char const*, 4> side_names{"north", "east", "south", "west"};

// By class and side: colors that leave by it, and colors that come in from it, a bit each.
struct Sides {
    std::array<std::uint64_t, 4> out{}, in{};
};

std::vector<Sides> sides_of(Program const& program)
{
    std::vector<Sides> list;
    for (auto const& routes : program.route_classes) {
        Sides sides;
        for (auto const& route : routes) {
            SCRIBELINE_EXPECT(route.color < max_colors);
            auto const color = std::uint64_t{1} << route.color;
            for (std::size_t d = 0; d < 4; ++d)
                if (route.outs & bit(static_cast<Direction>(d)))
                    sides.out[d] |= color;
            if (route.in != Direction::ramp)
                sides.in[static_cast<std::size_t>(route.in)] |= color;
        }
        list.push_back(sides);
    }
    return list;
}

} // namespace

void require_routes_join(Program const& program)
{
    auto const sides = sides_of(program);
    // Few pairs of classes are neighbours, whatever the size of the region.
    std::unordered_set<std::uint64_t> known;
    for (std::uint32_t y = 0; y < program.rows; ++y)
        for (std::uint32_t x = 0; x < program.columns; ++x)
            for (std::size_t d = 0; d < 4; ++d) {
                std::uint32_t const own = program.route_class[program.pe(x, y)];
                if (sides[own].out[d] == 0)
                    continue;
                bool const          inside[4] = {y > 0, x + 1 < program.columns, y + 1 < program.rows, x > 0};
                std::uint64_t       missing   = sides[own].out[d];
                std::uint32_t const to_x = x + (d == 1) - (d == 3), to_y = y + (d == 2) - (d == 0);
                if (inside[d]) {
                    std::uint32_t const next = program.route_class[program.pe(to_x, to_y)];
                    if (!known.insert(std::uint64_t{own} << 34 | std::uint64_t{next} << 2 | d).second)
                        continue;
                    missing &= ~sides[next].in[static_cast<std::size_t>(opposite(static_cast<Direction>(d)))];
                }
                if (missing != 0)
                    throw configs::SimulationFault{fmt::format(
                        "color {} leaves the tile at ({}, {}) to the {}, where {}", __builtin_ctzll(missing), x, y,
                        side_names[d], inside[d] ? "no route takes it" : "the region ends")};
            }
}

} // namespace scribeline::fabric
