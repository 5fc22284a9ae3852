// What the fields of a config.json mean: which architecture it is, and its sizes.
#include "configs/failure.hpp"
#include "workloads/architectures.hpp"
#include "workloads/config_reader.hpp"
#include "workloads/model_formats.hpp"
#include "workloads/model_shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace scribeline::workloads {

using configs::Exit;
using configs::UserError;

namespace {

// Where multimodal files keep the language model: transformers, InternVL, DeepSeek-VL2, Qwen's Omni.
constexpr std::array<char const*, 5> language_blocks{"text_config", "llm_config", "language_config",
                                                     "thinker_config.text_config", "language_model"};

[[noreturn]] void refuse(std::string const& complaint, std::string const& reason)
{
    throw UserError{Exit::bad_config, complaint + ": " + reason};
}

// Ends in a dot; empty where the file is the language model itself.
std::string block_of(ConfigDocument const& document)
{
    for (auto const* block : language_blocks)
        if (auto const* const found = document.find(block); found != nullptr && found->kind == FieldKind::object)
            return std::string{block} + ".";
    return {};
}

// What of the layers is not of the kind that a decode step is made of here.
std::vector<std::string> unsupported_parts(ConfigDocument const& document, std::string const& block,
                                           Architecture const* known)
{
    auto parts = std::vector<std::string>{};
    auto add   = [&](char const* key, Field const& field, std::string const& what) {
        auto const seen = std::any_of(parts.begin(), parts.end(),
                                        [&](auto const& part) { return part.compare(0, what.size(), what) == 0; });
        if (!seen)
            parts.push_back(fmt::format("{} ({} = {}, line {})", what, key, field.shown, field.line));
    };
    auto const known_anywhere = [](TellingKey const& row) {
        return row.known != nullptr && std::any_of(known_architectures().begin(), known_architectures().end(),
                                                   [&](Architecture const& each) { return each.*row.known; });
    };
    for (auto const& row : telling_keys()) {
        // Of a class that is not known, only what no class could have is a reason.
        if (known != nullptr ? row.known != nullptr && known->*row.known : known_anywhere(row))
            continue;
        if (auto const* const field = document.find(block + row.key); field != nullptr && field->number > row.harmless)
            add(row.key, *field, row.what);
    }
    if (auto const* const types = document.find(block + "layer_types"))
        for (auto const& type : types->words)
            if (type != "full_attention" && type != "attention" && type != "sliding_attention" &&
                type != "chunked_attention")
                add("layer_types", *types, fmt::format("layers of type {}", configs::shown(type)));
    // 1 stands for attention, 0 for what grows no cache (MiniMax).
    if (auto const* const types = document.find(block + "attn_type_list"); types != nullptr)
        if (std::any_of(types->numbers.begin(), types->numbers.end(), [](double type) { return type != 1; }))
            add("attn_type_list", *types, "lightning (linear) attention in some layers");
    return parts;
}

std::string known_names() { return fmt::format("Supported are {}", fmt::join(family_names(), ", ")); }

// The class name and model type of one block; both are optional in practice.
struct Identity {
    std::string name, type;
    std::string name_path, type_path;
};
Identity identity_in(ConfigDocument const& document, std::string const& block)
{
    auto       identity = Identity{{}, {}, block + "architectures", block + "model_type"};
    auto const names    = document.find(identity.name_path);
    auto const type     = document.find(identity.type_path);
    if (names != nullptr && !names->words.empty())
        identity.name = names->words.front();
    else if (names != nullptr)
        identity.name = names->text;
    if (type != nullptr)
        identity.type = type->text;
    return identity;
}

[[noreturn]] void refuse_unknown(ConfigDocument const& document, Identity const& identity)
{
    auto const  named  = !identity.name.empty();
    auto const& word   = named ? identity.name : identity.type;
    auto const  place  = document.complaint(named ? identity.name_path : identity.type_path);
    refuse(place, fmt::format("not a known architecture{} {}", families_near(word), known_names()));
}

// Throws unless the class name and the model type, as far as they are given, mean the same known architecture.
Architecture const& architecture_of(ConfigDocument const& document, std::string const& block)
{
    auto identity = identity_in(document, block);
    if (identity.name.empty() && identity.type.empty() && !block.empty())
        identity = identity_in(document, "");
    if (identity.name.empty() && identity.type.empty())
        refuse(document.file + ": error",
               fmt::format("neither architectures nor model_type says what model this is. Add one of them. {}",
                           known_names()));

    auto const* const by_name = architecture_named(identity.name);
    auto const* const by_type = architecture_of_type(identity.type);
    auto const*       row     = identity.name.empty() ? by_type : by_name;

    auto parts = unsupported_parts(document, block, row);
    if (row == nullptr) {
        auto const& word   = identity.name.empty() ? identity.type : identity.name;
        auto const  reason = reason_to_refuse(word);
        auto const  said   = std::any_of(parts.begin(), parts.end(),
                                         [&](auto const& part) { return part.compare(0, reason.size(), reason) == 0; });
        if (!reason.empty() && !said)
            parts.insert(parts.begin(), reason);
    }
    if (!parts.empty()) {
        auto const named = !identity.name.empty();
        refuse(document.complaint(named ? identity.name_path : identity.type_path),
               fmt::format("not supported: {}. {}", fmt::join(parts, "; "), known_names()));
    }
    if (row == nullptr)
        refuse_unknown(document, identity);
    if (!identity.type.empty() && by_type != row)
        refuse(
            document.complaint(identity.type_path),
            fmt::format("a {} has model_type '{}'. Correct the one that is wrong", row->names[0], row->model_types[0]));
    return *row;
}

Activation activation_in(ConfigReader& reader, Architecture const& row)
{
    struct Known {
        char const* name;
        Activation  activation;
    };
    static constexpr std::array known{
        Known{"silu", Activation::silu},           Known{"swish", Activation::silu},
        Known{"gelu", Activation::gelu},           Known{"gelu_new", Activation::gelu_tanh},
        Known{"gelu_fast", Activation::gelu_tanh}, Known{"gelu_pytorch_tanh", Activation::gelu_tanh},
        Known{"relu", Activation::relu},           Known{"relu2", Activation::relu_squared},
        Known{"xielu", Activation::xielu},         
    };
    auto const names = Names{row.activation_key, "activation_function"};
    auto const word  = reader.text(names, "");
    if (word.empty())
        return row.activation;
    auto words = std::vector<std::string>{};
    for (auto const& k : known) {
        if (word == k.name)
            return k.activation;
        words.emplace_back(k.name);
    }
    reader.complain(reader.path_of(names),
                    fmt::format("unknown activation{} Known are {}",
                                configs::did_you_mean(word, words).empty() ? "." : configs::did_you_mean(word, words),
                                fmt::join(words, ", ")));
    return row.activation;
}

void read_attention(ConfigReader& reader, Architecture const& row, DefaultSizes const& sizes, ModelShape& shape)
{
    constexpr std::uint32_t most_heads = 1U << 16U;
    auto const              heads      = Names{"num_attention_heads", "n_head", "num_heads"};
    auto const              kv_heads   = Names{"num_key_value_heads", "n_head_kv", "num_kv_heads"};
    auto const              head_dim   = Names{"head_dim"};

    shape.heads = reader.size(heads, 1, most_heads, "the number of heads", sizes.heads);
    reader.refuse_misspelling(kv_heads);
    if (!row.latent) // which has parts of a head, each with a size
        reader.refuse_misspelling(head_dim);
    shape.kv_heads =
        row.kv_heads_as_heads
            ? reader.whole(kv_heads, 1, most_heads, "the number of heads of keys and values", shape.heads)
            : reader.size(kv_heads, 1, most_heads, "the number of heads of keys and values", sizes.kv_heads);
    if (reader.clean() && shape.heads % shape.kv_heads != 0)
        reader.complain(reader.path_of(kv_heads),
                        fmt::format("does not divide {} = {}. Each head of keys serves the same number of heads",
                                    reader.path_of(heads), shape.heads));

    auto const given = reader.has(head_dim);
    if (reader.clean() && !given && !row.latent && row.head_dim == 0 && shape.hidden % shape.heads != 0)
        reader.complain(reader.path_of(heads), fmt::format("does not divide the hidden size {}. State head_dim, or "
                                                           "correct one of the two",
                                                           shape.hidden));
    auto const fallback = row.head_dim != 0 ? row.head_dim : std::max(1U, shape.hidden / shape.heads);
    shape.head_dim      = reader.whole(head_dim, 2, 1U << 16U, "the size of a head", fallback);
    if (shape.query_width() > (std::uint64_t{1} << 22U))
        reader.complain(reader.path_of(heads), fmt::format("{} heads of {} elements are more than 4194304 elements",
                                                           shape.heads, shape.head_dim));
}

void read_rotation(ConfigReader& reader, Architecture const& row, ModelShape& shape)
{
    shape.rope_theta =
        reader.real({"rope_theta", "rope_parameters.rope_theta", "rope_parameters.full_attention.rope_theta"}, 1, 1e12,
                    row.rope_theta);

    // Some files state how many elements of a head are rotated, most the share of them.
    auto const     by_count    = Names{"rotary_dim"};
    auto const     by_fraction = Names{"partial_rotary_factor", "rotary_pct", "rope_parameters.partial_rotary_factor"};
    constexpr auto tiny        = 1e-6; // 0.4 x 80 is not 32 in binary
    auto const     rotated =
        reader.has(by_count)
                ? reader.whole(by_count, 2, 1U << 16U, "the number of rotated elements of a head")
                : static_cast<std::uint32_t>(reader.real(by_fraction, 0, 1, row.rotary_fraction) * shape.head_dim + tiny);
    if (reader.clean() && (rotated < 2 || rotated % 2 != 0 || rotated > shape.head_dim))
        reader.complain(reader.path_of(reader.has(by_count)      ? by_count
                                       : reader.has(by_fraction) ? by_fraction
                                                                 : Names{"head_dim"}),
                        fmt::format("of the {} elements of a head {} would be rotated, but they turn in pairs",
                                    shape.head_dim, rotated));
    shape.rotary_fraction = static_cast<double>(rotated) / shape.head_dim;
}

// Keys and values out of one compressed vector. A head of keys then has a part with and a part without position.
void read_latent(ConfigReader& reader, Architecture const& row, ModelShape& shape)
{
    if (!row.latent)
        return;
    constexpr std::uint32_t most = 1U << 20U;
    auto&                   l    = shape.latent;
    l.kv_rank    = reader.whole({"kv_lora_rank"}, 1, most, "the size of the compressed keys and values");
    l.query_rank = reader.whole({"q_lora_rank"}, 0, most, "the size of the compressed queries", 0);
    l.nope_dim   = reader.whole({"qk_nope_head_dim"}, 1, most, "the part of a key without position");
    l.rope_dim   = reader.whole({"qk_rope_head_dim"}, 2, most, "the part of a key with position");
    l.value_dim  = reader.whole({"v_head_dim"}, 1, most, "the size of a head of values",
                                row.value_dim_from_hidden ? std::optional{std::max(1U, shape.hidden / shape.heads)}
                                                          : std::nullopt);

    shape.head_dim        = l.nope_dim + l.rope_dim;
    shape.kv_heads        = shape.heads;
    shape.rotary_fraction = static_cast<double>(l.rope_dim) / shape.head_dim;
}

// Tokens that each layer attends to at most; 0: all. A list says it, or types of layers, or a period.
class WindowReader {
  public:
    WindowReader(ConfigReader& reader, ConfigDocument const& document, std::string const& block,
                 Architecture const& row, DefaultSizes const& sizes, ModelShape const& shape)
        : windows_(shape.layers)
    {
        auto const window = window_in(reader, row, sizes, shape);
        auto const within = layers_within(reader, document, block, row, shape.layers);
        for (std::uint32_t layer = 0; layer < shape.layers; ++layer)
            windows_[layer] = within[layer] ? window : 0;
        take_list(reader, block, shape);
        for (auto& each : windows_)
            each = each < shape.max_context ? each : 0; // a window that nothing outgrows is none
    }

    std::uint32_t at(std::uint32_t layer) const { return windows_[layer]; }

  private:
    static std::uint32_t window_in(ConfigReader& reader, Architecture const& row, DefaultSizes const& sizes,
                                   ModelShape const& shape)
    {
        auto const chunk =
            row.chunks ? reader.whole({"attention_chunk_size"}, 0, 1U << 30U, "the piece attended to", 0) : 0;
        if (!reader.flag({"use_sliding_window"}, !row.window_needs_flag))
            return chunk;
        auto const names = Names{"sliding_window", "sliding_window_size"};
        if (reader.list(names) != nullptr)
            return 0;
        // A null says that there is none.
        auto const of_class = reader.mentions(names) ? 0 : sizes.window.value_or(0);
        return reader.whole(names, 0, 1U << 30U, "the sliding window",
                            chunk != 0 ? chunk : std::min(of_class, shape.max_context));
    }

    // A window for each layer, null where there is none.
    void take_list(ConfigReader& reader, std::string const& block, ModelShape const& shape)
    {
        auto const names = Names{"sliding_window", "sliding_window_size"};
        auto const* const list = reader.list(names);
        if (list == nullptr)
            return;
        if (list->numbers.size() != shape.layers || !list->words.empty())
            reader.complain(block + "sliding_window",
                            fmt::format("{} windows for {} layers. Give one for each, null where a layer has none",
                                        list->number, shape.layers));
        for (std::size_t layer = 0; layer < std::min<std::size_t>(shape.layers, list->numbers.size()); ++layer) {
            auto const tokens = list->numbers[layer];
            windows_[layer]   = tokens >= 1 && tokens <= (1U << 30U) ? static_cast<std::uint32_t>(tokens) : 0;
        }
    }

    static std::vector<bool> layers_within(ConfigReader& reader, ConfigDocument const& document,
                                           std::string const& block, Architecture const& row, std::uint32_t layers)
    {
        auto        list    = std::vector<bool>(layers);
        auto const  pattern = Names{"sliding_window_pattern", "_sliding_window_pattern"};
        auto const* word    = document.find(reader.path_of(pattern));
        if (word != nullptr && word->kind == FieldKind::text) { // "LLLG": three local layers, a global one
            auto const letters = reader.text(pattern, "");
            if (letters.empty() || letters.find_first_not_of("LG") != std::string::npos)
                reader.complain(reader.path_of(pattern), "must be a number, or the letters L (a window) and G (none)");
            else
                for (std::uint32_t layer = 0; layer < layers; ++layer)
                    list[layer] = letters[layer % letters.size()] == 'L';
        } else {
            auto const period = reader.whole(pattern, 1, 4096,
                                             "the layers from one that attends to all tokens to the next",
                                             row.window_period);
            for (std::uint32_t layer = 0; layer < layers; ++layer)
                list[layer] = period == 1 || (layer + 1) % period != 0;
        }
        // Qwen gives a window to the layers behind these.
        if (row.window_needs_flag) {
            auto const first = reader.whole({"max_window_layers"}, 0, 4096, "the layers without a window", 0);
            for (std::uint32_t layer = 0; layer < std::min(first, layers); ++layer)
                list[layer] = false;
        }
        auto const* const types = reader.list({"layer_types"});
        if (types == nullptr)
            return list;
        if (types->words.size() != layers)
            reader.complain(block + "layer_types",
                            fmt::format("{} types for {} layers. Give one for each", types->words.size(), layers));
        for (std::uint32_t layer = 0; layer < std::min<std::size_t>(layers, types->words.size()); ++layer)
            list[layer] = types->words[layer] == "sliding_attention" || types->words[layer] == "chunked_attention";
        return list;
    }

    std::vector<std::uint32_t> windows_; // [layer]
};

// What the layers have for a feed-forward, where some have experts.
class ExpertReader {
  public:
    ExpertReader(ConfigReader& reader, Architecture const& row, ModelShape const& shape) : dense_(shape.layers)
    {
        constexpr std::uint32_t most = 1U << 16U, widest = 1U << 22U;
        auto const names  = Names{"num_local_experts", "n_routed_experts", "num_experts", "moe_num_experts"};
        auto const chosen = Names{"num_experts_per_tok", "experts_per_token", "num_experts_per_token", "moe_topk",
                                  "moe_k",               "top_k_experts"};
        auto const wide   = Names{"moe_intermediate_size"};
        auto const of_all = Names{"shared_expert_intermediate_size", "shared_intermediate_size", "share_expert_dim"};
        auto const dense  = row.may_be_dense ? std::optional<std::uint32_t>{0} : std::nullopt;
        with_.experts     = reader.whole(names, dense ? 0 : 1, most, "the number of experts", dense);
        // Without experts all pass what else is a shared one, or the feed-forward.
        without_.ffn = reader.whole({"intermediate_size_mlp", "dense_intermediate_size"}, 1, widest,
                                    "the width of a dense feed-forward", shape.ffn);
        if (with_.experts == 0) {
            reader.whole(chosen, 0, most, "the experts of one token", 0);
            reader.whole(wide, 0, widest, "the width of an expert", 0);
            reader.whole({"n_shared_experts"}, 0, most, "the number of shared experts", 0);
            auto const shared = reader.whole(of_all, 0, widest, "the width of the shared experts", 0);
            without_.ffn      = shared != 0 ? shared : without_.ffn;
        } else {
            with_.active = reader.whole(chosen, 1, most, "the experts of one token");
            with_.expert_ffn =
                reader.whole(wide, 1, widest, "the width of an expert",
                             row.expert_width == ExpertWidth::intermediate ? std::optional{shape.ffn} : std::nullopt);
            auto const shared = reader.whole(
                {"n_shared_experts", "num_shared_experts", "num_shared_expert", "moe_num_shared_experts"}, 0, most,
                "the number of shared experts", row.shared_experts);
            with_.ffn = reader.whole(of_all, 0, widest, "the width of the shared experts", shared * with_.expert_ffn);
            // Ling states the width of one.
            reader.whole({"moe_shared_expert_intermediate_size"}, 0, widest, "the width of a shared expert",
                         with_.expert_ffn);
            if (reader.clean() && with_.active > with_.experts)
                reader.complain(reader.path_of(chosen),
                                fmt::format("a token cannot pass {} of {} = {} experts. Correct one "
                                            "of the two",
                                            with_.active, reader.path_of(names), with_.experts));
        }
        choose_dense_layers(reader, row);
    }

    LayerKind at(std::uint32_t layer) const { return with_.experts == 0 || dense_[layer] ? without_ : with_; }

  private:
    void choose_dense_layers(ConfigReader& reader, Architecture const& row)
    {
        auto const layers = static_cast<std::uint32_t>(dense_.size());
        auto const first  = reader.whole({"first_k_dense_replace", "moe_layer_start_index"}, 0, 4096,
                                         "the dense layers at the beginning", row.first_dense);
        auto const freq   = Names{"decoder_sparse_step", "interleave_moe_layer_step", "moe_layer_freq",
                                  "moe_layer_interval"};
        auto const* each  = reader.list(freq);
        auto const period =
            each != nullptr ? 1 : reader.whole(freq, 1, 4096, "the layers from one with experts to the next", 1);
        for (std::uint32_t layer = 0; layer < layers; ++layer)
            dense_[layer] = layer < first || (layer + 1) % period != 0;
        if (each != nullptr) { // 1 where a layer has experts
            if (each->numbers.size() != layers)
                reader.complain(reader.path_of(freq), fmt::format("{} entries for {} layers. Give a 0 or 1 for each",
                                                                  each->numbers.size(), layers));
            for (std::size_t layer = 0; layer < std::min<std::size_t>(layers, each->numbers.size()); ++layer)
                dense_[layer] = !(each->numbers[layer] > 0);
        }
        // The last layer with experts; -1: the model's.
        auto const last = Names{"moe_layer_end_index"};
        if (reader.number_or(last, -1) >= 0) {
            auto const end = reader.whole(last, 0, 4096, "the last layer with experts", layers - 1);
            for (auto layer = std::min(end, layers - 1) + 1; layer < layers; ++layer)
                dense_[layer] = true;
        }
        mark(reader, Names{"mlp_only_layers"}, true);
        if (auto const names = Names{"moe_layers"}; reader.list(names) != nullptr) {
            std::fill(dense_.begin(), dense_.end(), true);
            mark(reader, names, false);
        }
    }

    // A list of layers by their number.
    void mark(ConfigReader& reader, Names const& names, bool dense)
    {
        auto const* const list = reader.list(names);
        if (list == nullptr)
            return;
        for (auto const layer : list->numbers)
            if (!(layer >= 0 && layer < static_cast<double>(dense_.size()) && std::floor(layer) == layer)) {
                reader.complain(reader.path_of(names),
                                fmt::format("{} is none of the layers 0 to {}", layer, dense_.size() - 1));
                return;
            } else {
                dense_[static_cast<std::size_t>(layer)] = dense;
            }
    }

    LayerKind         with_, without_;
    std::vector<bool> dense_; // [layer]
};

// Sorts layers into kinds. Where they are all alike and have no experts, the shape says it without.
void sort_layers(std::vector<LayerKind> const& layers, ModelShape& shape)
{
    shape.ffn            = 0;
    shape.sliding_window = layers.front().window;
    for (auto const& layer : layers) {
        if (layer.experts == 0)
            shape.ffn = layer.ffn;
        auto const found = std::find(shape.kinds.begin(), shape.kinds.end(), layer);
        shape.kind_at.push_back(static_cast<std::uint8_t>(found - shape.kinds.begin()));
        if (found == shape.kinds.end())
            shape.kinds.push_back(layer);
    }
    if (shape.kinds.size() > 1)
        shape.sliding_window = 0;
    if (shape.kinds.size() == 1 && !shape.has_experts() && !layers.front().chunked) {
        shape.kinds.clear();
        shape.kind_at.clear();
    }
}

// A key that this program does not know may say that the layers are others. Better no answer than a wrong one.
void refuse_unread(ConfigDocument const& document, std::string const& block, ConfigReader& reader)
{
    for (auto const& key : reader.unread_keys()) {
        auto const& field = document.fields.at(block + key);
        auto const  empty = field.number == 0; // also of a list and an object
        auto const  told  = std::any_of(telling_keys().begin(), telling_keys().end(),
                                        [&](auto const& each) { return key == each.key; }) ||
                          key == "attn_type_list";
        if (!empty && !told && may_change_layers(key))
            reader.complain(block + key, "this key is not known here, and by its name it may change the layers. Take it "
                                         "out of the file if it does not");
    }
}

// ModelOpt writes what others put into quantization_config into a file of its own, as `quantization`.
void add_quantisation(ConfigDocument& document, ConfigDocument const& beside)
{
    auto const prefix = std::string{"quantization"};
    for (auto const& [path, field] : beside.fields)
        if (path == prefix || path.compare(0, prefix.size() + 1, prefix + ".") == 0) {
            auto copy  = field;
            copy.alias = "hf_quant_config.json: " + path;
            document.fields.emplace("quantization_config" + path.substr(prefix.size()), std::move(copy));
        }
}

bool tied_in(ConfigReader& block, ConfigReader& file, Architecture const& row)
{
    auto const names = Names{"tie_word_embeddings"};
    block.refuse_misspelling(names);
    return block.has(names) ? block.flag(names, false) : file.flag(names, row.tied_embeddings);
}

} // namespace

ModelShape parse_model(std::string_view text, std::string const& file, std::string const& name,
                       std::string_view quantisation)
{
    auto        document = read_model_fields(text, file);
    auto const  block    = block_of(document);
    auto const& row      = architecture_of(document, block);

    auto reader = ConfigReader{document, block};
    auto outer  = ConfigReader{document, ""};
    auto shape  = ModelShape{};
    // What a block within another file leaves out is as its class has it, if it states any size; a file of its own
    // states all.
    auto const states_one = reader.has({"num_hidden_layers", "hidden_size", "intermediate_size", "vocab_size",
                                        "num_attention_heads", "max_position_embeddings"});
    auto const sizes      = block.empty() || !states_one ? DefaultSizes{} : row.sizes;

    shape.name         = name;
    shape.architecture = row.names[0];
    shape.layers       = reader.size({"num_hidden_layers", "n_layer", "num_layers"}, 1, 4096, "the number of layers",
                                     sizes.layers);
    reader.set_layers(shape.layers);
    shape.hidden =
        reader.size({"hidden_size", "n_embd", "hidden_dim"}, 1, 1U << 20U, "the hidden size", sizes.hidden);
    auto const ffn = Names{"intermediate_size", "n_inner", "ffn_embed_dim"};
    // A null n_inner is four times the hidden size; so GPT-2 and phi-2 write it.
    auto const four_times =
        document.fields.count(block + "n_inner") != 0 ? std::optional{4 * shape.hidden} : std::nullopt;
    shape.ffn = four_times ? reader.whole(ffn, 1, 1U << 22U, "the width of the feed-forward", four_times)
                           : reader.size(ffn, 1, 1U << 22U, "the width of the feed-forward", sizes.ffn);
    read_attention(reader, row, sizes, shape);
    read_latent(reader, row, shape);
    shape.vocabulary =
        reader.size({"vocab_size"}, 1, 1U << 24U, "the size of the vocabulary", sizes.vocabulary);
    shape.max_context = reader.size({"max_position_embeddings", "n_positions", "max_seq_len", "max_sequence_length"},
                                    1, 1U << 30U, "the longest context in tokens", sizes.max_context);

    shape.gated           = reader.flag({"mlp_gated_linear_units"}, row.gated);
    shape.tied_embeddings = tied_in(reader, outer, row);
    shape.qk_norm         = reader.flag({"qk_layernorm", "use_qk_norm"}, row.qk_norm);
    shape.pre_norms       = row.pre_norms;
    shape.post_norms      = row.post_norms;
    shape.parallel_blocks = row.parallel_blocks;
    shape.norm            = row.norm;
    shape.activation      = activation_in(reader, row);
    shape.norm_epsilon    = reader.real({"rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon", "norm_eps",
                                         "norm_epsilon"},
                                        0, 1, row.norm_epsilon);
    if (row.latent)
        shape.rope_theta = reader.real({"rope_theta", "rope_parameters.rope_theta"}, 1, 1e12, row.rope_theta);
    else
        read_rotation(reader, row, shape);

    auto const windows = WindowReader{reader, document, block, row, sizes, shape};
    auto const expert =
        row.experts ? std::optional<ExpertReader>{ExpertReader{reader, row, shape}} : std::nullopt;
    auto layers = std::vector<LayerKind>(shape.layers);
    for (std::uint32_t layer = 0; layer < shape.layers; ++layer) {
        auto& kind = layers[layer];
        kind.ffn   = shape.ffn;
        if (expert)
            kind = expert->at(layer);
        kind.window  = windows.at(layer);
        kind.chunked = kind.window != 0 && row.chunks;
    }
    sort_layers(layers, shape);
    shape.soft_caps = reader.has({"attn_logit_softcapping"}) || reader.has({"final_logit_softcapping"});
    refuse_unread(document, block, reader);
    shape.assumed = reader.assumed();
    if (auto const* const licence = document.find("_source.licence"); licence != nullptr)
        shape.source_licence = licence->text;

    reader.require_no_complaints();
    outer.require_no_complaints();
    if (!quantisation.empty() && document.find("quantization_config") == nullptr)
        add_quantisation(document, parse_config(quantisation, file + " (hf_quant_config.json beside it)"));
    shape.checkpoint = parse_checkpoint(document, block, shape);
    return shape;
}

} // namespace scribeline::workloads
