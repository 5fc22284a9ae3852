// Which layers of a model have a window, experts or latent attention, and what of it is refused?
#include "configs/failure.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/model_shape.hpp"

#include <catch2/catch.hpp>

#include <string>

using Catch::Contains;
using namespace scribeline;
using workloads::read_model;

namespace {

std::string const sizes =
    R"("num_hidden_layers": 4, "hidden_size": 64, "intermediate_size": 96, "num_attention_heads": 4,
    "num_key_value_heads": 4, "vocab_size": 100, "max_position_embeddings": 1000)";

workloads::ModelShape parsed(std::string const& fields)
{
    return workloads::parse_model("{" + sizes + ", " + fields + "}", "my.json", "my");
}

std::string refusal(std::string const& fields)
{
    try {
        parsed(fields);
    } catch (configs::UserError const& error) {
        return error.what();
    }
    return "";
}

std::string const mixtral = R"("architectures": ["MixtralForCausalLM"], "num_local_experts": 8)";

} // namespace

TEST_CASE("every second layer of gpt-oss has a window, and all have experts")
{
    auto const shape = read_model("gpt-oss-120b");
    REQUIRE(shape.kinds.size() == 2);
    CHECK(shape.kinds[shape.kind_of(0)].window == 128);
    CHECK(shape.kinds[shape.kind_of(1)].window == 0);
    for (std::uint32_t kind = 0; kind < 2; ++kind) {
        CHECK(shape.layers_of(kind) == 18);
        CHECK(shape.kinds[kind].experts == 128);
        CHECK(shape.kinds[kind].active == 4);
        CHECK(shape.kinds[kind].ffn == 0); // none that all tokens pass
    }
}

TEST_CASE("the first layers of DeepSeek-V3 are dense, and the others have a shared expert beside 256 routed ones")
{
    auto const shape = read_model("deepseek-v3");
    REQUIRE(shape.kinds.size() == 2);
    CHECK(shape.layers_of(shape.kind_of(0)) == 3);
    CHECK(shape.kinds[shape.kind_of(0)].ffn == 18432);
    CHECK(shape.kinds[shape.kind_of(0)].experts == 0);
    auto const& routed = shape.kinds[shape.kind_of(3)];
    CHECK(routed.ffn == 2048);
    CHECK(routed.experts == 256);
    CHECK(routed.active == 8);
    CHECK(shape.latent.cached() == 576);
    CHECK(shape.head_dim == 192);
}

TEST_CASE("Llama 4 attends to all tokens in every fourth layer, and has experts in each or in every second")
{
    auto const scout = read_model("llama-4-scout"), maverick = read_model("llama-4-maverick");
    for (std::uint32_t layer = 0; layer < 48; ++layer) {
        CAPTURE(layer);
        auto const& kind = scout.kinds[scout.kind_of(layer)];
        CHECK(kind.window == (layer % 4 == 3 ? 0 : 8192));
        CHECK(kind.chunked == (layer % 4 != 3));
        CHECK(kind.experts == 16);
        CHECK(maverick.kinds[maverick.kind_of(layer)].experts == (layer % 2 == 1 ? 128 : 0));
    }
}

TEST_CASE("a list of layer types says which layers have a window, whatever the architecture usually does")
{
    auto const gemma =
        R"("architectures": ["Gemma2ForCausalLM"], "head_dim": 16, "sliding_window": 50, "layer_types": )";
    auto const shape =
        parsed(std::string{gemma} + R"(["full_attention", "full_attention", "sliding_attention", "full_attention"])");
    CHECK(shape.kinds[shape.kind_of(2)].window == 50);
    CHECK(shape.layers_of(shape.kind_of(0)) == 3);
    CHECK_THAT(refusal(std::string{gemma} + R"(["full_attention"])"), Contains("1 types for 4 layers"));
}

TEST_CASE("layers that are all alike are no kinds of their own")
{
    CHECK(read_model("llama-3.1-8b").kinds.empty());
    CHECK(parsed(R"("architectures": ["MistralForCausalLM"], "sliding_window": 50)").sliding_window == 50);
    CHECK(read_model("mixtral-8x7b").kinds.size() == 1); // has experts
}

TEST_CASE("experts that do not match are refused with what is wrong")
{
    CHECK_THAT(refusal(mixtral), Contains("num_experts_per_tok") && Contains("missing"));
    CHECK_THAT(refusal(mixtral + R"(, "num_experts_per_tok": 9)"),
               Contains("a token cannot pass 9 of num_local_experts = 8"));
    CHECK_THAT(refusal(mixtral + R"(, "num_experts_per_tok": 2, "experts_per_token": 3)"),
               Contains("says 2 for the same thing"));
    CHECK_THAT(refusal(mixtral + R"(, "num_experts_per_tok": 2, "mlp_only_layers": [4])"),
               Contains("mlp_only_layers") && Contains("4 is none of the layers 0 to 3"));
    CHECK_THAT(refusal(mixtral + R"(, "num_experts_per_tok": 2, "moe_layer_freq": [1, 0])"),
               Contains("moe_layer_freq") && Contains("2 entries for 4 layers"));
    // Of Qwen's experts intermediate_size says nothing.
    CHECK_THAT(refusal(R"("architectures": ["Qwen3MoeForCausalLM"], "num_experts": 8, "num_experts_per_tok": 2)"),
               Contains("moe_intermediate_size: missing: the width of an expert"));
    CHECK_THAT(refusal(R"("architectures": ["LlamaForCausalLM"], "num_local_experts": 8)"),
               Contains("mixture of experts"));
}

TEST_CASE("which layers have experts is read from a list, a period, a beginning or an end")
{
    auto const of = [](std::string const& more) {
        auto const shape = parsed(mixtral + R"(, "num_experts_per_tok": 2, )" + more);
        auto       text  = std::string{};
        for (std::uint32_t layer = 0; layer < 4; ++layer)
            text += shape.kinds[shape.kind_of(layer)].experts > 0 ? 'x' : '-';
        return text;
    };
    CHECK(of(R"("moe_layer_freq": [0, 1, 1, 0])") == "-xx-");
    CHECK(of(R"("decoder_sparse_step": 2)") == "-x-x");
    CHECK(of(R"("first_k_dense_replace": 1)") == "-xxx");
    CHECK(of(R"("mlp_only_layers": [1, 3])") == "x-x-");
    CHECK(of(R"("moe_layers": [2])") == "--x-");
    CHECK(of(R"("moe_layer_start_index": 1, "moe_layer_end_index": 2)") == "-xx-");
    CHECK(of(R"("moe_layer_start_index": 1, "moe_layer_end_index": -1)") == "-xxx");
}

TEST_CASE("windows are read from a list of their sizes, from letters, or from the layers before them")
{
    auto const of = [](std::string const& fields) {
        auto const shape = parsed(fields);
        auto       text  = std::string{};
        for (std::uint32_t layer = 0; layer < 4; ++layer)
            text += (shape.kinds.empty() ? shape.sliding_window : shape.kinds[shape.kind_of(layer)].window) > 0 ? 'w' : '-';
        return text;
    };
    auto const mistral = std::string{R"("architectures": ["MistralForCausalLM"], )"};
    CHECK(of(mistral + R"("sliding_window": [null, 50, 50, null])") == "-ww-");
    CHECK_THAT(refusal(mistral + R"("sliding_window": [50, 50])"), Contains("2 windows for 4 layers"));
    auto const exaone = std::string{R"("architectures": ["Exaone4ForCausalLM"], "sliding_window": 50, )"};
    CHECK(of(exaone + R"("sliding_window_pattern": "LLG")") == "ww-w");
    CHECK(of(exaone + R"("sliding_window_pattern": null)") == "www-");
    CHECK_THAT(refusal(exaone + R"("sliding_window_pattern": "LLX")"), Contains("letters L (a window) and G (none)"));
    auto const qwen = std::string{R"("architectures": ["Qwen2ForCausalLM"], "sliding_window": 50, )"};
    CHECK(of(qwen + R"("use_sliding_window": true, "max_window_layers": 3)") == "---w");
    CHECK(of(qwen + R"("use_sliding_window": false, "max_window_layers": 3)") == "----");
}

TEST_CASE("a number for each layer is that number where it is the same in all")
{
    auto const hunyuan = std::string{R"("architectures": ["HunYuanMoEV1ForCausalLM"], "num_experts": 8, )"};
    auto const shape   = parsed(hunyuan + R"("moe_topk": [2, 2, 2, 2], "moe_intermediate_size": [32, 32, 32, 32],
                                           "num_shared_expert": [1, 1, 1, 1])");
    CHECK(shape.kinds.front().active == 2);
    CHECK(shape.kinds.front().ffn == 32);
    CHECK_THAT(refusal(hunyuan + R"("moe_topk": [2, 2, 2], "moe_intermediate_size": 32)"),
               Contains("moe_topk = [2, ...]") && Contains("3 entries for 4 layers"));
    CHECK_THAT(refusal(hunyuan + R"("moe_topk": [2, 2, 2, 3], "moe_intermediate_size": 32)"),
               Contains("Layers of different sizes are not supported"));
}

TEST_CASE("what latent attention lacks is asked for by its name")
{
    auto const text = refusal(R"("architectures": ["DeepseekV3ForCausalLM"], "n_routed_experts": 8,
        "num_experts_per_tok": 2, "kv_lora_rank": 16)");
    CHECK_THAT(text, Contains("qk_nope_head_dim") && Contains("qk_rope_head_dim") && Contains("v_head_dim"));
}

TEST_CASE("sparse attention is refused by name, also where all else of the model is known")
{
    CHECK_THAT(refusal(R"("architectures": ["DeepseekV3ForCausalLM"], "index_topk": 2048)"),
               Contains("sparse attention"));
}
