// What a run tells the person who asked for it, on stdout: a page of text, JSON for programs, CSV for tables.
#pragma once

#include "configs/config.hpp"
#include "models/wafer/outcome.hpp"

#include <cstddef>
#include <iosfwd>

namespace scribeline::results {

// Of the page of text.
struct PageOptions {
    std::size_t width = 100;   // columns; at least 80
    bool        brief = false; // headline, waterfall, what bounds it and the warnings
};

void print_report(std::ostream& out, configs::Config const& config, models::Outcome const& outcome,
                  PageOptions const& options = {});
void print_json(std::ostream& out, configs::Config const& config, models::Outcome const& outcome);
void print_csv(std::ostream& out, models::Outcome const& outcome); // one row per operator

// In the format that the configuration asks for.
void print(std::ostream& out, configs::Config const& config, models::Outcome const& outcome,
           PageOptions const& options = {});

} // namespace scribeline::results
