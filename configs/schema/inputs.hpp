// Files that a run reads beside its configuration: a model's config.json, a defect map. Their names stand in
// parameters.
#pragma once

#include "configs/parameters.hpp"

#include <string>
#include <vector>

namespace scribeline::configs {

struct InputFile {
    std::string parameter; // "workload.model"
    std::string name;      // as the parameter has it
    std::string sha256;    // of its bytes; empty where it cannot be read
};

// In the order of the parameters. A shipped model, which has a plain name, is no file in this sense: it is part of the
// program.
std::vector<InputFile> input_files(Parameters const& parameters);

} // namespace scribeline::configs
