// A configuration file as it was written: assignments with their places, and what is wrong with it.
//
//     base = "wse2"                                   # a machine to start from
//
//     [fabric]
//     hop_latency = "2 cycles"                        # plain: somebody's choice
//     ramp_latency = { value = "2 cycles", source = "HPDC 2024", origin = "published" }
//
// Every mistake of a file is collected with line and column, so that one look mends them all. What a value means is
// for resolve.cpp; toml++ stays behind this header.
#pragma once

#include "configs/config.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scribeline::configs {

struct Place {
    unsigned line   = 0; // from 1; 0: the whole file
    unsigned column = 0;
};

struct Mistake {
    Place       place;
    std::string what; // "wafer.rowz: unknown key; did you mean 'wafer.rows'?"
};

struct Assignment {
    std::string           name; // "fabric.hop_latency", known to the tables
    std::string           text; // the value as text
    bool                  quoted = false;
    Place                 place; // of the value
    std::string           source;
    std::optional<Origin> origin;
    std::string           set_by; // only in a resolved configuration
};

struct ConfigFile {
    std::string name;      // as messages show it
    std::string directory; // what its relative paths start from; empty: the current one
    std::string content;
    std::string hash;

    std::string             base;
    Place                   base_place;
    std::string             description;
    std::vector<Assignment> assignments; // in the order of the file
    std::vector<Mistake>    mistakes;

    // A resolved configuration, as Config::toml() writes it, knows more than its values.
    bool                    resolved = false;
    std::string             machine;
    std::vector<SourceFile> sources;

    // All mistakes, in the order of their lines, each with its line of the file and a caret; empty when there are none.
    std::string complaints() const;
};

// Never throws for what the text says: see mistakes.
ConfigFile read_text(std::string const& content, std::string const& name);

// Throws UserError (no_input) when there is no such file or it cannot be read. `shown_name` replaces the path in
// messages.
ConfigFile read_file(std::string const& path, std::string const& shown_name = "");

} // namespace scribeline::configs
