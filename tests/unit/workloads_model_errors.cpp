// What a person reads who gives a wrong model: the place, the value, why, and what to do.
#include "configs/failure.hpp"
#include "support/temporary_folder.hpp"
#include "workloads/model_shape.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

using namespace scribeline;
using Catch::Contains;
using configs::Exit;
using configs::UserError;

namespace {

std::string const tiny = tests::read_file(std::string{SCRIBELINE_TESTS} + "/../workloads/models/tiny.json");

// The shipped tiny model with one line replaced.
std::string tiny_with(std::string const& old_text, std::string const& new_text)
{
    auto       text = tiny;
    auto const at   = text.find(old_text);
    REQUIRE(at != std::string::npos);
    return text.replace(at, old_text.size(), new_text);
}

std::string refusal(std::string const& text)
{
    try {
        workloads::parse_model(text, "my.json", "my");
    } catch (UserError const& error) {
        CHECK(error.code() == Exit::bad_config);
        return error.what();
    }
    FAIL("accepted: " << text);
    return {};
}

template <class Call> Exit exit_code_of(Call call)
{
    try {
        call();
    } catch (UserError const& error) {
        return error.code();
    }
    return Exit::done;
}

} // namespace

TEST_CASE("a syntax error has its line and column")
{
    CHECK_THAT(refusal("{\n  \"hidden_size\": 64,\n}\n"), Contains("my.json:3:1: error: not valid JSON"));
    CHECK_THAT(refusal("{\"a\": 1"), Contains("my.json:1:8: error: not valid JSON"));
    CHECK_THAT(refusal("{\"a\": tru}"), Contains("my.json:1:") && Contains("invalid literal"));
    CHECK_THAT(refusal(""), Contains("my.json:1:1: error: not valid JSON"));
    CHECK_THAT(refusal("[]"), Contains("my.json:1:1: error: not a JSON object"));
}

TEST_CASE("a zero byte does not hide what follows it")
{
    CHECK_THAT(refusal(tiny + std::string(1, '\0') + "{"), Contains("a zero byte"));
}

TEST_CASE("a value out of range is named with its line, the key and the range")
{
    CHECK_THAT(refusal(tiny_with("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 0")),
               Contains("my.json:4:3: error: num_hidden_layers = 0: the number of layers must be a whole number from 1 "
                        "to 4096"));
    CHECK_THAT(refusal(tiny_with("\"hidden_size\": 64", "\"hidden_size\": \"64\"")),
               Contains("hidden_size = '64'") && Contains("without quotes"));
    CHECK_THAT(refusal(tiny_with("\"intermediate_size\": 160", "\"intermediate_size\": [160, 320]")),
               Contains("intermediate_size = [160, ...]") && Contains("Layers of different sizes"));
    CHECK_THAT(refusal(tiny_with("\"rope_theta\": 10000.0", "\"rope_theta\": true")), Contains("rope_theta = true"));
    CHECK_THAT(refusal(tiny_with("\"tie_word_embeddings\": false", "\"tie_word_embeddings\": 0")),
               Contains("tie_word_embeddings = 0: must be true or false"));
}

TEST_CASE("the ends of a range are accepted and the numbers beyond them are not")
{
    auto const layers = [](char const* n) {
        return tiny_with("\"num_hidden_layers\": 2", std::string{"\"num_hidden_layers\": "} + n);
    };
    CHECK(workloads::parse_model(layers("1"), "f", "n").layers == 1);
    CHECK(workloads::parse_model(layers("4096"), "f", "n").layers == 4096);
    CHECK(workloads::parse_model(layers("4e1"), "f", "n").layers == 40);
    CHECK_THAT(refusal(layers("4097")), Contains("4097"));
    CHECK_THAT(refusal(layers("-1")), Contains("-1"));
    CHECK_THAT(refusal(layers("1.5")), Contains("1.5"));
    CHECK_THAT(refusal(layers("18446744073709551617")), Contains("whole number"));
}

TEST_CASE("all that is wrong with a file is said at once")
{
    auto const message = refusal(R"({"model_type": "llama", "vocab_size": -1, "hidden_size": 64})");
    CHECK_THAT(message, Contains("vocab_size = -1") && Contains("num_hidden_layers: missing") &&
                            Contains("intermediate_size: missing") && Contains("max_position_embeddings: missing"));
    CHECK(std::count(message.begin(), message.end(), '\n') == 4);
}

TEST_CASE("a misspelt key is recognised, whether the field is needed or has a default")
{
    CHECK_THAT(refusal(tiny_with("\"num_hidden_layers\"", "\"num_hiden_layers\"")),
               Contains("num_hidden_layers: missing") && Contains("Is 'num_hiden_layers' in line 4 a misspelling"));
    CHECK_THAT(refusal(tiny_with("\"num_key_value_heads\"", "\"num_key_value_head\"")),
               Contains("num_key_value_head = 2: unknown; did you mean 'num_key_value_heads'?"));
    CHECK_THAT(refusal(tiny_with("\"tie_word_embeddings\"", "\"tie_words_embeddings\"")),
               Contains("did you mean 'tie_word_embeddings'?"));
}

TEST_CASE("a key that stands twice is refused, with both lines")
{
    CHECK_THAT(refusal(tiny_with("\"hidden_size\": 64,", "\"hidden_size\": 64,\n  \"hidden_size\": 128,")),
               Contains("my.json:6:3: error: hidden_size") && Contains("line 5"));
}

TEST_CASE("two names for one field must agree")
{
    CHECK_THAT(refusal(tiny_with("{", "{\"n_layer\": 3,")), Contains("n_layer = 3") && Contains("says 2"));
    CHECK(workloads::parse_model(tiny_with("{", "{\"n_layer\": 2,"), "f", "n").layers == 2);
}

TEST_CASE("heads that do not divide are refused")
{
    CHECK_THAT(refusal(tiny_with("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3")),
               Contains("num_key_value_heads = 3: does not divide num_attention_heads = 4"));
    CHECK_THAT(refusal(R"({"model_type": "llama", "num_hidden_layers": 1, "hidden_size": 66, "intermediate_size": 64,
                           "num_attention_heads": 4, "vocab_size": 64, "max_position_embeddings": 64})"),
               Contains("num_attention_heads = 4: does not divide the hidden size 66. State head_dim"));
    CHECK_THAT(refusal(tiny_with("\"head_dim\": 16", "\"head_dim\": 15")), Contains("head_dim = 15"));
}

TEST_CASE("what is not a dense decoder is refused by name and by what tells")
{
    auto const refused = [](char const* identity, char const* more = "") {
        return refusal(std::string{"{"} + identity + more + "}");
    };
    CHECK_THAT(refused(R"("architectures": ["Mamba2ForCausalLM"])"), Contains("state space"));
    CHECK_THAT(refused(R"("model_type": "rwkv")"), Contains("linear attention"));
    CHECK_THAT(refused(R"("architectures": ["BertForMaskedLM"])"), Contains("encoder"));
    CHECK_THAT(refused(R"("model_type": "llama", "layer_types": ["full_attention", "conv"])"),
               Contains("layers of type 'conv'"));
    CHECK_THAT(refused(R"("architectures": ["Zamba2ForCausalLM"])", R"(, "num_experts": 32)"),
               Contains("state space") && !Contains("mixture of experts")); // which is no reason
    CHECK_THAT(refused(R"("model_type": "llama")", R"(, "sparse_attention_config": {"a": 1})"),
               Contains("block-sparse attention"));
    CHECK_THAT(refusal(tiny_with("{", "{\"num_local_experts\": 4,")), Contains("mixture of experts"));
    CHECK_THAT(refusal(tiny_with("{", "{\"kv_lora_rank\": 512,")), Contains("latent attention"));
    CHECK_NOTHROW(workloads::parse_model(tiny_with("{", "{\"num_local_experts\": 1, \"kv_lora_rank\": 0,"), "f", "n"));
}

TEST_CASE("an unknown architecture is refused with the nearest known one")
{
    CHECK_THAT(refusal(tiny_with("LlamaForCausalLM", "LlamaForCasualLM")),
               Contains("my.json:2:3: error: architectures = ['LlamaForCasualLM']: not a known architecture; did you "
                        "mean 'LlamaForCausalLM'?"));
    CHECK_THAT(refusal("{}"), Contains("neither architectures nor model_type"));
}

TEST_CASE("an unknown member of a known family is told the members that are known, and a look-alike nothing")
{
    auto const of = [](char const* name) { return refusal(std::string{"{\"architectures\": [\""} + name + "\"]}"); };
    CHECK_THAT(of("Qwen4ForCausalLM"), Contains("not a known architecture; of that family Qwen2ForCausalLM") &&
                                           Contains("Qwen3MoeForCausalLM") && !Contains("did you mean"));
    CHECK_THAT(of("Olmo4ForCausalLM"), Contains("Olmo2ForCausalLM, Olmo3ForCausalLM are known"));
    CHECK_THAT(of("DimoForCausalLM"), Contains("not a known architecture. Supported are") && !Contains("did you mean"));
    CHECK_THAT(of("MixtrallForCausalLM"), Contains("did you mean 'MixtralForCausalLM'?"));
    CHECK_THAT(of("Foo2ForConditionalGeneration"), !Contains("Gemma3ForConditionalGeneration"));
}

TEST_CASE("a key that may change the layers and is not known is not ignored, unless it says nothing")
{
    for (auto const* key : {"sparse_block_size", "my_hybrid_pattern", "num_mamba_heads", "v_head_dim",
                            "per_layer_width", "moe_every", "num_global_key_value_heads", "attention_other_setting"}) {
        auto const with = [&](std::string const& value) {
            return tiny_with("{", std::string{"{\""} + key + "\": " + value + ",");
        };
        CHECK_THAT(refusal(with("4")),
                   Contains(std::string{"my.json:1:2: error: "} + key + " = 4: this key is not known"));
        for (auto const* nothing : {"0", "null", "false", "[]", "\"\"", "{}"})
            CHECK(workloads::parse_model(with(nothing), "f", "n").layers == 2);
    }
    CHECK_THAT(refusal(tiny_with("{", "{\"layers_hybrid\": [1, 0],")), Contains("layers_hybrid = [1, ...]"));
    for (auto const* harmless : {"chunk_size_feed_forward", "router_aux_loss_coef", "mtp_num_hidden_layers",
                                 "moe_router_dtype", "initializer_range", "qk_head_dim"})
        CHECK(workloads::parse_model(tiny_with("{", std::string{"{\""} + harmless + "\": 2,"), "f", "n").layers == 2);
}

TEST_CASE("a class name and a model type that contradict each other are refused")
{
    CHECK_THAT(refusal(tiny_with("\"model_type\": \"llama\"", "\"model_type\": \"mistral\"")),
               Contains("my.json:3:3: error: model_type = 'mistral': a LlamaForCausalLM has model_type 'llama'"));
}

TEST_CASE("control characters of a file do not reach the terminal")
{
    CHECK_THAT(refusal(R"({"model_type": "\u001b[31mred"})"), Contains("\\x1b") && !Contains("\x1b"));
}

TEST_CASE("an unknown name suggests the nearest, and a missing file is said to be missing")
{
    CHECK_THROWS_WITH(workloads::read_model("llama-3-9b"),
                      Contains("model 'llama-3-9b': not known; did you mean 'llama-3-8b'?"));
    CHECK_THROWS_WITH(workloads::read_model("no/such/config.json"),
                      Contains("no/such/config.json: error: no such file"));
    CHECK(exit_code_of([] { workloads::read_model("llama-3-9b"); }) == Exit::no_input);
    CHECK(exit_code_of([] { workloads::read_model("no/such/config.json"); }) == Exit::no_input);
    CHECK(exit_code_of([] { workloads::read_model(""); }) == Exit::no_input);
}

TEST_CASE("a file far too long for a config.json is not read")
{
    auto const folder = tests::TemporaryFolder{};
    auto const file   = folder.write("huge.json", tiny + std::string(std::size_t{32} << 20U, ' '));
    CHECK_THROWS_WITH(workloads::read_model(file), Contains("larger than 32 MiB, which no config.json is"));
    // Quantised experts by name make three megabytes.
    CHECK(workloads::read_model(folder.write("fits.json", tiny + std::string(std::size_t{4} << 20U, ' '))).layers == 2);
}
