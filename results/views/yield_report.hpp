// `scribeline yield`: how many PEs a wafer has after its defects are repaired, as a page of text, JSON or CSV.
#pragma once

#include "configs/config.hpp"
#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"
#include "models/wafer/yield_speed.hpp"
#include "models/wafer/yield_study.hpp"

#include <iosfwd>
#include <optional>

namespace scribeline::results {

// Draws the wafers, or reads the one of --map, and prints what came of them. Ends with answer_is_no when none could be
// repaired. Throws configs::UserError: usage (the options, a machine that is no wafer), no_input and bad_config (the
// map).
configs::Exit yield_command(configs::CommandLine const& line, std::ostream& out);

void print(std::ostream& out, configs::Config const& config, models::YieldStudy const& study,
           std::optional<models::YieldSpeed> const& speed = {});

} // namespace scribeline::results
