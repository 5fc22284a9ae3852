// What `show` and `explain` say of a file, as panels: their sentences and all their tables.
#pragma once

#include "results/document/document.hpp"
#include "results/page/sheet.hpp"

namespace scribeline::results::page {

// A panel `id` with all sections; tables of more rows than `most` are cut (0: none is). Bars are left to figures.
Panel panel_of(Document const& document, std::string const& id, std::string const& heading, std::size_t most = 0);

// The sentences alone, one behind another.
Sentences sentences_of(Document const& document);

} // namespace scribeline::results::page
