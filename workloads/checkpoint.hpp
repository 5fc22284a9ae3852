// How wide the published weights of a model are, as far as its config.json says so.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace scribeline::workloads {

struct CheckpointWeights {
    std::uint32_t bits = 0; // of the quantised matrices
    std::string   method;   // "mxfp4", "fp8", "awq": quant_method of the file
};

// Nothing where the file names no quantisation, or one whose width it does not say.
// Throws configs::UserError as read_model does.
std::optional<CheckpointWeights> checkpoint_weights(std::string const& model);

// The same from the text of a config.json; `file` is what messages call it.
std::optional<CheckpointWeights> parse_checkpoint(std::string_view text, std::string const& file);

} // namespace scribeline::workloads
