// How many PEs a wafer has after its defects are repaired, as a page of text, JSON or CSV.
#pragma once

#include "configs/config.hpp"
#include "models/wafer/yield_speed.hpp"
#include "models/wafer/yield_study.hpp"

#include <iosfwd>
#include <optional>

namespace scribeline::results {

void print(std::ostream& out, configs::Config const& config, models::YieldStudy const& study,
           std::optional<models::YieldSpeed> const& speed = {});

} // namespace scribeline::results
