// The operators of a decode step: which there are, what each waits for, and that nothing is counted twice or lost.
#include "workloads/decode_step.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace scribeline;
using workloads::DecodeStep;
using workloads::Operator;
using workloads::OperatorKind;

namespace {

configs::WorkloadParams params(std::uint32_t context, configs::KvHeads kv_heads = configs::KvHeads::model)
{
    auto p            = configs::WorkloadParams{};
    p.context         = context;
    p.weight_bits     = 16;
    p.kv_bits         = 16;
    p.activation_bits = 16;
    p.kv_heads        = kv_heads;
    return p;
}

DecodeStep step_of(std::string const& model, std::uint32_t context = 1000)
{
    return workloads::decode_step(workloads::read_model(model), params(context));
}

// Qwen 3 and OLMo 2 shapes, small.
workloads::ModelShape small(std::string const& type)
{
    return workloads::parse_model("{\"model_type\": \"" + type +
                                      R"(", "num_hidden_layers": 2, "hidden_size": 64, "intermediate_size": 96,
                                      "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16,
                                      "vocab_size": 128, "max_position_embeddings": 512})",
                                  type + ".json", type);
}

std::vector<std::string> names(std::vector<Operator> const& list)
{
    auto result = std::vector<std::string>{};
    for (auto const& op : list)
        result.push_back(op.name);
    return result;
}

using Names = std::vector<std::string>;

Names before(DecodeStep const& step, std::string const& name)
{
    auto const* const op = workloads::find_operator(step.layer(), name);
    REQUIRE(op != nullptr);
    auto result = Names{};
    for (auto const index : op->after)
        result.push_back(step.layer().at(index).name);
    return result;
}

Operator const& op(DecodeStep const& step, std::string const& name)
{
    auto const* found = workloads::find_operator(step.layer(), name);
    if (found == nullptr)
        found = workloads::find_operator(step.once, name);
    REQUIRE(found != nullptr);
    return *found;
}

} // namespace

TEST_CASE("a Llama layer has its fourteen operators in order")
{
    auto const step = step_of("tiny");
    CHECK(names(step.layer()) == Names{"attention_norm", "qkv", "rope", "kv_write", "scores", "softmax", "values",
                                       "out_proj", "attention_residual", "ffn_norm", "gate_up", "activation", "down",
                                       "ffn_residual"});
    CHECK(names(step.once) == Names{"embedding", "final_norm", "lm_head", "sampling"});
    CHECK(before(step, "attention_norm").empty());
    CHECK(before(step, "scores") == Names{"rope", "kv_write"});
    CHECK(before(step, "values") == Names{"kv_write", "softmax"});
    CHECK(before(step, "ffn_norm") == Names{"attention_residual"});
    CHECK(before(step, "ffn_residual") == Names{"attention_residual", "down"});
    CHECK(step.notes.empty());
}

TEST_CASE("norms stand where the architecture has them")
{
    auto const qwen3 = workloads::decode_step(small("qwen3"), params(100));
    CHECK(before(qwen3, "rope") == Names{"qk_norm"});
    CHECK(before(qwen3, "qk_norm") == Names{"qkv"});

    auto const gemma2 = step_of("gemma-2-2b");
    CHECK(before(gemma2, "attention_residual") == Names{"post_attention_norm"});
    CHECK(before(gemma2, "post_attention_norm") == Names{"out_proj"});
    CHECK(before(gemma2, "ffn_residual") == Names{"attention_residual", "post_ffn_norm"});
    CHECK(before(gemma2, "qkv") == Names{"attention_norm"});

    auto const olmo2 = workloads::decode_step(small("olmo2"), params(100));
    CHECK(before(olmo2, "qkv").empty());
    CHECK(before(olmo2, "gate_up") == Names{"attention_residual"});
    CHECK(workloads::find_operator(olmo2.layer(), "attention_norm") == nullptr);
    CHECK(workloads::find_operator(olmo2.layer(), "ffn_norm") == nullptr);
    CHECK(workloads::find_operator(olmo2.layer(), "post_ffn_norm") != nullptr);
}

TEST_CASE("the blocks of phi-2 start from one norm and meet in the residuals")
{
    auto const step = step_of("phi-2");
    CHECK(names(step.layer()) == Names{"attention_norm", "qkv", "rope", "kv_write", "scores", "softmax", "values",
                                       "out_proj", "attention_residual", "up", "activation", "down", "ffn_residual"});
    CHECK(before(step, "qkv") == Names{"attention_norm"});
    CHECK(before(step, "up") == Names{"attention_norm"});
    CHECK(before(step, "ffn_residual") == Names{"attention_residual", "down"});
}

TEST_CASE("every operator waits only for earlier ones, and all but the first wait")
{
    for (auto const& model : workloads::shipped_models()) {
        CAPTURE(model);
        auto const step  = step_of(model);
        auto       lists = std::vector<std::vector<workloads::Operator> const*>{&step.once};
        for (auto const& kind : step.kinds)
            lists.push_back(&kind.operators);
        for (auto const* const list : lists)
            for (std::size_t i = 0; i < list->size(); ++i) {
                CAPTURE((*list)[i].name);
                CHECK((*list)[i].after.empty() == (i == 0));
                for (auto const earlier : (*list)[i].after)
                    CHECK(earlier < i);
            }
    }
}

TEST_CASE("weights of the operators add up to the model, in memory and as read")
{
    for (auto const& model : workloads::shipped_models()) {
        CAPTURE(model);
        auto const step   = step_of(model);
        auto const totals = workloads::totals_of(step);
        CHECK(totals.bytes_held == step.shape.weight_bytes(16));
        // What a token multiplies with, and one row of the embedding.
        CHECK(totals.bytes_weights == 2 * static_cast<double>(step.shape.active_parameters() + step.shape.hidden));
    }
}

TEST_CASE("a matrix operator does two flops per weight")
{
    for (auto const& model : workloads::shipped_models()) {
        CAPTURE(model);
        auto const step  = step_of(model);
        auto const check = [](workloads::Operator const& each, double choices) {
            CAPTURE(each.name);
            if (each.bytes_weights > 0)
                CHECK(each.flops == 2 * each.bytes_weights / 2 + choices); // two bytes a weight
            return each.bytes_weights / 2;
        };
        for (auto const& each : step.once)
            if (each.kind != OperatorKind::embed)
                check(each, 0);
        for (auto const& kind : step.kinds) {
            auto weights = 0.0;
            for (auto const& each : kind.operators)
                // An exponential and a comparison for each expert's score, and the shares of those chosen; behind a
                // convolution an activation of four operations.
                weights +=
                    check(each, each.kind == OperatorKind::router ? 2.0 * kind.kind.experts + 2.0 * kind.kind.active
                                : each.kind == OperatorKind::convolution
                                    ? 4.0 * static_cast<double>(step.shape.recurrence.mixed())
                                    : 0.0);
            CHECK(weights == static_cast<double>(step.shape.attention_weights(kind.kind) +
                                                 step.shape.active_feed_forward_weights(kind.kind)));
        }
    }
}

TEST_CASE("a token reads the cache once and writes its own entry")
{
    for (auto const& model : workloads::shipped_models()) {
        CAPTURE(model);
        auto const  context = 777U;
        auto const  step    = step_of(model, context);
        auto const& r       = step.shape.recurrence;
        auto        all     = 0.0;
        for (auto const& kind : step.kinds) {
            auto const bytes = [&](char const* name) {
                auto const* const found = workloads::find_operator(kind.operators, name);
                return found == nullptr ? 0.0 : found->bytes_kv;
            };
            auto const kept  = step.shape.kept_by(kind.kind);
            auto const index = 2.0 * (kept.of_token > 0 ? step.shape.index.dim : 0);
            auto const cache = 2 * static_cast<double>(kept.of_token) - index; // of a token: two bytes an element
            // The state is read once and written once; a convolution reads what it keeps and leaves what is new.
            auto const state  = 2.0 * static_cast<double>(kept.state) * r.state_bits / 8;
            auto const recent = kept.recent > 0 ? 2.0 * static_cast<double>(r.taps * r.mixed()) : 0.0;
            CHECK(kind.attended == (kind.kind.window == 0 ? context : std::min(context, kind.kind.window)));
            CHECK(bytes("scores") + bytes("values") == cache * kind.chosen);
            CHECK(bytes("kv_write") == cache);
            CHECK(bytes("index_scores") == index * (kind.attended + 1));
            CHECK(bytes("state_recall") + bytes("state_update") == state);
            CHECK(bytes("convolution") == recent);
            all += kind.layers * (cache * (kind.chosen + 1) + index * (kind.attended + 1) + state + recent);
        }
        CHECK(workloads::totals_of(step).bytes_kv == Approx(all).epsilon(1e-12));
    }
}

TEST_CASE("the counts of the tiny model are those done by hand")
{
    // Hidden 64, 4 heads and 2 key-value heads of 16, feed-forward 160, vocabulary 256; 10 tokens.
    auto const step = step_of("tiny", 10);
    CHECK(op(step, "attention_norm").flops == 4 * 64);
    CHECK(op(step, "qkv").flops == 2 * 64 * 128);
    CHECK(op(step, "qkv").bytes_activations == 2 * (64 + 128));
    CHECK(op(step, "rope").flops == 3 * (64 + 32));
    CHECK(op(step, "kv_write").bytes_kv == 2 * 64);
    CHECK(op(step, "scores").flops == 2 * 4 * 16 * 10);
    CHECK(op(step, "scores").bytes_kv == 2 * 32 * 10);
    CHECK(op(step, "softmax").flops == 6 * 4 * 10);
    CHECK(op(step, "out_proj").bytes_weights == 2 * 64 * 64);
    CHECK(op(step, "gate_up").flops == 2 * 64 * 320);
    CHECK(op(step, "activation").flops == 5 * 160);
    CHECK(op(step, "down").flops == 2 * 160 * 64);
    CHECK(op(step, "ffn_residual").flops == 64);
    CHECK(op(step, "lm_head").flops == 2 * 64 * 256);
    CHECK(op(step, "embedding").bytes_weights == 2 * 64);
}

TEST_CASE("bits scale the bytes of their own kind only")
{
    auto       p      = params(100);
    auto const shape  = workloads::read_model("tiny");
    auto const wide   = workloads::totals_of(workloads::decode_step(shape, p));
    p.weight_bits     = 4;
    auto const four   = workloads::totals_of(workloads::decode_step(shape, p));
    p.kv_bits         = 8;
    p.activation_bits = 32;
    auto const mixed  = workloads::totals_of(workloads::decode_step(shape, p));
    CHECK(four.bytes_weights == wide.bytes_weights / 4);
    CHECK(four.bytes_kv == wide.bytes_kv);
    CHECK(mixed.bytes_kv == wide.bytes_kv / 2);
    CHECK(mixed.bytes_activations == 2 * wide.bytes_activations);
    CHECK(mixed.flops == wide.flops);
}

TEST_CASE("full keys and values widen attention to the hidden size and say so")
{
    auto const model = workloads::read_model("llama-3-8b");
    auto const step  = workloads::decode_step(model, params(4096, configs::KvHeads::full));
    CHECK(step.shape.heads == 1);
    CHECK(op(step, "qkv").flops == 2.0 * 4096 * 3 * 4096);
    CHECK(op(step, "scores").bytes_kv == 2.0 * 4096 * 4096);
    CHECK(op(step, "softmax").flops == 6.0 * 4096);
    REQUIRE(step.notes.size() == 1);
    CHECK_THAT(step.notes.front(), Catch::Contains("workload.kv_heads = full"));
    // 4 d^2 + 2 d s + 3 d f multiply-accumulates a layer: what the published runs are said to have computed.
    auto matrices = 0.0;
    for (auto const& each : step.layer())
        if (each.bytes_weights > 0 || each.kind == OperatorKind::attention)
            matrices += each.flops / 2;
    CHECK(matrices == 4.0 * 4096 * 4096 + 2.0 * 4096 * 4096 + 3.0 * 4096 * 14336);
}

TEST_CASE("what a step simplifies is noted")
{
    CHECK_THAT(step_of("llama-3-8b", 8193).notes.at(0), Catch::Contains("longer than the 8192"));
    CHECK(step_of("llama-3-8b", 8192).notes.empty());
    auto const gemma = step_of("gemma-2-2b", 5000);
    REQUIRE(gemma.notes.size() == 1);
    CHECK_THAT(gemma.notes[0], Catch::Contains("soft caps"));
    CHECK_THAT(step_of("llama-4-scout", 10'000).notes.at(0), Catch::Contains("at the end of a full piece"));
}

TEST_CASE("every kind of operator has a name of its own")
{
    auto all = Names{};
    for (int kind = 0; kind <= static_cast<int>(OperatorKind::heads); ++kind)
        all.emplace_back(workloads::name_of(static_cast<OperatorKind>(kind)));
    CHECK(all.front() == "norm");
    CHECK(all.back() == "heads");
    std::sort(all.begin(), all.end());
    CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}
