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
    }
}

} // namespace scribeline::fabric
