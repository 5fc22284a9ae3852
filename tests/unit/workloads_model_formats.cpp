// Files that are no config.json: params.json of Mistral, headers of GGUF, folders as a model hub's cache lays them out.
#include "configs/failure.hpp"
#include "support/temporary_folder.hpp"
#include "workloads/model_shape.hpp"

#include <catch2/catch.hpp>

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

using namespace scribeline;
using Catch::Contains;
using workloads::WeightPart;

namespace {

std::string refusal(std::string const& text, std::string const& file)
{
    try {
        workloads::parse_model(text, file, "my");
    } catch (configs::UserError const& error) {
        CHECK(error.code() == configs::Exit::bad_config);
        return error.what();
    }
    FAIL("accepted");
    return {};
}

// Writes what ggml writes: little endian, version 3.
class Gguf {
  public:
    Gguf& text(std::string const& key, std::string const& value)
    {
        put(key, 8);
        word(value);
        return *this;
    }
    Gguf& number(std::string const& key, std::uint32_t value)
    {
        put(key, 4);
        raw(value);
        return *this;
    }
    Gguf& words(std::string const& key, std::size_t count)
    {
        put(key, 9);
        raw(std::uint32_t{8});
        raw(std::uint64_t{count});
        for (std::size_t i = 0; i < count; ++i)
            word("token");
        return *this;
    }
    Gguf& tensor(std::string const& name, std::vector<std::uint64_t> const& sizes, std::uint32_t type)
    {
        std::swap(bytes_, tensors_);
        word(name);
        raw(static_cast<std::uint32_t>(sizes.size()));
        for (auto const size : sizes)
            raw(size);
        raw(type);
        raw(std::uint64_t{0});
        std::swap(bytes_, tensors_);
        ++tensor_count_;
        return *this;
    }
    std::string file()
    {
        auto whole = std::string{"GGUF"};
        std::swap(bytes_, whole);
        raw(std::uint32_t{3});
        raw(tensor_count_);
        raw(keys_);
        std::swap(bytes_, whole);
        return whole + bytes_ + tensors_;
    }

  private:
    template <class T> void raw(T value)
    {
        char copy[sizeof value];
        std::memcpy(copy, &value, sizeof value);
        bytes_.append(copy, sizeof value);
    }
    void word(std::string const& value)
    {
        raw(std::uint64_t{value.size()});
        bytes_ += value;
    }
    void put(std::string const& key, std::uint32_t type)
    {
        word(key);
        raw(type);
        ++keys_;
    }

    std::string   bytes_, tensors_;
    std::uint64_t keys_ = 0, tensor_count_ = 0;
};

// A Qwen 3 of two layers, its embedding in q6_K, its layers in q4_K but for the output of attention.
Gguf small_qwen()
{
    auto file = Gguf{};
    file.text("general.architecture", "qwen3").number("qwen3.block_count", 2).number("qwen3.embedding_length", 512);
    file.number("qwen3.feed_forward_length", 1024).number("qwen3.attention.head_count", 8);
    file.number("qwen3.attention.head_count_kv", 2).number("qwen3.attention.key_length", 64);
    file.number("qwen3.attention.value_length", 64).number("qwen3.context_length", 4096);
    file.words("tokenizer.ggml.tokens", 1000);
    file.tensor("token_embd.weight", {512, 1000}, 14);
    for (auto const* layer : {"blk.0.", "blk.1."}) {
        auto const name = [&](char const* what) { return std::string{layer} + what + ".weight"; };
        file.tensor(name("attn_norm"), {512}, 0).tensor(name("attn_q_norm"), {64}, 0);
        file.tensor(name("attn_q"), {512, 512}, 12).tensor(name("attn_k"), {512, 128}, 12);
        file.tensor(name("attn_v"), {512, 128}, 12).tensor(name("attn_output"), {512, 512}, 14);
        file.tensor(name("ffn_gate"), {512, 1024}, 12).tensor(name("ffn_up"), {512, 1024}, 12);
        file.tensor(name("ffn_down"), {1024, 512}, 12);
    }
    return file;
}

std::string const params = R"({"dim": 4096, "n_layers": 32, "head_dim": 128, "hidden_dim": 14336, "n_heads": 32,
    "n_kv_heads": 8, "norm_eps": 1e-05, "vocab_size": 32768, "rope_theta": 1000000.0)";

} // namespace

TEST_CASE("params.json of Mistral 7B v0.3 is the same model as its config.json")
{
    auto const shape  = workloads::parse_model(params + "}", "params.json", "m");
    auto const config = workloads::read_model("mistral-7b-v0.3");
    CHECK(shape.parameters() == config.parameters());
    CHECK(shape.active_parameters() == config.active_parameters());
    CHECK(shape.kv_bytes_per_token(16) == config.kv_bytes_per_token(16));
    CHECK(shape.rope_theta == 1e6);
    CHECK(shape.max_context == 32768);
}

TEST_CASE("params.json says experts, a window for each layer of a pattern, latent attention and fp8")
{
    auto const mixtral = workloads::parse_model(params + R"(, "moe": {"num_experts": 8, "num_experts_per_tok": 2}})",
                                                "params.json", "m");
    CHECK(mixtral.kinds.front().experts == 8);
    CHECK(mixtral.kinds.front().expert_ffn == 14336);

    auto const windows = workloads::parse_model(params + R"(, "sliding_window": [null, 4096, 4096, 4096]})", "p", "m");
    REQUIRE(windows.kinds.size() == 2);
    for (std::uint32_t layer = 0; layer < 32; ++layer)
        CHECK(windows.kinds[windows.kind_of(layer)].window == (layer % 4 == 0 ? 0 : 4096));
    CHECK_THAT(refusal(params + R"(, "sliding_window": [null, 4096, 4096]})", "params.json"),
               Contains("params.json:") && Contains("sliding_window") && Contains("3 windows for 32 layers"));

    auto const large = workloads::parse_model(
        R"({"dim": 7168, "n_layers": 61, "hidden_dim": 16384, "n_heads": 128, "n_kv_heads": 128, "norm_eps": 1e-06,
            "vocab_size": 131072, "q_lora_rank": 1536, "qk_rope_head_dim": 64, "qk_nope_head_dim": 128,
            "kv_lora_rank": 512, "v_head_dim": 128, "quantization": {"qformat_weight": "fp8_e4m3"},
            "moe": {"first_k_dense_replace": 3, "num_experts": 128, "num_experts_per_tok": 4,
                    "expert_hidden_dim": 4096, "num_shared_experts": 1}})",
        "params.json", "mistral-large-3");
    CHECK(static_cast<double>(large.parameters()) / 1e9 == Approx(675).epsilon(0.005)); // its name says 675B
    CHECK(large.checkpoint.bits == 8);
}

TEST_CASE("a wrong value of params.json is named as the file names it")
{
    CHECK_THAT(refusal(R"({"dim": 0, "n_layers": 32, "hidden_dim": 14336, "n_heads": 32, "n_kv_heads": 8,
                           "vocab_size": 32768})",
                       "params.json"),
               Contains("params.json:1:2: error: dim = 0: the hidden size"));
}

TEST_CASE("the header of a GGUF file says the shape, and its tensors what they are stored in")
{
    auto const shape = workloads::parse_model(small_qwen().file() + "weights", "m.gguf", "m");
    CHECK(shape.architecture == "Qwen3ForCausalLM");
    CHECK(shape.layers == 2);
    CHECK(shape.vocabulary == 1000);
    CHECK(shape.tied_embeddings); // there is no output.weight
    CHECK(shape.qk_norm);
    CHECK(shape.kv_width() == 128);
    auto const& stored = shape.checkpoint;
    CHECK(stored.method == "gguf");
    CHECK(stored.of(WeightPart::embedding) == Approx(210 * 8.0 / 256));
    CHECK(stored.of(WeightPart::feed_forward) == Approx(4.5));
    // 512 x 768 of queries, keys and values in 4.5 bits, 512 x 512 of the output in 6.5625.
    CHECK(stored.of(WeightPart::attention) == Approx((768 * 4.5 + 512 * 6.5625) / 1280));
    CHECK(shape.checkpoint_bytes() ==
          Approx(1000 * 512 * 6.5625 / 8 + 2 * 3 * 512 * 1024 * 4.5 / 8 + 2 * 512 * (768 * 4.5 + 512 * 6.5625) / 8));
}

TEST_CASE("a GGUF file that was cut off is refused with the key or the tensor that it ends in")
{
    auto const whole = small_qwen().file();
    CHECK_THAT(refusal(whole.substr(0, 6), "m.gguf"),
               Contains("m.gguf: error: the file is cut off: it ends in byte 6"));
    CHECK_THAT(refusal(whole.substr(0, 200), "m.gguf"), Contains("cut off") && Contains("within key 5 of 10"));
    CHECK_THAT(refusal(whole.substr(0, whole.size() - 3), "m.gguf"), Contains("within tensor 19 of 19"));
    for (std::size_t length = 4; length < whole.size(); length += 7)
        CHECK_THAT(refusal(whole.substr(0, length), "m.gguf"), Contains("cut off"));
}

TEST_CASE("a GGUF file of another model, type or version is refused with its key and value")
{
    CHECK_THAT(refusal(Gguf{}.text("general.architecture", "qwen3next").file(), "m.gguf"),
               Contains("general.architecture = 'qwen3next'") && Contains("gated delta net"));
    CHECK_THAT(refusal(Gguf{}.file(), "m.gguf"), Contains("general.architecture: missing"));
    CHECK_THAT(
        refusal(Gguf{}.text("general.architecture", "llama").tensor("output.weight", {8, 8}, 99).file(), "m.gguf"),
        Contains("tensor output.weight = type 99"));
    CHECK_THAT(refusal(std::string("GGUF\1\0\0\0", 8), "m.gguf"), Contains("version 1"));
    CHECK_THAT(refusal(small_qwen().number("qwen3.block_count", 3).file(), "m.gguf"), Contains("twice"));
}

TEST_CASE("NaN and Infinity are numbers as Python writes them, and no number of layers")
{
    auto const tiny = tests::read_file(std::string{SCRIBELINE_TESTS} + "/../workloads/models/tiny.json");
    auto const with = [&](std::string const& value) {
        auto text = tiny;
        return text.replace(text.find("{"), 1, "{\"time_step_limit\": [0.0, " + value + "], \"x\": " + value + ",");
    };
    for (auto const* value : {"NaN", "Infinity", "-Infinity"}) {
        CHECK(workloads::parse_model(with(value), "f", "n").layers == 2);
        auto       text = tiny;
        auto const key  = std::string{"\"num_hidden_layers\": 2"};
        text.replace(text.find(key), key.size(), std::string{"\"num_hidden_layers\": "} + value);
        CHECK_THAT(refusal(text, "my.json"), Contains(std::string{"num_hidden_layers = "} + value + ": the number of"));
    }
    CHECK(workloads::parse_model(with("\"NaN, Infinity\""), "f", "n").layers == 2); // within a word nothing happens
    CHECK_THAT(refusal(with("Infinite"), "my.json"), Contains("not valid JSON"));
}

TEST_CASE("a cache of a model hub is entered where its branch points, and the model is called by its name")
{
    namespace fs      = std::filesystem;
    auto const folder = tests::TemporaryFolder{};
    auto const tiny   = tests::read_file(std::string{SCRIBELINE_TESTS} + "/../workloads/models/tiny.json");
    auto const repo   = folder.path() / "models--acme--Tiny-1B";
    for (auto const* commit : {"aaaa", "bbbb"})
        fs::create_directories(repo / "snapshots" / commit);
    fs::create_directories(repo / "refs");
    folder.write("models--acme--Tiny-1B/snapshots/bbbb/config.json", tiny);
    CHECK_THROWS_WITH(workloads::read_model(repo.string()), Contains("2 snapshots, and refs/main names none"));
    folder.write("models--acme--Tiny-1B/refs/main", "bbbb\n");
    CHECK(workloads::read_model(repo.string()).name == "Tiny-1B");
    CHECK(workloads::read_model((repo / "snapshots" / "bbbb").string()).name == "Tiny-1B");
    CHECK(workloads::read_model((repo / "snapshots" / "bbbb" / "config.json").string()).name == "Tiny-1B");

    folder.write("params.json", params + "}");
    CHECK(workloads::read_model(folder.path().string()).layers == 32);
    auto const other = tests::TemporaryFolder{};
    other.write("Small-Q4_K_M.gguf", small_qwen().file());
    CHECK(workloads::read_model(other.path().string()).name == "Small-Q4_K_M");
    CHECK(workloads::read_model(other / "Small-Q4_K_M.gguf").layers == 2);
}

TEST_CASE("hf_quant_config.json beside a config.json says how the weights are stored")
{
    auto const folder = tests::TemporaryFolder{};
    folder.write("config.json",
                 tests::read_file(std::string{SCRIBELINE_TESTS} + "/../workloads/models/qwen3-32b.json"));
    CHECK_FALSE(workloads::read_model(folder.path().string()).checkpoint.quantised);
    folder.write("hf_quant_config.json", R"({"producer": {"name": "modelopt", "version": "0.33.0"}, "quantization":
        {"quant_algo": "NVFP4", "kv_cache_quant_algo": "FP8", "group_size": 16, "exclude_modules": ["lm_head"]}})");
    auto const shape = workloads::read_model(folder.path().string());
    CHECK(shape.checkpoint.bits == 4);
    CHECK(shape.checkpoint.of(WeightPart::feed_forward) == 4.5);
    CHECK(shape.checkpoint.kv_bits == 8);
    folder.write("hf_quant_config.json", R"({"quantization": {"quant_algo": "W1A1"}})");
    CHECK_THROWS_WITH(workloads::read_model(folder.path().string()),
                      Contains("hf_quant_config.json") && Contains("not known"));
}
