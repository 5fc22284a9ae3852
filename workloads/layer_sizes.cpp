// Field names: the configuration_*.py beside the weights (nvidia/Llama-3_3-Nemotron-Super-49B-v1,
// XiaomiMiMo/MiMo-V2-Flash, MiniMaxAI/MiniMax-M3, moonshotai/Kimi-K3).
#include "workloads/layer_sizes.hpp"

#include "configs/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace scribeline::workloads {

namespace {

constexpr std::uint32_t most_heads = 1U << 16U, widest = 1U << 22U;

// As configuration_decilm.py rounds it.
std::uint32_t width_of(double multiple, std::uint32_t hidden)
{
    constexpr std::uint32_t whole = 256;
    auto const              width = static_cast<std::uint32_t>(2 * multiple * hidden / 3);
    return (width + whole - 1) / whole * whole;
}

class BlockReader {
  public:
    BlockReader(ConfigReader& reader, ConfigDocument const& document, std::string const& block, ModelShape const& shape)
        : reader_{reader}, document_{document}, list_{block + "block_configs"}, shape_{shape}
    {
    }

    void read(std::vector<LayerKind>& layers)
    {
        auto const* const list = document_.find(list_);
        if (list == nullptr)
            return reader_.complain(list_, "missing: the sizes of every layer. Add it");
        if (list->kind != FieldKind::list || list->number != static_cast<double>(layers.size()))
            return reader_.complain(
                list_, fmt::format("{} blocks for {} layers. Give one for each", list->number, layers.size()));
        for (std::size_t layer = 0; layer < layers.size() && reader_.clean(); ++layer) {
            at_           = fmt::format("{}/{}.", list_, layer);
            layers[layer] = one();
        }
    }

  private:
    LayerKind one()
    {
        auto kind = LayerKind{};
        refuse_others();
        if (is_true("attention.no_op"))
            kind.mixer = Mixer::none;
        else
            attention(kind);
        if (!is_true("ffn.no_op"))
            kind.ffn = width();
        return kind;
    }

    void attention(LayerKind& kind)
    {
        auto const group = whole("attention.n_heads_in_group", "query heads that share one of keys", most_heads);
        if (group != 0 && shape_.heads % group != 0)
            reader_.complain(at_ + "attention.n_heads_in_group",
                             fmt::format("does not divide num_attention_heads = {}", shape_.heads));
        kind.kv_heads = shape_.heads / std::max(1U, group);
        if (document_.find(at_ + "attention.window_length") != nullptr)
            kind.window = whole("attention.window_length", "the window in tokens", 1U << 30U);
    }

    std::uint32_t width()
    {
        if (document_.find(at_ + "ffn.intermediate_size") != nullptr)
            return whole("ffn.intermediate_size", "the width of the feed-forward", widest);
        auto const* const multiple = document_.find(at_ + "ffn.ffn_mult");
        if (multiple == nullptr || multiple->kind != FieldKind::number || !(multiple->number > 0) ||
            !(multiple->number <= 64)) {
            reader_.complain(at_ + "ffn.ffn_mult",
                             multiple == nullptr ? "missing: the width of the feed-forward is so many thirds of twice "
                                                   "the hidden size. Add it"
                                                 : "must be above 0 and at most 64");
            return 1;
        }
        return width_of(multiple->number, shape_.hidden);
    }

    std::uint32_t whole(char const* key, char const* what, std::uint32_t most)
    {
        auto const* const field = document_.find(at_ + key);
        if (field == nullptr) {
            reader_.complain(at_ + key, fmt::format("missing: {}. Add it", what));
            return 1;
        }
        if (field->kind == FieldKind::number && field->number >= 1 && field->number <= most &&
            std::floor(field->number) == field->number)
            return static_cast<std::uint32_t>(field->number);
        reader_.complain(at_ + key, fmt::format("{} must be a whole number from 1 to {}", what, most));
        return 1;
    }

    bool is_true(char const* key) const
    {
        auto const* const field = document_.find(at_ + key);
        return field != nullptr && field->kind == FieldKind::boolean && field->number != 0;
    }

    // What a search may put in place of a half, and what this program has no operator for.
    void refuse_others()
    {
        static constexpr std::array<std::string_view, 9> known{"attention",
                                                               "ffn",
                                                               "attention.n_heads_in_group",
                                                               "attention.no_op",
                                                               "attention.window_length",
                                                               "ffn.ffn_mult",
                                                               "ffn.no_op",
                                                               "ffn.intermediate_size",
                                                               "attention.num_sink_tokens"};
        for (auto found = document_.fields.lower_bound(at_);
             found != document_.fields.end() && found->first.compare(0, at_.size(), at_) == 0; ++found) {
            auto const key   = std::string_view{found->first}.substr(at_.size());
            auto const empty = found->second.kind == FieldKind::null || found->second.number == 0;
            if (!empty && std::find(known.begin(), known.end(), key) == known.end())
                return reader_.complain(found->first, "not supported in a block: it changes the layer. Known are heads "
                                                      "in a group, a window, a feed-forward's width, and no_op");
        }
    }

    ConfigReader&         reader_;
    ConfigDocument const& document_;
    std::string           list_, at_;
    ModelShape const&     shape_;
};

} // namespace

void read_block_sizes(ConfigReader& reader, ConfigDocument const& document, std::string const& block,
                      ModelShape const& shape, std::vector<LayerKind>& layers)
{
    BlockReader{reader, document, block, shape}.read(layers);
}

void read_window_heads(ConfigReader& reader, ModelShape const& shape, std::vector<bool> const& within,
                       std::vector<LayerKind>& layers)
{
    auto const queries  = Names{"swa_num_attention_heads"};
    auto const kv_heads = Names{"swa_num_key_value_heads"};
    auto const value    = reader.whole({"v_head_dim"}, 1, 1U << 16U, "the size of a head of values", shape.head_dim);
    auto const heads    = reader.whole(queries, 1, most_heads, "the heads of queries with a window", shape.heads);
    auto       local    = LayerKind{};
    local.kv_heads      = reader.whole(kv_heads, 1, most_heads, "the heads of keys with a window", shape.kv_heads);
    local.head_dim = reader.whole({"swa_head_dim"}, 2, 1U << 16U, "the size of a head with a window", shape.head_dim);
    local.value_dim =
        reader.whole({"swa_v_head_dim"}, 1, 1U << 16U, "the size of a head of values with a window", value);
    if (reader.clean() && heads != shape.heads)
        reader.complain(reader.path_of(queries),
                        fmt::format("not supported: all layers must have {} heads of queries", shape.heads));
    if (reader.clean() && shape.heads % local.kv_heads != 0)
        reader.complain(reader.path_of(kv_heads), fmt::format("does not divide num_attention_heads = {}", shape.heads));
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
        auto& kind     = layers[layer];
        kind.value_dim = value == shape.head_dim ? 0 : value;
        if (!within[layer])
            continue;
        kind.kv_heads  = local.kv_heads == shape.kv_heads ? 0 : local.kv_heads;
        kind.head_dim  = local.head_dim == shape.head_dim ? 0 : local.head_dim;
        kind.value_dim = local.value_dim == local.head_dim ? 0 : local.value_dim;
    }
}

void read_block_index(ConfigReader& reader, ConfigDocument const& document, std::string const& block, ModelShape& shape,
                      std::vector<LayerKind>& layers)
{
    auto const place = std::string{"sparse_attention_config."};
    if (document.find(block + "sparse_attention_config") == nullptr ||
        !reader.flag({"sparse_attention_config.use_sparse_attention"}, true))
        return;
    auto&      i      = shape.index;
    auto const each   = Names{"sparse_attention_config.sparse_attention_freq"};
    auto const blocks = reader.whole({"sparse_attention_config.sparse_topk_blocks"}, 1, 1U << 16U,
                                     "the blocks that an index lets a query attend to");
    i.heads = reader.whole({"sparse_attention_config.sparse_num_index_heads"}, 1, most_heads, "the heads of the index");
    i.dim = reader.whole({"sparse_attention_config.sparse_index_dim"}, 1, 1U << 16U, "the size of a key in the index");
    i.block = reader.whole({"sparse_attention_config.sparse_block_size"}, 1, 1U << 14U, "the tokens of a block");
    // The first and the last blocks, which are always attended to, are among those chosen.
    i.chosen = static_cast<std::uint32_t>(std::min<std::uint64_t>(std::uint64_t{blocks} * i.block, 1U << 30U));
    static constexpr std::array<std::string_view, 10> known{
        "use_sparse_attention",  "sparse_topk_blocks",        "sparse_num_index_heads", "sparse_index_dim",
        "sparse_block_size",     "sparse_init_block",         "sparse_local_block",     "sparse_score_type",
        "sparse_attention_freq", "sparse_disable_index_value"};
    auto const prefix = block + place;
    for (auto found = document.fields.lower_bound(prefix);
         found != document.fields.end() && found->first.compare(0, prefix.size(), prefix) == 0; ++found)
        if (found->second.kind != FieldKind::null &&
            std::find(known.begin(), known.end(), found->first.substr(prefix.size())) == known.end())
            reader.complain(found->first,
                            "this key is not known here, and it may change the layers. Take it out of the "
                            "file if it does not");
    // An index with values of its own would be one more attention.
    auto const* const without = reader.list({"sparse_attention_config.sparse_disable_index_value"});
    auto const* const list    = reader.list(each);
    if (list != nullptr && list->numbers.size() != layers.size())
        return reader.complain(reader.path_of(each), fmt::format("{} entries for {} layers. Give a 0 or 1 for each",
                                                                 list->numbers.size(), layers.size()));
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
        auto const indexed      = list == nullptr || list->numbers[layer] > 0;
        layers[layer].unindexed = !indexed;
        if (indexed && without != nullptr && layer < without->numbers.size() && !(without->numbers[layer] > 0))
            return reader.complain(block + place + "sparse_disable_index_value",
                                   fmt::format("not supported: layer {} would add values of the index", layer));
    }
}

std::uint32_t read_residual_blocks(ConfigReader& reader, std::uint32_t layers)
{
    auto const names = Names{"attn_res_block_size"};
    if (!reader.has(names))
        return 0;
    auto const of_block = reader.whole(names, 1, 4096, "the layers whose outputs are summed before others read them");
    // The embedding, the blocks that are complete, and the one that the layer belongs to, if that has anything yet.
    std::uint64_t read = 0;
    for (std::uint32_t layer = 0; layer < layers; ++layer)
        read += 2 * (1 + layer / of_block) + (layer % of_block > 0 ? 1 : 0) + 1;
    return static_cast<std::uint32_t>((read + 2ULL * layers - 1) / (2ULL * layers));
}

} // namespace scribeline::workloads
