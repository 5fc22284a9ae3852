#include "fabric/payload.hpp"

#include "workloads/model_shape.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#define IMATH_HALF_NO_LOOKUP_TABLE
#include <Imath/half.h>

namespace scribeline::fabric {

using workloads::Combine;
using workloads::Element;
using workloads::Kernel;

Payload::Payload(workloads::Program const& program, std::size_t tiles)
    : element_{program.element}, activation_{program.activation}, per_word_{element_ == Element::fp16 ? 2u : 1u},
      largest_{element_ == Element::fp16 ? 65504.0f : std::numeric_limits<float>::max()},
      elements_{program.sram_elements}, sram_(tiles * elements_)
{
}

float Payload::round(float x) const { return element_ == Element::fp16 ? static_cast<float>(Imath::half{x}) : x; }

std::uint32_t Payload::pack(float const* element) const
{
    if (element_ == Element::fp16)
        return Imath::half{element[0]}.bits() | (std::uint32_t{Imath::half{element[1]}.bits()} << 16);
    std::uint32_t word;
    std::memcpy(&word, element, sizeof word);
    return word;
}

void Payload::unpack(std::uint32_t word, float* element) const
{
    if (element_ == Element::fp16) {
        Imath::half low, high;
        low.setBits(static_cast<std::uint16_t>(word & 0xffff));
        high.setBits(static_cast<std::uint16_t>(word >> 16));
        element[0] = low;
        element[1] = high;
        return;
    }
    std::memcpy(element, &word, sizeof word);
}

std::uint32_t Payload::load(std::size_t tile, std::uint32_t address, std::uint32_t index)
{
    return pack(sram(tile) + address + index * per_word_);
}

std::uint32_t Payload::combine(std::size_t tile, std::uint32_t address, std::uint32_t index, std::uint32_t word,
                               Combine how, bool store)
{
    float        in[2]{};
    float        out[2]{};
    float* const own = sram(tile) + address + index * per_word_;
    unpack(word, in);
    for (std::uint32_t i = 0; i < per_word_; ++i)
        out[i] = how == Combine::replace ? in[i]
                 : how == Combine::add   ? round(own[i] + in[i])
                                         : std::max(own[i], in[i]);
    if (store)
        std::copy(out, out + per_word_, own);
    return pack(out);
}

float Payload::activation(float x) const
{
    switch (static_cast<workloads::Activation>(activation_)) {
    case workloads::Activation::silu:
        return x / (1.0f + std::exp(-x));
    case workloads::Activation::gelu:
        return 0.5f * x * (1.0f + std::erf(x * 0.70710678f));
    case workloads::Activation::gelu_tanh:
        return 0.5f * x * (1.0f + std::tanh(0.79788456f * (x + 0.044715f * x * x * x)));
    case workloads::Activation::relu:
        return std::max(x, 0.0f);
    case workloads::Activation::relu_squared:
        return std::max(x, 0.0f) * std::max(x, 0.0f);
    case workloads::Activation::xielu: // with the numbers that training starts from
        return x > 0 ? 0.8f * x * x + 0.5f * x : 0.8f * (std::expm1(std::min(x, -1e-6f)) - x) + 0.5f * x;
    case workloads::Activation::situ:
        return 4.0f * std::tanh(x * 0.25f) / (1.0f + std::exp(-x));
    }
    return x;
}

void Payload::run(std::size_t tile, workloads::KernelCall const& k)
{
    float* const s   = sram(tile);
    float* const dst = s + k.dst;
    float const* a   = s + k.a;
    float const* b   = s + k.b;
    float const* c   = s + k.c;
    switch (k.kernel) {
    case Kernel::nothing:
        break;
    case Kernel::matrix_vector:
        std::fill(dst, dst + k.m, 0.0f);
        for (std::uint32_t i = 0; i < k.n; ++i)
            for (std::uint32_t j = 0; j < k.m; ++j)
                dst[j] = round(dst[j] + b[i * k.m + j] * a[i]);
        break;
    case Kernel::square_sum:
        for (std::uint32_t h = 0; h < k.heads; ++h) {
            float squares = 0, sum = 0;
            for (std::uint32_t i = 0; i < k.n; ++i) {
                float const x = a[h * k.n + i];
                squares       = round(squares + x * x * k.scale);
                sum           = round(sum + x * k.scale);
            }
            dst[h] = squares;
            if (k.m == 1)
                dst[1] = sum;
        }
        break;
    case Kernel::normalise:
        for (std::uint32_t h = 0; h < k.heads; ++h) {
            float const mean = k.m == 1 ? c[1] : 0.0f;
            // A head that is all padding has a variance of 0: its elements shall stay 0, not become 0 * infinity.
            float const factor = std::min(round(1.0f / std::sqrt(c[h] - mean * mean + k.epsilon)), largest_);
            for (std::uint32_t i = h * k.n; i < (h + 1) * k.n; ++i)
                dst[i] = round(round((a[i] - mean) * factor) * b[i]);
        }
        break;
    case Kernel::rotate:
        for (std::uint32_t h = 0; h < k.heads; ++h)
            for (std::uint32_t i = 0; i + 1 < k.n; i += 2) {
                float const x = a[h * k.n + i], y = a[h * k.n + i + 1];
                float const cosine = b[i], sine = b[i + 1];
                dst[h * k.n + i]     = round(round(x * cosine) - round(y * sine));
                dst[h * k.n + i + 1] = round(round(x * sine) + round(y * cosine));
            }
        break;
    case Kernel::scores:
        for (std::uint32_t h = 0; h < k.heads; ++h)
            for (std::uint32_t j = 0; j < k.m; ++j) {
                float sum = 0;
                for (std::uint32_t i = 0; i < k.n; ++i)
                    sum = round(sum + b[(h / k.rep * k.n + i) * k.m + j] * round(a[h * k.n + i] * k.scale));
                dst[h * k.m + j] = sum;
            }
        break;
    case Kernel::local_max:
        for (std::uint32_t h = 0; h < k.heads; ++h) {
            float top = std::numeric_limits<float>::lowest();
            for (std::uint32_t j = 0; j < k.m; ++j)
                if (c[j] != 0)
                    top = std::max(top, a[h * k.m + j]);
            dst[h] = std::max(top, -60000.0f);
        }
        break;
    case Kernel::exponentials:
        for (std::uint32_t h = 0; h < k.heads; ++h) {
            float sum = 0;
            for (std::uint32_t j = 0; j < k.m; ++j) {
                float& score = s[k.a + h * k.m + j];
                score        = c[j] != 0 ? round(std::exp(score - b[h])) : 0.0f;
                sum          = round(sum + score);
            }
            dst[h] = sum;
        }
        break;
    case Kernel::weighted_values:
        for (std::uint32_t h = 0; h < k.heads; ++h)
            for (std::uint32_t i = 0; i < k.n; ++i) {
                float sum = 0;
                for (std::uint32_t j = 0; j < k.m; ++j)
                    sum = round(sum + b[(h / k.rep * k.m + j) * k.n + i] * round(a[h * k.m + j] / c[h]));
                dst[h * k.n + i] = sum;
            }
        break;
    case Kernel::append_key:
        for (std::uint32_t h = 0; c[0] >= 0 && h < k.heads; ++h)
            for (std::uint32_t i = 0; i < k.n; ++i)
                dst[(h * k.n + i) * k.m + static_cast<std::uint32_t>(c[0])] = a[h * k.n + i];
        break;
    case Kernel::append_value:
        for (std::uint32_t h = 0; c[0] >= 0 && h < k.heads; ++h)
            for (std::uint32_t i = 0; i < k.n; ++i)
                dst[(h * k.m + static_cast<std::uint32_t>(c[0])) * k.n + i] = a[h * k.n + i];
        break;
    case Kernel::gate:
        for (std::uint32_t i = 0; i < k.n; ++i)
            dst[i] = round(round(activation(a[i])) * b[i]);
        break;
    case Kernel::activate:
        for (std::uint32_t i = 0; i < k.n; ++i)
            dst[i] = round(activation(a[i]));
        break;
    case Kernel::accumulate:
        for (std::uint32_t i = 0; i < k.n; ++i)
            dst[i] = round(dst[i] + a[i]);
        break;
    case Kernel::matrix_matrix:
        for (std::uint32_t n = 0; n < k.n; ++n)
            for (std::uint32_t j = 0; j < k.heads; ++j)
                for (std::uint32_t i = 0; i < k.m; ++i)
                    dst[j * k.m + i] = round(dst[j * k.m + i] + a[n * k.m + i] * b[n * k.heads + j]);
        break;
    case Kernel::clear:
        std::fill(dst, dst + k.n, 0.0f);
        break;
    default:
        run_state(s, k);
    }
}

// Kernels of a running state. Tables: which head of keys, rate, bias, decay, strength.
void Payload::run_state(float* s, workloads::KernelCall const& k) const
{
    auto const round = [this](float x) { return this->round(x); };
    auto const silu  = [&](float x) { return round(x / (1.0f + std::exp(-x))); };
    float*     dst   = s + k.dst;
    float*     a     = s + k.a;
    float*     b     = s + k.b;
    float*     c     = s + k.c;
    switch (k.kernel) {
    case Kernel::convolve:
        for (std::uint32_t j = 0; j < k.m; ++j) {
            float sum = 0;
            for (std::uint32_t t = 0; t < k.n; ++t)
                sum = round(sum + b[t * k.m + j] * (t + 1 < k.n ? c[t * k.m + j] : a[j]));
            for (std::uint32_t t = 0; t + 1 < k.n; ++t)
                c[t * k.m + j] = t + 2 < k.n ? c[(t + 1) * k.m + j] : a[j];
            dst[j] = silu(sum);
        }
        break;
    case Kernel::place:
        std::fill(dst, dst + k.n, 0.0f);
        for (std::uint32_t j = 0; j < k.m; ++j)
            if (b[j] >= 0)
                dst[static_cast<std::uint32_t>(b[j])] = a[j];
        break;
    case Kernel::key_squares:
        for (std::uint32_t o = 0; o < 2 * k.heads; ++o) {
            float const head = b[o % k.heads];
            float       sum  = 0;
            for (std::uint32_t i = 0; head >= 0 && i < k.n; ++i) {
                float const x = a[(static_cast<std::uint32_t>(head) + (o < k.heads ? 0 : k.m)) * k.n + i];
                sum           = round(sum + x * x);
            }
            dst[o] = sum;
        }
        break;
    case Kernel::norm_keys:
        for (std::uint32_t o = 0; o < 2 * k.heads; ++o) {
            float const head   = b[o % k.heads];
            float const factor = round(1.0f / std::sqrt(c[o] + k.epsilon)) * (o < k.heads ? k.scale : 1.0f);
            for (std::uint32_t i = 0; head >= 0 && i < k.n; ++i) {
                float& x = dst[(static_cast<std::uint32_t>(head) + (o < k.heads ? 0 : k.m)) * k.n + i];
                x        = round(x * factor);
            }
        }
        break;
    case Kernel::decay_rates:
        for (std::uint32_t h = 0; h < k.heads; ++h) {
            float const step   = std::log1p(std::exp(a[h] + c[2 * k.heads + h]));
            c[3 * k.heads + h] = round(std::exp(-c[k.heads + h] * step));
            c[4 * k.heads + h] = round(k.m == 1 ? 1.0f / (1.0f + std::exp(-a[k.heads + h])) : step);
        }
        break;
    case Kernel::decay_state:
        for (std::uint32_t i = 0; i < k.heads * k.n * k.m; ++i)
            dst[i] = round(dst[i] * c[3 * k.heads + i / (k.n * k.m)]);
        break;
    case Kernel::multiply_state:
        std::fill(dst, dst + k.heads * k.m, 0.0f);
        for (std::uint32_t h = 0; h < k.heads; ++h)
            for (std::uint32_t i = 0; c[h] >= 0 && i < k.n; ++i)
                for (std::uint32_t v = 0; v < k.m; ++v)
                    dst[h * k.m + v] = round(dst[h * k.m + v] + a[(h * k.n + i) * k.m + v] *
                                                                    b[static_cast<std::uint32_t>(c[h]) * k.n + i]);
        break;
    case Kernel::subtract:
        for (std::uint32_t i = 0; i < k.n; ++i)
            dst[i] = round(a[i] - b[i]);
        break;
    case Kernel::scale_heads:
        for (std::uint32_t i = 0; i < k.heads * k.m; ++i)
            dst[i] = round(a[i] * c[4 * k.heads + i / k.m]);
        break;
    case Kernel::add_to_state:
        for (std::uint32_t h = 0; h < k.heads; ++h)
            for (std::uint32_t i = 0; c[h] >= 0 && i < k.n; ++i)
                for (std::uint32_t v = 0; v < k.m; ++v) {
                    float& x = dst[(h * k.n + i) * k.m + v];
                    x        = round(x + a[static_cast<std::uint32_t>(c[h]) * k.n + i] * b[h * k.m + v]);
                }
        break;
    case Kernel::group_squares:
        std::fill(dst, dst + k.m, 0.0f);
        for (std::uint32_t h = 0; h < k.heads; ++h)
            for (std::uint32_t i = 0; b[h] >= 0 && i < k.n; ++i) {
                float& sum = dst[static_cast<std::uint32_t>(b[h])];
                sum        = round(sum + a[h * k.n + i] * a[h * k.n + i] * k.scale);
            }
        break;
    case Kernel::gated_norm: // weights are at m, sums of groups at rep
        for (std::uint32_t h = 0; h < k.heads; ++h) {
            float const sum    = c[h] >= 0 ? s[k.rep + static_cast<std::uint32_t>(c[h])] : 1.0f;
            float const factor = round(1.0f / std::sqrt(sum + k.epsilon));
            for (std::uint32_t i = h * k.n; i < (h + 1) * k.n; ++i)
                dst[i] = round(round(round(a[i] * factor) * s[k.m + i]) * silu(b[i]));
        }
        break;
    default:
        break;
    }
}

} // namespace scribeline::fabric
