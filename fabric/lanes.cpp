#include "fabric/lanes.hpp"

#include "configs/failure.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::fabric {

using workloads::bit;
using workloads::direction_count;
using workloads::max_colors;
using workloads::opposite;

Lanes::Lanes(workloads::Program const& program, std::uint32_t colors, std::uint32_t positions)
{
    for (auto& row : lane_)
        row.fill(no_lane);
    landing_.fill(no_lane);
    switch_.fill(no_lane);

    std::array<bool, max_colors> used{}, lands{};
    for (auto const& routes : program.route_classes)
        for (auto const& route : routes) {
            if (route.color >= std::min<std::size_t>(colors, max_colors) || route.position >= positions)
                throw configs::SimulationFault{fmt::format("the program uses color {} at switch position {}, but a "
                                                           "router has {} colors with {} positions each",
                                                           route.color, route.position, colors, positions)};
            used[route.color]  = true;
            lands[route.color] = lands[route.color] || (route.outs & bit(Direction::ramp));
            if (route.position > 0 && switch_[route.color] == no_lane)
                switch_[route.color] = static_cast<std::uint8_t>(switches_++);
            auto& lane = lane_[route.color][static_cast<std::size_t>(route.in)];
            if (lane == no_lane) {
                lane = static_cast<std::uint8_t>(routers_++);
                color_.push_back(route.color);
                in_.push_back(route.in);
            }
        }
    if (routers_ > 64)
        throw configs::SimulationFault{fmt::format("the program needs {} lanes, and a tile has 64", routers_)};
    for (std::size_t c = 0; c < max_colors; ++c)
        if (lands[c]) {
            landing_[c] = static_cast<std::uint8_t>(routers_ + landings_++);
            landing_color_.push_back(static_cast<Color>(c));
        }

    target_.resize(routers_);
    for (std::uint32_t l = 0; l < routers_; ++l) {
        mask_[color_[l]] |= std::uint64_t{1} << l;
        link_[l]          = in_[l] != Direction::ramp;
        switched_lane_[l] = switched(color_[l]);
        for (std::size_t d = 0; d < 4; ++d)
            target_[l][d] = lane_[color_[l]][static_cast<std::size_t>(opposite(static_cast<Direction>(d)))];
        target_[l][static_cast<std::size_t>(Direction::ramp)] = landing_[color_[l]];
    }

    route_.resize(program.route_classes.size() * routers_);
    last_position_.resize(program.route_classes.size() * max_colors);
    for (std::size_t k = 0; k < program.route_classes.size(); ++k)
        for (auto const& route : program.route_classes[k]) {
            auto&      entry = route_[k * routers_ + lane_[route.color][static_cast<std::size_t>(route.in)]];
            bool const twice =
                entry.outs != 0 ||
                std::any_of(program.route_classes[k].begin(), program.route_classes[k].end(), [&](auto const& other) {
                    return &other != &route && other.color == route.color && other.position == route.position;
                });
            if (twice || route.outs == 0)
                throw configs::SimulationFault{
                    fmt::format("color {} has two routes, or none, at switch position {} of one tile", route.color,
                                route.position)};
            entry = LaneRoute{route.outs, route.position, static_cast<std::uint8_t>(__builtin_popcount(route.outs))};
            auto& top = last_position_[k * max_colors + route.color];
            top       = std::max(top, route.position);
        }

    std::vector<std::array<std::uint16_t, 32>> known(routers_); // by lane and ports; 0: none yet
    for (std::size_t i = 0; i < route_.size(); ++i) {
        auto const lane  = static_cast<std::uint32_t>(i % routers_);
        auto&      entry = known[lane][route_[i].outs];
        if (entry == 0) {
            ways_.push_back({lane, route_[i].outs});
            entry = static_cast<std::uint16_t>(ways_.size());
        }
        way_of_.push_back(static_cast<std::uint16_t>(entry - 1));
    }
}

} // namespace scribeline::fabric
