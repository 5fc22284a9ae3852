// Field names: transformers, src/transformers/models/<type>/configuration_<type>.py, or the configuration_*.py beside
// the weights (Nemotron-H, Kimi Linear, MiniMax-01, Ring).
#include "workloads/hybrid_layers.hpp"

#include "configs/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace scribeline::workloads {

namespace {

bool is_state(std::string const& word)
{
    return word == "linear_attention" || word == "mamba" || word == "mamba2" || word == "conv" || word == "hybrid";
}

bool is_attention(std::string const& word)
{
    return word == "full_attention" || word == "attention" || word == "sliding_attention" ||
           word == "chunked_attention";
}

class HalvesReader {
  public:
    HalvesReader(ConfigReader& reader, Architecture const& row, ModelShape const& shape)
        : reader_{reader}, row_{row}, halves_(shape.layers)
    {
    }

    std::vector<LayerHalves> read()
    {
        if (row_.recurrence == RecurrenceOf::none)
            return halves_;
        if (row_.attention_in_all)
            return std::vector<LayerHalves>(halves_.size(), {Mixer::attention_and_recurrence, SecondHalf::as_model});
        by_period({"full_attention_interval", "layer_group_size"}, row_.attention_period);
        by_words({"layer_types", "layers_block_type"});
        by_letters({"hybrid_override_pattern"});
        by_flags({"attn_type_list"});
        by_numbers({"attn_layer_indices", "full_attn_idxs"}, 0);
        by_numbers({"linear_attn_config.full_attn_layers"}, 1);
        return halves_;
    }

  private:
    // The value that stands there, in a complaint.
    bool as_long_as_layers(Names const& names, std::size_t count, char const* what)
    {
        if (count == halves_.size())
            return true;
        reader_.complain(reader_.path_of(names),
                         fmt::format("{} {} for {} layers. Give one for each", count, what, halves_.size()));
        return false;
    }

    // Every so many-th layer attends; 0: it is not said so.
    void by_period(Names const& names, std::uint32_t of_class)
    {
        auto const period = reader_.whole(names, 0, 4096, "the layers from one with attention to the next", of_class);
        for (std::size_t layer = 0; period != 0 && layer < halves_.size(); ++layer)
            halves_[layer].first = (layer + 1) % period == 0 ? Mixer::attention : Mixer::recurrence;
    }

    void by_words(Names const& names)
    {
        auto const* const list = reader_.list(names);
        if (list == nullptr || !as_long_as_layers(names, list->words.size(), "types"))
            return;
        for (std::size_t layer = 0; layer < halves_.size(); ++layer) {
            auto const& word  = list->words[layer];
            auto const  first = is_state(word) ? Mixer::recurrence : Mixer::attention;
            halves_[layer]    = !row_.halves_apart ? LayerHalves{first, SecondHalf::as_model}
                                : word == "moe"    ? LayerHalves{Mixer::none, SecondHalf::experts}
                                : word == "mlp"    ? LayerHalves{Mixer::none, SecondHalf::dense}
                                                   : LayerHalves{first, SecondHalf::none};
        }
    }

    // Nemotron-H: M a state, * attention, - a feed-forward, E experts, each in a layer of its own.
    void by_letters(Names const& names)
    {
        if (!reader_.has(names))
            return;
        auto const letters = reader_.text(names, "");
        if (auto const odd = letters.find_first_not_of("M*-E"); odd != std::string::npos) {
            reader_.complain(reader_.path_of(names),
                             fmt::format("'{}' is none of M (state space), * (attention), - (feed-forward) and E "
                                         "(experts). Write one of them for each layer",
                                         letters[odd]));
            return;
        }
        if (!as_long_as_layers(names, letters.size(), "letters"))
            return;
        for (std::size_t layer = 0; layer < halves_.size(); ++layer) {
            auto const letter = letters[layer];
            halves_[layer]    = letter == 'M'   ? LayerHalves{Mixer::recurrence, SecondHalf::none}
                                : letter == '*' ? LayerHalves{Mixer::attention, SecondHalf::none}
                                : letter == '-' ? LayerHalves{Mixer::none, SecondHalf::dense}
                                                : LayerHalves{Mixer::none, SecondHalf::experts};
        }
    }

    // 1 where a layer attends (MiniMax).
    void by_flags(Names const& names)
    {
        auto const* const list = reader_.list(names);
        if (list == nullptr || !as_long_as_layers(names, list->numbers.size(), "entries"))
            return;
        for (std::size_t layer = 0; layer < halves_.size(); ++layer)
            halves_[layer].first = list->numbers[layer] == 1 ? Mixer::attention : Mixer::recurrence;
    }

    // The layers that attend, by their number from `first` on.
    void by_numbers(Names const& names, double first)
    {
        auto const* const list = reader_.list(names);
        if (list == nullptr)
            return;
        for (auto& each : halves_)
            each.first = Mixer::recurrence;
        for (auto const number : list->numbers) {
            auto const layer = number - first;
            if (!(layer >= 0 && layer < static_cast<double>(halves_.size()))) {
                reader_.complain(reader_.path_of(names), fmt::format("{} is none of the {} layers, counted from {}",
                                                                     number, halves_.size(), first));
                return;
            }
            halves_[static_cast<std::size_t>(layer)].first = Mixer::attention;
        }
    }

    ConfigReader&            reader_;
    Architecture const&      row_;
    std::vector<LayerHalves> halves_;
};

constexpr std::uint32_t most_heads = 1U << 16U, widest = 1U << 16U;

// Heads of values are a multiple of those of keys.
void check_heads(ConfigReader& reader, Names const& names, Recurrence const& r)
{
    if (reader.clean() && r.value_heads % r.key_heads != 0)
        reader.complain(reader.path_of(names), fmt::format("{} heads of keys do not divide {} heads of values. "
                                                           "Correct one of the two",
                                                           r.key_heads, r.value_heads));
}

std::uint32_t state_bits(ConfigReader& reader)
{
    auto const names = Names{"mamba_ssm_dtype", "mamba_ssm_cache_dtype"};
    auto const word  = reader.text(names, "float32");
    if (word == "float32" || word == "auto")
        return 32;
    if (word == "bfloat16" || word == "float16")
        return 16;
    reader.complain(reader.path_of(names), "must be float32, bfloat16 or float16, the width of a running state");
    return 32;
}

Recurrence gated_delta(ConfigReader& reader)
{
    auto       r    = Recurrence{};
    auto const keys = Names{"linear_num_key_heads"};
    r.rule          = StateRule::delta;
    r.key_heads     = reader.whole(keys, 1, most_heads, "the heads of keys of a gated delta net");
    r.value_heads   = reader.whole({"linear_num_value_heads"}, 1, most_heads, "the heads of values of it");
    r.key_dim       = reader.whole({"linear_key_head_dim"}, 1, widest, "the size of its keys");
    r.value_dim     = reader.whole({"linear_value_head_dim"}, 1, widest, "the size of its values");
    r.taps          = reader.whole({"linear_conv_kernel_dim"}, 2, 64, "the taps of its convolution");
    r.controls      = 2; // how fast it forgets, and how much it adds
    r.gated         = true;
    r.norm_groups   = r.value_heads;
    r.state_bits    = state_bits(reader);
    check_heads(reader, keys, r);
    return r;
}

Recurrence mamba2(ConfigReader& reader, Architecture const& row, ModelShape const& shape)
{
    auto       r      = Recurrence{};
    auto const groups = Names{"mamba_n_groups", "n_groups"};
    auto const heads  = Names{"mamba_num_heads", "mamba_n_heads"};
    auto const size   = Names{"mamba_head_dim", "mamba_d_head"};
    auto const expand = reader.whole({"mamba_expand", "expand"}, 1, 64, "the width of the state's values", 2);
    r.rule            = StateRule::sum;
    r.value_heads     = reader.whole(heads, 1, most_heads, "the heads of a state space");
    auto const wide   = reader.whole({"mamba_d_ssm"}, 1, 1U << 22U, "the width of its values", expand * shape.hidden);
    r.value_dim       = reader.has(size) && reader.number_or(size, 0) > 0
                            ? reader.whole(size, 1, widest, "the size of a head")
                            : std::max(1U, wide / std::max(1U, r.value_heads));
    r.key_heads       = reader.whole(groups, 1, most_heads, "the groups of heads that share B and C");
    r.key_dim         = reader.whole({"ssm_state_size", "mamba_d_state"}, 1, widest, "the size of the state");
    r.taps            = reader.whole({"conv_kernel", "mamba_d_conv"}, 2, 64, "the taps of its convolution");
    r.controls        = 1; // the time step
    r.gated           = true;
    r.norm_groups     = row.norm_of_state == NormOfState::groups                                  ? r.key_heads
                        : row.norm_of_state == NormOfState::all                                   ? 1
                        : reader.flag({"mamba_rms_norm"}, row.norm_of_state != NormOfState::flag) ? 1
                                                                                                  : 0;
    r.state_bits      = state_bits(reader);
    check_heads(reader, groups, r);
    return r;
}

Recurrence kimi_delta(ConfigReader& reader)
{
    auto r        = Recurrence{};
    r.rule        = StateRule::delta;
    r.value_heads = reader.whole({"linear_attn_config.num_heads"}, 1, most_heads, "the heads of delta attention");
    r.value_dim   = reader.whole({"linear_attn_config.head_dim"}, 1, widest, "the size of its heads");
    r.taps        = reader.whole({"linear_attn_config.short_conv_kernel_size"}, 2, 64, "the taps of its convolution");
    r.key_heads   = r.value_heads;
    r.key_dim     = r.value_dim;
    r.controls    = 1; // how much it adds; how fast it forgets is a matter of each element
    r.decay_rank  = r.value_dim;
    r.gated       = reader.flag({"linear_attn_config.use_full_rank_gate"}, false);
    r.gate_rank   = r.gated ? 0 : r.value_dim;
    r.norm_groups = r.value_heads;
    return r;
}

// Its decay is a number of each head that the file does not state and no token changes.
Recurrence lightning(ModelShape const& shape)
{
    auto r        = Recurrence{};
    r.rule        = StateRule::sum;
    r.key_heads   = shape.heads;
    r.value_heads = shape.heads;
    r.key_dim     = shape.head_dim;
    r.value_dim   = shape.head_dim;
    r.gated       = true;
    r.norm_groups = 1;
    return r;
}

Recurrence short_convolution(ConfigReader& reader, ModelShape const& shape)
{
    auto r        = Recurrence{};
    r.rule        = StateRule::none;
    r.key_heads   = 1;
    r.value_heads = 1;
    r.key_dim     = 1;
    r.value_dim   = reader.whole({"conv_dim"}, 1, 1U << 20U, "the width of a convolution", shape.hidden);
    r.taps        = reader.whole({"conv_L_cache"}, 2, 64, "the taps of a convolution");
    reader.whole({"conv_dim_out"}, r.value_dim, r.value_dim, "the width of a convolution's outputs", r.value_dim);
    return r;
}

} // namespace

bool is_layer_type(std::string const& word, Architecture const& row)
{
    return is_attention(word) || (row.recurrence != RecurrenceOf::none && is_state(word));
}

std::vector<LayerHalves> read_hybrid(ConfigReader& reader, Architecture const& row, ModelShape& shape)
{
    auto const halves = HalvesReader{reader, row, shape}.read();
    auto const any    = std::any_of(halves.begin(), halves.end(), [](LayerHalves const& each) {
        return each.first == Mixer::recurrence || each.first == Mixer::attention_and_recurrence;
    });
    if (!any)
        return halves;
    switch (row.recurrence) {
    case RecurrenceOf::gated_delta:
        shape.recurrence = gated_delta(reader);
        break;
    case RecurrenceOf::mamba2:
        shape.recurrence = mamba2(reader, row, shape);
        break;
    case RecurrenceOf::kimi_delta:
        shape.recurrence = kimi_delta(reader);
        break;
    case RecurrenceOf::lightning:
        shape.recurrence = lightning(shape);
        break;
    case RecurrenceOf::short_convolution:
        shape.recurrence = short_convolution(reader, shape);
        break;
    case RecurrenceOf::none:
        break;
    }
    return halves;
}

} // namespace scribeline::workloads
