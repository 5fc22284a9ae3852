// Words, numbers and tables as HTML. Whatever others wrote (names, paths, messages) goes through escaped(): it stands
// in the page as text and never as markup.
#pragma once

#include "results/document/document.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace scribeline::results::page {

std::string escaped(std::string_view text); // control characters as \xNN, then & < > " '

// At most so many characters, in UTF-8, with an ellipsis where it was cut.
std::string brief(std::string_view text, std::size_t most);

// With the exact number of a cell beside its text (data-v) where that says less, as `--format json` has it. At most
// `most` rows; 0: all.
std::string table_html(Table const& table, std::size_t most = 0);

std::string list_html(Sentences const& sentences);
std::string command_html(std::string const& command);                            // to be copied
std::string folded_html(std::string const& summary, std::string const& content); // both are HTML

// A double so that reading it gives the same; empty: not known.
std::string exact(double number);

} // namespace scribeline::results::page
