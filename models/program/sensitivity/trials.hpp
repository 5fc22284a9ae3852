// To which values a parameter goes, down and up: a factor away, and where its type has steps (whole cycles, counts,
// eighths of a cycle) to the nearest of them that is another value.
#pragma once

#include "configs/config.hpp"
#include "configs/schema/table.hpp"

#include <optional>
#include <string>

namespace scribeline::program {

// As a command line would set it. With a reason: the parameter cannot have it.
struct Trial {
    std::string text;
    double      number = 0;
    std::string refusal;
};

struct Trials {
    std::optional<Trial> down, up;
    std::string          reason; // why there are neither
};

// The factor is above 1.
Trials trials_of(configs::Row const& row, configs::Parameters const& base, double factor);

// One value that was named.
Trial trial_of(configs::Row const& row, configs::Parameters const& base, std::string const& text);

} // namespace scribeline::program
