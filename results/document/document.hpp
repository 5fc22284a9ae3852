// What a view says, before anybody has decided how it looks: headings, sentences, tables and bars.
//
//     file, comparison, list --> Document --> text for a terminal, JSON, CSV
//
// The three renderings say the same, because none of them knows more than this.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace scribeline::results {

// A value as people read it, and as programs do. Neither: it is not known.
struct Cell {
    std::string           text;
    std::optional<double> number; // in the units of its column; of words nothing
};
Cell word(std::string text);
Cell quantity(double number);                   // a whole number by thousands, others with six digits; NaN: not known
Cell quantity(double number, std::string text); // as `text` says it
Cell unknown();

struct Column {
    std::string name;
    std::string units = "1";   // of the numbers
    bool        left  = false; // words stand at the left
};

struct Table {
    std::string                    name; // for programs: "summary"
    std::vector<Column>            columns;
    std::vector<std::vector<Cell>> rows; // each as many cells as there are columns
};

// Shares of a whole, drawn.
struct Bar {
    std::string name;
    double      share = 0; // 0 to 1
    std::string text;      // "12.3 ms"
};
struct Bars {
    std::string      name;
    std::vector<Bar> bars;
};

using Sentences = std::vector<std::string>;

struct Section {
    std::string                                       heading; // empty: goes on from the section before
    std::vector<std::variant<Sentences, Table, Bars>> blocks;
};

struct Document {
    std::string          title;
    std::vector<Section> sections;
};

// Lines of at most `width` columns, as far as the cells of tables allow; unknown is "-".
std::string as_text(Document const& document, std::size_t width);
// {"schema_version", "title", "sections": [{"heading", "sentences", "tables": {NAME: {"columns", "units", "rows"}},
// ..]}.
std::string as_json(Document const& document);
// The tables as one long one: table, row, column, units, value. What is not known is an empty value.
std::string as_csv(Document const& document);

} // namespace scribeline::results
