// What the fields of a config.json mean: which architecture it is, and its sizes.
#include "configs/failure.hpp"
#include "workloads/architectures.hpp"
#include "workloads/config_reader.hpp"
#include "workloads/model_shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace scribeline::workloads {

using configs::Exit;
using configs::UserError;

namespace {

constexpr char const* text_block = "text_config";

[[noreturn]] void refuse(std::string const& complaint, std::string const& reason)
{
    throw UserError{Exit::bad_config, complaint + ": " + reason};
}

std::string suggestion(std::string const& word, std::vector<std::string> const& candidates)
{
    auto const guess = configs::did_you_mean(word, candidates);
    return guess.empty() ? std::string{"."} : guess;
}

// Multimodal models keep the language model in a block of its own.
std::string block_of(ConfigDocument const& document)
{
    auto const* const text = document.find(text_block);
    return text != nullptr && text->kind == FieldKind::object ? std::string{text_block} + "." : std::string{};
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
    for (auto const& row : telling_keys())
        if (known != nullptr && row.known != nullptr && known->*row.known)
            continue;
        else if (auto const* const field = document.find(block + row.key);
                 field != nullptr && field->number > row.harmless)
            add(row.key, *field, row.what);
    if (auto const* const types = document.find(block + "layer_types"))
        for (auto const& type : types->words)
            if (type != "full_attention" && type != "sliding_attention" && type != "chunked_attention")
                add("layer_types", *types, fmt::format("layers of type {}", configs::shown(type)));
    return parts;
}

std::string known_names() { return fmt::format("Supported are {}", fmt::join(architecture_names(), ", ")); }

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
    auto const  reason = reason_to_refuse(word);
    if (!reason.empty())
        refuse(place, fmt::format("not supported: {}. {}", reason, known_names()));
    refuse(place, fmt::format("not a known architecture{} {}", suggestion(word, architecture_names()), known_names()));
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

    auto const parts = unsupported_parts(document, block, row);
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
        Known{"relu", Activation::relu},
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
                    fmt::format("unknown activation{} Known are {}", suggestion(word, words), fmt::join(words, ", ")));
    return row.activation;
}

void read_attention(ConfigReader& reader, Architecture const& row, ModelShape& shape)
{
    constexpr std::uint32_t most_heads = 1U << 16U;
    auto const              heads      = Names{"num_attention_heads", "n_head", "num_heads"};
    auto const              kv_heads   = Names{"num_key_value_heads", "n_head_kv", "num_kv_heads"};
    auto const              head_dim   = Names{"head_dim"};

    shape.heads = reader.whole(heads, 1, most_heads, "the number of heads", row.heads);
    reader.refuse_misspelling(kv_heads);
    if (!row.latent) // which has parts of a head, each with a size
        reader.refuse_misspelling(head_dim);
    shape.kv_heads = reader.whole(kv_heads, 1, most_heads, "the number of heads of keys and values",
                                  row.kv_heads_as_heads ? std::optional{shape.heads} : row.kv_heads);
    if (reader.clean() && shape.heads % shape.kv_heads != 0)
        reader.complain(reader.path_of(kv_heads),
                        fmt::format("does not divide {} = {}. Each head of keys serves the same number of heads",
                                    reader.path_of(heads), shape.heads));

    auto const given = reader.has(head_dim);
    if (reader.clean() && !given && row.head_dim == 0 && shape.hidden % shape.heads != 0)
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
    l.value_dim  = reader.whole({"v_head_dim"}, 1, most, "the size of a head of values");

    shape.head_dim        = l.nope_dim + l.rope_dim;
    shape.kv_heads        = shape.heads;
    shape.rotary_fraction = static_cast<double>(l.rope_dim) / shape.head_dim;
}

std::uint32_t window_in(ConfigReader& reader, Architecture const& row, ModelShape const& shape)
{
    auto const chunk =
        row.chunks ? reader.whole({"attention_chunk_size"}, 0, 1U << 30U, "the piece attended to", 0) : 0;
    if (!reader.flag({"use_sliding_window"}, !row.window_needs_flag))
        return chunk;
    auto const window = reader.whole({"sliding_window"}, 0, 1U << 30U, "the sliding window", chunk);
    return window < shape.max_context ? window : 0; // a window that nothing outgrows is none
}

// Which layers attend within the window: a list says it, or a period.
std::vector<bool> windowed_layers(ConfigDocument const& document, std::string const& block, ConfigReader& reader,
                                  Architecture const& row, std::uint32_t layers)
{
    auto const period = reader.whole({"sliding_window_pattern"}, 1, 4096,
                                     "the layers from one that attends to all "
                                     "tokens to the next",
                                     row.window_period);
    auto       list   = std::vector<bool>(layers);
    for (std::uint32_t layer = 0; layer < layers; ++layer)
        list[layer] = period == 1 || (layer + 1) % period != 0;
    auto const* const types = document.find(block + "layer_types");
    if (types == nullptr || types->kind != FieldKind::list)
        return list;
    if (types->words.size() != layers)
        reader.complain(block + "layer_types",
                        fmt::format("{} types for {} layers. Give one for each", types->words.size(), layers));
    for (std::uint32_t layer = 0; layer < std::min<std::size_t>(layers, types->words.size()); ++layer)
        list[layer] = types->words[layer] != "full_attention";
    return list;
}

// What the layers have for a feed-forward, where some have experts.
class ExpertReader {
  public:
    ExpertReader(ConfigDocument const& document, std::string const& block, ConfigReader& reader,
                 Architecture const& row, std::uint32_t intermediate)
    {
        constexpr std::uint32_t most   = 1U << 16U;
        auto const              names  = Names{"num_local_experts", "n_routed_experts", "num_experts"};
        auto const              chosen = Names{"num_experts_per_tok", "experts_per_token"};
        with_.experts                  = reader.whole(names, 1, most, "the number of experts");
        with_.active                   = reader.whole(chosen, 1, most, "the experts of one token");
        with_.expert_ffn =
            reader.whole({"moe_intermediate_size"}, 1, 1U << 22U, "the width of an expert", intermediate);
        auto const shared =
            reader.whole({"n_shared_experts"}, 0, most, "the number of shared experts", row.shared_experts);
        with_.ffn = reader.whole({"shared_expert_intermediate_size", "shared_intermediate_size"}, 0, 1U << 22U,
                                 "the width of the shared experts", shared * with_.expert_ffn);
        without_.ffn =
            reader.whole({"intermediate_size_mlp"}, 1, 1U << 22U, "the width of a dense feed-forward", intermediate);
        if (reader.clean() && with_.active > with_.experts)
            reader.complain(reader.path_of(chosen),
                            fmt::format("a token cannot pass {} of {} = {} experts. Correct one "
                                        "of the two",
                                        with_.active, reader.path_of(names), with_.experts));
        first_  = reader.whole({"first_k_dense_replace"}, 0, 4096, "the dense layers at the beginning", 0);
        period_ = reader.whole({"decoder_sparse_step", "interleave_moe_layer_step", "moe_layer_freq"}, 1, 4096,
                               "the layers from one with experts to the next", 1);
        if (auto const* const only = document.find(block + "mlp_only_layers"); only != nullptr && only->number > 0)
            reader.complain(block + "mlp_only_layers",
                            "single layers without experts are not supported. Supported are the "
                            "first layers (first_k_dense_replace) and a period "
                            "(decoder_sparse_step)");
    }

    LayerKind at(std::uint32_t layer) const { return layer >= first_ && (layer + 1) % period_ == 0 ? with_ : without_; }

  private:
    LayerKind     with_, without_;
    std::uint32_t first_ = 0, period_ = 1;
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

bool tied_in(ConfigReader& block, ConfigReader& file, Architecture const& row)
{
    auto const names = Names{"tie_word_embeddings"};
    block.refuse_misspelling(names);
    return block.has(names) ? block.flag(names, false) : file.flag(names, row.tied_embeddings);
}

} // namespace

ModelShape parse_model(std::string_view text, std::string const& file, std::string const& name)
{
    auto const  document = parse_config(text, file);
    auto const  block    = block_of(document);
    auto const& row      = architecture_of(document, block);

    auto reader = ConfigReader{document, block};
    auto outer  = ConfigReader{document, ""};
    auto shape  = ModelShape{};

    shape.name         = name;
    shape.architecture = row.names[0];
    shape.layers       = reader.whole({"num_hidden_layers", "n_layer", "num_layers"}, 1, 4096, "the number of layers");
    shape.hidden       = reader.whole({"hidden_size", "n_embd", "hidden_dim"}, 1, 1U << 20U, "the hidden size");
    auto const ffn     = Names{"intermediate_size", "n_inner", "ffn_embed_dim"};
    // A null n_inner is four times the hidden size; so GPT-2 and phi-2 write it.
    auto const four_times =
        document.fields.count(block + "n_inner") != 0 ? std::optional{4 * shape.hidden} : std::nullopt;
    shape.ffn = reader.whole(ffn, 1, 1U << 22U, "the width of the feed-forward", four_times);
    read_attention(reader, row, shape);
    read_latent(reader, row, shape);
    shape.vocabulary  = reader.whole({"vocab_size"}, 1, 1U << 24U, "the size of the vocabulary", row.vocabulary);
    shape.max_context = reader.whole({"max_position_embeddings", "n_positions", "max_seq_len", "max_sequence_length"},
                                     1, 1U << 30U, "the longest context in tokens", row.max_context);

    shape.gated           = reader.flag({"mlp_gated_linear_units"}, row.gated);
    shape.tied_embeddings = tied_in(reader, outer, row);
    shape.qk_norm         = reader.flag({"qk_layernorm", "use_qk_norm"}, row.qk_norm);
    shape.pre_norms       = row.pre_norms;
    shape.post_norms      = row.post_norms;
    shape.parallel_blocks = row.parallel_blocks;
    shape.norm            = row.norm;
    shape.activation      = activation_in(reader, row);
    shape.norm_epsilon =
        reader.real({"rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon", "norm_eps"}, 0, 1, row.norm_epsilon);
    if (row.latent)
        shape.rope_theta = reader.real({"rope_theta"}, 1, 1e12, row.rope_theta);
    else
        read_rotation(reader, row, shape);

    auto const window = window_in(reader, row, shape);
    auto const within = windowed_layers(document, block, reader, row, shape.layers);
    auto const expert =
        row.experts ? std::optional<ExpertReader>{ExpertReader{document, block, reader, row, shape.ffn}} : std::nullopt;
    auto layers = std::vector<LayerKind>(shape.layers);
    for (std::uint32_t layer = 0; layer < shape.layers; ++layer) {
        auto& kind = layers[layer];
        kind.ffn   = shape.ffn;
        if (expert)
            kind = expert->at(layer);
        kind.window  = within[layer] ? window : 0;
        kind.chunked = kind.window != 0 && row.chunks;
    }
    sort_layers(layers, shape);
    shape.soft_caps = reader.has({"attn_logit_softcapping"}) || reader.has({"final_logit_softcapping"});

    reader.require_no_complaints();
    outer.require_no_complaints();
    return shape;
}

} // namespace scribeline::workloads
