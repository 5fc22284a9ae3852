// A defect map as text.
#include "configs/failure.hpp"
#include "configs/reticle_boundaries.hpp"
#include "configs/units/text.hpp"
#include "fabric/yield/defect_map.hpp"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

namespace scribeline::fabric {

namespace {

class Reader {
  public:
    Reader(std::string const& path, PhysicalGrid const& grid) : path_{path}, grid_{grid} {}

    DefectMap read()
    {
        auto file           = std::ifstream{path_};
        auto map            = DefectMap{};
        bool header_is_read = false;
        map.on_reticle.resize(grid_.reticles());
        for (auto line = std::string{}; std::getline(file, line);) {
            ++line_;
            auto const text = trimmed(line);
            if (text.empty() || text.front() == '#')
                continue;
            if (header_is_read) {
                auto const place = place_of(text);
                ++map.on_reticle[reticle_of(place)];
                map.dead.push_back(place);
            } else {
                check_header(text);
                header_is_read = true;
            }
        }
        if (!file.eof())
            throw configs::UserError{configs::Exit::no_input,
                                     fmt::format("{}: cannot be read. Is it a text file?", configs::printable(path_))};
        if (!header_is_read)
            refuse(fmt::format("no defect map: expected the physical grid, here {}x{}", grid_.columns, grid_.rows));
        std::sort(map.dead.begin(), map.dead.end());
        map.dead.erase(std::unique(map.dead.begin(), map.dead.end()), map.dead.end());
        return map;
    }

  private:
    [[noreturn]] void refuse(std::string const& what) const
    {
        throw configs::UserError{configs::Exit::bad_config,
                                 fmt::format("{}:{}: error: {}", configs::printable(path_), line_, what)};
    }

    static std::string_view trimmed(std::string_view text)
    {
        constexpr auto blank = " \t\r";
        auto const     first = text.find_first_not_of(blank);
        return first == std::string_view::npos ? std::string_view{}
                                               : text.substr(first, text.find_last_not_of(blank) - first + 1);
    }

    void check_header(std::string_view text) const
    {
        auto size = configs::GridSize{};
        try {
            size = configs::parse<configs::GridSize>(text);
        } catch (configs::TextError const&) {
            refuse(fmt::format("expected the physical grid, here {}x{}, and found {}", grid_.columns, grid_.rows,
                               configs::shown(text)));
        }
        if (size.columns != grid_.columns || size.rows != grid_.rows)
            refuse(fmt::format("a map of {}x{} PEs, but the machine has {}x{}: wafer.columns + yield.spare_columns, "
                               "wafer.rows + yield.spare_rows. Choose the machine of the map",
                               size.columns, size.rows, grid_.columns, grid_.rows));
    }

    Place place_of(std::string_view text) const
    {
        auto const gap   = std::min(text.find_first_of(" \t"), text.size());
        auto       place = Place{};
        try {
            place.x = configs::parse<std::uint32_t>(text.substr(0, gap));
            place.y = configs::parse<std::uint32_t>(text.substr(gap));
        } catch (configs::TextError const&) {
            refuse(fmt::format("expected a place 'x y', such as '17 4', and found {}", configs::shown(text)));
        }
        if (place.x >= grid_.columns || place.y >= grid_.rows)
            refuse(fmt::format("the place {} {} lies outside of {}x{} PEs, whose last is {} {}", place.x, place.y,
                               grid_.columns, grid_.rows, grid_.columns - 1, grid_.rows - 1));
        return place;
    }

    std::size_t reticle_of(Place place) const
    {
        auto const column = configs::scribe_lines(0, place.x, grid_.columns, grid_.reticle_columns);
        auto const row    = configs::scribe_lines(0, place.y, grid_.rows, grid_.reticle_rows);
        return std::size_t{row} * grid_.reticle_columns + column;
    }

    std::string const&  path_;
    PhysicalGrid const& grid_;
    std::size_t         line_ = 0;
};

} // namespace

DefectMap read_defects(std::string const& path, PhysicalGrid const& grid) { return Reader{path, grid}.read(); }

} // namespace scribeline::fabric
