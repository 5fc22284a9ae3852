// Arrivals are drawn one by one: wafers have few defects.
#include "fabric/yield/defect_count.hpp"

#include <cmath>

namespace scribeline::fabric {

double exponential(configs::SplitMix64& random)
{
    for (double whole = 0;; whole += 1) {
        double const first = random.uniform();
        double       last  = first;
        bool         odd   = true; // is the length of the run
        for (double next = random.uniform(); next < last; next = random.uniform()) {
            last = next;
            odd  = !odd;
        }
        if (odd)
            return whole + first;
    }
}

std::uint64_t defect_count(double mean, configs::Clustering clustering, configs::SplitMix64& random)
{
    if (!(mean > 0))
        return 0;
    bool const poisson = std::isinf(clustering.alpha);
    // 24 bits: the last digit of a platform's logarithm must not decide about a defect.
    double const birth = poisson ? 0 : static_cast<double>(static_cast<float>(std::log1p(mean / clustering.alpha)));
    double       time  = 0;
    for (std::uint64_t count = 0;; ++count) {
        double const rate = poisson ? mean : (clustering.alpha + static_cast<double>(count)) * birth;
        time += exponential(random) / rate;
        if (!(time < 1))
            return count;
    }
}

double share_without_defect(double mean, configs::Clustering clustering)
{
    return std::isinf(clustering.alpha) ? std::exp(-mean)
                                        : std::exp(-clustering.alpha * std::log1p(mean / clustering.alpha));
}

} // namespace scribeline::fabric
