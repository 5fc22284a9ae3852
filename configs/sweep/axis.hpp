// One axis of a sweep: the parameters that change together, and their values.
#pragma once

#include "configs/parameters.hpp"

#include "configs/sweep/expression.hpp"
#include <cstddef>

#include <optional>
#include <string>
#include <vector>

namespace scribeline::configs {

// Numbers from one end to the other, both included.
struct Range {
    enum class Spacing { linear, geometric };

    double      from = 0, to = 0;
    std::string unit; // as written: "KiB"; empty for a plain number
    Spacing     spacing = Spacing::linear;
};

// Columns are parameters by their full names, `machine`, which stands for all that a machine file sets, or a count of
// the sweep's command (command.hpp).
struct Axis {
    enum class Kind { list, range, zip };

    Kind                                  kind = Kind::list;
    std::vector<std::string>              columns; // one; several when they are zipped
    std::vector<std::vector<std::string>> values;  // [value][column], as the parameter prints it
    std::optional<Range>                  range;   // what samplers may choose between; of one column
    std::string                           spec;    // what the file says, for people

    // The value at u in [0, 1): of a range any number in between, otherwise one of the values. Throws TextError when
    // a number between the ends is refused by the parameter.
    std::vector<std::string> at(double u) const;
};

// The full name of what a sweep file or a condition calls `name`: "machine", "fabric.hop_latency", or "context" when
// only one parameter bears that key. Throws TextError with the nearest one.
std::string column_name(std::string const& name);

// What a column of that full name holds, for conditions on it.
ColumnKind column_kind(std::string const& name);

// `text` as the parameter prints it, so that "1 cycles" and "1 cycle" are the same point. Throws TextError when the
// parameter refuses it. A machine must be a shipped one or a path of a file.
std::string column_value(std::string const& column, std::string const& text);

// "48 KiB" -> {48, "KiB"}; nothing when it does not start with a number.
struct NumberWithUnit {
    double      number = 0;
    std::string unit;
};
std::optional<NumberWithUnit> split_number(std::string const& text);

// A number of a range as the parameter takes it: rounded to whole ones where the parameter is whole.
std::string value_in_range(std::string const& column, Range const& range, double number);

} // namespace scribeline::configs
