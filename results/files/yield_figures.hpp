// What a study of yield says in numbers, as a table: the page, JSON, CSV and the result file read it.
#pragma once

#include "models/wafer/yield_study.hpp"

#include <array>
#include <utility>

namespace scribeline::results {

struct YieldFigure {
    char const*    key;
    char const*    name; // on the page
    models::Spread models::YieldStudy::*spread;
};
constexpr std::array yield_figures{
    YieldFigure{"defects", "defects", &models::YieldStudy::defects},
    YieldFigure{"dead_pes", "PEs dead", &models::YieldStudy::dead},
    YieldFigure{"repaired_pes", "  of them repaired", &models::YieldStudy::repaired},
    YieldFigure{"broken_links", "links broken", &models::YieldStudy::broken},
    YieldFigure{"rewired_links", "  of them rewired", &models::YieldStudy::rewired},
    YieldFigure{"lost_pes", "PEs lost", &models::YieldStudy::lost},
    YieldFigure{"idle_spares", "spare PEs left over", &models::YieldStudy::idle},
    YieldFigure{"usable_pes", "PEs usable", &models::YieldStudy::usable},
    YieldFigure{"longer_pairs", "neighbours over 1 hop apart", &models::YieldStudy::longer_pairs},
    YieldFigure{"perfect_dies", "perfect dies, no repair", &models::YieldStudy::perfect_dies},
};
constexpr std::array<std::pair<char const*, double models::Spread::*>, 6> yield_columns{
    {{"mean", &models::Spread::mean},
     {"p1", &models::Spread::p1},
     {"p50", &models::Spread::p50},
     {"p99", &models::Spread::p99},
     {"min", &models::Spread::min},
     {"max", &models::Spread::max}}};

// Of wafers of which none could be repaired nothing is known about neighbours.
inline bool is_known(models::YieldStudy const& study, YieldFigure const& figure)
{
    return figure.spread != &models::YieldStudy::longer_pairs || study.unrepairable < study.wafers;
}

} // namespace scribeline::results
