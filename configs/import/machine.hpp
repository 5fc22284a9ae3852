// A machine file out of another tool's description of hardware: a system of AIConfigurator (YAML) or a device of
// LLMCompass (JSON). What such a file does not say is that of a machine which is shipped here and is most alike.
#pragma once

#include "configs/import/description.hpp"

#include <string>
#include <vector>

namespace scribeline::configs {

struct ImportedMachine {
    struct Taken {
        std::string parameter, value; // "gpu.memory_bandwidth", "3350 GB/s"
        std::string from;             // "gpu.mem_bw", or what it was computed of
    };
    std::string              tool; // "AIConfigurator"
    std::string              base; // "h100"
    std::string              description;
    std::vector<Taken>       taken;
    std::vector<std::string> without; // paths of the file that nothing here corresponds to
    std::vector<std::string> assumed; // sentences

    std::string toml() const; // the machine file, with the account of it as comments
    std::string account() const;
};

// Throws UserError (bad_config): a description of neither tool, a value that is no number or out of the parameter's
// range, with file, line, key and value.
ImportedMachine import_machine(Description const&);

} // namespace scribeline::configs
