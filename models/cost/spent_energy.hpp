// Joules by what they are spent on, and what they go with: the work that was done, or the time that it took.
#pragma once

#include "configs/units/quantity.hpp"

#include <cstdint>
#include <string>

namespace scribeline::models {

enum class Span : std::uint8_t {
    work,   // with bytes and operations, however long they take
    awake,  // with time while a step is under way
    always, // with time, whether or not anything is
    around  // the same, of the servers around the devices
};
constexpr std::size_t span_count = 4;

struct SpentEnergy {
    std::string     cause; // "hbm", "hops", "idle": a word that `explain` knows
    configs::Joules energy;
    Span            span = Span::work;
};

} // namespace scribeline::models
