// Format: ggml's description of GGUF (versions 2 and 3, little endian); widths of types: ggml, ggml-common.h, the size
// of each block over its elements.
#include "workloads/gguf_header.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <vector>

#include <fmt/format.h>

namespace scribeline::workloads {

using configs::Exit;
using configs::UserError;

namespace {

enum class Type : std::uint32_t { u8, i8, u16, i16, u32, i32, f32, boolean, string, array, u64, i64, f64 };

struct Class {
    char const* architecture; // general.architecture
    char const* name;         // of the class in transformers
};

// Models with layers that this reader has no keys for.
constexpr std::array hybrids{Class{"qwen3next", "gated delta net"},  Class{"qwen35", "gated delta net"},
                             Class{"qwen35moe", "gated delta net"},  Class{"lfm2", "short convolutions"},
                             Class{"lfm2moe", "short convolutions"}, Class{"nemotron_h", "state space"},
                             Class{"nemotron_h_moe", "state space"}, Class{"falcon-h1", "state space"},
                             Class{"granitehybrid", "state space"},  Class{"bamba", "state space"},
                             Class{"kimi-linear", "delta attention"}};

constexpr std::array classes{
    Class{"llama", "LlamaForCausalLM"},
    Class{"mistral3", "Ministral3ForCausalLM"},
    Class{"qwen2", "Qwen2ForCausalLM"},
    Class{"qwen2vl", "Qwen2ForCausalLM"},
    Class{"qwen2moe", "Qwen2MoeForCausalLM"},
    Class{"qwen3", "Qwen3ForCausalLM"},
    Class{"qwen3vl", "Qwen3ForCausalLM"},
    Class{"qwen3moe", "Qwen3MoeForCausalLM"},
    Class{"qwen3vlmoe", "Qwen3MoeForCausalLM"},
    Class{"phi2", "PhiForCausalLM"},
    Class{"phi3", "Phi3ForCausalLM"},
    Class{"phimoe", "PhiMoEForCausalLM"},
    Class{"gemma", "GemmaForCausalLM"},
    Class{"gemma2", "Gemma2ForCausalLM"},
    Class{"gemma3", "Gemma3ForCausalLM"},
    Class{"olmo2", "Olmo2ForCausalLM"},
    Class{"olmoe", "OlmoeForCausalLM"},
    Class{"deepseek", "DeepseekForCausalLM"},
    Class{"deepseek2", "DeepseekV3ForCausalLM"},
    Class{"gpt-oss", "GptOssForCausalLM"},
    Class{"minimax-m2", "MiniMaxM2ForCausalLM"},
    Class{"glm4", "Glm4ForCausalLM"},
    Class{"glm4moe", "Glm4MoeForCausalLM"},
    Class{"command-r", "CohereForCausalLM"},
    Class{"cohere2", "Cohere2ForCausalLM"},
    Class{"smollm3", "SmolLM3ForCausalLM"},
    Class{"seed_oss", "SeedOssForCausalLM"},
    Class{"hunyuan-dense", "HunYuanDenseV1ForCausalLM"},
    Class{"hunyuan-moe", "HunYuanMoEV1ForCausalLM"},
    Class{"ernie4_5", "Ernie4_5ForCausalLM"},
    Class{"ernie4_5-moe", "Ernie4_5_MoeForCausalLM"},
    Class{"apertus", "ApertusForCausalLM"},
    Class{"arcee", "ArceeForCausalLM"},
    Class{"nemotron", "NemotronForCausalLM"},
    Class{"starcoder2", "Starcoder2ForCausalLM"},
    Class{"stablelm", "StableLmForCausalLM"},
    Class{"internlm2", "InternLM2ForCausalLM"},
    Class{"minicpm", "MiniCPMForCausalLM"},
    Class{"minicpm3", "MiniCPM3ForCausalLM"},
    Class{"granite", "GraniteForCausalLM"},
    Class{"granitemoe", "GraniteMoeForCausalLM"},
    Class{"dots1", "Dots1ForCausalLM"},
    Class{"bailingmoe", "BailingMoeForCausalLM"},
    Class{"bailingmoe2", "BailingMoeV2ForCausalLM"},
    Class{"exaone", "ExaoneForCausalLM"},
    Class{"exaone4", "Exaone4ForCausalLM"},
};

struct Renamed {
    char const* from; // behind the name of the architecture and a dot
    char const* to;
};

constexpr std::array names{
    Renamed{"embedding_length", "hidden_size"},
    Renamed{"feed_forward_length", "intermediate_size"},
    Renamed{"attention.head_count", "num_attention_heads"},
    Renamed{"attention.head_count_kv", "num_key_value_heads"},
    Renamed{"context_length", "max_position_embeddings"},
    Renamed{"vocab_size", "vocab_size"},
    Renamed{"attention.sliding_window", "sliding_window"},
    Renamed{"attention.layer_norm_rms_epsilon", "rms_norm_eps"},
    Renamed{"attention.layer_norm_epsilon", "layer_norm_eps"},
    Renamed{"rope.freq_base", "rope_theta"},
    Renamed{"expert_count", "num_experts"},
    Renamed{"expert_used_count", "num_experts_per_tok"},
    Renamed{"expert_feed_forward_length", "moe_intermediate_size"},
    Renamed{"expert_shared_count", "n_shared_experts"},
    Renamed{"expert_shared_feed_forward_length", "shared_expert_intermediate_size"},
    Renamed{"leading_dense_block_count", "first_k_dense_replace"},
    Renamed{"interleave_moe_layer_step", "moe_layer_freq"},
    Renamed{"attention.kv_lora_rank", "kv_lora_rank"},
    Renamed{"attention.q_lora_rank", "q_lora_rank"},
};

// Keys of what no class above has: the refusal then names the operator.
constexpr std::array telling{
    Renamed{"ssm.state_size", "ssm_state_size"}, Renamed{"attention.indexer.top_k", "index_topk"},
    Renamed{"shortconv.l_cache", "conv_L_cache"}, Renamed{"attention.shared_kv_layers", "num_kv_shared_layers"}};

struct Packed {
    std::uint32_t type;
    std::uint32_t elements, bytes; // of a block
};
constexpr std::array packed{
    Packed{0, 1, 4},      Packed{1, 1, 2},      Packed{2, 32, 18},    Packed{3, 32, 20},    Packed{6, 32, 22},
    Packed{7, 32, 24},    Packed{8, 32, 34},    Packed{9, 32, 36},    Packed{10, 256, 84},  Packed{11, 256, 110},
    Packed{12, 256, 144}, Packed{13, 256, 176}, Packed{14, 256, 210}, Packed{15, 256, 292}, Packed{16, 256, 66},
    Packed{17, 256, 74},  Packed{18, 256, 98},  Packed{19, 256, 50},  Packed{20, 32, 18},   Packed{21, 256, 110},
    Packed{22, 256, 82},  Packed{23, 256, 136}, Packed{24, 1, 1},     Packed{25, 1, 2},     Packed{26, 1, 4},
    Packed{27, 1, 8},     Packed{28, 1, 8},     Packed{29, 256, 56},  Packed{30, 1, 2},     Packed{34, 256, 54},
    Packed{35, 256, 66},  Packed{39, 32, 17},
};

// A reader that never leaves the text.
class Cursor {
  public:
    Cursor(std::string_view text, std::string const& file) : text_{text}, file_{file} {}

    template <class T> T number()
    {
        auto value = T{};
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
        return value;
    }

    std::string_view string()
    {
        auto const length = number<std::uint64_t>();
        return take(length);
    }

    std::string_view take(std::uint64_t bytes)
    {
        if (bytes > text_.size() - at_)
            fail(fmt::format("the file is cut off: it ends in byte {} within {}. Download it again", text_.size(),
                             within_));
        auto const part = text_.substr(at_, static_cast<std::size_t>(bytes));
        at_ += part.size();
        return part;
    }

    void within(std::string what) { within_ = std::move(what); }

    [[noreturn]] void fail(std::string const& what) const
    {
        throw UserError{Exit::bad_config, fmt::format("{}: error: {}", file_, what)};
    }

  private:
    std::string_view   text_;
    std::string const& file_;
    std::size_t        at_     = 0;
    std::string        within_ = "its head";
};

double scalar(Cursor& cursor, Type type, std::string const& key)
{
    switch (type) {
    case Type::u8:
        return cursor.number<std::uint8_t>();
    case Type::i8:
        return cursor.number<std::int8_t>();
    case Type::u16:
        return cursor.number<std::uint16_t>();
    case Type::i16:
        return cursor.number<std::int16_t>();
    case Type::u32:
        return cursor.number<std::uint32_t>();
    case Type::i32:
        return cursor.number<std::int32_t>();
    case Type::f32:
        return static_cast<double>(cursor.number<float>());
    case Type::boolean:
        return cursor.number<std::uint8_t>() != 0 ? 1 : 0;
    case Type::u64:
        return static_cast<double>(cursor.number<std::uint64_t>());
    case Type::i64:
        return static_cast<double>(cursor.number<std::int64_t>());
    case Type::f64:
        return cursor.number<double>();
    case Type::string:
    case Type::array:
        break;
    }
    cursor.fail(fmt::format("{}: a value of type {}, which GGUF does not have", configs::printable(key),
                            static_cast<std::uint32_t>(type)));
}

std::size_t bytes_of(Type type)
{
    constexpr std::array<std::size_t, 13> sizes{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    auto const                            index = static_cast<std::size_t>(type);
    return index < sizes.size() ? sizes[index] : 0;
}

Field number_field(double x)
{
    auto field   = Field{};
    field.kind   = FieldKind::number;
    field.number = x;
    field.shown  = fmt::format("{}", x);
    return field;
}

Field text_field(std::string_view word)
{
    auto field   = Field{};
    field.kind   = FieldKind::text;
    field.text   = std::string{word.substr(0, 256)};
    field.number = static_cast<double>(word.size());
    field.shown  = configs::shown(field.text);
    return field;
}

// Lists of words (the vocabulary) keep their length only; so do lists of numbers longer than layers can be many.
Field list_field(Cursor& cursor, std::string const& key)
{
    constexpr std::uint64_t most_layers = 4096;
    auto const              type        = static_cast<Type>(cursor.number<std::uint32_t>());
    auto const              length      = cursor.number<std::uint64_t>();
    auto                    field       = Field{};
    field.kind                          = FieldKind::list;
    field.number                        = static_cast<double>(length);
    field.shown                         = fmt::format("[{} values]", length);
    if (type == Type::string) {
        for (std::uint64_t i = 0; i < length; ++i)
            cursor.string();
    } else if (bytes_of(type) == 0) {
        cursor.fail(fmt::format("{}: a list of type {}, which is not read", configs::printable(key),
                                static_cast<std::uint32_t>(type)));
    } else if (length <= most_layers) {
        for (std::uint64_t i = 0; i < length; ++i)
            field.numbers.push_back(scalar(cursor, type, key));
    } else if (length > (std::uint64_t{1} << 40U)) {
        cursor.fail(fmt::format("{}: a list of {} values", configs::printable(key), length));
    } else {
        cursor.take(length * bytes_of(type));
    }
    return field;
}

using Metadata = std::map<std::string, Field>;

Metadata metadata_of(Cursor& cursor, std::uint64_t count)
{
    auto fields = Metadata{};
    for (std::uint64_t i = 0; i < count; ++i) {
        cursor.within(fmt::format("key {} of {}", i + 1, count));
        auto const key = std::string{cursor.string()};
        cursor.within(configs::printable(key.substr(0, 100)));
        auto const type  = static_cast<Type>(cursor.number<std::uint32_t>());
        auto       field = type == Type::string  ? text_field(cursor.string())
                           : type == Type::array ? list_field(cursor, key)
                                                 : number_field(scalar(cursor, type, key));
        field.alias      = key.substr(0, 100);
        if (!fields.emplace(key.substr(0, 100), std::move(field)).second)
            cursor.fail(fmt::format("{}: the key stands there twice. Download the file again",
                                    configs::printable(key.substr(0, 100))));
    }
    return fields;
}

// Which part of a model a tensor is of, as checkpoint.hpp names them; null: norms, biases, tables of rotations.
char const* part_of(std::string_view tensor)
{
    auto const has = [&](char const* word) { return tensor.find(word) != std::string_view::npos; };
    if (tensor.size() < 7 || tensor.substr(tensor.size() - 7) != ".weight" || has("norm"))
        return nullptr;
    if (has("token_embd"))
        return "embedding";
    if (tensor.rfind("output.", 0) == 0)
        return "lm_head";
    if (has("ffn_gate_inp"))
        return "router";
    if (has("_exps"))
        return "experts";
    if (has("_shexp"))
        return "shared_experts";
    if (has(".ffn_"))
        return "feed_forward";
    return has(".attn_") ? "attention" : nullptr;
}

struct Tensors {
    struct Stored {
        double elements = 0, bytes = 0;
    };
    std::map<std::string, Stored> parts;
    double                        embedding_rows = 0;
    bool                          output = false, query_norm = false;
};

Tensors tensors_of(Cursor& cursor, std::uint64_t count)
{
    auto tensors = Tensors{};
    for (std::uint64_t i = 0; i < count; ++i) {
        cursor.within(fmt::format("tensor {} of {}", i + 1, count));
        auto const name       = std::string{cursor.string().substr(0, 100)};
        auto const dimensions = cursor.number<std::uint32_t>();
        if (dimensions > 8)
            cursor.fail(fmt::format("tensor {}: {} dimensions", configs::printable(name), dimensions));
        auto elements = 1.0, last = 1.0;
        for (std::uint32_t d = 0; d < dimensions; ++d)
            elements *= last = static_cast<double>(cursor.number<std::uint64_t>());
        auto const type = cursor.number<std::uint32_t>();
        cursor.number<std::uint64_t>(); // where its numbers stand
        auto const* const part = part_of(name);
        tensors.output |= name == "output.weight";
        tensors.query_norm |= name.find("attn_q_norm") != std::string::npos;
        if (name == "token_embd.weight")
            tensors.embedding_rows = last;
        auto const known =
            std::find_if(packed.begin(), packed.end(), [&](auto const& each) { return each.type == type; });
        if (part == nullptr)
            continue;
        if (known == packed.end())
            cursor.fail(fmt::format("tensor {} = type {}: a quantisation that is not known. Known are those of ggml up "
                                    "to type 39",
                                    configs::printable(name), type));
        auto& stored = tensors.parts[part];
        stored.elements += elements;
        stored.bytes += elements / known->elements * known->bytes;
    }
    return tensors;
}

void take(ConfigDocument& config, Metadata const& fields, std::string const& from, std::string const& to)
{
    if (auto const found = fields.find(from); found != fields.end())
        config.fields[to] = found->second;
}

double number_at(Metadata const& fields, std::string const& key, double fallback)
{
    auto const found = fields.find(key);
    return found != fields.end() && found->second.kind == FieldKind::number ? found->second.number : fallback;
}

void put_number(ConfigDocument& config, char const* key, double x, std::string const& alias)
{
    config.fields[key]       = number_field(x);
    config.fields[key].alias = alias;
}

// Heads: of one size, or in parts where keys and values come out of one compressed vector.
void put_heads(ConfigDocument& config, Metadata const& fields, std::string const& arch)
{
    auto const rope = number_at(fields, arch + "rope.dimension_count", 0);
    auto const key =
        number_at(fields, arch + "attention.key_length_mla", number_at(fields, arch + "attention.key_length", 0));
    if (config.find("kv_lora_rank") != nullptr) {
        put_number(config, "qk_rope_head_dim", rope, arch + "rope.dimension_count");
        put_number(config, "qk_nope_head_dim", key - rope, arch + "attention.key_length");
        auto const mla = fields.count(arch + "attention.value_length_mla") != 0;
        take(config, fields, arch + (mla ? "attention.value_length_mla" : "attention.value_length"), "v_head_dim");
        config.fields.erase("num_key_value_heads");
        return;
    }
    take(config, fields, arch + "attention.key_length", "head_dim");
    if (rope > 0)
        take(config, fields, arch + "rope.dimension_count", "rotary_dim");
    auto const value = number_at(fields, arch + "attention.value_length", key);
    if (key > 0 && value != key)
        take(config, fields, arch + "attention.value_length", "v_head_dim"); // no class has it: refused by its name
}

void put_tensors(ConfigDocument& config, Metadata const& fields, Tensors const& tensors)
{
    auto const whole = number_at(fields, "split.count", 1) <= 1; // else the others hold the rest
    if (config.find("vocab_size") == nullptr) {
        if (tensors.embedding_rows > 0)
            put_number(config, "vocab_size", tensors.embedding_rows, "rows of token_embd.weight");
        else if (auto const found = fields.find("tokenizer.ggml.tokens"); found != fields.end())
            put_number(config, "vocab_size", found->second.number, "tokenizer.ggml.tokens");
    }
    if (!tensors.parts.empty() && whole) {
        auto tied                            = Field{};
        tied.kind                            = FieldKind::boolean;
        tied.number                          = tensors.output ? 0 : 1;
        tied.shown                           = tensors.output ? "false" : "true";
        config.fields["tie_word_embeddings"] = tied;
    }
    if (tensors.query_norm) {
        auto norm                    = Field{};
        norm.kind                    = FieldKind::boolean;
        norm.number                  = 1;
        norm.shown                   = "true";
        config.fields["use_qk_norm"] = norm;
    }
    for (auto const& [part, stored] : tensors.parts)
        config.fields["gguf." + part] = number_field(8 * stored.bytes / stored.elements);
}

} // namespace

bool is_gguf(std::string_view text) { return text.substr(0, 4) == "GGUF"; }

ConfigDocument from_gguf(std::string_view text, std::string const& file)
{
    auto cursor = Cursor{text, file};
    cursor.take(4);
    auto const version = cursor.number<std::uint32_t>();
    if (version < 2 || version > 3)
        cursor.fail(fmt::format("GGUF of version {}. Known are 2 and 3, little endian", version));
    auto const tensor_count = cursor.number<std::uint64_t>();
    auto const key_count    = cursor.number<std::uint64_t>();
    auto const fields       = metadata_of(cursor, key_count);
    auto const tensors      = tensors_of(cursor, tensor_count);

    auto       config = ConfigDocument{file, {}};
    auto const named  = fields.find("general.architecture");
    if (named == fields.end() || named->second.kind != FieldKind::text)
        cursor.fail("general.architecture: missing: what model this is");
    auto const word = named->second.text;
    auto const arch = word + ".";
    auto const known =
        std::find_if(classes.begin(), classes.end(), [&](auto const& each) { return word == each.architecture; });
    for (auto const& hybrid : hybrids)
        if (word == hybrid.architecture)
            cursor.fail(fmt::format("general.architecture = {}: {}: what such layers need is read from a config.json, "
                                    "not from a GGUF file. Give the model's config.json",
                                    named->second.shown, hybrid.name));
    auto const mixed = number_at(fields, arch + "expert_count", 0) > 0;
    auto       name  = text_field(known == classes.end()     ? word
                                  : word == "llama" && mixed ? "MixtralForCausalLM"
                                                             : known->name);
    name.alias       = "general.architecture";
    name.shown       = named->second.shown;
    config.fields[known == classes.end() ? "model_type" : "architectures"] = name;

    for (auto const& each : names)
        take(config, fields, arch + each.from, each.to);
    for (auto const& each : telling)
        take(config, fields, arch + each.from, each.to);
    if (!mixed) // a dense model may say that it has none
        for (auto const* key : {"num_experts", "num_experts_per_tok"})
            config.fields.erase(key);
    auto const layers =
        number_at(fields, arch + "block_count", 0) - number_at(fields, arch + "nextn_predict_layers", 0);
    put_number(config, "num_hidden_layers", layers, arch + "block_count");
    if (config.find("intermediate_size") == nullptr || config.find("intermediate_size")->number == 0)
        take(config, fields, arch + "expert_feed_forward_length", "intermediate_size");
    put_heads(config, fields, arch);
    put_tensors(config, fields, tensors);
    return config;
}

} // namespace scribeline::workloads
