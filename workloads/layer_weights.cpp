#include "workloads/layer_weights.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::workloads {

namespace {

// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): a counter through a mixing function. The distributions of the standard
// library differ from one library to the next, and with them the results of a seed.
class SplitMix {
  public:
    explicit SplitMix(std::uint64_t seed) : state_{seed} {}

    std::uint64_t next()
    {
        state_ += 0x9e3779b97f4a7c15u;
        std::uint64_t z = state_;
        z               = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z               = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }

  private:
    std::uint64_t state_;
};

// The power of two nearest to x.
double power_near(double x) { return std::exp2(std::round(std::log2(x))); }

// Uniform in [-1, 1] in steps of 1/1024 has an rms of 1/sqrt(3).
double const rms_of_uniform = 1 / std::sqrt(3.0);

class Maker {
  public:
    explicit Maker(std::uint64_t seed) : seed_{seed} {}

    // Evenly spread over offset - scale ... offset + scale. Every tensor has its own stream, so that one more tensor
    // changes no other.
    std::vector<float> tensor(std::size_t n, double scale, double offset = 0)
    {
        SplitMix           random{SplitMix{seed_ + ++tensors_}.next()};
        std::vector<float> numbers(n);
        for (auto& x : numbers) {
            auto const step = static_cast<std::int64_t>(random.next() >> 53) - 1024; // -1024 ... 1023
            x               = static_cast<float>(offset + scale * static_cast<double>(step) / 1024);
        }
        return numbers;
    }

    // `n` inputs an output, each of rms 1: the outputs have an rms of about `gain`.
    std::vector<float> matrix(std::size_t n, std::size_t outputs, double gain = 1)
    {
        return tensor(n * outputs, power_near(gain / (rms_of_uniform * std::sqrt(static_cast<double>(n)))));
    }

    // Between a half and one and a half, in steps of 1/1024.
    std::vector<float> norm(std::size_t n)
    {
        auto weights = tensor(n, 1);
        for (auto& x : weights)
            x = 1.0f + std::floor(x * 512) / 1024;
        return weights;
    }

  private:
    std::uint64_t seed_, tensors_ = 0;
};

} // namespace

namespace {

// In place of matrices of attention.
void add_state(Maker& make, ModelShape const& shape, LayerKind const& kind, LayerWeights& w)
{
    auto const&       r     = shape.recurrence;
    std::size_t const mixed = r.mixed(), values = r.value_width(), before = std::max(1U, r.taps) - 1;
    auto&             s = w.state;
    w.wq = w.wk = w.wv = w.keys = w.values = {};
    s.in                                   = make.matrix(shape.hidden, r.inputs());
    s.taps                                 = make.matrix(std::max(1U, r.taps), mixed);
    s.recent                               = make.tensor(before * mixed, 2);
    s.rates                                = make.tensor(r.value_heads, 0.5, 1); // 0.5 ... 1.5
    s.biases                               = make.tensor(r.value_heads, 1);
    s.norm                                 = make.norm(values);
    s.state                                = make.tensor(r.state(), 0.5);
    w.wo                                   = make.matrix(values, shape.hidden);
    if (kind.ffn == 0)
        w.gate = w.up = w.down = w.ffn_norm = w.post_ffn_norm = {};
}

} // namespace

LayerWeights random_weights(ModelShape const& shape, std::uint32_t context, std::uint64_t seed, LayerKind const& kind)
{
    SCRIBELINE_EXPECT(context > 0);
    std::size_t const hidden = shape.hidden, ffn = shape.ffn, query = shape.query_width(), key = shape.kv_width(),
                      before = context - 1;
    Maker        make{seed};
    LayerWeights w;
    w.hidden = make.tensor(hidden, 2, 0.25); // not around 0, so that a forgotten mean shows
    w.wq     = make.matrix(hidden, query);
    w.wk     = make.matrix(hidden, key);
    w.wv     = make.matrix(hidden, key);
    // A mean over the values of many tokens is small; attention shall weigh as much as the rest.
    w.wo = make.matrix(query, hidden, std::sqrt(1 + context / 2.0));
    w.up = make.matrix(hidden, ffn);
    // An activation lets about half through.
    w.down = make.matrix(ffn, hidden, 2);
    if (shape.gated)
        w.gate = make.matrix(hidden, ffn);
    if (shape.pre_norms) {
        w.attention_norm = make.norm(hidden);
        if (!shape.parallel_blocks)
            w.ffn_norm = make.norm(hidden);
    }
    if (shape.post_norms) {
        w.post_attention_norm = make.norm(hidden);
        w.post_ffn_norm       = make.norm(hidden);
    }
    if (shape.qk_norm) {
        w.query_norm = make.norm(shape.head_dim);
        w.key_norm   = make.norm(shape.head_dim);
    }
    w.keys   = make.tensor(before * key, 2);
    w.values = make.tensor(before * key, 2);
    if (kind.mixer == Mixer::recurrence)
        add_state(make, shape, kind, w);
    return w;
}

double bytes_of_weights(ModelShape const& shape, std::uint32_t context)
{
    auto const cache = 2 * static_cast<double>(shape.kv_width()) * (context - 1);
    auto const layer = shape.layer_kinds().front();
    return sizeof(float) *
           (static_cast<double>(shape.attention_weights(layer) + shape.feed_forward_weights(layer)) + cache);
}

} // namespace scribeline::workloads
