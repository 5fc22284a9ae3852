#include "results/page/colours.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::results::page {

namespace {

struct Known {
    std::string_view name;
    int              colour;
};

// clang-format off
constexpr std::array known{
    Known{"SRAM of all PEs at its peak", 0}, Known{"arithmetic of one region", 1}, Known{"arithmetic", 1},
    Known{"dispatch", 2}, Known{"code", 2}, Known{"kernels", 2}, Known{"kernel_fixed", 2}, Known{"engine", 2},
    Known{"hops", 3}, Known{"collective", 3}, Known{"collectives", 3}, Known{"links", 3}, Known{"transfer", 3},
    Known{"reduce stages", 4}, Known{"reduce_stage", 4}, Known{"queue", 4},
    Known{"serialisation", 5}, Known{"prefill", 5},
    Known{"scribe lines", 6}, Known{"scribe", 6},
    Known{"off wafer", 7}, Known{"off_wafer", 7},
    Known{"waiting", 8}, Known{"idle", 8}, Known{"not told apart", 8},
    Known{"SRAM ports", 9}, Known{"sram", 9}, Known{"weights", 9}, Known{"memory", 9}, Known{"decode", 1},
    Known{"machine", 1}, Known{"system", 0},
};
// clang-format on

} // namespace

std::string colour_of(std::string_view part, std::size_t number)
{
    auto const found = std::find_if(known.begin(), known.end(), [&](Known const& each) { return each.name == part; });
    return found != known.end() ? fmt::format("q{}", found->colour) : fmt::format("q{}", (number * 3 + 5) % 10);
}

std::string const& Colours::of(std::string const& part)
{
    constexpr std::array order{1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 0, 8};
    for (auto const& [name, css] : all_)
        if (name == part)
            return css;
    auto const is_free = [&](std::string const& css) {
        return std::none_of(all_.begin(), all_.end(), [&](auto const& each) { return each.second == css; });
    };
    auto const own = std::find_if(known.begin(), known.end(), [&](Known const& each) { return each.name == part; });
    auto       css = own != known.end() ? fmt::format("q{}", own->colour) : std::string{};
    if (css.empty() || !is_free(css)) {
        auto const next =
            std::find_if(order.begin(), order.end(), [&](int colour) { return is_free(fmt::format("q{}", colour)); });
        if (next != order.end())
            css = fmt::format("q{}", *next);
        else if (css.empty())
            css = fmt::format("q{}", order.at(all_.size() % order.size()));
    }
    all_.emplace_back(part, std::move(css));
    return all_.back().second;
}

std::string series_colour(std::size_t number)
{
    constexpr std::array order{1, 3, 7, 6, 4, 2, 9, 5, 0, 8};
    return fmt::format("q{}", order.at(number % order.size()));
}

std::array<Rgb, 256> const& cividis()
{
    // The polynomials that d3-scale-chromatic fits to the table; within 12 of 255 of it.
    static auto const table = [] {
        auto       colours = std::array<Rgb, 256>{};
        auto const byte    = [](double value) {
            return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
        };
        for (std::size_t i = 0; i < colours.size(); ++i) {
            auto const t = static_cast<double>(i) / 255;
            colours[i]   = {byte(-4.54 - t * (35.34 - t * (2381.73 - t * (6402.7 - t * (7024.72 - t * 2710.57))))),
                            byte(32.49 + t * (170.73 + t * (52.82 - t * (131.46 - t * (176.58 - t * 67.37))))),
                            byte(81.24 + t * (442.36 - t * (2482.43 - t * (6167.24 - t * (6614.94 - t * 2475.67)))))};
        }
        return colours;
    }();
    return table;
}

std::uint8_t shade(double share)
{
    if (!(share > 0))
        return 0;
    return static_cast<std::uint8_t>(std::lround(255 * std::pow(std::min(share, 1.0), shade_power)));
}

} // namespace scribeline::results::page
