// A condition on the columns of a table, as sweep files and `sweep show --where` write it:
//
//     workload.context <= 32768 and pe.sram >= 48 KiB or machine == "wse3"
//
// Numbers with or without unit, texts in quotes, names of columns; + - * /, comparisons, not, and, or, parentheses.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace scribeline::configs {

// What a name stands for: a number (NaN: not known) or a text.
struct ExpressionValue {
    bool        is_text = false;
    double      number  = 0;
    std::string text;
};

// What a column is, for checks before anything is known of its values.
struct ColumnKind {
    enum class What { unknown, number, text };
    What        what = What::unknown;
    std::string units; // of numbers: "byte"; "1" or nothing: any goes with it
};

class Expression {
  public:
    // Gives the full name of a column, or throws TextError.
    using Names = std::function<std::string(std::string const&)>;
    // The value of a column by its full name.
    using Lookup = std::function<ExpressionValue(std::string const&)>;

    // What the column of that full name is.
    using Kinds = std::function<ColumnKind(std::string const&)>;

    // Throws TextError: what is wrong, and where. That goes for units as well: a size is not compared with cycles, a
    // text not with a number; a number without unit goes with any. What names no column, or is no condition, is none.
    Expression(std::string const& text, Names const& names, Kinds const& kinds = {});

    // False where a number is not known. Throws TextError when texts are to be ordered or calculated with.
    bool holds(Lookup const& lookup) const;

    std::string const& text() const { return text_; }

    using Node = std::function<ExpressionValue(Lookup const&)>;

  private:
    std::string text_;
    Node        root_;
};

// "48 KiB" in base units. Throws TextError when the unit is not known.
double quantity_number(std::string const& text);

} // namespace scribeline::configs
