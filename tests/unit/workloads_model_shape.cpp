// What the fields of a config.json become, architecture by architecture.
#include "configs/failure.hpp"
#include "support/temporary_folder.hpp"
#include "workloads/model_shape.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

using namespace scribeline;
using workloads::Activation;
using workloads::ModelShape;
using workloads::Norm;

namespace {

// A file with the sizes every model states, and more fields.
ModelShape model(std::string const& identity, std::string const& more = "")
{
    auto const text = "{" + identity +
                      R"(, "num_hidden_layers": 3, "hidden_size": 96, "intermediate_size": 200, "vocab_size": 500,
                          "num_attention_heads": 6, "max_position_embeddings": 1024)" +
                      (more.empty() ? "" : ", " + more) + "}";
    return workloads::parse_model(text, "config.json", "test");
}

char const* const llama = R"("architectures": ["LlamaForCausalLM"], "model_type": "llama")";

} // namespace

TEST_CASE("a Llama without key-value heads has as many as heads, and heads share the hidden size")
{
    auto const shape = model(llama);
    CHECK(shape.name == "test");
    CHECK(shape.architecture == "LlamaForCausalLM");
    CHECK(shape.layers == 3);
    CHECK(shape.heads == 6);
    CHECK(shape.kv_heads == 6);
    CHECK(shape.head_dim == 16);
    CHECK(shape.gated);
    CHECK(shape.pre_norms);
    CHECK_FALSE(shape.post_norms);
    CHECK_FALSE(shape.qk_norm);
    CHECK_FALSE(shape.parallel_blocks);
    CHECK_FALSE(shape.tied_embeddings);
    CHECK(shape.norm == Norm::rms);
    CHECK(shape.activation == Activation::silu);
    CHECK(shape.rope_theta == 10000);
    CHECK(shape.rotary_fraction == 1);
    CHECK(shape.sliding_window == 0);
}

TEST_CASE("a stated head size and fewer key-value heads are taken as they stand")
{
    auto const shape = model(llama, R"("head_dim": 32, "num_key_value_heads": 2)");
    CHECK(shape.query_width() == 192);
    CHECK(shape.kv_width() == 64);
    // Attention 96 x (192 + 2 x 64) + 192 x 96, feed-forward 3 x 96 x 200.
    CHECK(shape.attention_weights({}) == 96 * 320 + 192 * 96);
    CHECK(shape.feed_forward_weights(shape.layer_kinds().front()) == 3 * 96 * 200);
    CHECK(shape.active_parameters() == 3 * (96 * 320 + 192 * 96 + 3 * 96 * 200) + 500 * 96);
    CHECK(shape.parameters() == shape.active_parameters() + 500 * 96);
    CHECK(shape.weight_bytes(4) == static_cast<double>(shape.parameters()) / 2);
    CHECK(shape.kv_bytes_per_token(8) == 3 * 2 * 64);
}

TEST_CASE("tied embeddings are stored once and multiplied with all the same")
{
    auto const apart = model(llama);
    auto const tied  = model(llama, R"("tie_word_embeddings": true)");
    CHECK(tied.parameters() == apart.parameters() - 500 * 96);
    CHECK(tied.active_parameters() == apart.active_parameters());
}

TEST_CASE("Gemma ties its embeddings, has heads of 256 and ignores hidden_act")
{
    auto const shape = model(R"("architectures": ["Gemma2ForCausalLM"])",
                             R"("num_key_value_heads": 3, "hidden_act": "silu", "sliding_window": 512,
                                "attn_logit_softcapping": 50.0)");
    CHECK(shape.tied_embeddings);
    CHECK(shape.head_dim == 256);
    CHECK(shape.activation == Activation::gelu_tanh);
    CHECK(shape.pre_norms);
    CHECK(shape.post_norms);
    CHECK_FALSE(shape.qk_norm);
    CHECK(shape.sliding_window == 0); // not of all layers
    REQUIRE(shape.kinds.size() == 2);
    CHECK(shape.kinds[shape.kind_of(0)].window == 512);
    CHECK(shape.kinds[shape.kind_of(1)].window == 0);
    CHECK(shape.soft_caps);
}

TEST_CASE("Gemma 3 keeps its text model in a block of its own and leaves sizes to the architecture")
{
    // The fields of the 4B model's text_config.
    auto const shape = workloads::parse_model(
        R"({"architectures": ["Gemma3ForConditionalGeneration"], "model_type": "gemma3", "hidden_size": 7,
            "text_config": {"hidden_size": 2560, "intermediate_size": 10240, "model_type": "gemma3_text",
                            "num_hidden_layers": 34, "sliding_window": 1024},
            "vision_config": {"hidden_size": 1152, "num_hidden_layers": 27}})",
        "config.json", "gemma-3-4b");
    CHECK(shape.hidden == 2560);
    CHECK(shape.layers == 34);
    CHECK(shape.heads == 8);
    CHECK(shape.kv_heads == 4);
    CHECK(shape.head_dim == 256);
    CHECK(shape.vocabulary == 262208);
    CHECK(shape.qk_norm);
    CHECK(shape.rope_theta == 1e6);
    CHECK(static_cast<double>(shape.parameters()) / 1e9 == Approx(3.88).epsilon(0.001));
}

TEST_CASE("a text block without a type is what the whole file is")
{
    auto const shape = workloads::parse_model(
        R"({"model_type": "gemma3", "text_config": {"hidden_size": 2560, "intermediate_size": 10240,
                                                    "num_hidden_layers": 34}})",
        "config.json", "x");
    CHECK(shape.architecture == "Gemma3ForCausalLM");
}

TEST_CASE("the tie of a multimodal file may stand outside its text block")
{
    auto const text = [](char const* tie) {
        return std::string{R"({"text_config": {"model_type": "llama", "num_hidden_layers": 1, "hidden_size": 64,
                               "intermediate_size": 64, "num_attention_heads": 4, "vocab_size": 64,
                               "max_position_embeddings": 64}, "tie_word_embeddings": )"} +
               tie + "}";
    };
    CHECK(workloads::parse_model(text("true"), "f", "n").tied_embeddings);
    CHECK_FALSE(workloads::parse_model(text("false"), "f", "n").tied_embeddings);
}

TEST_CASE("Qwen has a window only where a flag says so")
{
    auto const qwen2 = std::string{R"("architectures": ["Qwen2ForCausalLM"])"};
    auto const sizes = std::string{R"("num_key_value_heads": 2, "sliding_window": 128)"};
    CHECK(model(qwen2, sizes).sliding_window == 0);
    CHECK(model(qwen2, sizes + R"(, "use_sliding_window": false)").sliding_window == 0);
    CHECK(model(qwen2, sizes + R"(, "use_sliding_window": true)").sliding_window == 128);
    CHECK(model(R"("architectures": ["MistralForCausalLM"])", sizes).sliding_window == 128);
}

TEST_CASE("a window that no context outgrows is none")
{
    auto const mistral = std::string{R"("architectures": ["MistralForCausalLM"])"};
    CHECK(model(mistral, R"("num_key_value_heads": 2, "sliding_window": 1023)").sliding_window == 1023);
    CHECK(model(mistral, R"("num_key_value_heads": 2, "sliding_window": 1024)").sliding_window == 0);
}

TEST_CASE("Qwen 3 norms queries and keys, and its heads have 128 elements unless stated")
{
    auto const shape = model(R"("model_type": "qwen3")", R"("num_key_value_heads": 2)");
    CHECK(shape.qk_norm);
    CHECK(shape.head_dim == 128);
}

TEST_CASE("OLMo 2 norms after its blocks only")
{
    auto const shape = model(R"("model_type": "olmo2")");
    CHECK_FALSE(shape.pre_norms);
    CHECK(shape.post_norms);
    CHECK(shape.qk_norm);
}

TEST_CASE("phi-2 in either of its layouts is the same model")
{
    auto const first  = workloads::read_model("phi-2");
    auto const second = workloads::parse_model(
        R"({"architectures": ["PhiForCausalLM"], "model_type": "phi", "hidden_size": 2560, "intermediate_size": 10240,
            "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32, "vocab_size": 51200,
            "max_position_embeddings": 2048, "hidden_act": "gelu_new", "layer_norm_eps": 1e-05,
            "partial_rotary_factor": 0.4, "rope_theta": 10000.0, "tie_word_embeddings": false})",
        "config.json", "phi-2");
    for (auto const& shape : {first, second}) {
        CHECK(shape.ffn == 10240);
        CHECK(shape.kv_heads == 32);
        CHECK(shape.head_dim == 80);
        CHECK(shape.rotary_fraction == 0.4);
        CHECK(shape.parallel_blocks);
        CHECK_FALSE(shape.gated);
        CHECK(shape.norm == Norm::layer);
        CHECK(shape.norm_epsilon == 1e-5);
        CHECK(shape.activation == Activation::gelu_tanh);
    }
    CHECK(first.parameters() == second.parameters());
}

TEST_CASE("Phi-3 rotates part of a head where the file says so")
{
    CHECK(model(R"("model_type": "phi3")").rotary_fraction == 1);
    CHECK(model(R"("model_type": "phi3")", R"("partial_rotary_factor": 0.75)").rotary_fraction == 0.75);
}

TEST_CASE("the rotary base is found in the newer layout as well")
{
    CHECK(model(llama, R"("rope_theta": 500000)").rope_theta == 500000);
    CHECK(model(llama, R"("rope_parameters": {"rope_type": "default", "rope_theta": 7e5})").rope_theta == 7e5);
}

TEST_CASE("null means not stated")
{
    auto const shape = model(llama, R"("head_dim": null, "num_key_value_heads": null, "rope_theta": null,
                                       "sliding_window": null, "num_local_experts": null, "kv_lora_rank": null)");
    CHECK(shape.head_dim == 16);
    CHECK(shape.kv_heads == 6);
}

TEST_CASE("a key deep inside another block is not mistaken for the model's own")
{
    CHECK(model(llama, R"("quantization": {"head_dim": 2, "a": [{"head_dim": 4}, {"head_dim": 8}]})").head_dim == 16);
}

TEST_CASE("full keys and values are one head as wide as the hidden vector")
{
    auto const shape = workloads::with_full_kv(workloads::read_model("mistral-7b-v0.3"));
    CHECK(shape.heads == 1);
    CHECK(shape.kv_heads == 1);
    CHECK(shape.query_width() == shape.hidden);
    CHECK(shape.kv_width() == shape.hidden);
}

TEST_CASE("a folder stands for the config.json in it and gives the model its name")
{
    auto const folder = tests::TemporaryFolder{};
    auto const tiny   = tests::read_file(std::string{SCRIBELINE_TESTS} + "/../workloads/models/tiny.json");
    folder.write("config.json", tiny);
    folder.write("mine.json", tiny);
    CHECK(workloads::read_model(folder.path().string()).name == folder.path().filename().string());
    CHECK(workloads::read_model(folder / "config.json").name == folder.path().filename().string());
    CHECK(workloads::read_model(folder / "mine.json").name == "mine");
}

TEST_CASE("shipped models are found by name")
{
    auto const names = workloads::shipped_models();
    CHECK(names.size() >= 20);
    for (auto const* name : {"tiny", "llama-3-8b", "llama-3.1-405b", "qwen2-72b"}) {
        CAPTURE(name);
        CHECK(std::count(names.begin(), names.end(), name) == 1);
        CHECK(workloads::read_model(name).name == name);
    }
}
