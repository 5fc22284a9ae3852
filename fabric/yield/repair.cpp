// Rows without a dead PE are counted, not visited place by place: a wafer has a million places and fifty defects.
#include "fabric/yield/repair.hpp"

#include "configs/failure.hpp"
#include "fabric/yield/line_repair.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include <fmt/format.h>

namespace scribeline::fabric {

namespace {

class Repair {
  public:
    Repair(PhysicalGrid const& grid, DefectMap const& map) : grid_{grid}
    {
        plan_.dead = map.dead.size();
        for (std::size_t i = 0; i < map.dead.size();) {
            auto const y   = map.dead[i].y;
            auto&      row = damaged_.emplace_back(Row{y, {}});
            for (; i < map.dead.size() && map.dead[i].y == y; ++i)
                row.dead.push_back(map.dead[i].x);
            if (row.dead.size() > grid.spare_columns())
                given_up_.push_back(y);
        }
    }

    RepairPlan plan()
    {
        plan_.rows_given_up = static_cast<std::uint32_t>(given_up_.size());
        plan_.repairable    = plan_.rows_given_up <= grid_.spare_rows();
        if (!plan_.repairable) {
            plan_.lost = grid_.pes() - plan_.dead;
            return std::move(plan_);
        }
        auto const rows = LineRepair{grid_.rows, grid_.usable_rows, given_up_};
        count_pes(rows);
        count_hops(rows);
        return std::move(plan_);
    }

  private:
    struct Row {
        std::uint32_t              y;
        std::vector<std::uint32_t> dead; // columns, rising
    };

    Row const* damaged(std::uint32_t y) const
    {
        auto const row = std::lower_bound(damaged_.begin(), damaged_.end(), y,
                                          [](Row const& r, std::uint32_t v) { return r.y < v; });
        return row != damaged_.end() && row->y == y ? &*row : nullptr;
    }

    LineRepair columns_of(std::uint32_t y) const
    {
        static std::vector<std::uint32_t> const none;
        auto const*                             row = damaged(y);
        return LineRepair{grid_.columns, grid_.usable_columns, row == nullptr ? none : row->dead};
    }

    void count_pes(LineRepair const& rows)
    {
        auto const first = rows.place(0), last = rows.place(grid_.usable_rows - 1);
        auto const west  = LineRepair::home(grid_.columns, grid_.usable_columns);
        auto const north = LineRepair::home(grid_.rows, grid_.usable_rows);
        for (auto const& row : damaged_) {
            bool const given_up = row.dead.size() > grid_.spare_columns();
            bool const serves   = !given_up && first <= row.y && row.y <= last;
            bool const at_home  = row.y >= north && row.y < north + grid_.usable_rows;
            if (given_up)
                plan_.lost += grid_.columns - row.dead.size();
            if (serves || (given_up && at_home))
                plan_.repaired +=
                    static_cast<std::uint64_t>(std::count_if(row.dead.begin(), row.dead.end(), [&](std::uint32_t x) {
                        return x >= west && x < west + grid_.usable_columns;
                    }));
        }
        plan_.usable = grid_.usable();
        plan_.idle   = grid_.pes() - plan_.usable - plan_.dead - plan_.lost;
    }

    void add(std::int64_t distance, std::int64_t pairs)
    {
        if (pairs <= 0)
            return;
        auto const at = static_cast<std::size_t>(distance);
        if (plan_.pairs_at.size() <= at)
            plan_.pairs_at.resize(at + 1);
        plan_.pairs_at[at] += static_cast<std::uint64_t>(pairs);
    }

    // From west to east, within a row.
    void count_within(LineRepair const& row)
    {
        auto        neighbours = std::int64_t{grid_.usable_columns} - 1;
        auto const  end        = std::int64_t{grid_.usable_columns};
        auto const& steps      = row.steps();
        for (std::size_t i = 0; i < steps.size();) {
            auto const next = std::upper_bound(steps.begin(), steps.end(), steps[i]) - steps.begin();
            if (steps[i] > 0 && steps[i] < end) {
                add(1 + next - static_cast<std::int64_t>(i), 1);
                --neighbours;
            }
            i = static_cast<std::size_t>(next);
        }
        add(1, neighbours);
    }

    // From a row to the next, `gap` rows south: as far as the one has moved sideways against the other.
    void count_between(LineRepair const& a, LineRepair const& b, std::int64_t gap)
    {
        auto const   end = std::int64_t{grid_.usable_columns};
        std::size_t  i = 0, k = 0;
        std::int64_t at = 0;
        while (at < end) {
            while (i < a.steps().size() && a.steps()[i] <= at)
                ++i;
            while (k < b.steps().size() && b.steps()[k] <= at)
                ++k;
            auto next = end;
            if (i < a.steps().size())
                next = std::min(next, a.steps()[i]);
            if (k < b.steps().size())
                next = std::min(next, b.steps()[k]);
            auto const sideways = a.shift() + static_cast<std::int64_t>(i) - b.shift() - static_cast<std::int64_t>(k);
            add(gap + std::abs(sideways), next - at);
            at = next;
        }
    }

    void count_hops(LineRepair const& rows)
    {
        auto const columns = std::int64_t{grid_.usable_columns};
        auto       north   = std::uint32_t{0};
        for (std::uint32_t number = 0; number < grid_.usable_rows; ++number) {
            auto const y      = rows.place(number);
            bool const damage = damaged(y) != nullptr;
            if (damage)
                count_within(columns_of(y));
            else
                add(1, columns - 1);
            if (number > 0 && (damage || damaged(north) != nullptr))
                count_between(columns_of(north), columns_of(y), std::int64_t{y} - north);
            else if (number > 0)
                add(std::int64_t{y} - north, columns);
            north = y;
        }
    }

    PhysicalGrid const&        grid_;
    std::vector<Row>           damaged_;  // rows with dead PEs, from the north
    std::vector<std::uint32_t> given_up_; // rows
    RepairPlan                 plan_;
};

} // namespace

std::uint64_t RepairPlan::pairs() const { return std::accumulate(pairs_at.begin(), pairs_at.end(), std::uint64_t{0}); }

std::uint64_t RepairPlan::longer_pairs() const { return pairs_at.size() < 2 ? 0 : pairs() - pairs_at[1]; }

std::uint32_t RepairPlan::longest() const
{
    return pairs_at.empty() ? 0 : static_cast<std::uint32_t>(pairs_at.size()) - 1;
}

RepairPlan repair(PhysicalGrid const& grid, DefectMap const& map) { return Repair{grid, map}.plan(); }

std::string refusal(PhysicalGrid const& grid, RepairPlan const& plan)
{
    SCRIBELINE_EXPECT(!plan.repairable);
    return fmt::format("{} rows have more dead PEs than the {} spare columns replace, and there are {} spare rows",
                       plan.rows_given_up, grid.spare_columns(), grid.spare_rows());
}

} // namespace scribeline::fabric
