// Layers that are not attention and a feed-forward: what a file says of them, what it may not say, and what follows for
// weights, caches and states.
#include "configs/failure.hpp"
#include "support/mixed_shapes.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/families/family.hpp"
#include "workloads/mixer_modules.hpp"
#include "workloads/model_shape.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace scribeline;
using namespace scribeline::workloads;
using Catch::Contains;

namespace {

// Six layers; {} stands for what differs.
std::string config(std::string const& more)
{
    return R"({"num_hidden_layers": 6, "hidden_size": 64, "num_attention_heads": 4, "num_key_value_heads": 2,
        "head_dim": 16, "vocab_size": 256, "max_position_embeddings": 8192, "intermediate_size": 160, )" +
           more + "}";
}

ModelShape shape_of(std::string const& more) { return parse_model(config(more), "my.json", "my"); }

std::string refusal(std::string const& more)
{
    try {
        shape_of(more);
    } catch (configs::UserError const& error) {
        CHECK(error.code() == configs::Exit::bad_config);
        return error.what();
    }
    FAIL("accepted: " << more);
    return {};
}

DecodeStep step_of(ModelShape const& shape, std::uint32_t context)
{
    auto params    = configs::WorkloadParams{};
    params.context = context;
    params.kv_bits = params.activation_bits = 16;
    return decode_step(shape, params);
}

// A letter for each layer: attention, a state, both, or nothing in the first half; then whether there is a second.
std::string layers_of(ModelShape const& shape)
{
    auto const kinds = shape.layer_kinds();
    auto       text  = std::string{};
    for (std::uint32_t layer = 0; layer < shape.layers; ++layer) {
        auto const& kind  = kinds[shape.kind_of(layer)];
        auto const  first = shape.mixer_of(kind);
        text += first == Mixer::recurrence                 ? 's'
                : first == Mixer::none                     ? '-'
                : first == Mixer::attention_and_recurrence ? 'b'
                                                           : 'a';
        text += kind.experts > 0 ? 'E' : kind.ffn > 0 ? 'd' : '-';
    }
    return text;
}

constexpr auto qwen     = R"("model_type": "qwen3_5", "linear_num_key_heads": 2, "linear_num_value_heads": 4,
    "linear_key_head_dim": 8, "linear_value_head_dim": 12, "linear_conv_kernel_dim": 4)";
constexpr auto nemotron = R"("model_type": "nemotron_h", "mamba_num_heads": 8, "mamba_head_dim": 16, "n_groups": 2,
    "ssm_state_size": 10, "conv_kernel": 4, "n_routed_experts": 8, "num_experts_per_tok": 2,
    "moe_intermediate_size": 24, "n_shared_experts": 1)";

} // namespace

TEST_CASE("a period, a list of types, a pattern of letters and a list of numbers say which layers attend")
{
    CHECK(layers_of(shape_of(qwen)) == "sdsdsdadsdsd");
    CHECK(layers_of(shape_of(std::string{qwen} + R"(, "full_attention_interval": 2)")) == "sdadsdadsdad");
    CHECK(layers_of(shape_of(std::string{qwen} + R"(, "layer_types": ["full_attention", "linear_attention",
        "linear_attention", "linear_attention", "linear_attention", "full_attention"])")) == "adsdsdsdsdad");
    CHECK(layers_of(shape_of(std::string{nemotron} + R"(, "hybrid_override_pattern": "ME*-ME")")) == "s--Ea--ds--E");
    CHECK(layers_of(shape_of(R"("model_type": "bamba", "mamba_n_heads": 8, "mamba_d_head": 16, "mamba_n_groups": 1,
        "mamba_d_state": 8, "mamba_d_conv": 4, "attn_layer_indices": [1, 4])")) == "sdadsdsdadsd");
    CHECK(layers_of(shape_of(R"("model_type": "minimax_text_01", "num_local_experts": 4, "num_experts_per_tok": 2,
        "attn_type_list": [0, 0, 1, 0, 0, 1])")) == "sEsEaEsEsEaE");
}

TEST_CASE("a list of another length than the layers is one message with file, key and value")
{
    CHECK_THAT(refusal(std::string{qwen} + R"(, "layer_types": ["full_attention", "linear_attention"])"),
               Contains("my.json:") && Contains("layer_types = ['full_attention', ...]: 2 types for 6 layers"));
    CHECK_THAT(refusal(std::string{nemotron} + R"(, "hybrid_override_pattern": "ME*")"),
               Contains("hybrid_override_pattern = 'ME*': 3 letters for 6 layers"));
    CHECK_THAT(refusal(std::string{nemotron} + R"(, "hybrid_override_pattern": "ME*-MX")"),
               Contains("'X' is none of M"));
    CHECK_THAT(refusal(R"("model_type": "minimax_text_01", "num_local_experts": 4, "num_experts_per_tok": 2,
        "attn_type_list": [0, 1])"),
               Contains("attn_type_list") && Contains("2 entries for 6 layers"));
    CHECK_THAT(refusal(R"("model_type": "bamba", "mamba_n_heads": 8, "mamba_d_head": 16, "mamba_n_groups": 1,
        "mamba_d_state": 8, "mamba_d_conv": 4, "attn_layer_indices": [6])"),
               Contains("attn_layer_indices") && Contains("6 is none of the 6 layers"));
}

TEST_CASE("experts, states and indexes without their sizes are asked for by the key")
{
    CHECK_THAT(refusal(R"("model_type": "qwen3_5")"),
               Contains("linear_num_key_heads") && Contains("linear_value_head_dim"));
    CHECK_THAT(refusal(R"("model_type": "nemotron_h", "hybrid_override_pattern": "ME*-ME", "n_routed_experts": 8,
        "mamba_num_heads": 8, "n_groups": 2, "ssm_state_size": 10, "conv_kernel": 4)"),
               Contains("num_experts_per_tok") && Contains("moe_intermediate_size"));
    CHECK_THAT(refusal(R"("model_type": "deepseek_v32", "kv_lora_rank": 16, "q_lora_rank": 24, "qk_nope_head_dim": 8,
        "qk_rope_head_dim": 4, "v_head_dim": 8, "index_topk": 16)"),
               Contains("index_n_heads") && Contains("index_head_dim"));
    CHECK_THAT(refusal(R"("model_type": "deepseek_v32", "kv_lora_rank": 16, "q_lora_rank": null, "qk_nope_head_dim": 8,
        "qk_rope_head_dim": 4, "v_head_dim": 8, "index_topk": 16, "index_n_heads": 2, "index_head_dim": 8)"),
               Contains("q_lora_rank"));
    CHECK_THAT(refusal(R"("model_type": "qwen3_5", "linear_num_key_heads": 3, "linear_num_value_heads": 4,
        "linear_key_head_dim": 8, "linear_value_head_dim": 12, "linear_conv_kernel_dim": 4)"),
               Contains("linear_num_key_heads = 3") && Contains("do not divide 4"));
    // A key that only another class knows is not passed over.
    CHECK_THAT(refusal(R"("model_type": "qwen3", "linear_num_key_heads": 2)"), Contains("gated delta net"));
    CHECK_THAT(refusal(R"("model_type": "qwen3", "hybrid_override_pattern": "MMMMMM")"), Contains("state space"));
}

TEST_CASE("the counts of a gated delta net are those done by hand")
{
    auto const shape = shape_of(qwen);
    auto const state = shape.layer_kinds()[shape.kind_of(0)], attention = shape.layer_kinds()[shape.kind_of(3)];
    // Keys 2 x 8, values 4 x 12. In: queries, keys, values, a gate as wide, two numbers for each head of values; four
    // taps over queries, keys and values; out.
    CHECK(shape.attention_weights(state) == 64 * (16 + 16 + 48 + 48 + 8) + 4 * (16 + 16 + 48) + 48 * 64);
    // Queries and a gate of 64, keys and values of 32 each, out.
    CHECK(shape.attention_weights(attention) == 64 * (64 + 64 + 32 + 32) + 64 * 64);
    CHECK(shape.kept_by(state).state == 4 * 8 * 12);
    CHECK(shape.kept_by(state).recent == 3 * 80);
    CHECK(shape.state_bytes(16) == 5 * (384 * 4 + 240 * 2));
    CHECK(shape.kv_bytes_per_token(16) == 2 * 32 * 2);
}

TEST_CASE("what a layer with a state costs and keeps does not depend on the context")
{
    for (auto const* more : {qwen, R"("model_type": "lfm2", "conv_L_cache": 3, "full_attn_idxs": [2])"}) {
        auto const shape = shape_of(more);
        auto const brief = step_of(shape, 10), lasting = step_of(shape, 8000);
        for (std::size_t kind = 0; kind < brief.kinds.size(); ++kind) {
            auto const attends = shape.kept_by(brief.kinds[kind].kind).of_token > 0;
            auto const sum     = [&](DecodeStep const& step) {
                auto bytes = 0.0, flops = 0.0;
                for (auto const& op : step.layer(kind)) {
                    bytes += op.bytes_kv + op.bytes_activations;
                    flops += op.flops;
                }
                return std::pair{bytes, flops};
            };
            CHECK((sum(brief) == sum(lasting)) != attends);
        }
    }
}

TEST_CASE("an index lets a query attend to no more tokens than it chooses, and meets all of them")
{
    auto const shape = shape_of(R"("model_type": "deepseek_v32", "kv_lora_rank": 16, "q_lora_rank": 24,
        "qk_nope_head_dim": 8, "qk_rope_head_dim": 4, "v_head_dim": 8, "index_topk": 100, "index_n_heads": 3,
        "index_head_dim": 6)");
    auto const at    = [&](std::uint32_t context, char const* name) {
        auto const step = step_of(shape, context);
        return find_operator(step.layer(), name)->bytes_kv;
    };
    CHECK(at(80, "scores") == 2.0 * 20 * 80);
    CHECK(at(1000, "scores") == 2.0 * 20 * 100);
    CHECK(at(8000, "scores") == 2.0 * 20 * 100);
    CHECK(at(8000, "index_scores") == 2.0 * 6 * 8001);
    // Of a token: compressed keys and values, what is rotated, and its key in the index.
    CHECK(shape.kv_bytes_per_token(16) == 6 * 2.0 * (16 + 4 + 6));
    auto const without = [&] {
        auto plain  = shape;
        plain.index = {};
        return plain.attention_weights(plain.layer_kinds().front());
    }();
    CHECK(shape.attention_weights(shape.layer_kinds().front()) - without == 24 * 3 * 6 + 64 * (6 + 3));
}

TEST_CASE("layers without a window may have heads of their own, values of their keys, and keys of another layer")
{
    auto const shape = shape_of(R"("model_type": "gemma4", "hidden_activation": "gelu_pytorch_tanh",
        "sliding_window": 512, "global_head_dim": 32, "num_global_key_value_heads": 1, "attention_k_eq_v": true,
        "num_kv_shared_layers": 1, "layer_types": ["sliding_attention", "sliding_attention", "full_attention",
        "sliding_attention", "full_attention", "full_attention"])");
    auto const kind  = [&](std::uint32_t layer) { return shape.layer_kinds()[shape.kind_of(layer)]; };
    CHECK(shape.attention_weights(kind(0)) == 64 * (64 + 2 * 32) + 64 * 64);
    CHECK(shape.attention_weights(kind(2)) == 64 * (128 + 32) + 128 * 64); // no matrix of values
    CHECK(shape.attention_weights(kind(5)) == 64 * 128 + 128 * 64);        // nor of keys
    CHECK(shape.kv_bytes_per_token(16) == 2 * (3 * 2 * 32 + 2 * 2 * 32));
}

TEST_CASE("experts that work on less than the hidden vector have two matrices before and behind them")
{
    auto const shape =
        shape_of(std::string{nemotron} + R"(, "hybrid_override_pattern": "ME*-ME", "moe_latent_size": 20)");
    auto const experts = shape.layer_kinds()[shape.kind_of(1)];
    CHECK(shape.feed_forward_weights(experts) == 2 * 64 * 24 + 8 * 2 * 20 * 24 + 64 * 8 + 2 * 64 * 20);
    // Queries are not rotated beside a state space of 8 heads of 16, in two groups.
    auto const state = shape.layer_kinds()[shape.kind_of(0)];
    CHECK(shape.attention_weights(state) == 64 * (2 * 128 + 2 * 20 + 8) + 4 * (128 + 40) + 128 * 64);
}

TEST_CASE("the modules of a layer's first half are all of its weights")
{
    auto shapes = tests::hybrid_shapes();
    for (auto const& name : shipped_models())
        shapes.push_back(read_model(name));
    for (auto const& shape : shapes)
        for (auto const& kind : shape.layer_kinds()) {
            INFO(shape.name);
            auto sum = 0.0;
            for (auto const& module : modules_of_mixer(shape, kind))
                sum += module.elements;
            CHECK(sum == static_cast<double>(shape.attention_weights(kind)));
        }
}

TEST_CASE("what is listed of a model is what its decode step holds and writes")
{
    for (auto const& name : shipped_models()) {
        INFO(name);
        auto const shape = read_model(name);
        auto const step  = step_of(shape, 64);
        CHECK(totals_of(step).bytes_held == Approx(shape.weight_bytes(step.stored_bits)).epsilon(1e-12));
        auto written = 0.0; // of keys and values, and of an index
        for (auto const& kind : step.kinds) {
            if (auto const* const op = find_operator(kind.operators, OperatorId::kv_write))
                written += kind.layers * op->bytes_kv;
            if (find_operator(kind.operators, OperatorId::index_scores) != nullptr)
                written += kind.layers * shape.index.dim * 2.0;
        }
        CHECK(written == shape.kv_bytes_per_token(16));
    }
}

TEST_CASE("one head as wide as the hidden vector stands in every kind of layers, and leaves no index")
{
    for (auto const& shape : tests::hybrid_shapes()) {
        INFO(shape.name);
        auto const full = with_full_kv(shape);
        CHECK(full.index.heads == 0);
        CHECK(full.index.chosen == 0);
        for (auto const& kind : full.layer_kinds()) {
            CHECK(full.sizes_of(kind).kv_heads == 1);
            CHECK(full.sizes_of(kind).head_dim == full.hidden);
        }
    }
}

TEST_CASE("attention beside a running state has its gate in a PE as attention alone has")
{
    auto p                 = configs::Parameters{};
    p.workload.batch       = 1;
    p.workload.draft_model = "none";
    auto const vectors_of  = [&](Mixer mixer, OutputGate gate) {
        auto shape = tests::hybrid_shapes().front();
        for (auto& kind : shape.kinds)
            kind.mixer = mixer, kind.experts = kind.active = 0;
        shape.output_gate = gate;
        auto const step   = step_of(shape, 64);
        auto const l      = layout_of(step, 0, {4, 4}, p);
        return mapped_mixer(mixer).vectors(l);
    };
    auto const alone =
        vectors_of(Mixer::attention, OutputGate::element) - vectors_of(Mixer::attention, OutputGate::none);
    CHECK(alone > 0);
    CHECK(vectors_of(Mixer::attention_and_recurrence, OutputGate::element) -
              vectors_of(Mixer::attention_and_recurrence, OutputGate::none) ==
          alone);
}
