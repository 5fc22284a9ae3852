#include "workloads/mapping/state_payload.hpp"

#include "workloads/mapping/layer_memory.hpp"
#include "workloads/mapping/layer_payload.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace scribeline::workloads {

namespace {

constexpr std::size_t padding = std::numeric_limits<std::size_t>::max();

// What a row of PEs holds of a state: for each of a PE's elements, its number in the full vector.
class RowOfState {
  public:
    RowOfState(LayerProgram const& layer, std::uint32_t row) : r_{layer.step.shape.recurrence}, s_{layer.layout.state}
    {
        auto const segment = row / s_.segment, position = row % s_.segment * s_.head;
        for (std::uint32_t local = 0; local < s_.heads_per_row; ++local) {
            auto const head = segment * s_.heads_per_row + local;
            auto const is   = segment < s_.segments && head < r_.value_heads;
            heads.push_back(is ? head : padding);
            for (std::uint32_t e = 0; e < s_.head; ++e)
                values.push_back(is && position + e < r_.value_dim ? std::size_t{head} * r_.value_dim + position + e
                                                                   : padding);
        }
        for (std::uint32_t j = 0; j < s_.key_rows; ++j) {
            auto const number = std::size_t{row} * s_.key_rows + j;
            keys.push_back(number < 2 * r_.key_width() ? number : padding);
        }
    }

    std::size_t key_head_of(std::size_t head) const { return head / (r_.value_heads / r_.key_heads); }
    std::size_t group_of(std::size_t head) const { return head / (r_.value_heads / r_.norm_groups); }
    // Where a number among queries and keys stands in a column, if it does.
    float place_in(std::uint32_t column, std::size_t number) const
    {
        if (number == padding)
            return -1;
        auto const of_keys = number >= r_.key_width();
        auto const within  = number - (of_keys ? r_.key_width() : 0);
        auto const head = within / r_.key_dim, element = within % r_.key_dim;
        if (element / s_.keys != column)
            return -1;
        return static_cast<float>(((of_keys ? s_.key_heads : 0) + head) * s_.keys + element % s_.keys);
    }

    std::vector<std::size_t> heads, values, keys;

  private:
    Recurrence const&  r_;
    StateLayout const& s_;
};

float pick(std::vector<float> const& vector, std::size_t number, std::size_t offset = 0)
{
    return number == padding ? 0.0f : vector[offset + number];
}

class StateLoader {
  public:
    StateLoader(LayerProgram const& layer, LayerWeights const& weights, std::uint32_t x, std::uint32_t y, float* sram)
        : shape_{layer.step.shape}, r_{shape_.recurrence}, layout_{layer.layout}, s_{layout_.state}, at_{layout_},
          w_{weights.state}, out_{weights.wo}, row_{layer, y}, x_{x}, sram_{sram}
    {
    }

    void load()
    {
        matrices();
        convolution();
        tables();
        state();
    }

  private:
    std::size_t hidden(std::uint32_t i) const
    {
        auto const element = std::size_t{x_} * layout_.hidden + i;
        return element < shape_.hidden ? element : padding;
    }

    void matrices()
    {
        auto const keys = r_.key_width(), values = r_.value_width(), inputs = r_.inputs();
        float*     to  = sram_ + at_.w_inputs;
        auto const put = [&](std::size_t row, std::size_t number, std::size_t from) {
            *to++ = row == padding || number == padding ? 0.0f : w_.in[row * inputs + from + number];
        };
        for (std::uint32_t i = 0; i < layout_.hidden; ++i) {
            for (auto const number : row_.values)
                put(hidden(i), number, 2 * keys);
            for (auto const number : row_.keys)
                put(hidden(i), number, 0);
            for (auto const number : row_.values)
                put(hidden(i), number, 2 * keys + values);
            for (std::uint32_t control = 0; control < r_.controls; ++control)
                for (auto const head : row_.heads)
                    put(hidden(i), head, 2 * keys + 2 * values + std::size_t{control} * r_.value_heads);
        }
        to = sram_ + at_.w_out;
        for (auto const number : row_.values)
            for (std::uint32_t i = 0; i < layout_.hidden; ++i)
                *to++ = number == padding || hidden(i) == padding ? 0.0f : out_[number * shape_.hidden + hidden(i)];
    }

    void convolution()
    {
        auto const put = [&](float* to, std::vector<float> const& from, std::uint32_t rows) {
            for (std::uint32_t t = 0; t < rows; ++t) {
                for (auto const number : row_.values)
                    *to++ = pick(from, number, t * r_.mixed() + 2 * r_.key_width());
                for (auto const number : row_.keys)
                    *to++ = pick(from, number, t * r_.mixed());
            }
        };
        put(sram_ + at_.w_taps, w_.taps, r_.taps);
        put(sram_ + at_.recent, w_.recent, r_.taps - 1);
        for (std::uint32_t j = 0; j < s_.key_rows; ++j)
            sram_[at_.turn_to + j] = row_.place_in(x_, row_.keys[j]);
    }

    void tables()
    {
        auto own = std::vector<std::size_t>{};
        for (std::uint32_t h = 0; h < s_.heads_per_row; ++h) {
            auto const head                              = row_.heads[h];
            auto const is                                = head != padding;
            auto const key                               = is ? row_.key_head_of(head) : padding;
            sram_[at_.tables + h]                        = is ? static_cast<float>(key) : -1.0f;
            sram_[at_.tables + s_.heads_per_row + h]     = pick(w_.rates, head);
            sram_[at_.tables + 2 * s_.heads_per_row + h] = pick(w_.biases, head);
            sram_[at_.group_of + h]                      = is ? static_cast<float>(row_.group_of(head)) : -1.0f;
            if (is && std::find(own.begin(), own.end(), key) == own.end())
                own.push_back(key);
        }
        for (std::uint32_t o = 0; o < s_.own_keys; ++o)
            sram_[at_.own_heads + o] = o < own.size() ? static_cast<float>(own[o]) : -1.0f;
        for (std::uint32_t j = 0; j < s_.values(); ++j)
            sram_[at_.w_norm + j] = pick(w_.norm, row_.values[j]);
    }

    void state()
    {
        for (std::uint32_t h = 0; h < s_.heads_per_row; ++h)
            for (std::uint32_t k = 0; k < s_.keys; ++k)
                for (std::uint32_t v = 0; v < s_.head; ++v) {
                    auto const number  = row_.values[h * s_.head + v];
                    auto const element = std::size_t{x_} * s_.keys + k;
                    if (number == padding || element >= r_.key_dim)
                        continue;
                    sram_[at_.state + (h * s_.keys + k) * s_.head + v] =
                        w_.state[(number / r_.value_dim * r_.key_dim + element) * r_.value_dim + number % r_.value_dim];
                }
    }

    ModelShape const&         shape_;
    Recurrence const&         r_;
    LayerLayout const&        layout_;
    StateLayout const&        s_;
    LayerMemory const         at_;
    StateWeights const&       w_;
    std::vector<float> const& out_;
    RowOfState const          row_;
    std::uint32_t             x_;
    float*                    sram_;
};

} // namespace

void load_state(LayerProgram const& layer, LayerWeights const& weights, std::uint32_t x, std::uint32_t y, float* sram)
{
    StateLoader{layer, weights, x, y, sram}.load();
}

std::vector<double> state_of(LayerProgram const& layer, ReadSram const& read)
{
    auto const&         r = layer.step.shape.recurrence;
    auto const&         s = layer.layout.state;
    LayerMemory const   at{layer.layout};
    std::vector<double> state(r.state());
    for (std::uint32_t y = 0; y < layer.layout.rows; ++y) {
        RowOfState const row{layer, y};
        for (std::uint32_t j = 0; j < s.values(); ++j)
            for (std::size_t element = 0; row.values[j] != padding && element < r.key_dim; ++element) {
                auto const number = row.values[j];
                auto const k      = static_cast<std::uint32_t>(element % s.keys);
                state[(number / r.value_dim * r.key_dim + element) * r.value_dim + number % r.value_dim] =
                    static_cast<double>(read(static_cast<std::uint32_t>(element / s.keys), y,
                                             at.state + (j / s.head * s.keys + k) * s.head + j % s.head));
            }
    }
    return state;
}

} // namespace scribeline::workloads
