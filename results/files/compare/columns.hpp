// What a row of a comparison says in numbers and words: the columns of CSV, JSON and the result file.
#pragma once

#include "models/compare/comparison.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::results {

struct NumberColumn {
    char const* name;
    char const* units;
    char const* long_name;

    std::function<std::optional<double>(models::ComparisonRow const&)> of;
};
std::vector<NumberColumn> const& number_columns();

struct WordColumn {
    char const* name;
    char const* long_name;

    std::function<std::string(models::ComparisonRow const&)> of;
};
std::vector<WordColumn> const& word_columns();

} // namespace scribeline::results
