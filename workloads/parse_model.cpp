// What the fields of a config.json mean: which architecture it is, and its sizes.
#include "configs/failure.hpp"
#include "workloads/architectures.hpp"
#include "workloads/config_reader.hpp"
#include "workloads/hybrid_layers.hpp"
#include "workloads/layer_readers.hpp"
#include "workloads/layer_sizes.hpp"
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
        if (known != nullptr ? (row.known != nullptr && known->*row.known) || (row.also != nullptr && known->*row.also)
                             : known_anywhere(row))
            continue;
        if (auto const* const field = document.find(block + row.key); field != nullptr && field->number > row.harmless)
            add(row.key, *field, row.what);
    }
    if (auto const* const types = document.find(block + "layer_types"))
        for (auto const& type : types->words)
            if (known == nullptr ? !is_layer_type(type, {}) : !is_layer_type(type, *known))
                add("layer_types", *types, fmt::format("layers of type {}", configs::shown(type)));
    // 1 stands for attention, 0 for what grows no cache (MiniMax).
    if (auto const* const types = document.find(block + "attn_type_list");
        types != nullptr && (known == nullptr || known->recurrence != RecurrenceOf::lightning))
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
    auto const  named = !identity.name.empty();
    auto const& word  = named ? identity.name : identity.type;
    auto const  place = document.complaint(named ? identity.name_path : identity.type_path);
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
        Known{"xielu", Activation::xielu},         Known{"swigluoai", Activation::silu},
        Known{"situ", Activation::situ},
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
    auto const              head_dim   = Names{"head_dim", "attention_head_dim"};

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

// Nemotron 3 Ultra states no number of layers but a list of their types.
std::optional<std::uint32_t> listed_layers(ConfigDocument const& document, std::string const& block,
                                           Architecture const& row)
{
    auto const* const list = row.halves_apart ? document.find(block + "layers_block_type") : nullptr;
    if (list == nullptr || list->words.empty())
        return std::nullopt;
    return static_cast<std::uint32_t>(std::min<std::size_t>(list->words.size(), 4096));
}

// Of two attentions each, where a layer has as many: such files call their number num_layers.
std::uint32_t read_layers(ConfigDocument const& document, std::string const& block, ConfigReader& reader,
                          Architecture const& row, DefaultSizes const& sizes)
{
    auto const what = "the number of layers";
    if (row.two_attentions && reader.has({"num_layers"}))
        return 2 * reader.whole({"num_layers"}, 1, 2048, what);
    return reader.size({"num_hidden_layers", "n_layer", "num_layers"}, 1, 4096, what,
                       sizes.layers ? sizes.layers : listed_layers(document, block, row));
}

// Sparse attention by an index of short keys.
void read_index(ConfigReader& reader, Architecture const& row, ModelShape& shape)
{
    if (!row.sparse_index)
        return;
    constexpr std::uint32_t most = 1U << 16U;
    auto const              rank = Names{"q_lora_rank"};
    shape.index.heads            = reader.whole({"index_n_heads"}, 1, most, "the heads of the index");
    shape.index.dim              = reader.whole({"index_head_dim"}, 1, most, "the size of a key in the index");
    shape.index.chosen = reader.whole({"index_topk"}, 1, 1U << 30U, "the tokens that an index lets a query attend to");
    if (reader.clean() && shape.latent.query_rank == 0)
        reader.complain(reader.path_of(rank), "an index takes its queries out of compressed ones. State their size");
}

void read_gate(ConfigReader& reader, Architecture const& row, ModelShape& shape)
{
    if (row.output_gate == OutputGate::none)
        return;
    auto const names =
        Names{"attn_output_gate", "use_head_wise_attn_gate", "attention_output_gate", "mla_use_output_gate"};
    shape.output_gate = reader.flag(names, row.gate_unless_denied) ? row.output_gate : OutputGate::none;
}

// Of layers without a window, where those have heads of their own; and the first of the layers that take keys and
// values from one before.
struct GlobalHeads {
    std::uint32_t kv_heads = 0, head_dim = 0; // 0: as all others
    bool          values_from_keys = false;
    std::uint32_t first_sharing    = 0;
};

GlobalHeads read_global_heads(ConfigReader& reader, Architecture const& row, ModelShape const& shape)
{
    auto global          = GlobalHeads{};
    global.first_sharing = shape.layers;
    if (!row.two_heads)
        return global;
    auto const kv_heads = Names{"num_global_key_value_heads"};
    auto const sharing  = Names{"num_kv_shared_layers"};
    global.kv_heads     = reader.whole(kv_heads, 1, 1U << 16U, "the heads of keys without a window", shape.kv_heads);
    global.head_dim =
        reader.whole({"global_head_dim"}, 2, 1U << 16U, "the size of a head without a window", shape.head_dim);
    global.values_from_keys = reader.flag({"attention_k_eq_v"}, false);
    auto const shared       = reader.whole(sharing, 0, 4096, "the layers that take keys and values from others", 0);
    if (reader.clean() && (shape.heads % global.kv_heads != 0))
        reader.complain(reader.path_of(kv_heads), fmt::format("does not divide num_attention_heads = {}", shape.heads));
    if (reader.clean() && shared >= shape.layers)
        reader.complain(reader.path_of(sharing),
                        fmt::format("of {} layers not all can take keys and values from others", shape.layers));
    else
        global.first_sharing = shape.layers - shared;
    return global;
}

// LFM2 states the width that it would have without a gate, and whether that is to be cut by a third and rounded up.
void adjust_width(ConfigReader& reader, Architecture const& row, std::vector<LayerKind>& layers)
{
    if (!row.convolution)
        return;
    auto const adjusts  = reader.flag({"block_auto_adjust_ff_dim"}, !row.experts);
    auto const multiple = reader.whole({"block_multiple_of"}, 1, 1U << 16U, "what the width is a multiple of", 256);
    auto const factor   = reader.real({"block_ffn_dim_multiplier"}, 0, 64, 1);
    for (auto& layer : layers)
        if (adjusts && layer.experts == 0) {
            auto const cut = static_cast<std::uint32_t>(factor * static_cast<double>(2 * layer.ffn / 3));
            layer.ffn      = (cut + multiple - 1) / multiple * multiple;
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
            reader.complain(block + key,
                            "this key is not known here, and by its name it may change the layers. Take it "
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
    shape.layers       = read_layers(document, block, reader, row, sizes);
    reader.set_layers(shape.layers);
    shape.hidden = reader.size({"hidden_size", "n_embd", "hidden_dim"}, 1, 1U << 20U, "the hidden size", sizes.hidden);
    auto const ffn = Names{"intermediate_size", "n_inner", "ffn_embed_dim", "block_ff_dim", "ffn_hidden_size"};
    // A null n_inner is four times the hidden size; so GPT-2 and phi-2 write it.
    auto const four_times =
        document.fields.count(block + "n_inner") != 0 ? std::optional{4 * shape.hidden} : std::nullopt;
    // Where every layer has experts a file may leave it out.
    auto const of_experts =
        (row.per_layer || (row.experts && row.expert_width == ExpertWidth::stated)) && !reader.has(ffn);
    shape.ffn = of_experts   ? 0
                : four_times ? reader.whole(ffn, 1, 1U << 22U, "the width of the feed-forward", four_times)
                             : reader.size(ffn, 1, 1U << 22U, "the width of the feed-forward", sizes.ffn);
    read_attention(reader, row, sizes, shape);
    read_latent(reader, row, shape);
    shape.vocabulary  = reader.size({"vocab_size"}, 1, 1U << 24U, "the size of the vocabulary", sizes.vocabulary);
    shape.max_context = reader.size({"max_position_embeddings", "n_positions", "max_seq_len", "max_sequence_length"}, 1,
                                    1U << 30U, "the longest context in tokens", sizes.max_context);

    shape.gated           = reader.flag({"mlp_gated_linear_units"}, row.gated);
    shape.tied_embeddings = tied_in(reader, outer, row);
    shape.qk_norm         = reader.flag({"qk_layernorm", "use_qk_norm"}, row.qk_norm);
    shape.pre_norms       = row.pre_norms;
    shape.post_norms      = row.post_norms;
    shape.parallel_blocks = row.parallel_blocks;
    shape.norm            = row.norm;
    shape.activation      = activation_in(reader, row);
    shape.norm_epsilon    = reader.real(
           {"rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon", "norm_eps", "norm_epsilon"}, 0, 1, row.norm_epsilon);
    if (row.latent)
        shape.rope_theta = reader.real({"rope_theta", "rope_parameters.rope_theta"}, 1, 1e12, row.rope_theta);
    else
        read_rotation(reader, row, shape);

    read_index(reader, row, shape);
    read_gate(reader, row, shape);
    auto const halves  = read_hybrid(reader, row, shape);
    auto const windows = WindowReader{reader, document, block, row, sizes, shape};
    auto const global  = read_global_heads(reader, row, shape);
    auto const expert  = row.experts ? std::optional<ExpertReader>{ExpertReader{reader, row, shape}} : std::nullopt;
    auto       layers  = std::vector<LayerKind>(shape.layers);
    for (std::uint32_t layer = 0; layer < shape.layers; ++layer) {
        auto& kind = layers[layer];
        kind.ffn   = shape.ffn;
        if (expert)
            kind = expert->at(layer, halves[layer].second);
        if (halves[layer].second == SecondHalf::none)
            kind = {};
        kind.mixer = halves[layer].first;
        if (kind.mixer == Mixer::attention || kind.mixer == Mixer::attention_and_recurrence)
            kind.window = windows.at(layer);
        kind.chunked = kind.window != 0 && row.chunks;
        if (global.kv_heads != 0 && !windows.within(layer)) {
            kind.kv_heads         = global.kv_heads;
            kind.head_dim         = global.head_dim;
            kind.values_from_keys = global.values_from_keys;
        }
        kind.shares_kv = layer >= global.first_sharing;
    }
    adjust_width(reader, row, layers);
    if (row.per_layer)
        read_block_sizes(reader, document, block, shape, layers);
    if (row.window_heads)
        read_window_heads(reader, shape, windows.within(), layers);
    if (row.block_index)
        read_block_index(reader, document, block, shape, layers);
    if (row.mixes_blocks)
        shape.residual_blocks = read_residual_blocks(reader, shape.layers);
    auto const dense = std::any_of(layers.begin(), layers.end(), [&](LayerKind const& each) {
        return !row.per_layer && each.ffn + each.experts == 0 &&
               halves[static_cast<std::size_t>(&each - layers.data())].second != SecondHalf::none;
    });
    if (reader.clean() && dense)
        reader.complain(reader.path_of(ffn), "missing: the width of the feed-forward is needed, for there are layers "
                                             "without experts. Add it");
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
