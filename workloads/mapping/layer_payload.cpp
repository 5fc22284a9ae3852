#include "workloads/mapping/layer_payload.hpp"

#include "configs/failure.hpp"
#include "workloads/mapping/rounding.hpp"
#include "workloads/mapping/state_payload.hpp"
#include "workloads/mapping/steps.hpp"
#include "workloads/operators/families.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace scribeline::workloads {

namespace {

constexpr double      most_bytes = 4.0 * 1024 * 1024 * 1024;
constexpr std::size_t padding    = std::numeric_limits<std::size_t>::max();

// Which element of a head stands at a position of the order in which heads are dealt out.
std::size_t element_at(ModelShape const& shape, std::size_t position)
{
    std::size_t const rotated = rotated_elements(shape);
    if (position >= rotated)
        return position < shape.head_dim ? position : padding;
    return position / 2 + position % 2 * (rotated / 2);
}

// What the rows of a region hold of heads: for each of a PE's elements, its number in the full vector.
class RowOfHeads {
  public:
    RowOfHeads(LayerProgram const& layer, std::uint32_t row)
        : shape_{layer.step.shape}, layout_{layer.layout}, segment_{row / layout_.segment},
          first_{std::size_t{row % layout_.segment} * layout_.head}
    {
        for (std::uint32_t local = 0; local < layout_.heads_per_row; ++local) {
            for (std::uint32_t r = 0; r < layout_.share; ++r)
                append(query, local, layout_.share, r);
            append(key, local, 1, 0);
        }
    }

    std::vector<std::size_t> query, key;

    std::size_t position(std::uint32_t e) const { return first_ + e; } // of a PE's e-th element of any head

  private:
    void append(std::vector<std::size_t>& to, std::uint32_t local, std::uint32_t share, std::uint32_t r) const
    {
        std::size_t const kv_head = std::size_t{segment_} * layout_.heads_per_row + local;
        bool const        exists  = segment_ < layout_.segments && kv_head < shape_.kv_heads;
        for (std::uint32_t e = 0; e < layout_.head; ++e) {
            std::size_t const element = element_at(shape_, position(e));
            to.push_back(exists && element != padding ? (kv_head * share + r) * shape_.head_dim + element : padding);
        }
    }

    ModelShape const&  shape_;
    LayerLayout const& layout_;
    std::uint32_t      segment_;
    std::size_t        first_;
};

// Writes the SRAM of one PE after another.
class Loader {
  public:
    Loader(LayerProgram& layer, LayerWeights const& weights)
        : layer_{layer}, shape_{layer.step.shape}, layout_{layer.layout}, at_{layer.layout}, w_{weights},
          half_{layer.program.element == Element::fp16}
    {
        layer.program.sram_elements = at_.size;
        layer.program.sram.assign(layer.program.pes() * at_.size, 0.0f);
    }

    void load()
    {
        for (std::uint32_t y = 0; y < layout_.rows; ++y) {
            RowOfHeads const heads{layer_, y};
            for (std::uint32_t x = 0; x < layout_.columns; ++x) {
                sram_ = layer_.program.sram.data() + layer_.program.pe(x, y) * at_.size;
                vectors(x);
                if (layout_.mixer == Mixer::recurrence) {
                    load_state(layer_, w_, x, y, sram_);
                } else {
                    attention_tables(heads);
                    attention_matrices(x, heads);
                    cache(x, heads);
                }
                feed_forward(x, y);
            }
        }
    }

  private:
    std::size_t hidden(std::uint32_t x, std::uint32_t i) const
    {
        std::size_t const element = std::size_t{x} * layout_.hidden + i;
        return element < shape_.hidden ? element : padding;
    }
    std::size_t ffn(std::uint32_t y, std::uint32_t j) const
    {
        std::size_t const element = std::size_t{y} * layout_.ffn + j;
        return element < shape_.ffn ? element : padding;
    }
    // Zero for padding, and for a vector that the layer does not have.
    static float pick(std::vector<float> const& vector, std::size_t element)
    {
        return element == padding || vector.empty() ? 0.0f : vector[element];
    }
    static float pick(std::vector<float> const& matrix, std::size_t row, std::size_t columns, std::size_t column)
    {
        return row == padding || column == padding ? 0.0f : matrix[row * columns + column];
    }

    void vectors(std::uint32_t x)
    {
        for (std::uint32_t i = 0; i < layout_.hidden; ++i) {
            auto const element            = hidden(x, i);
            sram_[at_.hidden + i]         = pick(w_.hidden, element);
            sram_[at_.norm_weight[0] + i] = pick(w_.attention_norm, element);
            sram_[at_.norm_weight[1] + i] = pick(w_.ffn_norm, element);
            sram_[at_.post_weight[0] + i] = pick(w_.post_attention_norm, element);
            sram_[at_.post_weight[1] + i] = pick(w_.post_ffn_norm, element);
        }
    }

    void attention_tables(RowOfHeads const& heads)
    {
        for (std::uint32_t e = 0; e + 1 < layout_.head; e += 2) {
            std::size_t const position = heads.position(e);
            bool const        turns    = position < rotated_elements(shape_);
            double const      angle =
                turns ? rotary_angle(shape_, static_cast<std::uint32_t>(position / 2), layer_.step.context - 1) : 0;
            sram_[at_.angles + e]     = element(std::cos(angle));
            sram_[at_.angles + e + 1] = element(std::sin(angle));
        }
        auto const weight = [&](std::vector<float> const& norm, std::size_t number) {
            return number == padding ? 0.0f : pick(norm, number % shape_.head_dim);
        };
        for (std::uint32_t j = 0; j < layout_.query(); ++j)
            sram_[at_.qk_weight + j] = weight(w_.query_norm, heads.query[j]);
        for (std::uint32_t j = 0; j < layout_.key(); ++j)
            sram_[at_.qk_weight + layout_.query() + j] = weight(w_.key_norm, heads.key[j]);
    }

    void attention_matrices(std::uint32_t x, RowOfHeads const& heads)
    {
        std::size_t const query = shape_.query_width(), key = shape_.kv_width();
        float*            to = sram_ + at_.w_qkv;
        for (std::uint32_t i = 0; i < layout_.hidden; ++i) {
            for (auto const number : heads.query)
                *to++ = pick(w_.wq, hidden(x, i), query, number);
            for (auto const number : heads.key)
                *to++ = pick(w_.wk, hidden(x, i), key, number);
            for (auto const number : heads.key)
                *to++ = pick(w_.wv, hidden(x, i), key, number);
        }
        to = sram_ + at_.w_out;
        for (auto const number : heads.query)
            for (std::uint32_t i = 0; i < layout_.hidden; ++i)
                *to++ = pick(w_.wo, number, shape_.hidden, hidden(x, i));
    }

    void cache(std::uint32_t x, RowOfHeads const& heads)
    {
        std::uint32_t const newest = layer_.step.context - 1, tokens = layout_.tokens;
        sram_[at_.slot] = newest / tokens == x ? static_cast<float>(newest % tokens) : -1.0f;
        for (std::uint32_t slot = 0; slot < tokens; ++slot) {
            std::size_t const token = std::size_t{x} * tokens + slot;
            sram_[at_.mask + slot]  = token <= newest ? 1.0f : 0.0f;
            for (std::uint32_t j = 0; token < newest && j < layout_.key(); ++j) {
                std::uint32_t const head = j / layout_.head, e = j % layout_.head;
                sram_[at_.keys + j * tokens + slot] = pick(w_.keys, token, shape_.kv_width(), heads.key[j]);
                sram_[at_.values + (head * tokens + slot) * layout_.head + e] =
                    pick(w_.values, token, shape_.kv_width(), heads.key[j]);
            }
        }
    }

    void feed_forward(std::uint32_t x, std::uint32_t y)
    {
        float* to = sram_ + at_.w_wide;
        for (std::uint32_t i = 0; i < layout_.hidden; ++i) {
            for (std::uint32_t j = 0; shape_.gated && j < layout_.ffn; ++j)
                *to++ = pick(w_.gate, hidden(x, i), shape_.ffn, ffn(y, j));
            for (std::uint32_t j = 0; j < layout_.ffn; ++j)
                *to++ = pick(w_.up, hidden(x, i), shape_.ffn, ffn(y, j));
        }
        to = sram_ + at_.w_down;
        for (std::uint32_t j = 0; j < layout_.ffn; ++j)
            for (std::uint32_t i = 0; i < layout_.hidden; ++i)
                *to++ = pick(w_.down, ffn(y, j), shape_.hidden, hidden(x, i));
    }

    // Weights are made so that fp16 holds them; sines and cosines are rounded as a table in SRAM would be.
    float element(double x) const { return half_ ? rounded_to_fp16(static_cast<float>(x)) : static_cast<float>(x); }

    LayerProgram&       layer_;
    ModelShape const&   shape_;
    LayerLayout const&  layout_;
    LayerMemory const   at_;
    LayerWeights const& w_;
    bool                half_;
    float*              sram_ = nullptr;
};

// From the PEs of the newest token's column; `address` of the j-th of a row's key elements in its slot.
template <class Address> std::vector<double> newest_of(LayerProgram const& layer, ReadSram const& read, Address address)
{
    auto const&         layout = layer.layout;
    std::uint32_t const newest = layer.step.context - 1;
    std::vector<double> vector(layer.step.shape.kv_width());
    for (std::uint32_t y = 0; y < layout.rows; ++y) {
        RowOfHeads const heads{layer, y};
        for (std::uint32_t j = 0; j < layout.key(); ++j)
            if (heads.key[j] != padding)
                vector[heads.key[j]] =
                    static_cast<double>(read(newest / layout.tokens, y, address(j, newest % layout.tokens)));
    }
    return vector;
}

// The numbers of the PEs twice, as they are loaded and as they change, beside the full matrices.
double bytes_of_payload(LayerProgram const& layer)
{
    return 2.0 * sizeof(float) * static_cast<double>(layer.program.pes()) * LayerMemory{layer.layout}.size +
           bytes_of_weights(layer.step.shape, layer.step.context);
}

// Of the layer, by its first operator of the kind: ", with layers of ...".
std::string what_is_not_carried(LayerProgram const& layer)
{
    auto const&       kind   = layer.step.kinds.at(layer.kind).kind;
    auto const* const family = mixer_family(layer.step.shape, kind);
    if (layer.step.kinds.at(layer.kind).attended < layer.step.context)
        return ", with a window shorter than the context";
    if (layer.layout.index_heads != 0)
        return ", with an index of tokens";
    if (family == nullptr || layer.layout.mixer != Mixer::attention)
        return fmt::format(", with layers of {}", family == nullptr ? "experts alone" : family->name);
    if (layer.layout.gate != 0)
        return ", with a gate on attention";
    if (layer.layout.residual_blocks != 0)
        return ", with sums of blocks of layers";
    if (layer.layout.value != layer.layout.head)
        return ", with values of another size than keys";
    return layer.layout.key_matrices != 2 ? ", with values made of keys" : "";
}

} // namespace

void require_payload(LayerProgram const& layer)
{
    using configs::Exit;
    using configs::UserError;
    auto const& shape  = layer.step.shape;
    auto const& layout = layer.layout;
    auto const  within = layer.step.kinds.at(layer.kind).attended < layer.step.context;
    if (!computes(layout) || within)
        throw UserError{
            Exit::bad_config,
            fmt::format("run.payload = true: {}{}: numbers are carried for one sequence of models with keys and "
                        "values of their own and no experts. Run it without --payload: cycles are the "
                        "same.",
                        shape.name, what_is_not_carried(layer))};
    if (layout.segment > 1 && layout.head % 2 == 1 && rotated_elements(shape) > 0)
        throw UserError{Exit::bad_config,
                        fmt::format("run.payload = true: {} elements of a head in each of {} rows would part two that "
                                    "the rotary embedding turns together. Leave workload.kv_heads at `model`, or "
                                    "choose a number of rows (mapping.region) that makes it even.",
                                    layout.head, layout.segment)};
    if (shape.qk_norm && shape.norm == Norm::layer)
        throw UserError{Exit::bad_config,
                        fmt::format("run.payload = true: {} takes the mean off each head's query and key, and the "
                                    "programs of the PEs norm them by their squares alone. Run it without --payload.",
                                    shape.name)};
    double const bytes = bytes_of_payload(layer);
    if (bytes > most_bytes)
        throw UserError{Exit::bad_config,
                        fmt::format("run.payload = true: the numbers of {} at a context of {} on {}x{} PEs need {:.0f} "
                                    "bytes of memory, and the most is {:.0f}. Choose a smaller model or context, or "
                                    "run without --payload: cycles are the same.",
                                    shape.name, layer.step.context, layout.columns, layout.rows, bytes, most_bytes)};
}

void load_payload(LayerProgram& layer, LayerWeights const& weights) { Loader{layer, weights}.load(); }

std::vector<double> hidden_of(LayerProgram const& layer, std::uint32_t row, ReadSram const& read)
{
    LayerMemory const   at{layer.layout};
    std::vector<double> vector;
    for (std::uint32_t i = 0; i < layer.step.shape.hidden; ++i)
        vector.push_back(static_cast<double>(read(i / layer.layout.hidden, row, at.hidden + i % layer.layout.hidden)));
    return vector;
}

std::vector<double> newest_key_of(LayerProgram const& layer, ReadSram const& read)
{
    LayerMemory const at{layer.layout};
    return newest_of(layer, read,
                     [&](std::uint32_t j, std::uint32_t slot) { return at.keys + j * layer.layout.tokens + slot; });
}

std::vector<double> newest_value_of(LayerProgram const& layer, ReadSram const& read)
{
    LayerMemory const   at{layer.layout};
    std::uint32_t const head = layer.layout.head, tokens = layer.layout.tokens;
    return newest_of(layer, read, [&](std::uint32_t j, std::uint32_t slot) {
        return at.values + (j / head * tokens + slot) * head + j % head;
    });
}

} // namespace scribeline::workloads
