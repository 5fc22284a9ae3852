// How the published weights of a model are stored, as far as its file says so: the width of each part of the model,
// with the scales that stand beside the weights of a block.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace scribeline::workloads {

struct ConfigDocument;
struct ModelShape;

enum class WeightPart : std::uint8_t {
    embedding,
    attention,
    feed_forward,   // of layers without experts
    shared_experts, // that all tokens pass
    experts,
    router,
    lm_head,
};
constexpr std::size_t weight_parts = 7;
char const*           name_of(WeightPart);

struct Checkpoint {
    bool          quantised = false;
    std::string   method    = "16 bits"; // "mxfp4", "fp8", "awq": quant_method of the file; else its dtype
    std::uint32_t bits      = 16;        // of a quantised element without its scale: what kernels multiply
    // Of an element of each part, scales counted, the mean where layers differ.
    std::array<double, weight_parts> stored{16, 16, 16, 16, 16, 16, 16};
    std::optional<std::uint32_t>     kv_bits; // where the file says so

    double  of(WeightPart part) const { return stored[static_cast<std::size_t>(part)]; }
    double& of(WeightPart part) { return stored[static_cast<std::size_t>(part)]; }
};

// Throws UserError (bad_config) with file, key and value for a quantisation that is not known. `block` is the language
// model's; `shape` says which matrices there are, its own checkpoint is not read.
Checkpoint parse_checkpoint(ConfigDocument const&, std::string const& block, ModelShape const& shape);

// The width of a format as machines multiply it: 4.25 bits with its scale are 4.
std::uint32_t format_width(double bits);

} // namespace scribeline::workloads
