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
    Published{"LongCat-Flash, 28 layers of two attentions", R"({"architectures": ["LongcatFlashForCausalLM"],
        "model_type": "longcat_flash", "hidden_size": 6144, "ffn_hidden_size": 12288, "expert_ffn_hidden_size": 2048,
        "num_layers": 28, "num_attention_heads": 64, "n_routed_experts": 512, "zero_expert_num": 256,
        "zero_expert_type": "identity", "moe_topk": 12, "kv_lora_rank": 512, "q_lora_rank": 1536,
        "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128, "vocab_size": 131072,
        "max_position_embeddings": 131072})",
              562, 56 * 576 * 2 / 1024.0},
    Published{"MiMo-V2-Flash", R"({"architectures": ["MiMoV2FlashForCausalLM"], "model_type": "mimo_v2_flash",
        "hidden_size": 4096, "intermediate_size": 16384, "moe_intermediate_size": 2048, "num_hidden_layers": 48,
        "num_attention_heads": 64, "num_key_value_heads": 4, "head_dim": 192, "v_head_dim": 128,
        "swa_num_attention_heads": 64, "swa_num_key_value_heads": 8, "swa_head_dim": 192, "swa_v_head_dim": 128,
        "sliding_window": 128, "attention_chunk_size": 128, "n_routed_experts": 256, "num_experts_per_tok": 8,
        "hybrid_layer_pattern": [0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1,
                                 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0],
        "moe_layer_freq": [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                           1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
        "partial_rotary_factor": 0.334, "vocab_size": 152576, "max_position_embeddings": 262144})",
              309, (9 * 4 + 39 * 8) * 320 * 2 / 1024.0},
    Published{"Kimi K3, a Kimi Linear within another file", R"({"architectures": ["KimiK3ForConditionalGeneration"],
        "model_type": "kimi_k3", "text_config": {"architectures": ["KimiLinearForCausalLM"],
        "model_type": "kimi_linear", "hidden_act": "situ", "hidden_size": 7168, "intermediate_size": 33792,
        "num_hidden_layers": 93, "attn_res_block_size": 12, "num_attention_heads": 96, "num_key_value_heads": 96,
        "kv_lora_rank": 512, "q_lora_rank": 1536, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128,
        "mla_use_output_gate": true, "first_k_dense_replace": 1, "moe_intermediate_size": 3072, "num_experts": 896,
        "num_experts_per_token": 16, "num_shared_experts": 2, "routed_expert_hidden_size": 3584,
        "linear_attn_config": {"full_attn_layers": [4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 64, 68,
        72, 76, 80, 84, 88, 92, 93], "head_dim": 128, "num_heads": 96, "short_conv_kernel_size": 4,
        "use_full_rank_gate": true}, "vocab_size": 163840, "max_position_embeddings": 1048576}})",
              2780, 24 * 576 * 2 / 1024.0},
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

TEST_CASE("of the experts that a token chooses, those that do nothing are not among the active ones")
{
    auto const shape  = workloads::parse_model(published[12].config, "config.json", "longcat");
    auto const kinds  = shape.layer_kinds();
    auto const active = static_cast<double>(shape.active_parameters()) / 1e9;
    CHECK(shape.layers == 56);
    CHECK(kinds[shape.kind_of(0)].active == 8); // of 12, as 512 of 768 do something
    CHECK(kinds[shape.kind_of(1)].experts == 0);
    CHECK(active == Approx(27).epsilon(0.03)); // "27B on average" (arXiv 2509.01322)
}

TEST_CASE("layers that state their sizes have these, and a half that is taken out is missing")
{
    auto const block = [](char const* attention, char const* ffn) {
        return std::string{R"({"attention": )"} + attention + R"(, "ffn": )" + ffn + "}";
    };
    auto const file = [](std::string const& blocks) {
        return R"({"architectures": ["DeciLMForCausalLM"], "model_type": "nemotron-nas", "hidden_size": 8192,
            "intermediate_size": null, "num_hidden_layers": 3, "num_attention_heads": 64, "num_key_value_heads": null,
            "vocab_size": 128256, "max_position_embeddings": 131072, "block_configs": [)" +
               blocks + "]}";
    };
    auto const good  = file(block(R"({"n_heads_in_group": 8, "no_op": false, "window_length": null})",
                                  R"({"ffn_mult": 2.625, "no_op": false})") +
                            "," + block(R"({"n_heads_in_group": null, "no_op": true})", R"({"ffn_mult": 5.25})") + "," +
                            block(R"({"n_heads_in_group": 16})", R"({"ffn_mult": null, "no_op": true})"));
    auto const shape = workloads::parse_model(good, "config.json", "m");
    auto const kind  = [&](std::uint32_t layer) { return shape.layer_kinds()[shape.kind_of(layer)]; };
    CHECK(kind(0).kv_heads == 8);
    CHECK(kind(0).ffn == 14336); // 2 x 2.625 x 8192 / 3
    CHECK(kind(1).mixer == workloads::Mixer::none);
    CHECK(kind(1).ffn == 28672);
    CHECK(kind(2).kv_heads == 4);
    CHECK(kind(2).ffn == 0);
    CHECK(shape.kv_bytes_per_token(16) == 2 * 2 * 128.0 * (8 + 4));
    auto const refused = [&](std::string const& blocks) {
        try {
            workloads::parse_model(file(blocks), "my.json", "m");
        } catch (configs::UserError const& error) {
            return std::string{error.what()};
        }
        return std::string{};
    };
    CHECK_THAT(refused(block(R"({"n_heads_in_group": 8})", R"({"ffn_mult": 1})")), Contains("1 blocks for 3 layers"));
    auto const with = [&](char const* attention) {
        auto const one = block(attention, R"({"ffn_mult": 1})");
        return refused(one + "," + one + "," + one);
    };
    CHECK_THAT(with(R"({"n_heads_in_group": 8, "replace_with_linear": true})"),
               Contains("block_configs/0.attention.replace_with_linear") && Contains("not supported"));
    CHECK_THAT(with(R"({"n_heads_in_group": 7})"), Contains("does not divide num_attention_heads = 64"));
    CHECK_THAT(with("{}"), Contains("n_heads_in_group: missing"));
}

TEST_CASE("an index of blocks lets a query attend to whole blocks, in the layers that a list names")
{
    auto const file = [](char const* sparse) {
        return std::string{R"({"model_type": "minimax_m3", "hidden_size": 64, "intermediate_size": 24,
            "dense_intermediate_size": 96, "moe_layer_freq": [0, 1, 1], "num_local_experts": 8,
            "num_experts_per_tok": 2, "num_hidden_layers": 3, "num_attention_heads": 8, "num_key_value_heads": 2,
            "head_dim": 16, "vocab_size": 256, "max_position_embeddings": 8192, "hidden_act": "swigluoai",
            "sparse_attention_config": {"sparse_topk_blocks": 4, "sparse_block_size": 16, "sparse_index_dim": 12,
            "sparse_num_index_heads": 2, )"} +
               sparse + "}}";
    };
    auto const shape = workloads::parse_model(file(R"("sparse_attention_freq": [0, 1, 1])"), "f", "m");
    auto const at    = [&](std::uint32_t context, std::uint32_t layer, char const* name) {
        auto params    = configs::WorkloadParams{};
        params.context = context;
        params.kv_bits = params.activation_bits = 16;
        auto const  step                        = workloads::decode_step(shape, params);
        auto const* op                          = workloads::find_operator(step.layer(shape.kind_of(layer)), name);
        return op == nullptr ? -1.0 : op->bytes_kv;
    };
    CHECK(at(1000, 0, "scores") == 2.0 * 2 * 16 * 1000);
    CHECK(at(1000, 1, "scores") == 2.0 * 2 * 16 * 4 * 16);
    CHECK(at(40, 1, "scores") == 2.0 * 2 * 16 * 40);
    CHECK(at(1000, 0, "index_scores") == -1);
    CHECK(at(1000, 1, "index_scores") == 2.0 * 12 * 1001);
    CHECK(shape.kv_bytes_per_token(16) == 2.0 * (3 * 2 * 2 * 16 + 2 * 12));
    CHECK_THROWS_WITH(workloads::parse_model(file(R"("sparse_attention_freq": [0, 1])"), "f", "m"),
                      Contains("2 entries for 3 layers"));
    CHECK_THROWS_WITH(workloads::parse_model(file(R"("sparse_stride": 2)"), "f", "m"),
                      Contains("sparse_stride") && Contains("not known"));
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
