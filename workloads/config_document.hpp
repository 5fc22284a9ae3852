// A config.json as a flat list of fields that know where they stand, so that a complaint can name the line.
//
//     {"text_config": {"hidden_size": 5376}}     is the field  text_config.hidden_size = 5376, line 1, column 18
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace scribeline::workloads {

enum class FieldKind { null, boolean, number, text, list, object };

struct Field {
    FieldKind                kind   = FieldKind::null;
    double                   number = 0; // of a boolean 0 or 1, of a text, list or object its length
    std::string              text;       // of a string
    std::vector<std::string> words;      // the strings that a list holds directly
    std::vector<double>      numbers;    // the numbers that it does; true 1, false 0, null not a number
    std::string              shown;      // the value as an error message writes it
    std::size_t              line   = 0; // of the key, counted from 1
    std::size_t              column = 0;
    std::string              alias; // what the file calls it, where that is not a config.json
};

struct ConfigDocument {
    std::string                  file; // as messages name it
    std::map<std::string, Field> fields;

    // Null and absent are the same: so config.json files use them.
    Field const* find(std::string const& path) const;

    // "file:line:column: error: path = value", or "file: error" for a field that is not there.
    std::string complaint(std::string const& path) const;
};

// NaN, Infinity and -Infinity are numbers, as Python's json module writes and reads them.
// Throws UserError (bad_config) with file, line and column where the text is no JSON object or names a key twice.
// A dot within a key is written as '/': names of modules have them. Objects in a list are left out but for those of
// block_configs, which are block_configs/0, /1 and so on. Keys deeper than six levels or longer than 128
// bytes are left out: none that we know is, and the memory that a hostile file can take stays in proportion to its
// length.
ConfigDocument parse_config(std::string_view text, std::string const& file);

} // namespace scribeline::workloads
