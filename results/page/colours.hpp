// Which colour stands for what: classes q0 .. q9 of figure.css after Okabe and Ito (2008), told apart by readers of any
// colour vision, q10 .. q13 for charts of more parts than that, and cividis (Nunez, Anderton and Renslow, 2018) for
// load.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scribeline::results::page {

// Of a part of the time or of the energy by its name, or of a bar; the same everywhere. Others get one by `number`.
std::string colour_of(std::string_view part, std::size_t number = 0);

// Of the parts of one chart: as above, but no two alike until there are no others left.
class Colours {
  public:
    std::string const& of(std::string const& part);

    std::vector<std::pair<std::string, std::string>> const& all() const
    {
        return all_;
    } // in the order they were asked for

  private:
    std::vector<std::pair<std::string, std::string>> all_; // part, class
};

std::string series_colour(std::size_t number); // of machines and curves, in an order that stays apart

using Rgb = std::array<std::uint8_t, 3>;
std::array<Rgb, 256> const& cividis();

// A share from 0 to 1 as an index into it: 255 * share^0.45. A linear scale leaves a wafer's fronts black.
std::uint8_t     shade(double share);
constexpr double shade_power = 0.45;

} // namespace scribeline::results::page
