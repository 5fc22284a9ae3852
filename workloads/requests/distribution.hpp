// What lengths, times and arrivals are drawn from, as values and as text.
//
// Every draw is a function of the seed, of what is drawn and of its number, so that another distribution of outputs
// leaves arrivals as they were. Nothing is taken from the standard library's distributions or its mathematics: the
// same seed draws the same on every platform (workloads/requests/exact_math.hpp).
#pragma once

#include "configs/sweep/sampling.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scribeline::workloads {

enum class Shape { fixed, uniform, lognormal, exponential, empirical };

// Pairs of input and output of a trace; both are drawn from one row, so that they stay together.
using LengthRows = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

// Of tokens, turns or seconds: positive numbers.
struct Distribution {
    Shape  shape = Shape::fixed;
    double mean  = 1;         // fixed: the value
    double cv    = 1;         // lognormal: standard deviation / mean
    double low = 1, high = 1; // uniform: both included
    double least = 0;         // what is less is raised to it
    double most  = 1e12;      // what is more is cut to it

    std::shared_ptr<LengthRows const> rows; // empirical
    bool                              of_outputs = false;
};

Distribution fixed(double value);

// `1024`, `uniform:low=16,high=2048`, `lognormal:mean=1024,cv=0.8`, `lognormal:median=900,cv=0.8`,
// `exponential:mean=300`; each may add `least=` and `most=`. Of times all but `cv` have a unit: `9 s`,
// `lognormal:median=9s,cv=2`. Throws configs::TextError.
Distribution parse_distribution(std::string_view text);
Distribution parse_time_distribution(std::string_view text);

// Throws configs::TextError for numbers that no distribution has, such as a mean below 0.
void check(Distribution const& distribution);

// A number of the distribution, drawn with `random`.
double draw(Distribution const& distribution, configs::SplitMix64& random);

// The same as a whole number of at least `least`: the nearest; of a uniform one each from low to high, as likely.
std::uint64_t draw_whole(Distribution const& distribution, configs::SplitMix64& random, std::uint64_t least);

enum class ArrivalKind { at_once, constant, poisson, gamma, weibull };

// Gaps between arrivals: independent, of mean 1 / rate.
struct Arrivals {
    ArrivalKind kind = ArrivalKind::at_once; // all at the start: a closed loop, whose concurrency the caller keeps
    double      rate = 0;                    // per second
    double      cv   = 1;                    // gamma, weibull: standard deviation / mean of the gaps
};

// Draws the gaps, in seconds.
class GapDraw {
  public:
    // Throws configs::TextError for a rate or a cv that none has.
    explicit GapDraw(Arrivals const& arrivals);
    double operator()(configs::SplitMix64& random) const;

  private:
    Arrivals arrivals_;
    double   shape_ = 1, scale_ = 1; // gamma, weibull
};

double weibull_cv(double shape); // of the gaps of a Weibull distribution of this shape

// `poisson`, `constant`, `gamma:cv=2`, `weibull:cv=2`. Throws configs::TextError.
Arrivals parse_arrivals(std::string_view text, double rate);
// `8/s`, `480/min`, `20000/h`: per second. Throws configs::TextError.
double parse_rate(std::string_view text);

} // namespace scribeline::workloads
