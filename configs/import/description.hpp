// A hardware description that another tool reads, as values that know their lines. YAML 1.1, which JSON is written in
// as well.
//
//     gpu:
//       mem_bw: 3350000000000          is the value  gpu.mem_bw = 3350000000000, line 2
#pragma once

#include <cstddef>
#include <map>
#include <string>

namespace scribeline::configs {

struct DescribedValue {
    std::string text;
    std::size_t line = 0; // from 1
};

struct Description {
    std::string                           file;   // as messages name it
    std::map<std::string, DescribedValue> values; // by path: keys joined by dots, elements of a list by their number

    // Null where the file does not say it, or says null.
    DescribedValue const* find(std::string const& path) const;
    // "file:line: error: path = value"; "file: error: path" for one that is not there.
    std::string complaint(std::string const& path) const;
};

// Throws UserError (bad_config) with file, line and column for what is no YAML, holds no mapping, names a key twice,
// refers to itself (an alias), or is deeper or longer than any description is.
Description read_description(std::string const& text, std::string const& file);

} // namespace scribeline::configs
