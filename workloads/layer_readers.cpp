#include "workloads/layer_readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace scribeline::workloads {

namespace {

std::uint32_t window_in(ConfigReader& reader, Architecture const& row, DefaultSizes const& sizes,
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

std::vector<bool> layers_within(ConfigReader& reader, ConfigDocument const& document, std::string const& block,
                                Architecture const& row, std::uint32_t layers)
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
        auto const period = reader.whole(pattern, 1, 4096, "the layers from one that attends to all tokens to the next",
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
    if (auto const names = Names{"hybrid_layer_pattern"}; row.window_heads && reader.list(names) != nullptr) {
        auto const& flags = reader.list(names)->numbers; // 1 where a layer has a window
        if (flags.size() != layers)
            reader.complain(reader.path_of(names),
                            fmt::format("{} entries for {} layers. Give a 0 or 1 for each", flags.size(), layers));
        for (std::size_t layer = 0; layer < std::min<std::size_t>(layers, flags.size()); ++layer)
            list[layer] = flags[layer] > 0;
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

} // namespace

WindowReader::WindowReader(ConfigReader& reader, ConfigDocument const& document, std::string const& block,
                           Architecture const& row, DefaultSizes const& sizes, ModelShape const& shape)
    : windows_(shape.layers)
{
    auto const window = window_in(reader, row, sizes, shape);
    within_           = layers_within(reader, document, block, row, shape.layers);
    for (std::uint32_t layer = 0; layer < shape.layers; ++layer)
        windows_[layer] = within_[layer] ? window : 0;
    take_list(reader, block, shape);
    for (auto& each : windows_)
        each = each < shape.max_context ? each : 0; // a window that nothing outgrows is none
}

// A window for each layer, null where there is none.
void WindowReader::take_list(ConfigReader& reader, std::string const& block, ModelShape const& shape)
{
    auto const        names = Names{"sliding_window", "sliding_window_size"};
    auto const* const list  = reader.list(names);
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

ExpertReader::ExpertReader(ConfigReader& reader, Architecture const& row, ModelShape const& shape)
    : dense_(shape.layers)
{
    constexpr std::uint32_t most = 1U << 16U, widest = 1U << 22U;
    auto const              names = Names{"num_local_experts", "n_routed_experts", "num_experts", "moe_num_experts"};
    auto const chosen = Names{"num_experts_per_tok", "experts_per_token", "num_experts_per_token", "moe_topk", "moe_k",
                              "top_k_experts",       "moe_top_k"};
    auto const wide   = Names{"moe_intermediate_size", "expert_ffn_hidden_size"};
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
        auto const shared =
            reader.whole({"n_shared_experts", "num_shared_experts", "num_shared_expert", "moe_num_shared_experts"}, 0,
                         most, "the number of shared experts", row.shared_experts);
        with_.ffn = reader.whole(of_all, 0, widest, "the width of the shared experts", shared * with_.expert_ffn);
        // Ling states the width of one.
        auto const of_one = reader.whole({"moe_shared_expert_intermediate_size"}, 0, widest,
                                         "the width of a shared expert", with_.expert_ffn);
        if (!reader.has(of_all))
            with_.ffn = shared * of_one;
        if (row.dense_beside_experts)
            with_.ffn = shape.ffn;
        if (row.narrow_experts)
            with_.expert_input = reader.whole({"moe_latent_size", "routed_expert_hidden_size"}, 0, widest,
                                              "the width that experts work on", 0);
        if (reader.clean() && with_.active > with_.experts)
            reader.complain(reader.path_of(chosen),
                            fmt::format("a token cannot pass {} of {} = {} experts. Correct one "
                                        "of the two",
                                        with_.active, reader.path_of(names), with_.experts));
        read_idle(reader, row);
    }
    choose_dense_layers(reader, row);
}

// Of the experts that a token chooses, those that give it back as it is do nothing: in the mean as many as there are of
// them among all (LongCat).
void ExpertReader::read_idle(ConfigReader& reader, Architecture const& row)
{
    if (!row.two_attentions)
        return;
    auto const kind = Names{"zero_expert_type"};
    if (auto const word = reader.text(kind, "identity"); word != "identity")
        reader.complain(reader.path_of(kind), "not supported: only experts that give a token back as it is (identity)");
    with_.idle_experts = reader.whole({"zero_expert_num"}, 0, 1U << 16U, "the experts that do nothing", 0);
    auto const all     = with_.experts + with_.idle_experts;
    with_.active       = std::max(1U, (with_.active * with_.experts + all / 2) / all);
}

LayerKind ExpertReader::at(std::uint32_t layer, SecondHalf half) const
{
    auto const dense = half == SecondHalf::as_model ? dense_[layer] : half == SecondHalf::dense;
    return with_.experts == 0 || dense ? without_ : with_;
}

void ExpertReader::choose_dense_layers(ConfigReader& reader, Architecture const& row)
{
    auto const layers = static_cast<std::uint32_t>(dense_.size());
    auto const first  = reader.whole({"first_k_dense_replace", "moe_layer_start_index", "num_dense_layers"}, 0, 4096,
                                     "the dense layers at the beginning", row.first_dense);
    auto const freq = Names{"decoder_sparse_step", "interleave_moe_layer_step", "moe_layer_freq", "moe_layer_interval"};
    auto const* each = reader.list(freq);
    auto const  period =
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
    for (std::uint32_t layer = 1; row.two_attentions && layer < layers; layer += 2)
        dense_[layer] = true;
    mark(reader, Names{"mlp_only_layers"}, true);
    if (auto const names = Names{"moe_layers"}; reader.list(names) != nullptr) {
        std::fill(dense_.begin(), dense_.end(), true);
        mark(reader, names, false);
    }
}

// A list of layers by their number.
void ExpertReader::mark(ConfigReader& reader, Names const& names, bool dense)
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

namespace {

// What ModelShape says without a list of kinds.
bool is_plain(LayerKind const& kind)
{
    auto plain   = LayerKind{};
    plain.window = kind.window;
    plain.ffn    = kind.ffn;
    return kind == plain && kind.ffn != 0;
}

} // namespace

void sort_layers(std::vector<LayerKind> const& layers, ModelShape& shape)
{
    shape.ffn            = 0;
    shape.sliding_window = layers.front().window;
    for (auto const& layer : layers) {
        if (layer.experts == 0 && layer.ffn != 0)
            shape.ffn = layer.ffn;
        auto const found = std::find(shape.kinds.begin(), shape.kinds.end(), layer);
        shape.kind_at.push_back(static_cast<std::uint8_t>(found - shape.kinds.begin()));
        if (found == shape.kinds.end())
            shape.kinds.push_back(layer);
    }
    if (shape.kinds.size() > 1)
        shape.sliding_window = 0;
    if (shape.kinds.size() == 1 && is_plain(layers.front())) {
        shape.kinds.clear();
        shape.kind_at.clear();
    }
}

} // namespace scribeline::workloads
