// Where the config.json of a model is found: by the name of one that is shipped, or by its path.
#pragma once

#include <string>

namespace scribeline::workloads {

struct ModelFile {
    std::string path; // as messages write it
    std::string name; // "llama-3-8b": the file's stem, or its folder's name where the file is config.json
    std::string text;
    std::string quantisation; // hf_quant_config.json beside it, as ModelOpt writes it; may be empty
};

// Throws configs::UserError: no_input when there is no such model or file (with the nearest name), bad_config for a
// file that is too long to be one.
ModelFile read_model_file(std::string const& model);

} // namespace scribeline::workloads
