// Files of models that are no config.json of Hugging Face: params.json of Mistral, and the header of a GGUF file of
// ggml. Each becomes the fields of a config.json, which remember what their file calls them.
#pragma once

#include "workloads/config_document.hpp"

#include <string>
#include <string_view>

namespace scribeline::workloads {

// The fields of a model's file, whichever of the formats it has. `text` may end behind the header of a GGUF file.
// Throws UserError (bad_config) with the file and the place.
ConfigDocument read_model_fields(std::string_view text, std::string const& file);

} // namespace scribeline::workloads
