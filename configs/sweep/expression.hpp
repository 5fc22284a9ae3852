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

class Expression {
  public:
    // Gives the full name of a column, or throws TextError.
    using Names = std::function<std::string(std::string const&)>;
    // The value of a column by its full name.
    using Lookup = std::function<ExpressionValue(std::string const&)>;

    // Throws TextError: what is wrong, and where.
    Expression(std::string const& text, Names const& names);

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
