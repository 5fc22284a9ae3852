// The words that reports, tables and files are made of, each in a sentence: what `scribeline explain WORD` says.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace scribeline::results {

// "hops", "served", "tokens/s, one user", "memory_behind", "time_to_first_token". Columns of files and of tables, parts
// of time and energy, bars, fidelities, words of the simulated hardware. Nothing for a word of no report.
std::optional<std::string> explained_word(std::string const& word);

// All of them, for suggestions and completion.
std::vector<std::string> glossary_words();

} // namespace scribeline::results
