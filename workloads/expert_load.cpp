// A token's experts are those with the smallest of exponential times, at rates as they are popular: a weighted draw
// without putting back (Efraimidis and Spirakis 2006).
#include "workloads/expert_load.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <tuple>
#include <vector>

namespace scribeline::workloads {

namespace {

// The same on every platform, unlike the distributions of the standard library.
double uniform(std::mt19937_64& random) { return (static_cast<double>(random() >> 11U) + 0.5) * 0x1p-53; }

// Counts of one layer's step.
class Layer {
  public:
    Layer(ExpertDraw const& draw, std::mt19937_64& random)
        : draw_{draw}, random_{random}, rates_(draw.experts), times_(draw.experts), order_(draw.experts),
          of_group_(draw.groups), chosen_(draw.experts)
    {
        for (std::uint32_t rank = 0; rank < draw.experts; ++rank)
            rates_[rank] = std::pow(rank + 1.0, -draw.imbalance);
        for (std::size_t i = rates_.size(); i > 1; --i) // which expert has which rank
            std::swap(rates_[i - 1], rates_[static_cast<std::size_t>(uniform(random_) * static_cast<double>(i))]);
    }

    void token()
    {
        for (std::uint32_t e = 0; e < draw_.experts; ++e)
            times_[e] = -std::log(uniform(random_)) / rates_[e];
        std::iota(order_.begin(), order_.end(), 0U);
        std::partial_sort(order_.begin(), order_.begin() + draw_.active, order_.end(),
                          [&](auto a, auto b) { return times_[a] < times_[b]; });
        for (std::uint32_t i = 0; i < draw_.active; ++i) {
            ++of_group_[order_[i] % draw_.groups];
            chosen_[order_[i]] = true;
        }
    }

    std::uint32_t busiest() const { return *std::max_element(of_group_.begin(), of_group_.end()); }
    auto          distinct() const { return std::count(chosen_.begin(), chosen_.end(), true); }

  private:
    ExpertDraw const&          draw_;
    std::mt19937_64&           random_;
    std::vector<double>        rates_, times_;
    std::vector<std::uint32_t> order_, of_group_;
    std::vector<bool>          chosen_;
};

ExpertLoad drawn(ExpertDraw const& draw)
{
    auto random = std::mt19937_64{draw.seed};
    auto load   = ExpertLoad{};
    for (std::uint32_t i = 0; i < draw.layers; ++i) {
        auto layer = Layer{draw, random};
        for (std::uint32_t token = 0; token < draw.tokens; ++token)
            layer.token();
        load.busiest += layer.busiest();
        load.distinct += static_cast<double>(layer.distinct());
    }
    load.busiest /= draw.layers;
    load.distinct /= draw.layers;
    return load;
}

auto key_of(ExpertDraw const& d)
{
    return std::tuple{d.experts, d.active, d.tokens, d.groups, d.imbalance, d.seed, d.layers};
}

} // namespace

ExpertLoad expert_load(ExpertDraw const& draw)
{
    SCRIBELINE_EXPECT(draw.active > 0 && draw.active <= draw.experts && draw.tokens > 0 && draw.groups > 0 &&
                      draw.layers > 0);
    if (draw.imbalance == 0) {
        auto const pairs    = double{1} * draw.tokens * draw.active;
        auto const left_out = std::pow(1 - double{1} * draw.active / draw.experts, draw.tokens); // an expert, by all
        return {std::ceil(pairs / draw.groups), draw.experts * (1 - left_out)};
    }
    // A planner asks for the same draw at every size of region.
    thread_local auto last = std::pair{key_of(ExpertDraw{}), ExpertLoad{}};
    if (last.first != key_of(draw) || last.second.busiest == 0)
        last = {key_of(draw), drawn(draw)};
    return last.second;
}

} // namespace scribeline::workloads
