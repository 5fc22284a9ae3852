// params.json, as Mistral ships it beside consolidated weights: the names of its own inference library.
#include "workloads/mistral_params.hpp"

#include <algorithm>
#include <array>

namespace scribeline::workloads {

namespace {

struct Renamed {
    char const* from;
    char const* to;
};

constexpr std::array names{
    Renamed{"dim", "hidden_size"},
    Renamed{"n_layers", "num_hidden_layers"},
    Renamed{"hidden_dim", "intermediate_size"},
    Renamed{"n_heads", "num_attention_heads"},
    Renamed{"n_kv_heads", "num_key_value_heads"},
    Renamed{"head_dim", "head_dim"},
    Renamed{"vocab_size", "vocab_size"},
    Renamed{"norm_eps", "rms_norm_eps"},
    Renamed{"rope_theta", "rope_theta"},
    Renamed{"max_position_embeddings", "max_position_embeddings"},
    Renamed{"max_seq_len", "max_position_embeddings"},
    Renamed{"model_max_length", "max_position_embeddings"},
    Renamed{"sliding_window", "sliding_window"},
    Renamed{"_sliding_window", "sliding_window"},
    Renamed{"tied_embeddings", "tie_word_embeddings"},
    Renamed{"q_lora_rank", "q_lora_rank"},
    Renamed{"kv_lora_rank", "kv_lora_rank"},
    Renamed{"qk_nope_head_dim", "qk_nope_head_dim"},
    Renamed{"qk_rope_head_dim", "qk_rope_head_dim"},
    Renamed{"v_head_dim", "v_head_dim"},
    Renamed{"moe.num_experts", "num_experts"},
    Renamed{"moe.num_experts_per_tok", "num_experts_per_tok"},
    Renamed{"moe.expert_hidden_dim", "moe_intermediate_size"},
    Renamed{"moe.num_shared_experts", "n_shared_experts"},
    Renamed{"moe.first_k_dense_replace", "first_k_dense_replace"},
    Renamed{"moe.route_every_n", "moe_layer_freq"},
};

Field text_field(std::string const& word)
{
    auto field  = Field{};
    field.kind  = FieldKind::text;
    field.text  = word;
    field.shown = "'" + word + "'";
    return field;
}

// Fewer windows than layers repeat themselves, as mistral-inference has it.
void repeat_windows(Field& window, std::size_t layers)
{
    auto const given = window.numbers;
    if (window.kind != FieldKind::list || given.empty() || given.size() >= layers || layers % given.size() != 0)
        return;
    while (window.numbers.size() < layers)
        window.numbers.insert(window.numbers.end(), given.begin(), given.end());
    window.number = static_cast<double>(window.numbers.size());
}

} // namespace

bool is_mistral_params(ConfigDocument const& document)
{
    return document.find("dim") != nullptr && document.find("n_layers") != nullptr &&
           document.find("model_type") == nullptr && document.find("architectures") == nullptr;
}

ConfigDocument from_mistral_params(ConfigDocument const& params)
{
    auto config = ConfigDocument{params.file, {}};
    for (auto const& each : names)
        if (auto const found = params.fields.find(each.from); found != params.fields.end()) {
            auto field  = found->second;
            field.alias = each.from;
            config.fields.emplace(each.to, std::move(field));
        }
    // What has no counterpart keeps its name, so that a key that may change the layers is seen.
    for (auto const& [path, field] : params.fields) {
        auto const renamed = std::any_of(names.begin(), names.end(),
                                         [&, &path = path](Renamed const& each) { return path == each.from; });
        if (!renamed && path != "moe" && path.rfind("moe.", 0) != 0)
            config.fields.emplace(path, field);
    }

    auto const has = [&](char const* key) { return config.find(key) != nullptr; };
    // Mistral Large 3 is a DeepSeek-V3 of other sizes.
    config.fields["architectures"] = text_field(has("kv_lora_rank")  ? "DeepseekV3ForCausalLM"
                                                : has("num_experts") ? "MixtralForCausalLM"
                                                                     : "MistralForCausalLM");
    if (auto const layers = config.find("num_hidden_layers"), window = config.find("sliding_window");
        layers != nullptr && window != nullptr && layers->kind == FieldKind::number && layers->number >= 1 &&
        layers->number <= 4096)
        repeat_windows(config.fields["sliding_window"], static_cast<std::size_t>(layers->number));
    // The first files state no context. Mistral 7B v0.1 to Mixtral were made for this one (their config.json).
    if (!has("max_position_embeddings")) {
        auto context   = Field{};
        context.kind   = FieldKind::number;
        context.number = 32'768;
        context.shown  = "32768";
        config.fields["max_position_embeddings"] = context;
    }
    if (auto const* const format = params.find("quantization.qformat_weight");
        format != nullptr && format->kind == FieldKind::text) {
        auto object = Field{};
        object.kind = FieldKind::object;
        config.fields["quantization_config"]              = object;
        config.fields["quantization_config.quant_method"] =
            text_field(format->text.rfind("fp8", 0) == 0 ? "fp8" : format->text);
        config.fields["quantization_config.quant_method"].alias = "quantization.qformat_weight";
    }
    return config;
}

} // namespace scribeline::workloads
