// The shape of a decoder-only transformer, read from a Hugging Face config.json.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scribeline::workloads {

enum class Norm { rms, layer };
enum class Activation { silu, gelu, gelu_tanh, relu };

// All sizes in elements.
struct ModelShape {
    std::string   name;         // "llama-3-8b", or the file's stem
    std::string   architecture; // "LlamaForCausalLM"
    std::uint32_t layers;
    std::uint32_t hidden;
    std::uint32_t ffn;
    std::uint32_t heads;
    std::uint32_t kv_heads;
    std::uint32_t head_dim;
    std::uint32_t vocabulary;
    std::uint32_t max_context;
    bool          gated;           // gate and up, or up alone
    bool          tied_embeddings; // the output projection is the embedding
    bool          qk_norm;         // norms on each head's query and key (Qwen3, Gemma 3, OLMo 2)
    bool          pre_norms;       // norms before attention and feed-forward (all but OLMo 2)
    bool          post_norms;      // norms after attention and feed-forward as well (Gemma 2 and 3), or only there
    bool          parallel_blocks; // attention and feed-forward read the same normed input (Phi-2)
    Norm          norm;
    Activation    activation;
    double        norm_epsilon;
    double        rope_theta;
    double        rotary_fraction; // of head_dim that is rotated
    std::uint32_t sliding_window;  // tokens; 0: none. Layers with a window are counted as if global.
    bool          soft_caps;       // scores or logits pass through tanh (Gemma 2); not counted

    std::uint64_t query_width() const { return std::uint64_t{heads} * head_dim; }
    std::uint64_t kv_width() const { return std::uint64_t{kv_heads} * head_dim; }

    // Weights of the matrices only; norms and biases are left out (below 0.01 %).
    std::uint64_t weights_per_layer() const;
    std::uint64_t parameters() const;        // embedding + layers + output projection unless tied
    std::uint64_t active_parameters() const; // what one token multiplies with: layers + output projection
    double        weight_bytes(std::uint32_t bits) const;
    double        kv_bytes_per_token(std::uint32_t bits) const; // all layers, keys and values
};

// `model` is the name of a shipped model or the path of a config.json.
// Throws configs::UserError: no_input when there is no such model or file (with the nearest name), bad_config with
// file, key and reason when it is not JSON, a field is missing or out of range, or the architecture is unknown
// (named, with the reason where it is known: mixture of experts, latent attention, state space, ...).
ModelShape read_model(std::string const& model);

// The same from the text of a config.json; `file` and `name` are what messages and the shape call it.
ModelShape parse_model(std::string_view text, std::string const& file, std::string const& name);

std::vector<std::string> shipped_models();

// Attention as the published wafer runs had it: keys and values as wide as the hidden vector, and one head.
ModelShape with_full_kv(ModelShape);

} // namespace scribeline::workloads
