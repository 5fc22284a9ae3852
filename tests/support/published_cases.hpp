// Rows of measured cases for tests: a row that is good, and the same with other cells.
#pragma once

#include "models/published/cases_file.hpp"

#include <map>
#include <string>

namespace scribeline::tests {

using Cells = std::map<std::string, std::string>;

// A transfer of 8 wavelets over one hop: the smallest case that runs in no time.
inline Cells good_cells()
{
    return {{"case_id", "first"},        {"kind", "transfer"}, {"machine", "wse3"}, {"model", ""},
            {"region", "2x1"},           {"groups", ""},       {"context", ""},     {"batch", ""},
            {"set", "wavelets=8"},       {"metric", "cycles"}, {"value", "31"},     {"unit", "cycles"},
            {"tolerance_percent", "20"}, {"source", "a test"}};
}

inline std::string case_header()
{
    std::string text;
    for (auto const* column : models::case_columns)
        text += (text.empty() ? "" : ",") + std::string{column};
    return text + "\n";
}

// The cells of a row, quoted, in the order of the columns.
inline std::string case_row(Cells const& other = {})
{
    auto cells = good_cells();
    for (auto const& [column, cell] : other)
        cells.at(column) = cell;
    std::string text;
    for (auto const* column : models::case_columns)
        text += (text.empty() ? "\"" : ",\"") + cells.at(column) + "\"";
    return text + "\n";
}

inline models::MeasuredCase one_case(Cells const& other = {})
{
    return models::parse_cases(case_header() + case_row(other), "t.csv").at(0);
}

} // namespace scribeline::tests
