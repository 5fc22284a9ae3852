// The decoder architectures that a decode step is known for, what each assumes where its config.json is silent, and
// why others are refused.
#pragma once

#include "workloads/model_shape.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scribeline::workloads {

// One row per architecture. The defaults are those of the class's configuration in Hugging Face transformers; sizes
// that every published file states have none.
struct Architecture {
    std::array<char const*, 2> names;       // class names; the second may be null
    std::array<char const*, 2> model_types; // likewise
    bool                       gated;
    Norm                       norm;
    Activation                 activation;
    bool                       pre_norms;
    bool                       post_norms;
    bool                       qk_norm;
    bool                       parallel_blocks;
    bool                       tied_embeddings;
    double                     norm_epsilon;
    double                     rope_theta;
    double                     rotary_fraction;
    bool                       kv_heads_as_heads;         // where num_key_value_heads is left out
    std::uint32_t              head_dim;                  // 0: hidden size / heads
    bool                       window_needs_flag = false; // sliding_window holds only with use_sliding_window
    std::uint32_t              window_period     = 1; // where no list says: so many-th layers have none; 1: all have
    bool                       experts           = false; // a token passes some of many feed-forwards
    std::uint32_t              shared_experts    = 0;     // beside them, where the file does not count them
    bool                       latent            = false; // keys and values are kept as one compressed vector
    bool                       chunks            = false; // attention within pieces of the context
    char const*                activation_key    = "hidden_act";

    std::optional<std::uint32_t> heads       = std::nullopt;
    std::optional<std::uint32_t> kv_heads    = std::nullopt;
    std::optional<std::uint32_t> vocabulary  = std::nullopt;
    std::optional<std::uint32_t> max_context = std::nullopt;
};

std::vector<Architecture> const& known_architectures();

// By class name ("LlamaForCausalLM") or model type ("llama"); null: not known.
Architecture const* architecture_named(std::string_view name);
Architecture const* architecture_of_type(std::string_view model_type);

// Class names, for messages.
std::vector<std::string> architecture_names();

// Why a class name or model type cannot be simulated, where that is known; else empty.
std::string reason_to_refuse(std::string_view name_or_type);

// What a key tells of layers, once its value exceeds `harmless`, and the member of Architecture that says whether an
// architecture is known to have it; null: no layer known here has.
struct TellingKey {
    char const* key;
    double      harmless;
    char const* what; // "mixture of experts"
    bool Architecture::*known = nullptr;
};
std::vector<TellingKey> const& telling_keys();

} // namespace scribeline::workloads
