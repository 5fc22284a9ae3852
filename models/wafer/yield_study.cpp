// One wafer after the other: nothing but a few numbers of each is kept.
#include "models/wafer/yield_study.hpp"

#include "configs/failure.hpp"
#include "configs/sweep/sampling.hpp"
#include "fabric/yield/defect_count.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace scribeline::models {

namespace {

class Study {
  public:
    Study(configs::Parameters const& parameters)
        : parameters_{parameters}, grid_{fabric::physical_grid(parameters.wafer, parameters.yield, parameters.scribe)}
    {
    }

    fabric::PhysicalGrid const& grid() const { return grid_; }

    void add(fabric::DefectMap const& map)
    {
        auto const plan = fabric::repair(grid_, map);
        auto const note = [](std::vector<double>& list, std::uint64_t value) {
            list.push_back(static_cast<double>(value));
        };
        note(defects_, map.defects());
        note(dead_, plan.dead);
        note(broken_, map.broken.size());
        note(rewired_, map.rewired);
        note(repaired_, plan.repaired);
        note(lost_, plan.lost);
        note(idle_, plan.idle);
        note(usable_, plan.usable);
        note(perfect_, map.reticles_without());
        if (plan.repairable) {
            note(longer_, plan.longer_pairs());
            pairs_at_.resize(std::max(pairs_at_.size(), plan.pairs_at.size()));
            for (std::size_t hops = 0; hops < plan.pairs_at.size(); ++hops)
                pairs_at_[hops] += static_cast<double>(plan.pairs_at[hops]);
        } else if (unrepairable_++ == 0) {
            first_refused_ = RefusedWafer{defects_.size() - 1, fabric::refusal(grid_, plan)};
        }
    }

    YieldStudy summary() &&
    {
        auto       study    = YieldStudy{};
        auto const repaired = static_cast<double>(longer_.size());
        study.grid          = grid_;
        study.wafers        = defects_.size();
        study.defects       = spread_of(std::move(defects_));
        study.dead          = spread_of(std::move(dead_));
        study.broken        = spread_of(std::move(broken_));
        study.rewired       = spread_of(std::move(rewired_));
        study.repaired      = spread_of(std::move(repaired_));
        study.lost          = spread_of(std::move(lost_));
        study.idle          = spread_of(std::move(idle_));
        study.usable        = spread_of(std::move(usable_));
        study.perfect_dies  = spread_of(std::move(perfect_));
        study.unrepairable  = unrepairable_;
        study.first_refused = std::move(first_refused_);
        if (!longer_.empty())
            study.longer_pairs = spread_of(std::move(longer_));
        for (auto& pairs : pairs_at_)
            pairs /= repaired;
        study.pairs_at      = std::move(pairs_at_);
        study.die_area      = parameters_.yield.wafer_area.value / grid_.reticles();
        study.expected_dies = fabric::share_without_defect(parameters_.yield.defect_density.value * study.die_area,
                                                           parameters_.yield.clustering);
        return study;
    }

  private:
    configs::Parameters const&  parameters_;
    fabric::PhysicalGrid        grid_;
    std::vector<double>         broken_, rewired_;
    std::vector<double>         defects_, dead_, repaired_, lost_, idle_, usable_, perfect_, longer_; // by wafer
    std::vector<double>         pairs_at_;
    std::uint64_t               unrepairable_ = 0;
    std::optional<RefusedWafer> first_refused_;
};

} // namespace

Spread spread_of(std::vector<double> values)
{
    SCRIBELINE_EXPECT(!values.empty());
    std::sort(values.begin(), values.end());
    auto const count = static_cast<double>(values.size());
    auto const rank  = [&](double percent) {
        auto const nearest = static_cast<std::size_t>(std::ceil(percent / 100 * count));
        return values[std::max<std::size_t>(nearest, 1) - 1];
    };
    return {std::accumulate(values.begin(), values.end(), 0.0) / count,
            values.front(),
            rank(1),
            rank(50),
            rank(99),
            values.back()};
}

YieldStudy yield_study(configs::Parameters const& parameters, std::uint64_t wafers)
{
    auto study = Study{parameters};
    auto seeds = configs::SplitMix64{parameters.run.seed};
    for (std::uint64_t i = 0; i < wafers; ++i)
        study.add(fabric::draw_defects(study.grid(), parameters.yield, configs::SplitMix64{seeds.next()}));
    auto summary = std::move(study).summary();
    summary.seed = parameters.run.seed;
    return summary;
}

YieldStudy yield_of_map(configs::Parameters const& parameters, std::string const& path)
{
    auto study = Study{parameters};
    study.add(fabric::read_defects(path, study.grid()));
    auto summary = std::move(study).summary();
    summary.map  = path;
    return summary;
}

} // namespace scribeline::models
