// The tables; see the header. Defaults: transformers, src/transformers/models/<type>/configuration_<type>.py (phi-msft:
// the configuration file that Microsoft shipped with phi-2 before transformers knew the model).
#include "workloads/architectures.hpp"

#include <algorithm>

namespace scribeline::workloads {

namespace {

Architecture llama_like(char const* name, char const* type, double epsilon)
{
    auto row              = Architecture{};
    row.names             = {name, nullptr};
    row.model_types       = {type, nullptr};
    row.gated             = true;
    row.norm              = Norm::rms;
    row.activation        = Activation::silu;
    row.pre_norms         = true;
    row.norm_epsilon      = epsilon;
    row.rope_theta        = 10'000;
    row.rotary_fraction   = 1;
    row.kv_heads_as_heads = true;
    return row;
}

Architecture with_kv_heads_stated(Architecture row)
{
    row.kv_heads_as_heads = false;
    return row;
}

// `use_sliding_window` is false in all published Qwen configurations although they carry a window.
Architecture qwen(char const* name, char const* type)
{
    auto row              = with_kv_heads_stated(llama_like(name, type, 1e-6));
    row.window_needs_flag = true;
    return row;
}

Architecture qwen3()
{
    auto row     = qwen("Qwen3ForCausalLM", "qwen3");
    row.qk_norm  = true;
    row.head_dim = 128;
    return row;
}

// OLMo 2 norms what attention and feed-forward give, not what they take. Its query and key norms span all heads.
Architecture olmo2()
{
    auto row       = llama_like("Olmo2ForCausalLM", "olmo2", 1e-5);
    row.pre_norms  = false;
    row.post_norms = true;
    row.qk_norm    = true;
    return row;
}

Architecture phi()
{
    auto row            = llama_like("PhiForCausalLM", "phi", 1e-5);
    row.model_types[1]  = "phi-msft";
    row.gated           = false;
    row.norm            = Norm::layer;
    row.activation      = Activation::gelu_tanh;
    row.parallel_blocks = true;
    row.rotary_fraction = 0.5;
    return row;
}

Architecture with_experts(Architecture row)
{
    row.experts = true;
    return row;
}

Architecture qwen3_moe()
{
    auto row        = with_experts(qwen3());
    row.names[0]    = "Qwen3MoeForCausalLM";
    row.model_types = {"qwen3_moe", nullptr};
    return row;
}

// Phi-3.5-MoE and its smaller kin norm with a mean and a bias, as Phi-2 does.
Architecture phi_moe()
{
    auto row = with_experts(with_kv_heads_stated(llama_like("PhiMoEForCausalLM", "phimoe", 1e-5)));
    row.norm = Norm::layer;
    return row;
}

// Its norm of queries and keys stands in the file (use_qk_norm) and spans all heads; here it is done by head.
Architecture minimax()
{
    auto row           = with_experts(with_kv_heads_stated(llama_like("MiniMaxM2ForCausalLM", "minimax_m2", 1e-6)));
    row.model_types[1] = "minimax";
    return row;
}

// Every second layer has a window. One more score a head, a learned one that no value belongs to, is left out.
Architecture gpt_oss()
{
    auto row          = with_experts(with_kv_heads_stated(llama_like("GptOssForCausalLM", "gpt_oss", 1e-5)));
    row.window_period = 2;
    row.head_dim      = 64;
    return row;
}

// Every fourth layer attends to all and rotates nothing; the others attend within pieces of the context.
Architecture llama4()
{
    auto row           = with_experts(with_kv_heads_stated(llama_like("Llama4ForCausalLM", "llama4_text", 1e-5)));
    row.names[1]       = "Llama4ForConditionalGeneration";
    row.model_types[1] = "llama4";
    row.chunks         = true;
    row.window_period  = 4;
    row.shared_experts = 1;
    row.rope_theta     = 500'000;
    return row;
}

// Kimi K2 is a DeepSeek-V3 of other sizes, and says so in its class.
Architecture deepseek(char const* name, char const* type)
{
    auto row   = with_experts(llama_like(name, type, 1e-6));
    row.latent = true;
    if (row.names[0] == std::string_view{"DeepseekV3ForCausalLM"})
        row.model_types[1] = "kimi_k2";
    return row;
}

// Gemma reads hidden_activation and ignores the hidden_act that its first files carry.
Architecture gemma(char const* name, char const* type)
{
    auto row            = with_kv_heads_stated(llama_like(name, type, 1e-6));
    row.activation      = Activation::gelu_tanh;
    row.activation_key  = "hidden_activation";
    row.tied_embeddings = true;
    row.head_dim        = 256;
    return row;
}

Architecture gemma2()
{
    auto row          = gemma("Gemma2ForCausalLM", "gemma2");
    row.post_norms    = true;
    row.window_period = 2;
    return row;
}

// The 4B file states none of the sizes at the end.
Architecture gemma3()
{
    auto row           = gemma("Gemma3ForCausalLM", "gemma3_text");
    row.names[1]       = "Gemma3ForConditionalGeneration";
    row.model_types[1] = "gemma3";
    row.post_norms     = true;
    row.qk_norm        = true;
    row.rope_theta     = 1e6;
    row.window_period  = 6;
    row.heads          = 8;
    row.kv_heads       = 4;
    row.vocabulary     = 262'208;
    row.max_context    = 131'072;
    return row;
}

constexpr auto experts      = "mixture of experts: a token passes through some of many feed-forwards";
constexpr auto latent       = "latent attention: keys and values are kept as one compressed vector";
constexpr auto state_space  = "state space layers instead of attention";
constexpr auto linear       = "linear attention: a running state instead of a KV cache";
constexpr auto sparse       = "sparse attention: an index picks the tokens attended to";
constexpr auto chunked      = "chunked attention: a token attends to its own chunk only";
constexpr auto shared_kv    = "layers share keys and values";
constexpr auto per_layer    = "layers of different sizes";
constexpr auto encoder      = "an encoder or encoder-decoder, not a decoder alone";
constexpr auto cross        = "cross-attention to another input";
constexpr auto gated_attn   = "a gate on the output of attention";
constexpr auto no_rope      = "no rotary position embedding";
constexpr auto layer_inputs = "embeddings fed to every layer";

struct Refusal {
    std::string_view beginning; // of the class name or model type, in lower case, letters and digits only
    std::string_view reason;
};

// A longer beginning stands before a shorter one that it contains.
constexpr std::array refusals{
    Refusal{"qwen2moe", experts},      Refusal{"qwen3next", linear},
    Refusal{"qwen35", linear},         Refusal{"deepseekv4", "compressed attention: older tokens are kept in groups"},
    Refusal{"deepseek", sparse},       Refusal{"kimi", linear},
    Refusal{"phi3small", sparse},      Refusal{"minimax", experts},
    Refusal{"nemotronh", state_space}, Refusal{"falconmamba", state_space},
    Refusal{"falconh1", state_space},  Refusal{"mamba", state_space},
    Refusal{"jamba", state_space},     Refusal{"zamba", state_space},
    Refusal{"bamba", state_space},     Refusal{"rwkv", linear},
    Refusal{"glmmoedsa", sparse},      Refusal{"glmmoe", experts},
    Refusal{"glm4moe", experts},       Refusal{"gemma3n", layer_inputs},
    Refusal{"gemma4", per_layer},      Refusal{"dbrx", experts},
    Refusal{"olmoe", experts},         Refusal{"granitemoe", experts},
    Refusal{"openelm", per_layer},     Refusal{"deci", per_layer},
    Refusal{"mllama", cross},          Refusal{"gpt2", no_rope},
    Refusal{"opt", no_rope},           Refusal{"bloom", no_rope},
    Refusal{"mpt", no_rope},           Refusal{"t5", encoder},
    Refusal{"mt5", encoder},           Refusal{"bart", encoder},
    Refusal{"bert", encoder},          Refusal{"roberta", encoder},
    Refusal{"whisper", encoder},       Refusal{"qwenlmhead", "its intermediate_size counts gate and up together"},
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

bool is_one_of(std::array<char const*, 2> const& words, std::string_view word)
{
    return std::any_of(words.begin(), words.end(), [&](auto const* w) { return w != nullptr && word == w; });
}

} // namespace

std::vector<Architecture> const& known_architectures()
{
    static auto const rows = std::vector<Architecture>{
        llama_like("LlamaForCausalLM", "llama", 1e-6),
        llama_like("YiForCausalLM", "Yi", 1e-5),
        with_kv_heads_stated(llama_like("MistralForCausalLM", "mistral", 1e-6)),
        qwen("Qwen2ForCausalLM", "qwen2"),
        qwen3(),
        phi(),
        llama_like("Phi3ForCausalLM", "phi3", 1e-5),
        gemma("GemmaForCausalLM", "gemma"),
        gemma2(),
        gemma3(),
        olmo2(),
        with_experts(with_kv_heads_stated(llama_like("MixtralForCausalLM", "mixtral", 1e-5))),
        qwen3_moe(),
        phi_moe(),
        minimax(),
        gpt_oss(),
        llama4(),
        deepseek("DeepseekV2ForCausalLM", "deepseek_v2"),
        deepseek("DeepseekV3ForCausalLM", "deepseek_v3"),
    };
    return rows;
}

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
        for (auto const* name : row.names)
            if (name != nullptr)
                names.emplace_back(name);
    return names;
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
        {"enable_moe_block", 0, experts},
        {"kv_lora_rank", 0, latent, &Architecture::latent},
        {"index_topk", 0, sparse},
        {"compress_ratios", 0, "compressed attention: older tokens are kept in groups"},
        {"attention_chunk_size", 0, chunked, &Architecture::chunks},
        {"ssm_state_size", 0, state_space},
        {"state_size", 0, state_space},
        {"mamba_num_heads", 0, state_space},
        {"mamba_d_state", 0, state_space},
        {"hybrid_override_pattern", 0, state_space},
        {"linear_num_key_heads", 0, linear},
        {"linear_num_value_heads", 0, linear},
        {"linear_attn_config", 0, linear},
        {"full_attention_interval", 1, linear},
        {"attn_output_gate", 0, gated_attn},
        {"attention_k_eq_v", 0, "keys that are also the values"},
        {"num_kv_shared_layers", 0, shared_kv},
        {"hidden_size_per_layer_input", 0, layer_inputs},
        {"block_configs", 0, per_layer},
        {"cross_attention_layers", 0, cross},
        {"add_cross_attention", 0, cross},
        {"is_encoder_decoder", 0, encoder},
        {"alibi", 0, no_rope},
    };
    return rows;
}

} // namespace scribeline::workloads
