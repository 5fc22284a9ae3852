// How wide published weights are, part by part, in the words of each method of quantisation.
#include "configs/failure.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/model_shape.hpp"
#include "workloads/settled_widths.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace scribeline;
using Catch::Contains;
using workloads::Checkpoint;
using workloads::ModelShape;
using workloads::WeightPart;

namespace {

// Two layers, the first dense, the second with experts and a shared one.
ModelShape model(std::string const& more)
{
    return workloads::parse_model(R"({"architectures": ["DeepseekForCausalLM"], "num_hidden_layers": 2,
        "hidden_size": 64, "intermediate_size": 96, "num_attention_heads": 4, "vocab_size": 100,
        "max_position_embeddings": 1000, "n_routed_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 32,
        "n_shared_experts": 1, "first_k_dense_replace": 1)" +
                                      more + "}",
                                  "config.json", "m");
}

Checkpoint quantised(std::string const& config) { return model(", \"quantization_config\": " + config).checkpoint; }

std::string refusal(std::string const& config)
{
    try {
        quantised(config);
    } catch (configs::UserError const& error) {
        CHECK(error.code() == configs::Exit::bad_config);
        return error.what();
    }
    FAIL("accepted: " << config);
    return {};
}

configs::WorkloadParams workload(configs::ElementBits bits)
{
    auto p            = configs::WorkloadParams{};
    p.context         = 100;
    p.weight_bits     = bits;
    p.kv_bits         = 16;
    p.activation_bits = 16;
    return p;
}

} // namespace

TEST_CASE("the width of published weights is read from whichever field a method puts it in")
{
    auto const bits = [](std::string const& config) { return quantised(config).bits; };
    CHECK(bits(R"({"quant_method": "awq", "bits": 4, "group_size": 128})") == 4);
    CHECK(bits(R"({"quant_method": "gptq", "bits": 8})") == 8);
    CHECK(bits(R"({"quant_method": "fp8", "fmt": "e4m3"})") == 8);
    CHECK(bits(R"({"quant_method": "mxfp4", "modules_to_not_convert": ["lm_head"]})") == 4);
    CHECK(bits(R"({"quant_method": "bitsandbytes", "load_in_4bit": true, "load_in_8bit": false})") == 4);
    CHECK(bits(R"({"quant_method": "bitsandbytes", "load_in_4bit": false, "load_in_8bit": true})") == 8);
    CHECK(bits(R"({"quant_algo": "NVFP4", "quant_method": "modelopt"})") == 4);
    CHECK(bits("null") == 16);
    CHECK(bits("7") == 16);
    CHECK_FALSE(quantised("null").quantised);
}

TEST_CASE("scales and zero points of a block are counted with its weights")
{
    auto const stored = [](std::string const& config) { return quantised(config).of(WeightPart::experts); };
    CHECK(stored(R"({"quant_method": "mxfp4"})") == 4 + 8.0 / 32);
    CHECK(stored(R"({"quant_method": "modelopt", "quant_algo": "NVFP4"})") == 4 + 8.0 / 16);
    CHECK(stored(R"({"quant_method": "awq", "bits": 4, "group_size": 128})") == 4 + (16.0 + 4) / 128);
    CHECK(stored(R"({"quant_method": "gptq", "bits": 4, "group_size": 32})") == 4 + (16.0 + 4) / 32);
    CHECK(stored(R"({"quant_method": "gptq", "bits": 4, "group_size": -1})") == 4);
    CHECK(stored(R"({"quant_method": "fp8", "weight_block_size": [128, 128]})") == 8 + 32.0 / (128 * 128));
    CHECK(stored(R"({"quant_method": "fp8", "weight_block_size": null})") == 8);
    CHECK(stored(R"({"quant_method": "bitsandbytes", "load_in_4bit": true})") == 4.5);
    CHECK(stored(R"({"quant_method": "bitsandbytes", "load_in_4bit": true, "bnb_4bit_use_double_quant": true})") ==
          4 + 8.0 / 64 + 32.0 / (64 * 256));
    auto const group = [&](std::string const& weights) {
        return stored(R"({"quant_method": "compressed-tensors", "config_groups": {"group_0": {"targets": ["Linear"],
                          "weights": )" +
                      weights + "}}}");
    };
    CHECK(group(R"({"num_bits": 4, "type": "int", "group_size": 32, "symmetric": true})") == 4.5);
    CHECK(group(R"({"num_bits": 4, "type": "int", "group_size": 32, "symmetric": false})") == 4 + 20.0 / 32);
    CHECK(group(R"({"num_bits": 4, "type": "float", "group_size": 16})") == 4.5);
    CHECK(group(R"({"num_bits": 4, "type": "float", "group_size": 32})") == 4.25);
    CHECK(group(R"({"num_bits": 8, "type": "float"})") == 8);
}

TEST_CASE("what a method leaves alone keeps the width of the file's dtype")
{
    auto const fp8 = quantised(R"({"quant_method": "fp8"})");
    CHECK(fp8.of(WeightPart::attention) == 8);
    CHECK(fp8.of(WeightPart::embedding) == 16);
    CHECK(fp8.of(WeightPart::lm_head) == 16);
    CHECK(fp8.of(WeightPart::router) == 16);
    CHECK(model(R"(, "torch_dtype": "float32")").checkpoint.of(WeightPart::experts) == 32);
    CHECK(model(R"(, "dtype": "bfloat16")").checkpoint.method == "bfloat16");
}

TEST_CASE("modules that a file excepts are not quantised: by a part of the name, a star or a regular expression")
{
    auto const with = [](std::string const& key, std::string const& list) {
        return quantised(R"({"quant_method": "fp8", ")" + key + "\": [" + list + "]}");
    };
    CHECK(with("modules_to_not_convert", R"("model.layers.*.self_attn")").of(WeightPart::attention) == 16);
    CHECK(with("modules_to_not_convert", R"("self_attn")").of(WeightPart::attention) == 16);
    CHECK(with("ignore", R"("re:.*self_attn.*", "lm_head")").of(WeightPart::attention) == 16);
    CHECK(with("ignore", R"("re:model\\.layers\\.\\d+\\.self_attn\\.(q|k|v|o)_proj$")").of(WeightPart::attention) ==
          16);
    // One of two layers; then two of four matrices of one size in both.
    CHECK(with("ignore", R"("language_model.model.layers.0.self_attn*")").of(WeightPart::attention) == 12);
    CHECK(with("ignore", R"("re:.*\\.(q|o)_proj")").of(WeightPart::attention) == 12);
    // `gate` is a router here and no gate_proj.
    CHECK(with("modules_to_not_convert", R"("gate")").of(WeightPart::feed_forward) == 8);
    auto const dense = with("ignore", R"("re:.*mlp\\.(gate|up|gate_up|down)_proj.*", "re:.*shared_experts.*")");
    CHECK(dense.of(WeightPart::feed_forward) == 16);
    CHECK(dense.of(WeightPart::shared_experts) == 16);
    CHECK(dense.of(WeightPart::experts) == 8);
    // Three of eight experts by their number.
    CHECK(with("ignore", R"("model.layers.1.mlp.experts.0", "model.layers.1.mlp.experts.3",
                            "model.layers.1.mlp.experts.7")")
              .of(WeightPart::experts) == Approx(8 + 3.0));
    CHECK(with("ignore", R"("model.layers.0.mlp.experts.0")").of(WeightPart::experts) == Approx(8)); // of a dense layer
}

TEST_CASE("groups of modules have formats of their own")
{
    auto const mixed = quantised(R"({"quant_method": "compressed-tensors", "config_groups": {
        "group_0": {"targets": ["Linear"], "weights": {"num_bits": 4, "type": "int", "group_size": 32, "symmetric": true}},
        "group_1": {"targets": ["re:.*down_proj"], "weights": {"num_bits": 8, "type": "float"}}}})");
    CHECK(mixed.of(WeightPart::experts) == Approx((2 * 4.5 + 8) / 3));
    CHECK(mixed.of(WeightPart::attention) == 4.5);
    CHECK(mixed.bits == 4);
    auto const listed = quantised(R"({"quant_method": "modelopt", "quant_algo": "MIXED_PRECISION", "quantized_layers": {
        "model.layers.1.mlp.experts": {"quant_algo": "NVFP4", "group_size": 16},
        "model.layers.0.self_attn.q_proj": {"quant_algo": "FP8"}}})");
    CHECK(listed.of(WeightPart::experts) == 4.5);
    CHECK(listed.of(WeightPart::shared_experts) == 16);
    CHECK(listed.of(WeightPart::attention) == 16 - 8.0 / 8); // one of eight matrices of one size
}

TEST_CASE("the width of the cache is taken where a file states it")
{
    CHECK_FALSE(quantised(R"({"quant_method": "fp8", "kv_cache_scheme": null})").kv_bits);
    CHECK(quantised(R"({"quant_method": "fp8", "kv_cache_scheme": {"num_bits": 8, "type": "float"}})").kv_bits == 8);
    CHECK(quantised(R"({"quant_algo": "FP8", "kv_cache_scheme": "FP8"})").kv_bits == 8);
    CHECK(quantised(R"({"quant_algo": "NVFP4", "kv_cache_quant_algo": "NVFP4"})").kv_bits == 4);
}

TEST_CASE("a quantisation that nobody knows is refused with file, key and value")
{
    CHECK_THAT(refusal(R"({"quant_method": "a new one"})"),
               Contains("config.json:") && Contains("quantization_config.quant_method = 'a new one'") &&
                   Contains("not known"));
    CHECK(quantised(R"({"quant_method": "a new one", "bits": 3})").bits == 3);
    CHECK_THAT(refusal(R"({"quant_method": "awq", "bits": 0})"), Contains("quantization_config.bits = 0"));
    CHECK_THAT(refusal(R"({"quant_method": "fp8", "ignore": ["re:.*[abc]{3}"]})"), Contains("regular expression"));
    CHECK_THAT(refusal(R"({"quant_algo": "MIXED_PRECISION", "quantized_layers": {"a.b": {"quant_algo": "ODD"}}})"),
               Contains("= 'ODD': a quantisation that is not known"));
}

TEST_CASE("shipped models have the bytes that the widths of their files make, by hand")
{
    // Experts, three matrices of 2880 x 2880 each, have 4 bits and a scale of 8 for 32 elements; all else has 16. Norms
    // and biases are not counted, nor the router's own.
    auto const bytes = [](char const* name, double layers, double experts) {
        auto const shape  = workloads::read_model(name);
        auto const narrow = layers * experts * 3 * 2880 * 2880;
        CHECK(shape.checkpoint_bytes() ==
              Approx(narrow * 4.25 / 8 + (static_cast<double>(shape.parameters()) - narrow) * 2).epsilon(0.001));
    };
    bytes("gpt-oss-120b", 36, 128);
    bytes("gpt-oss-20b", 24, 32);
    CHECK(workloads::read_model("deepseek-v3").checkpoint.bits == 8);
    CHECK_FALSE(workloads::read_model("llama-3.1-70b").checkpoint.quantised);
    CHECK(workloads::read_model("llama-3.1-70b").checkpoint_element_bits() == 16);
}

TEST_CASE("a step with the checkpoint's widths keeps and reads what the checkpoint has")
{
    for (auto const* name : {"gpt-oss-120b", "deepseek-v3", "minimax-m2.5", "llama-3.1-8b", "tiny"}) {
        CAPTURE(name);
        auto const shape = workloads::read_model(name);
        auto const step  = workloads::decode_step(shape, workload(configs::ElementBits::as_in_checkpoint()));
        CHECK(workloads::totals_of(step).bytes_held == Approx(shape.checkpoint_bytes()).epsilon(1e-12));
        CHECK(step.stored_bits == shape.checkpoint_element_bits());
    }
    auto const shape = workloads::read_model("gpt-oss-120b");
    auto const step  = workloads::decode_step(shape, workload(configs::ElementBits::as_in_checkpoint()));
    CHECK(step.weight_bits == 4);
    // 16 bits of attention, 4.25 of four experts' up projections.
    CHECK(workloads::find_operator(step.layer(), "qkv")->bytes_weights == 2.0 * 2880 * 64 * (64 + 2 * 8));
    CHECK(workloads::find_operator(step.layer(), "gate_up")->bytes_weights == 4.25 / 8 * 4 * 2 * 2880 * 2880);
}

TEST_CASE("weights of 4.25 bits are 4.25 bits in memory and 4 where they are multiplied")
{
    auto const shape = workloads::read_model("llama-3.1-8b");
    auto const step  = workloads::decode_step(shape, workload(4.25));
    CHECK(workloads::totals_of(step).bytes_held == Approx(static_cast<double>(shape.parameters()) * 4.25 / 8));
    CHECK(step.weight_bits == 4);
    CHECK(workloads::decode_step(shape, workload(8)).weight_bits == 8);
    CHECK(workloads::decode_step(shape, workload(16)).stored_bits == 16);
}

TEST_CASE("what is left to the checkpoint is settled once the model is read")
{
    auto p = workload(configs::ElementBits::as_in_checkpoint());
    CHECK_FALSE(p.weight_bits.settled());
    workloads::settle_widths(p, workloads::read_model("gpt-oss-20b"));
    REQUIRE(p.weight_bits.settled());
    CHECK(p.weight_bits == Approx(5.2602).epsilon(1e-4));
    auto stated = workload(8);
    workloads::settle_widths(stated, workloads::read_model("gpt-oss-20b"));
    CHECK(stated.weight_bits == 8);
}

TEST_CASE("elements of 32 bits are loaded as 16, and quantised ones as they are")
{
    auto const wide = workloads::decode_step(model(R"(, "torch_dtype": "float32")"),
                                             workload(configs::ElementBits::as_in_checkpoint()));
    CHECK(wide.stored_bits == 16);
    CHECK(wide.stored.front() == 16);
    auto const narrow = model(R"(, "torch_dtype": "float32", "quantization_config": {"quant_method": "fp8"})");
    auto const step   = workloads::decode_step(narrow, workload(configs::ElementBits::as_in_checkpoint()));
    CHECK(step.stored.at(static_cast<std::size_t>(WeightPart::attention)) == 8);
    CHECK(step.stored.at(static_cast<std::size_t>(WeightPart::embedding)) == 16);
}

TEST_CASE("keys and values have the width that the file states, unless somebody sets another or the weights'")
{
    auto const shape = model(R"(, "quantization_config": {"quant_method": "fp8", "kv_cache_scheme": {"num_bits": 8}})");
    REQUIRE(shape.checkpoint.kv_bits == 8);
    auto const settled = [&](configs::ElementBits bits, char const* set_by) {
        auto config                        = configs::Config{};
        config.parameters.workload         = workload(bits);
        config.parameters.workload.kv_bits = 16;
        auto setting                       = configs::Setting{};
        setting.group = "workload", setting.key = "kv_bits", setting.text = "16", setting.set_by = set_by;
        config.settings.push_back(setting);
        workloads::settle_widths(config, shape);
        CHECK(config.settings.front().text == std::to_string(config.parameters.workload.kv_bits));
        return config.parameters.workload.kv_bits;
    };
    auto const checkpoint = configs::ElementBits::as_in_checkpoint();
    CHECK(settled(checkpoint, "default") == 8);
    CHECK(settled(checkpoint, "--set") == 16);
    CHECK(settled(16, "default") == 16);
}
