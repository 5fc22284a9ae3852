// A page before it is HTML: what it says first, its panels with words, tables and figures, and what its script works
// on.
//
//     result file -- of_run.cpp, of_comparison.cpp, .. --> Sheet -- sheet.cpp --> bytes of the page
#pragma once

#include "results/page/drawing.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace scribeline::results::page {

struct Figure {
    std::string name;  // "waterfall": for --figure, and for names of files
    std::string label; // the picture in a sentence
    Drawing     drawing;
    std::string table = {}; // the CSV file whose rows it shows; empty: none
    std::string below = {}; // HTML: a caption
};

using Html = std::string;

struct Panel {
    std::string                             id, heading;
    std::vector<std::variant<Html, Figure>> blocks;
};

struct Headline {
    std::string what;   // "tokens a second, one user"
    std::string text;   // "1,695"
    double      number; // as in the file; NaN: words
    std::string note;
};

struct Sheet {
    std::string                                      kind; // "run", "comparison", ..
    std::string                                      title;
    std::string                                      sentence; // the answer
    std::vector<Headline>                            headlines;
    std::vector<Panel>                               panels;
    std::vector<std::pair<std::string, std::string>> facts;   // of the file: its command, commit, state
    std::vector<std::pair<std::string, std::string>> tables;  // names and content, as `export csv` writes them
    std::string                                      maps;    // JSON, results/page/maps.hpp; empty: none
    std::string                                      points;  // the table that the explorer of a sweep works on
    std::string                                      made_by; // "scribeline report token.h5 -o page.html"
};

// The whole page; of the same sheet always the same bytes.
std::string html_of(Sheet const& sheet);

// One of its figures as a file that stands alone. Throws configs::UserError (usage), which names those that there are.
std::string svg_of(Sheet const& sheet, std::string const& name);

} // namespace scribeline::results::page
