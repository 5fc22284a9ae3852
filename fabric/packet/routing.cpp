#include "fabric/packet/routing.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace scribeline::fabric {

namespace {

constexpr std::array<char const*, 6> names{"xy", "yx", "o1turn", "west_first", "adaptive", "unsafe"};

constexpr std::uint32_t bit(Side side) { return 1u << static_cast<std::uint32_t>(side); }

// -1, 0 or 1: the direction along one dimension.
int towards(std::uint32_t at, std::uint32_t to, std::uint32_t length, bool torus)
{
    if (at == to)
        return 0;
    bool const ahead = to > at;
    if (!torus)
        return ahead ? 1 : -1;
    auto const distance = ahead ? to - at : to + length - at; // going up
    return distance <= length - distance ? 1 : -1;
}

} // namespace

char const* name_of(Routing routing) { return names.at(static_cast<std::size_t>(routing)); }

Routing routing_named(std::string const& name)
{
    for (std::size_t i = 0; i < names.size(); ++i)
        if (name == names[i])
            return static_cast<Routing>(i);
    auto const known = std::vector<std::string>(names.begin(), names.end());
    throw configs::UserError{configs::Exit::usage,
                             fmt::format("routing {}: there is xy, yx, o1turn, west_first, adaptive and unsafe{}",
                                         configs::shown(name), configs::did_you_mean(name, known))};
}

std::uint32_t ways_of(Routing routing, Place at, Place to, bool late, std::uint32_t columns, std::uint32_t rows,
                      bool torus)
{
    int const  dx = towards(at.x, to.x, columns, torus), dy = towards(at.y, to.y, rows, torus);
    auto const along_x = dx > 0 ? bit(Side::east) : dx < 0 ? bit(Side::west) : 0;
    auto const along_y = dy > 0 ? bit(Side::south) : dy < 0 ? bit(Side::north) : 0;
    if ((along_x | along_y) == 0)
        return bit(Side::local);
    switch (routing) {
    case Routing::xy: return along_x != 0 ? along_x : along_y;
    case Routing::yx: return along_y != 0 ? along_y : along_x;
    case Routing::o1turn:
        if (late)
            return along_y != 0 ? along_y : along_x;
        return along_x != 0 ? along_x : along_y;
    case Routing::west_first: return dx < 0 ? along_x : along_x | along_y;
    case Routing::adaptive:
    case Routing::unsafe: break;
    }
    return along_x | along_y;
}

std::uint32_t shortest(Place from, Place to, std::uint32_t columns, std::uint32_t rows, bool torus)
{
    auto const length = [&](std::uint32_t a, std::uint32_t b, std::uint32_t side) {
        auto const straight = a < b ? b - a : a - b;
        return torus ? std::min(straight, side - straight) : straight;
    };
    return length(from.x, to.x, columns) + length(from.y, to.y, rows);
}

} // namespace scribeline::fabric
