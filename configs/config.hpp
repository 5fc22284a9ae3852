// A resolved configuration: the parameters, who set each of them, and what the command line asked for besides.
#pragma once

#include "configs/parameters.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::configs {

enum class Origin { datasheet, published, derived, assumed, choice }; // choice: a wish of the user, not a fact
char const* name_of(Origin);

// One parameter as a result file or `explain` shows it.
struct Setting {
    std::string group;       // "fabric"
    std::string key;         // "hop_latency"
    std::string text;        // "2 cycles": as a user would write it, with the unit
    double      number;      // in base units; NaN for words
    std::string units;       // "cycle", "byte", "Hz", "1", ...; empty for words
    std::string description; // the help line
    std::string set_by;      // "default", "machines/wse2.toml:12", "--set", "my.toml:3"
    Origin      origin;
    std::string citation; // where the value comes from, or why it is assumed
};

// A file that went into the configuration.
struct SourceFile {
    std::string name;
    std::string sha256;
};

enum class OutputFormat { table, json, csv };

struct Config {
    Parameters              parameters;
    std::string             machine;  // "wse2", or the path of a machine file
    std::vector<Setting>    settings; // every parameter, in the order of the tables
    std::vector<SourceFile> sources;
    std::string             command_line;
    std::string             output; // HDF5 file to write; empty: none
    OutputFormat            format    = OutputFormat::table;
    int                     verbosity = 0; // -1 quiet, 0 normal, 1 verbose

    // The whole configuration as TOML that `run --from` and `validate` read back.
    std::string toml() const;
};

} // namespace scribeline::configs
