// Families that differ from others by names, defaults and where their file keeps the language model: the totals that
// their owners publish.
#include "configs/failure.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/model_shape.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <set>
#include <string>

using namespace scribeline;
using Catch::Contains;

namespace {

struct Published {
    char const* name;
    char const* config;
    double      billions; // of the model's card or name
    double      kv;       // KiB a token in elements of two bytes: 2 x layers x key heads x head size x 2
};

// Fields as in public copies of each config.json.
constexpr std::array published{
    Published{"Seed-OSS-36B", R"({"model_type": "seed_oss", "hidden_size": 5120, "num_hidden_layers": 64,
        "intermediate_size": 27648, "num_attention_heads": 80, "num_key_value_heads": 8, "head_dim": 128,
        "vocab_size": 155136, "max_position_embeddings": 524288, "tie_word_embeddings": false})",
              36.15, 256},
    Published{"ERNIE-4.5-21B-A3B", R"({"architectures": ["Ernie4_5_MoeForCausalLM"], "model_type": "ernie4_5_moe",
        "hidden_size": 2560, "intermediate_size": 12288, "moe_intermediate_size": 1536, "num_hidden_layers": 28,
        "num_attention_heads": 20, "num_key_value_heads": 4, "head_dim": 128, "moe_num_experts": 64,
        "moe_num_shared_experts": 2, "moe_k": 6, "moe_layer_start_index": 1, "moe_layer_end_index": 27,
        "moe_layer_interval": 1, "vocab_size": 103424, "max_position_embeddings": 131072})",
              21.8, 56},
    Published{"dots.llm1", R"({"model_type": "dots1", "hidden_size": 4096, "num_hidden_layers": 62,
        "intermediate_size": 10944, "num_attention_heads": 32, "num_key_value_heads": 32, "vocab_size": 152064,
        "first_k_dense_replace": 1, "moe_intermediate_size": 1408, "n_routed_experts": 128, "n_shared_experts": 2,
        "num_experts_per_tok": 6, "max_position_embeddings": 32768, "tie_word_embeddings": false})",
              142.8, 992},
    Published{"SmolLM3-3B", R"({"architectures": ["SmolLM3ForCausalLM"], "model_type": "smollm3", "hidden_size": 2048,
        "num_hidden_layers": 36, "num_attention_heads": 16, "num_key_value_heads": 4, "intermediate_size": 11008,
        "vocab_size": 128256, "max_position_embeddings": 65536,
        "no_rope_layers": [1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1,
                           0, 1, 1, 1, 0]})",
              3.08, 72},
    Published{"Command-R", R"({"architectures": ["CohereForCausalLM"], "hidden_size": 8192, "num_hidden_layers": 40,
        "num_attention_heads": 64, "num_key_value_heads": 64, "intermediate_size": 22528, "vocab_size": 256000,
        "max_position_embeddings": 131072})",
              35.0, 1280},
    Published{"MiniCPM3-4B", R"({"model_type": "minicpm3", "hidden_size": 2560, "num_hidden_layers": 62,
        "num_attention_heads": 40, "num_key_value_heads": 40, "intermediate_size": 6400, "vocab_size": 73448,
        "q_lora_rank": 768, "kv_lora_rank": 256, "qk_nope_head_dim": 64, "qk_rope_head_dim": 32,
        "max_position_embeddings": 32768})",
              4.07, 62 * 288 * 2 / 1024.0},
    Published{"Qwen2.5-VL-7B, written flat", R"({"architectures": ["Qwen2_5_VLForConditionalGeneration"],
        "model_type": "qwen2_5_vl", "hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28,
        "num_attention_heads": 28, "num_key_value_heads": 4, "vocab_size": 152064, "max_position_embeddings": 128000,
        "max_window_layers": 28, "use_sliding_window": false, "vision_config": {"hidden_size": 1280}})",
              7.62, 56},
    Published{"LLaVA-1.5-7B, whose block leaves out its sizes", R"({"model_type": "llava", "text_config":
        {"model_type": "llama", "max_position_embeddings": 4096, "vocab_size": 32064}})",
              6.74, 512},
    Published{"InternVL, in llm_config", R"({"architectures": ["InternVLChatModel"], "model_type": "internvl_chat",
        "llm_config": {"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_size": 3584,
        "intermediate_size": 18944, "num_hidden_layers": 28, "num_attention_heads": 28, "num_key_value_heads": 4,
        "vocab_size": 152064, "max_position_embeddings": 32768}})",
              7.62, 56},
    Published{"Qwen3-Omni, in thinker_config", R"({"architectures": ["Qwen3OmniMoeForConditionalGeneration"],
        "model_type": "qwen3_omni_moe", "thinker_config": {"text_config": {"model_type": "qwen3_omni_moe_text",
        "hidden_size": 2048, "intermediate_size": 768, "moe_intermediate_size": 768, "num_hidden_layers": 48,
        "num_attention_heads": 32, "num_key_value_heads": 4, "head_dim": 128, "num_experts": 128,
        "num_experts_per_tok": 8, "vocab_size": 151936, "max_position_embeddings": 65536}}})",
              30.5, 96},
    Published{"DeepSeek-VL2, in language_config", R"({"model_type": "deepseek_vl_v2", "language_config":
        {"architectures": ["DeepseekV2ForCausalLM"], "model_type": "deepseek_v2", "hidden_size": 2048,
        "intermediate_size": 10944, "moe_intermediate_size": 1408, "num_hidden_layers": 27, "num_attention_heads": 16,
        "num_key_value_heads": 16, "n_routed_experts": 64, "n_shared_experts": 2, "num_experts_per_tok": 6,
        "first_k_dense_replace": 1, "kv_lora_rank": 512, "q_lora_rank": null, "qk_nope_head_dim": 128,
        "qk_rope_head_dim": 64, "v_head_dim": 128, "vocab_size": 102400, "max_position_embeddings": 4096}})",
              15.7, 27 * 576 * 2 / 1024.0},
    Published{"Granite 4.0 micro, a hybrid class without state space", R"({"model_type": "granitemoehybrid",
        "hidden_size": 2560, "num_hidden_layers": 40, "num_attention_heads": 40, "num_key_value_heads": 8,
        "intermediate_size": 8192, "shared_intermediate_size": 8192, "num_local_experts": 0, "num_experts_per_tok": 0,
        "vocab_size": 100352, "max_position_embeddings": 131072})",
              3.4, 80},
};

} // namespace

TEST_CASE("families that differ by names and defaults have the parameters and the cache that are published")
{
    for (auto const& each : published) {
        CAPTURE(each.name);
        auto const shape = workloads::parse_model(each.config, "config.json", "m");
        CHECK(static_cast<double>(shape.parameters()) / 1e9 == Approx(each.billions).epsilon(0.005));
        CHECK(shape.kv_bytes_per_token(16) / 1024 == Approx(each.kv).epsilon(1e-12));
    }
}

TEST_CASE("sizes that a nested block leaves to its class are named in the notes of a run")
{
    auto const shape = workloads::parse_model(
        R"({"model_type": "llava", "text_config": {"model_type": "llama", "vocab_size": 32064}})", "config.json",
        "llava");
    auto params    = configs::WorkloadParams{};
    params.context = params.kv_bits = params.activation_bits = 16;
    auto const step                                          = workloads::decode_step(shape, params);
    REQUIRE(step.notes.size() >= 1);
    CHECK_THAT(step.notes.front(),
               Contains("the file of llava leaves these to its class: text_config.num_hidden_layers = 32"));
    CHECK_THAT(step.notes.front(), Contains("text_config.hidden_size = 4096"));
    // A file of its own, or a block that says nothing, must state its sizes.
    CHECK_THROWS_WITH(workloads::parse_model(R"({"model_type": "llama", "vocab_size": 32064})", "f", "n"),
                      Contains("num_hidden_layers: missing"));
    CHECK_THROWS_WITH(workloads::parse_model(R"({"text_config": {"model_type": "llama"}})", "f", "n"),
                      Contains("text_config.num_hidden_layers: missing"));
}

TEST_CASE("every shipped model says where it was read from and under which licence")
{
    auto const licences = std::set<std::string>{"Apache-2.0", "MIT", "not stated", "this project"};
    for (auto const& name : workloads::shipped_models()) {
        CAPTURE(name);
        CHECK(licences.count(workloads::read_model(name).source_licence) == 1);
    }
}
