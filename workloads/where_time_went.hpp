// A time and what it is made of: the one shape of "where did it go" that every machine and every view shares.
#pragma once

#include "configs/units/quantity.hpp"

#include <string>
#include <vector>

namespace scribeline::workloads {

struct TimePart {
    std::string      name;    // "hops", "weights", "collective": a word that `explain` knows
    std::string      meaning; // a sentence
    configs::Seconds time;
};

// The parts add up to the whole, in the order in which a reader should meet them.
struct WhereTimeWent {
    std::vector<TimePart> parts;

    configs::Seconds whole() const;
    TimePart const*  largest() const; // nullptr: there is none
};

} // namespace scribeline::workloads
