#include "models/wafer/payload_run.hpp"

#include "workloads/mapping/rounding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace scribeline::models {

namespace {

double rms(std::vector<double> const& x)
{
    double squares = 0;
    for (auto const element : x)
        squares += element * element;
    return std::sqrt(squares / static_cast<double>(x.size()));
}

// Deviations of vectors, each relative to the rms of what it should be; of a state, whose elements are products of two
// numbers and differ much in size, to the number itself where that is larger.
class Comparison {
  public:
    void add(std::vector<double> const& is, std::vector<double> const& should_be, bool of_state = false)
    {
        double const scale = rms(should_be);
        for (std::size_t i = 0; i < should_be.size(); ++i) {
            double const own       = of_state ? std::max(scale, std::abs(should_be[i])) : scale;
            double       deviation = std::abs(is[i] - should_be[i]) / own;
            if (std::isnan(deviation)) // compares as neither within a bound nor outside
                deviation = std::numeric_limits<double>::infinity();
            largest_ = std::max(largest_, deviation);
            squares_ += deviation * deviation;
            ++numbers_;
        }
    }

    PayloadCheck within(double bound) const
    {
        return {true, numbers_, largest_, std::sqrt(squares_ / static_cast<double>(numbers_)), bound};
    }

  private:
    std::uint64_t numbers_ = 0;
    double        largest_ = 0, squares_ = 0;
};

} // namespace

PayloadRun::PayloadRun(workloads::LayerProgram layer, std::uint64_t seed) : layer_{std::move(layer)}
{
    workloads::require_payload(layer_);
    auto const& step    = layer_.step;
    auto const  weights = workloads::random_weights(step.shape, step.context, seed, step.kinds.at(layer_.kind).kind);
    workloads::load_payload(layer_, weights);
    expected_ = workloads::decode_layer(step.shape, weights);
}

PayloadCheck PayloadRun::check(workloads::ReadSram const& read) const
{
    Comparison comparison;
    for (std::uint32_t row = 0; row < layer_.layout.rows; ++row)
        comparison.add(workloads::hidden_of(layer_, row, read), expected_.hidden);
    if (expected_.state.empty()) {
        comparison.add(workloads::newest_key_of(layer_, read), expected_.key);
        comparison.add(workloads::newest_value_of(layer_, read), expected_.value);
    } else {
        comparison.add(workloads::state_of(layer_, read), expected_.state, true);
    }
    return comparison.within(workloads::rounding_bound(layer_));
}

} // namespace scribeline::models
