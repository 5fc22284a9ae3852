#include "workloads/reference_layer.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::workloads {

namespace {

using Vector = std::vector<double>;

// x times a matrix [x][columns].
Vector times(Vector const& x, std::vector<float> const& matrix)
{
    SCRIBELINE_EXPECT(!x.empty() && matrix.size() % x.size() == 0);
    std::size_t const columns = matrix.size() / x.size();
    Vector            y(columns);
    for (std::size_t i = 0; i < x.size(); ++i)
        for (std::size_t j = 0; j < columns; ++j)
            y[j] += x[i] * static_cast<double>(matrix[i * columns + j]);
    return y;
}

void add(Vector& to, Vector const& x)
{
    for (std::size_t i = 0; i < to.size(); ++i)
        to[i] += x[i];
}

// Of each group of weight.size() elements on its own: a hidden vector is one group, a query one per head.
Vector normed(ModelShape const& shape, Vector x, std::vector<float> const& weight)
{
    std::size_t const n = weight.size();
    SCRIBELINE_EXPECT(n > 0 && x.size() % n == 0);
    for (auto group = x.begin(); group != x.end(); group += static_cast<std::ptrdiff_t>(n)) {
        auto const end  = group + static_cast<std::ptrdiff_t>(n);
        double     mean = 0, squares = 0;
        if (shape.norm == Norm::layer) {
            for (auto i = group; i != end; ++i)
                mean += *i / static_cast<double>(n);
        }
        for (auto i = group; i != end; ++i)
            squares += (*i - mean) * (*i - mean);
        double const deviation = std::sqrt(squares / static_cast<double>(n) + shape.norm_epsilon);
        for (std::size_t i = 0; i < n; ++i) {
            double& element = group[static_cast<std::ptrdiff_t>(i)];
            element         = (element - mean) / deviation * static_cast<double>(weight[i]);
        }
    }
    return x;
}

// All heads of a query or key.
void rotate(ModelShape const& shape, Vector& x, std::uint32_t token)
{
    std::size_t const half = rotated_elements(shape) / 2;
    for (std::size_t head = 0; head < x.size(); head += shape.head_dim)
        for (std::size_t i = 0; i < half; ++i) {
            double const angle  = rotary_angle(shape, static_cast<std::uint32_t>(i), token);
            double&      first  = x[head + i];
            double&      second = x[head + i + half];
            double const a = first, b = second;
            first  = a * std::cos(angle) - b * std::sin(angle);
            second = b * std::cos(angle) + a * std::sin(angle);
        }
}

std::vector<double> softmax(Vector scores)
{
    double const top = *std::max_element(scores.begin(), scores.end());
    double       sum = 0;
    for (auto& s : scores) {
        s = std::exp(s - top);
        sum += s;
    }
    for (auto& s : scores)
        s /= sum;
    return scores;
}

// What the heads read from the cache and the newest token.
Vector attended(ModelShape const& shape, LayerWeights const& w, Vector const& query, LayerResult const& newest)
{
    std::size_t const dim = shape.head_dim, key_width = shape.kv_width();
    std::size_t const before = w.keys.size() / key_width, share = shape.heads / shape.kv_heads;
    Vector            result(query.size());
    for (std::size_t head = 0; head < shape.heads; ++head) {
        std::size_t const own = head * dim, shared = head / share * dim;
        auto const        from = [&](std::vector<float> const& cache, Vector const& last, std::size_t token,
                              std::size_t element) {
            return token < before ? static_cast<double>(cache[token * key_width + shared + element])
                                         : last[shared + element];
        };
        Vector scores(before + 1);
        for (std::size_t t = 0; t <= before; ++t) {
            for (std::size_t i = 0; i < dim; ++i)
                scores[t] += query[own + i] * from(w.keys, newest.key, t, i);
            scores[t] /= std::sqrt(static_cast<double>(dim));
        }
        auto const weights = softmax(std::move(scores));
        for (std::size_t t = 0; t <= before; ++t)
            for (std::size_t i = 0; i < dim; ++i)
                result[own + i] += weights[t] * from(w.values, newest.value, t, i);
    }
    return result;
}

double softplus(double x) { return std::log1p(std::exp(x)); }
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// Each head of `dim` elements from `first` on to a length of `length`.
void normalise_heads(Vector& x, std::size_t first, std::uint32_t heads, std::uint32_t dim, double length)
{
    for (std::size_t head = 0; head < heads; ++head) {
        double squares = 0;
        for (std::size_t i = 0; i < dim; ++i)
            squares += x[first + head * dim + i] * x[first + head * dim + i];
        for (std::size_t i = 0; i < dim; ++i)
            x[first + head * dim + i] *= length / std::sqrt(squares + 1e-6);
    }
}

// A token through a running state: StateWeights says what its inputs are, workloads/operators/recurrence.cpp the rules.
Vector through_state(ModelShape const& shape, LayerWeights const& w, Vector const& x, Vector& state)
{
    auto const&       r    = shape.recurrence;
    std::size_t const keys = r.key_width(), values = r.value_width(), mixed = r.mixed();
    auto const        in    = times(x, w.state.in);
    auto              heads = Vector(mixed); // queries, keys, values
    for (std::size_t j = 0; j < mixed; ++j) {
        for (std::size_t tap = 0; tap < r.taps; ++tap)
            heads[j] += static_cast<double>(w.state.taps[tap * mixed + j]) *
                        (tap + 1 < r.taps ? static_cast<double>(w.state.recent[tap * mixed + j]) : in[j]);
        heads[j] = activate(Activation::silu, heads[j]);
    }
    bool const delta = r.rule == StateRule::delta;
    if (delta) {
        normalise_heads(heads, 0, r.key_heads, r.key_dim, 1 / std::sqrt(static_cast<double>(r.key_dim)));
        normalise_heads(heads, keys, r.key_heads, r.key_dim, 1);
    }
    auto read = Vector(values);
    for (std::size_t head = 0; head < r.value_heads; ++head) {
        auto const    own      = head / (r.value_heads / r.key_heads) * r.key_dim;
        auto const    controls = keys * 2 + values * 2;
        auto const    step     = softplus(in[controls + head] + static_cast<double>(w.state.biases[head]));
        auto const    decay    = std::exp(-static_cast<double>(w.state.rates[head]) * step);
        auto const    strength = delta ? sigmoid(in[controls + r.value_heads + head]) : step;
        double* const s        = state.data() + head * r.key_dim * r.value_dim;
        for (std::size_t v = 0; v < r.value_dim; ++v) {
            double recalled = 0;
            for (std::size_t k = 0; k < r.key_dim; ++k) {
                s[k * r.value_dim + v] *= decay;
                recalled += delta ? s[k * r.value_dim + v] * heads[keys + own + k] : 0;
            }
            double const added = strength * (heads[2 * keys + head * r.value_dim + v] - recalled);
            for (std::size_t k = 0; k < r.key_dim; ++k) {
                s[k * r.value_dim + v] += heads[keys + own + k] * added;
                read[head * r.value_dim + v] += s[k * r.value_dim + v] * heads[own + k];
            }
        }
    }
    std::size_t const group = values / r.norm_groups;
    for (std::size_t first = 0; first < values; first += group) {
        double squares = 0;
        for (std::size_t i = first; i < first + group; ++i)
            squares += read[i] * read[i] / static_cast<double>(group);
        for (std::size_t i = first; i < first + group; ++i)
            read[i] *= static_cast<double>(w.state.norm[i]) / std::sqrt(squares + shape.norm_epsilon) *
                       activate(Activation::silu, in[2 * keys + values + i]);
    }
    return read;
}

Vector feed_forward(ModelShape const& shape, LayerWeights const& w, Vector const& x)
{
    auto inner = times(x, shape.gated ? w.gate : w.up);
    for (auto& element : inner)
        element = activate(shape.activation, element);
    if (shape.gated) {
        auto const up = times(x, w.up);
        for (std::size_t i = 0; i < inner.size(); ++i)
            inner[i] *= up[i];
    }
    return times(inner, w.down);
}

} // namespace

std::uint32_t rotated_elements(ModelShape const& shape)
{
    // The fraction was read as a quotient of two integers; a little more makes up for its rounding.
    auto const elements = static_cast<std::uint32_t>(shape.rotary_fraction * shape.head_dim + 1e-6);
    return elements & ~1u;
}

double rotary_angle(ModelShape const& shape, std::uint32_t pair, std::uint32_t token)
{
    return token * std::pow(shape.rope_theta, -2.0 * pair / rotated_elements(shape));
}

double activate(Activation activation, double x)
{
    switch (activation) {
    case Activation::silu:
        return x / (1 + std::exp(-x));
    case Activation::gelu:
        return x / 2 * (1 + std::erf(x / std::sqrt(2.0)));
    case Activation::gelu_tanh:
        return x / 2 * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x)));
    case Activation::relu:
        return std::max(x, 0.0);
    case Activation::relu_squared:
        return std::max(x, 0.0) * std::max(x, 0.0);
    case Activation::xielu: // with the numbers that training starts from
        return x > 0 ? 0.8 * x * x + 0.5 * x : 0.8 * (std::expm1(std::min(x, -1e-6)) - x) + 0.5 * x;
    case Activation::situ:
        return 4 * std::tanh(x / 4) / (1 + std::exp(-x));
    }
    return x;
}

namespace {

// Of attention, before the output projection.
Vector attention(ModelShape const& shape, LayerWeights const& w, Vector const& x, LayerResult& result)
{
    auto const token = static_cast<std::uint32_t>(w.keys.size() / shape.kv_width()); // counted from 0
    auto       query = times(x, w.wq);
    result.key       = times(x, w.wk);
    result.value     = times(x, w.wv);
    if (shape.qk_norm) {
        query      = normed(shape, std::move(query), w.query_norm);
        result.key = normed(shape, std::move(result.key), w.key_norm);
    }
    rotate(shape, query, token);
    rotate(shape, result.key, token);
    return attended(shape, w, query, result);
}

} // namespace

LayerResult decode_layer(ModelShape const& shape, LayerWeights const& w)
{
    LayerResult  result;
    Vector const input{w.hidden.begin(), w.hidden.end()};
    Vector       x = shape.pre_norms ? normed(shape, input, w.attention_norm) : input;
    result.state   = {w.state.state.begin(), w.state.state.end()};

    auto out =
        times(w.state.in.empty() ? attention(shape, w, x, result) : through_state(shape, w, x, result.state), w.wo);
    if (shape.post_norms)
        out = normed(shape, std::move(out), w.post_attention_norm);
    result.hidden = input;
    add(result.hidden, out);
    if (w.up.empty()) // the layer has one half
        return result;

    if (!shape.parallel_blocks)
        x = shape.pre_norms ? normed(shape, result.hidden, w.ffn_norm) : result.hidden;
    auto fed = feed_forward(shape, w, x);
    if (shape.post_norms)
        fed = normed(shape, std::move(fed), w.post_ffn_norm);
    add(result.hidden, fed);
    return result;
}

} // namespace scribeline::workloads
