// Logarithms and what follows from them, of additions, multiplications, divisions and square roots alone: IEEE 754
// says each digit of those, while the last digits of a library's std::log are its own. Within 4e-15 of the true value.
// The file is compiled without contraction to fused operations, which some processors have and others have not.
#pragma once

#include "configs/sweep/sampling.hpp"

namespace scribeline::workloads {

double natural_log(double x);                  // of x > 0
double exponential_of(double x);               // e^x; 0 below -745, infinity above 709
double power_of(double base, double exponent); // of a base > 0
double log_gamma(double x);                    // ln of the gamma function, of x > 0

// Draws. Each takes as many numbers of `random` as it needs.
double draw_exponential(configs::SplitMix64& random);         // mean 1
double draw_normal(configs::SplitMix64& random);              // mean 0, variance 1 (Marsaglia's polar method)
double draw_gamma(double shape, configs::SplitMix64& random); // scale 1 (Marsaglia and Tsang, ACM TOMS 2000)

} // namespace scribeline::workloads
