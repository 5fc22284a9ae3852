// What is known of class names and keys: the look-up, what a person may have meant, and why others are refused. The
// architectures themselves stand in known_architectures.cpp.
#include "workloads/architectures.hpp"

#include "configs/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace scribeline::workloads {

namespace {

constexpr auto experts      = "mixture of experts: a token passes through some of many feed-forwards";
constexpr auto latent       = "latent attention: keys and values are kept as one compressed vector";
constexpr auto state_space  = "state space layers (Mamba) instead of attention";
constexpr auto gated_delta  = "linear attention by a gated delta net: a running state instead of a KV cache";
constexpr auto kimi_delta   = "linear attention by Kimi's delta rule: a running state instead of a KV cache";
constexpr auto lightning    = "lightning (linear) attention: a running state instead of a KV cache";
constexpr auto linear       = "linear attention: a running state instead of a KV cache";
constexpr auto convolution  = "short convolutions instead of attention";
constexpr auto sparse       = "sparse attention: an index picks the tokens attended to";
constexpr auto block_wise   = "block-sparse attention: an index picks the blocks of tokens attended to";
constexpr auto compressed   = "compressed attention: older tokens are kept in groups";
constexpr auto chunked      = "chunked attention: a token attends to its own chunk only";
constexpr auto shared_kv    = "layers share keys and values";
constexpr auto keys_values  = "keys that are also the values";
constexpr auto two_heads    = "heads of different sizes in layers with and without a window";
constexpr auto per_layer    = "layers of different sizes";
constexpr auto encoder      = "an encoder or encoder-decoder, not a decoder alone";
constexpr auto cross        = "cross-attention to another input";
constexpr auto gated_attn   = "a gate on the output of attention";
constexpr auto no_rope      = "no rotary position embedding";
constexpr auto layer_inputs = "embeddings fed to every layer";
constexpr auto draft        = "a draft head that reads the hidden vectors of another model, not a model by itself";
constexpr auto hyper        = "several residual streams between layers (hyper-connections)";

struct Refusal {
    std::string_view beginning; // of the class name or model type, in lower case, letters and digits only
    std::string_view reason;
};

// A longer beginning stands before a shorter one that it contains.
constexpr std::array refusals{
    Refusal{"llamaforcausallmeagle", draft},
    Refusal{"eagle", draft},
    Refusal{"deepseekv4", compressed},
    Refusal{"phi3small", "block-sparse attention in every second layer"},
    Refusal{"phi4flash", state_space},
    Refusal{"bailinghybrid", lightning},
    Refusal{"falconmamba", state_space},
    Refusal{"mamba", state_space},
    Refusal{"jamba", state_space},
    Refusal{"zamba", state_space},
    Refusal{"plamo2", state_space},
    Refusal{"recurrentgemma", "recurrent layers (RG-LRU) instead of attention"},
    Refusal{"rwkv", linear},
    Refusal{"gemma3n", layer_inputs},
    Refusal{"dbrx", "its sizes stand in attn_config and ffn_config, which are not read"},
    Refusal{"openelm", per_layer},
    Refusal{"mllama", cross},
    Refusal{"gpt2", no_rope},
    Refusal{"opt", no_rope},
    Refusal{"bloom", no_rope},
    Refusal{"mpt", no_rope},
    Refusal{"t5", encoder},
    Refusal{"mt5", encoder},
    Refusal{"bart", encoder},
    Refusal{"bert", encoder},
    Refusal{"roberta", encoder},
    Refusal{"whisper", encoder},
    Refusal{"qwenlmhead", "its intermediate_size counts gate and up together"},
};

// Words that a key of the layers' shape has in it, in lower case.
constexpr std::array<std::string_view, 33> words_of_layers{
    "sparse",     "hybrid",       "mamba",     "ssm",       "conv",        "linear_",    "latent",
    "lora_rank",  "index",        "compress",  "pattern",   "block_type",  "layer_type", "layers_type",
    "attn_type",  "moe",          "expert",    "window",    "chunk",       "k_eq_v",     "kv_shared",
    "per_layer",  "head_dim",     "_heads",    "head_wise", "output_gate", "hyper_conn", "attention_other",
    "ffn_hidden", "intermediate", "recurrent", "swa_",      "attn_res"};

// Keys with one of those words that a reader need not know: training, numerics, run time, or the count of something
// that is not in the decoder's layers.
constexpr std::array harmless{
    "chunk_size_feed_forward",
    "expert_dropout",
    "moe_dropout",
    "moe_renormalize",
    "moe_router_activation_func",
    "moe_router_scaling_factor",
    "moe_router_enable_expert_bias",
    "moe_router_enable_routed_scaling",
    "moe_router_topk_scaling_factor",
    "moe_router_enable_shared_expert",
    "moe_router_dtype",
    "moe_router_use_sigmoid",
    "moe_aux_loss_coef",
    "moe_use_aux_free",
    "moe_use_hard_gumbel_gating",
    "moe_group",
    "moe_gate",
    "moe_gate_act",
    "moe_norm_min",
    "moe_topk_method",
    "moe_drop_tokens",
    "moe_layer_recompute",
    "moe_random_routing_dropped_token",
    "moe_shared_expert_overlap",
    "moe_capacity",
    "moe_multimodal_dispatch_use_allgather",
    "moe_use_token_type_bias",
    "num_expert_group",
    "num_expert_groups",
    "output_expert_logits",
    "use_moe_router_bias",
    "use_expert_bias",
    "vocab_size_per_layer_input", // tells nothing without hidden_size_per_layer_input
    "moe_router_bias_update_speed",
    "indexer_rope_interleave", // how a rotary embedding pairs elements
    "mamba_chunk_size",        // of the kernels of a prompt, as chunk_size is
    "chunk_size",
    "mamba_proj_bias",
    "mamba_conv_bias",
    "use_conv_bias",
    "conv_bias",
    "conv_use_xavier_init",
    "mamba_hidden_act",
    "use_mamba_kernels",
    "mamba_ssm_dtype",
    "mamba_ssm_cache_dtype",
    "mamba_use_mlp",
    "mamba_norm_before_gate",
    "layernorm_full_attention_alpha",
    "layernorm_full_attention_beta",
    "layernorm_linear_attention_alpha",
    "layernorm_linear_attention_beta",
    "router_dtype",
    "latent_moe_use_norm", // of what experts work on, once
    "activation_situ_linear_beta",
    "swa_rope_theta",
    "qk_head_dim", // the sum of two that are read
    "token_type_index",
    "ignore_index",
    "pad_token_index",
    "eoa_token_index",
    "boa_token_index",
    "image_token_index",
    "video_token_index",
    "audio_token_index",
    "vision_feature_layer_index",
};

std::string plain(std::string_view name)
{
    auto result = std::string{};
    for (auto const c : name)
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            result += c;
        else if (c >= 'A' && c <= 'Z')
            result += static_cast<char>(c - 'A' + 'a');
    return result;
}

bool is_one_of(std::vector<char const*> const& words, std::string_view word)
{
    return std::any_of(words.begin(), words.end(), [&](auto const* w) { return word == w; });
}

// "Qwen3Moe" of "Qwen3MoeForCausalLM".
std::string without_ending(std::string_view name)
{
    auto const ending = name.rfind("For");
    return std::string{ending == std::string_view::npos || ending == 0 ? name : name.substr(0, ending)};
}

// "qwen" of "Qwen3MoeForCausalLM" and of "qwen3_moe".
std::string family_of(std::string_view name)
{
    auto const word = plain(without_ending(name));
    return word.substr(0, static_cast<std::size_t>(std::find_if(word.begin(), word.end(),
                                                                [](unsigned char c) { return std::isdigit(c) != 0; }) -
                                                   word.begin()));
}

} // namespace

Architecture const* architecture_named(std::string_view name)
{
    for (auto const& row : known_architectures())
        if (is_one_of(row.names, name))
            return &row;
    return nullptr;
}

Architecture const* architecture_of_type(std::string_view model_type)
{
    for (auto const& row : known_architectures())
        if (is_one_of(row.model_types, model_type))
            return &row;
    return nullptr;
}

std::vector<std::string> architecture_names()
{
    auto names = std::vector<std::string>{};
    for (auto const& row : known_architectures())
        names.insert(names.end(), row.names.begin(), row.names.end());
    return names;
}

std::vector<std::string> family_names()
{
    auto names = std::vector<std::string>{};
    for (auto const& row : known_architectures())
        names.push_back(without_ending(row.names.front()));
    std::sort(names.begin(), names.end());
    return names;
}

std::string families_near(std::string_view name)
{
    auto const all     = architecture_names();
    auto const stem    = plain(without_ending(name));
    auto const family  = family_of(name);
    auto       members = std::vector<std::string>{}, stems = std::vector<std::string>{};
    for (auto const& known : all) {
        if (plain(without_ending(known)) == stem) // the ending is misspelt
            return fmt::format("; did you mean '{}'?", known);
        if (family.size() > 1 && family_of(known) == family)
            members.push_back(known);
        stems.push_back(plain(without_ending(known)));
    }
    if (!members.empty())
        return fmt::format("; of that family {} {} known.", fmt::join(members, ", "),
                           members.size() == 1 ? "is" : "are");
    // A long word with a letter or two wrong. Of short ones every third looks like another.
    constexpr std::size_t shortest = 5;
    auto const            guess    = stem.size() < shortest ? std::string{} : configs::nearest(stem, stems);
    for (std::size_t i = 0; i < stems.size(); ++i)
        if (!guess.empty() && stems[i] == guess && guess.front() == stem.front())
            return fmt::format("; did you mean '{}'?", all[i]);
    return ".";
}

std::string reason_to_refuse(std::string_view name_or_type)
{
    auto const name = plain(name_or_type);
    for (auto const& row : refusals)
        if (name.compare(0, row.beginning.size(), row.beginning) == 0)
            return std::string{row.reason};
    return {};
}

std::vector<TellingKey> const& telling_keys()
{
    static auto const rows = std::vector<TellingKey>{
        {"num_local_experts", 1, experts, &Architecture::experts},
        {"num_experts", 1, experts, &Architecture::experts},
        {"n_routed_experts", 1, experts, &Architecture::experts},
        {"moe_num_experts", 1, experts, &Architecture::experts},
        {"moe_intermediate_size", 0, experts, &Architecture::experts},
        {"enable_moe_block", 0, "experts beside the feed-forward that all tokens pass", &Architecture::experts},
        {"kv_lora_rank", 0, latent, &Architecture::latent},
        {"index_topk", 0, sparse, &Architecture::sparse_index},
        {"sparse_attention_config", 0, block_wise, &Architecture::block_index},
        {"sparse_config", 0, block_wise},
        {"compress_ratios", 0, compressed},
        {"attention_chunk_size", 0, chunked, &Architecture::chunks, &Architecture::window_heads},
        {"ssm_state_size", 0, state_space, &Architecture::state_space},
        {"state_size", 0, state_space},
        {"mamba_num_heads", 0, state_space, &Architecture::state_space},
        {"mamba_d_state", 0, state_space, &Architecture::state_space},
        {"mamba_n_heads", 0, state_space, &Architecture::state_space},
        {"hybrid_override_pattern", 0, state_space, &Architecture::state_space},
        {"layers_block_type", 0, "layers of several types", &Architecture::state_space},
        {"linear_num_key_heads", 0, gated_delta, &Architecture::gated_delta},
        {"linear_num_value_heads", 0, gated_delta, &Architecture::gated_delta},
        {"linear_attn_config", 0, kimi_delta, &Architecture::kimi_delta},
        {"full_attention_interval", 1, gated_delta, &Architecture::gated_delta},
        {"conv_L_cache", 0, convolution, &Architecture::convolution},
        {"attn_output_gate", 0, gated_attn, &Architecture::gated_attention},
        {"attention_output_gate", 0, gated_attn, &Architecture::gated_attention},
        {"use_head_wise_attn_gate", 0, gated_attn, &Architecture::gated_attention},
        {"attention_k_eq_v", 0, keys_values, &Architecture::two_heads},
        {"global_head_dim", 0, two_heads, &Architecture::two_heads},
        {"hybrid_layer_pattern", 0, "layers of several types", &Architecture::window_heads},
        {"swa_num_key_value_heads", 0, two_heads, &Architecture::window_heads},
        {"zero_expert_num", 0, "experts that do nothing", &Architecture::two_attentions},
        {"attn_res_block_size", 0, "sums of blocks of layers that later ones read", &Architecture::mixes_blocks},
        {"num_kv_shared_layers", 0, shared_kv, &Architecture::two_heads},
        {"use_cla", 0, shared_kv},
        {"hidden_size_per_layer_input", 0, layer_inputs},
        {"block_configs", 0, per_layer, &Architecture::per_layer},
        {"hc_mult", 1, hyper},
        {"cross_attention_layers", 0, cross},
        {"add_cross_attention", 0, cross},
        {"is_encoder_decoder", 0, encoder},
        {"alibi", 0, no_rope},
        {"draft_vocab_size", 0, draft},
    };
    return rows;
}

bool may_change_layers(std::string_view key)
{
    if (std::any_of(harmless.begin(), harmless.end(), [&](auto const* each) { return key == each; }))
        return false;
    auto lower = std::string{key};
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (lower.rfind("mtp_", 0) == 0 || lower.rfind("num_mtp", 0) == 0 || lower.rfind("vision_", 0) == 0 ||
        lower.rfind("audio_", 0) == 0 || lower.rfind("image_", 0) == 0 || lower.rfind("video_", 0) == 0)
        return false; // not of the decoder's layers
    return std::any_of(words_of_layers.begin(), words_of_layers.end(),
                       [&](auto word) { return lower.find(word) != std::string::npos; });
}

} // namespace scribeline::workloads
