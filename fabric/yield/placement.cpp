#include "fabric/yield/placement.hpp"

#include "configs/failure.hpp"

#include <cstdlib>

namespace scribeline::fabric {

Placement::Placement(PhysicalGrid const& grid, DefectMap const& map) : grid_{grid}
{
    std::vector<std::vector<std::uint32_t>> dead(grid.rows); // columns, rising
    for (auto const& place : map.dead)
        dead[place.y].push_back(place.x);
    std::vector<std::uint32_t> given_up;
    for (std::uint32_t y = 0; y < grid.rows; ++y)
        if (dead[y].size() > grid.spare_columns())
            given_up.push_back(y);
    SCRIBELINE_EXPECT(given_up.size() <= grid.spare_rows());
    LineRepair const rows{grid.rows, grid.usable_rows, given_up};
    for (std::uint32_t y = 0; y < grid.usable_rows; ++y) {
        y_.push_back(rows.place(y));
        row_.emplace_back(grid.columns, grid.usable_columns, dead[y_.back()]);
    }
}

LongerHops Placement::longer_hops(std::uint32_t bypass) const
{
    LongerHops                 longer{grid_.usable_columns, grid_.usable_rows};
    std::vector<std::uint32_t> north(grid_.usable_columns), here(grid_.usable_columns);
    for (std::uint32_t y = 0; y < grid_.usable_rows; ++y) {
        bool const whole = row_[y].steps().empty();
        if (!whole || y == 0 || !row_[y - 1].steps().empty())
            for (std::uint32_t x = 0; x < grid_.usable_columns; ++x)
                here[x] = row_[y].place(x);
        if (!whole)
            for (std::uint32_t x = 0; x + 1 < grid_.usable_columns; ++x)
                if (auto const more = here[x + 1] - here[x] - 1; more != 0)
                    longer.set_east(x, y, more * bypass);
        std::uint32_t const gap = y == 0 ? 0 : y_[y] - y_[y - 1] - 1;
        if (y > 0 && (gap != 0 || !whole || !row_[y - 1].steps().empty()))
            for (std::uint32_t x = 0; x < grid_.usable_columns; ++x) {
                auto const sideways = here[x] < north[x] ? north[x] - here[x] : here[x] - north[x];
                if (gap + sideways != 0)
                    longer.set_south(x, y - 1, (gap + sideways) * bypass);
            }
        north = here;
    }
    return longer;
}

} // namespace scribeline::fabric
