// The decoder architectures that a decode step is known for, what each assumes where its config.json is silent, and
// why others are refused.
#pragma once

#include "workloads/model_shape.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scribeline::workloads {

// Sizes of a class's own default configuration. They count only in a block within another file, for a multimodal file
// leaves out of its text_config what does not differ from the class; a file of its own states its sizes.
struct DefaultSizes {
    std::optional<std::uint32_t> layers, hidden, ffn, heads, kv_heads, vocabulary, max_context, window;
};

// How a class says how wide an expert is.
enum class ExpertWidth : std::uint8_t {
    stated,      // moe_intermediate_size, which must stand there
    intermediate // intermediate_size, where moe_intermediate_size does not stand there
};

// Which layers with a running state a class has, in place of attention or beside it.
enum class RecurrenceOf : std::uint8_t { none, gated_delta, mamba2, kimi_delta, lightning, short_convolution };
// What the norm behind a state space spans; `flag`: all, if mamba_rms_norm says that there is one.
enum class NormOfState : std::uint8_t { all, groups, flag };

// One row per architecture. The defaults are those of the class's configuration in Hugging Face transformers.
struct Architecture {
    std::vector<char const*> names;       // class names; messages and the shape call it by the first
    std::vector<char const*> model_types; // likewise
    bool                     gated;
    Norm                     norm;
    Activation               activation;
    bool                     pre_norms;
    bool                     post_norms;
    bool                     qk_norm;
    bool                     parallel_blocks;
    bool                     tied_embeddings;
    double                   norm_epsilon;
    double                   rope_theta;
    double                   rotary_fraction;
    bool                     kv_heads_as_heads;             // where num_key_value_heads is left out
    std::uint32_t            head_dim;                      // 0: hidden size / heads
    bool                     window_needs_flag     = false; // sliding_window holds only with use_sliding_window
    std::uint32_t            window_period         = 1; // where no list says: so many-th layers have none; 1: all have
    bool                     experts               = false; // a token passes some of many feed-forwards
    bool                     may_be_dense          = false; // with experts = true: some files of the class have none
    ExpertWidth              expert_width          = ExpertWidth::stated;
    std::uint32_t            shared_experts        = 0;     // beside them, where the file does not count them
    std::uint32_t            first_dense           = 0;     // layers without experts at the beginning, likewise
    bool                     latent                = false; // keys and values are kept as one compressed vector
    bool                     value_dim_from_hidden = false; // with latent = true: where v_head_dim is left out
    bool                     chunks                = false; // attention within pieces of the context
    char const*              activation_key        = "hidden_act";
    DefaultSizes             sizes                 = {};
    RecurrenceOf             recurrence            = RecurrenceOf::none;
    NormOfState              norm_of_state         = NormOfState::all;
    std::uint32_t            attention_period = 0;     // with a recurrence: so many-th layers attend; 0: a list says it
    bool                     halves_apart     = false; // a layer attends, or has a state, or a feed-forward
    bool                     attention_in_all = false; // attention beside the recurrence
    bool                     gated_delta = false, state_space = false, kimi_delta = false; // which keys are known
    bool                     lightning = false, convolution = false;
    bool                     sparse_index         = false; // an index chooses the tokens attended to
    bool                     two_heads            = false; // layers without a window have heads of their own
    bool                     narrow_experts       = false; // experts may work on less than the hidden vector
    bool                     dense_beside_experts = false; // the dense feed-forward serves all tokens
    bool                     gated_attention      = false; // its output passes a gate, as output_gate says
    OutputGate               output_gate          = OutputGate::none;
    bool                     gate_unless_denied   = false; // where the file does not say whether there is one
    bool                     window_heads         = false; // layers with a window have heads of their own
    bool                     block_index          = false; // an index chooses blocks of tokens, in some layers
    bool                     per_layer            = false; // each layer states its sizes
    bool                     two_attentions       = false; // a layer has two of each half, and experts in the first
    bool                     mixes_blocks         = false; // layers may read sums of blocks of layers before them
};

std::vector<Architecture> const& known_architectures();

// By class name ("LlamaForCausalLM") or model type ("llama"); null: not known.
Architecture const* architecture_named(std::string_view name);
Architecture const* architecture_of_type(std::string_view model_type);

// All class names.
std::vector<std::string> architecture_names();

// The first class name of each row without its ending, in the order of the alphabet, for messages: "Llama".
std::vector<std::string> family_names();

// "Qwen4ForCausalLM" or "qwen4": what a person may have meant. A misspelling gets the class name; another member of a
// family that is known, the members that are; anything else nothing, for a name that merely looks alike is no help.
std::string families_near(std::string_view name_or_type);

// Why a class name or model type cannot be simulated, where that is known; else empty.
std::string reason_to_refuse(std::string_view name_or_type);

// What a key tells of layers, once its value exceeds `harmless`, and the member of Architecture that says whether an
// architecture is known to have it; null: no layer known here has.
struct TellingKey {
    char const* key;
    double      harmless;
    char const* what; // "mixture of experts"
    bool Architecture::*known = nullptr;
    bool Architecture::*also  = nullptr; // as well
};
std::vector<TellingKey> const& telling_keys();

// Whether a key that no reader asked for may change the layers, by the words in it: "sparse", "experts". Keys of which
// it is known that they do not are excepted.
bool may_change_layers(std::string_view key);

} // namespace scribeline::workloads
