// The shape of a decoder-only transformer, read from a Hugging Face config.json.
#pragma once

#include "workloads/checkpoint.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scribeline::workloads {

enum class Norm { rms, layer };
enum class Activation { silu, gelu, gelu_tanh, relu, relu_squared, xielu, situ };

// What stands in the first half of a layer: one of the families of workloads/operators/families.hpp.
// `none`: the layer has no such half.
enum class Mixer : std::uint8_t { attention, latent_attention, recurrence, attention_and_recurrence, none };

// What a layer keeps of the tokens before, in elements.
struct Kept {
    std::uint64_t of_token = 0; // of each one that it attends to
    std::uint64_t state    = 0; // whatever the context, of ModelShape::recurrence.state_bits
    std::uint64_t recent   = 0; // activations of the last few tokens, for a convolution
};

// Layers of one kind, where a model mixes several. All sizes in elements.
struct LayerKind {
    std::uint32_t window     = 0;     // tokens attended to at most; 0: the whole context
    bool          chunked    = false; // the context is cut every `window` tokens, and a token sees its own piece only
    std::uint32_t ffn        = 0;     // width of the feed-forward that every token passes: dense, or all shared experts
    std::uint32_t experts    = 0;     // routed; 0: none
    std::uint32_t active     = 0;     // of them, for one token
    std::uint32_t expert_ffn = 0;     // width of one

    Mixer         mixer    = Mixer::attention; // of a model with latent attention, that
    std::uint32_t kv_heads = 0, head_dim = 0;  // where they differ from the model's; 0: they do not
    bool          values_from_keys = false;    // values have no matrix of their own
    bool          shares_kv        = false;    // keys and values are those of a layer before
    std::uint32_t expert_input     = 0;        // what experts work on is so wide; 0: the hidden vector
    std::uint32_t value_dim        = 0;        // of a head of values; 0: as head_dim
    std::uint32_t idle_experts     = 0;        // that a token may choose beside `experts`, and that do nothing
    bool          unindexed        = false;    // of a model with an index: attends without it
};
bool operator==(LayerKind const&, LayerKind const&);

// Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434): keys and values of all heads come out of one vector of
// `kv_rank` elements; `rope_dim` more, shared by the heads, carry the position. Those two are the cache.
struct LatentAttention {
    std::uint32_t kv_rank    = 0; // 0: keys and values are cached as they are
    std::uint32_t query_rank = 0; // queries come out of a vector of so many; 0: out of the hidden vector
    std::uint32_t nope_dim   = 0; // of a query and a key, without position
    std::uint32_t rope_dim   = 0; // of both, rotated
    std::uint32_t value_dim  = 0;

    std::uint32_t cached() const { return kv_rank + rope_dim; } // elements a token
};

// Sparse attention with an index: a query attends to as many tokens as are chosen, one by one with weights for the
// index's heads (DeepSeek-V3.2), or in blocks by the best of each, every head of keys its own (MiniMax M3).
struct SparseIndex {
    std::uint32_t heads  = 0; // 0: none
    std::uint32_t dim    = 0; // of a head's queries, and of the key that a token leaves in the index
    std::uint32_t chosen = 0; // tokens
    std::uint32_t block  = 1; // tokens that are chosen together
};

// A running state in place of keys and values; workloads/operators/recurrence.cpp says what the rules compute.
enum class StateRule : std::uint8_t { none, sum, delta };
struct Recurrence {
    StateRule     rule      = StateRule::none;
    std::uint32_t key_heads = 1, value_heads = 1; // each head of keys serves as many of values
    std::uint32_t key_dim = 1, value_dim = 1;     // the state of a head of values has key_dim x value_dim elements
    std::uint32_t taps        = 0;                // of the convolution over queries, keys and values; 0: none
    std::uint32_t controls    = 0;                // numbers that a token has for each head of values
    std::uint32_t decay_rank  = 0; // each element of a key decays by its own rate, out of so many; 0: a head at a time
    bool          gated       = false; // a gate as wide as the values comes out of the hidden vector
    std::uint32_t gate_rank   = 0;     // or out of a vector of so many
    std::uint32_t norm_groups = 0;     // that norms of the output span; 0: none
    std::uint32_t state_bits  = 32;    // of an element of the state

    std::uint64_t key_width() const { return std::uint64_t{key_heads} * key_dim; }
    std::uint64_t value_width() const { return std::uint64_t{value_heads} * value_dim; }
    // What the convolution mixes: values, and queries and keys.
    std::uint64_t mixed() const { return value_width() + (rule == StateRule::none ? 0 : 2 * key_width()); }
    // Without a state, a gate before the convolution and one behind it.
    std::uint64_t gates() const { return value_width() * (rule == StateRule::none ? 2 : gated ? 1 : 0); }
    // Out of the hidden vector, ranks left out.
    std::uint64_t inputs() const { return mixed() + gates() + std::uint64_t{controls} * value_heads; }
    std::uint64_t state() const { return rule == StateRule::none ? 0 : value_width() * key_dim; }
};

// A gate on the output of attention: a number for each head, or for each element.
enum class OutputGate : std::uint8_t { none, head, element };

// Of a layer's attention. A head of values may be smaller than one of keys.
struct HeadSizes {
    std::uint32_t heads, kv_heads, head_dim, value_dim;

    std::uint64_t query_width() const { return std::uint64_t{heads} * head_dim; }
    std::uint64_t kv_width() const { return std::uint64_t{kv_heads} * head_dim; }
    std::uint64_t value_width() const { return std::uint64_t{kv_heads} * value_dim; } // of all heads of values
    std::uint64_t attended_width() const { return std::uint64_t{heads} * value_dim; } // of what attention gives
};

// All sizes in elements.
struct ModelShape {
    std::string   name;         // "llama-3-8b", or the file's stem
    std::string   architecture; // "LlamaForCausalLM"
    std::uint32_t layers;
    std::uint32_t hidden;
    std::uint32_t ffn; // of dense layers; 0 where all layers have routed experts
    std::uint32_t heads;
    std::uint32_t kv_heads;
    std::uint32_t head_dim; // of a query and a key
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
    std::uint32_t sliding_window;  // tokens, of all layers; 0: none, or as `kinds` say
    bool          soft_caps;       // scores or logits pass through tanh (Gemma 2); not counted

    LatentAttention latent;
    SparseIndex     index;
    Recurrence      recurrence;
    OutputGate      output_gate = OutputGate::none;
    // Each half of a layer reads a mean of the sums of blocks of layers before it, weighed by a query that it has
    // learned (attention residuals, arXiv 2603.15031): so many sums, of the layers' mean; 0: the last one, as it is.
    std::uint32_t             residual_blocks = 0;
    std::vector<LayerKind>    kinds;   // empty: all layers are alike, as ffn and sliding_window say
    std::vector<std::uint8_t> kind_at; // [layer]: which of `kinds`; empty with them

    Checkpoint               checkpoint;     // how the file says that the weights are stored
    std::string              source_licence; // of the repository that a shipped file was read from
    std::vector<std::string> assumed;        // sizes that the file leaves to its class: "num_hidden_layers = 32"

    std::uint64_t query_width() const { return std::uint64_t{heads} * head_dim; }
    std::uint64_t kv_width() const { return std::uint64_t{kv_heads} * head_dim; }

    std::vector<LayerKind> layer_kinds() const; // at least one
    std::uint32_t          kind_of(std::uint32_t layer) const { return kinds.empty() ? 0 : kind_at.at(layer); }
    std::uint32_t          layers_of(std::uint32_t kind) const;
    bool                   has_experts() const;
    Mixer                  mixer_of(LayerKind const&) const;
    HeadSizes              sizes_of(LayerKind const&) const;
    std::uint64_t          gate_width(LayerKind const&) const; // of attention's output; 0: none
    std::uint32_t          chosen_by(LayerKind const&) const;  // tokens, by an index; 0: all
    std::uint32_t          expert_input(LayerKind const& kind) const
    {
        return kind.expert_input != 0 ? kind.expert_input : hidden;
    }
    Kept kept_by(LayerKind const&) const;
    bool keeps_state() const; // in some layer

    // Weights of the matrices only; norms and biases are left out (below 0.01 %).
    std::uint64_t attention_weights(LayerKind const&) const;           // of the layer's first half, whatever it is
    std::uint64_t feed_forward_weights(LayerKind const&) const;        // all experts, and the router
    std::uint64_t active_feed_forward_weights(LayerKind const&) const; // what one token multiplies with
    std::uint64_t parameters() const;            // embedding + layers + output projection unless tied
    std::uint64_t active_parameters() const;     // what one token multiplies with: layers + output projection
    std::uint64_t elements_of(WeightPart) const; // of all layers; of an output projection none where it is tied
    double        weight_bytes(double bits) const;
    double        checkpoint_bytes() const;                     // as the file says that they are stored, scales counted
    double        checkpoint_element_bits() const;              // the mean of that
    double        kv_bytes_per_token(std::uint32_t bits) const; // all layers, as if none had a window
    // Of a sequence, all layers, whatever the context: running states, and what convolutions look back at.
    double state_bytes(std::uint32_t activation_bits) const;
};

// `model` is the name of a shipped model or the path of a config.json.
// Throws configs::UserError: no_input when there is no such model or file (with the nearest name), bad_config with
// file, key and reason when it is not JSON, a field is missing or out of range, or the architecture is unknown
// (named, with the reason where it is known: sparse attention, linear attention, state space, ...).
ModelShape read_model(std::string const& model);

// The same from the text of a config.json; `file` and `name` are what messages and the shape call it.
// `quantisation` is an hf_quant_config.json, for a file that does not say itself how its weights are stored.
ModelShape parse_model(std::string_view text, std::string const& file, std::string const& name,
                       std::string_view quantisation = {});

std::vector<std::string> shipped_models();

// Attention as the published wafer runs had it: keys and values as wide as the hidden vector, and one head.
ModelShape with_full_kv(ModelShape);

} // namespace scribeline::workloads
