// A defect map as text.
#include "configs/failure.hpp"
#include "configs/reticle_boundaries.hpp"
#include "configs/schema/whole_file.hpp"
#include "configs/units/text.hpp"
#include "fabric/yield/defect_map.hpp"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

namespace scribeline::fabric {

namespace {

class Reader {
  public:
    Reader(std::string const& path, PhysicalGrid const& grid) : path_{path}, grid_{grid} {}

    DefectMap read()
    {
        auto file           = std::istringstream{configs::read_whole_file(path_, configs::limits::defect_map)};
        auto map            = DefectMap{};
        bool header_is_read = false;
        map.on_reticle.resize(grid_.reticles());
        for (auto line = std::string{}; std::getline(file, line);) {
            auto const marked = ++line_ == 1 && line.rfind("\xef\xbb\xbf", 0) == 0; // as editors say that it is UTF-8
            auto const text   = trimmed(std::string_view{line}.substr(marked ? 3 : 0));
            if (text.empty() || text.front() == '#')
                continue;
            if (header_is_read) {
                take(text, map);
            } else {
                check_header(text);
                header_is_read = true;
            }
        }
        if (!header_is_read)
            refuse(fmt::format("no defect map: expected the physical grid, here {}x{}", grid_.columns, grid_.rows));
        settle_links(grid_, map);
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

    // A dead PE, or a broken link.
    void take(std::string_view text, DefectMap& map) const
    {
        auto const  gap  = text.find_last_of(" \t");
        auto const  last = gap == std::string_view::npos ? std::string_view{} : text.substr(gap + 1);
        bool const  east = last == "east", south = last == "south";
        auto const  link = east || south;
        Place const at   = place_of(link ? trimmed(text.substr(0, gap)) : text);
        ++map.on_reticle[reticle_of(at)];
        if (!link) {
            map.dead.push_back(at);
            return;
        }
        auto const lines = east ? at.x + 1 < grid_.columns
                                      ? configs::scribe_lines(at.x, at.x + 1, grid_.columns, grid_.reticle_columns)
                                      : 0
                           : at.y + 1 < grid_.rows
                               ? configs::scribe_lines(at.y, at.y + 1, grid_.rows, grid_.reticle_rows)
                               : 0;
        if (lines == 0)
            refuse(
                fmt::format("no scribe line lies {} of {} {}: other links are parts of their PEs. Write '{} {}' for a "
                            "dead PE",
                            last, at.x, at.y, at.x, at.y));
        map.broken.push_back({at, east});
    }

    Place place_of(std::string_view text) const
    {
        auto const gap   = std::min(text.find_first_of(" \t"), text.size());
        auto       place = Place{};
        try {
            place.x = configs::parse<std::uint32_t>(text.substr(0, gap));
            place.y = configs::parse<std::uint32_t>(text.substr(gap));
        } catch (configs::TextError const&) {
            refuse(fmt::format("expected a place 'x y', such as '17 4', or a link such as '65 4 east', and found {}",
                               configs::shown(text)));
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
