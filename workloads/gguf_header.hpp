// The header of a GGUF file of ggml: its metadata and the list of its tensors, as the fields of a config.json.
#pragma once

#include "workloads/config_document.hpp"

#include <string>
#include <string_view>

namespace scribeline::workloads {

bool is_gguf(std::string_view text);

// `text` holds at least the header; numbers stand behind it. Throws UserError (bad_config) with the key or tensor at
// which a file that was cut off ends.
ConfigDocument from_gguf(std::string_view text, std::string const& file);

} // namespace scribeline::workloads
