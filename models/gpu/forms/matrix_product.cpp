// Tries the tilings that libraries have, and takes the fastest.
#include "models/gpu/forms/matrix_product.hpp"

#include "configs/failure.hpp"
#include "configs/units/whole.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace scribeline::models {

namespace {

// Tiles of tensor-core instructions: with few rows the weights take the long side, so a tile may be 8 rows high.
constexpr std::array<std::uint32_t, 6> tile_rows{8, 16, 32, 64, 128, 256};
constexpr std::array<std::uint32_t, 3> tile_columns{64, 128, 256};
constexpr std::array<std::uint32_t, 8> splits_of_k{1, 2, 3, 4, 6, 8, 12, 16};
constexpr std::uint32_t                largest_tile = 128 * 256; // its sums fill the registers of an SM
constexpr std::uint32_t                least_k      = 256;       // of a part, to fill and drain a pipeline

constexpr double accumulator_bytes = 4; // partial sums are kept in 32 bits
constexpr double output_bytes      = 2;

// Operands of 4 bits on both sides are floating point with a scale of 8 bits for every 16 of them.
constexpr double block_scale_bits = 8.0 / 16;
// They are quantised by one kernel, which needs no largest value of the whole matrix: 16 bits read, 4.5 written.
constexpr std::uint32_t quantise_kernels_4 = 1;
constexpr double        quantise_bytes_4   = 2 + (4 + block_scale_bits) / 8;

// Of an element.
double bytes_of(MatrixProduct const& product, std::uint32_t bits)
{
    bool const scaled = product.weight_bits == 4 && product.activation_bits == 4;
    return (bits + (scaled ? block_scale_bits : 0)) / 8;
}

struct Body {
    Seconds time;
    Bound   bound;
    // What stands behind them, of partial waves and of full ones.
    struct Wave {
        std::uint64_t active = 0; // SMs
        double        share  = 0; // of all bytes, in all waves of this sort
        Seconds       arithmetic{};
    };
    std::array<Wave, 2> waves{};
    Seconds             split{};
};

// Waves of equal blocks; the last may be partial. Equation 2 of docs/gpu.md.
Body body_of(GpuDevice const& device, MatrixProduct const& product, Tiling const& tiling, Bytes moved)
{
    auto const& kernels    = device.kernels;
    auto const  sms        = static_cast<std::uint64_t>(device.gpu.sms);
    auto const  clock      = device.gpu.clock;
    auto const  rows       = static_cast<double>(tiling.rows);
    auto const  columns    = static_cast<double>(tiling.columns);
    auto const  depth      = static_cast<double>(product.k) / tiling.splits;
    auto const  bytes_of_a = bytes_of(product, product.activation_bits);
    auto const  bytes_of_b = bytes_of(product, product.weight_bits);

    // Weights narrower than the activations are widened to them on the way to the tensor cores.
    auto const width  = std::max(product.weight_bits, product.activation_bits);
    auto const peak   = device.peak(width) / static_cast<double>(sms);
    auto const tensor = Flops{2 * rows * columns * depth} / peak;
    auto const shared = Bytes{(rows + columns / kernels.tile_sms) * depth * (width / 8.0)} /
                        (clock * Bytes{1.0 * kernels.sm_shared_bytes});
    auto const most_of = width <= 4 ? kernels.tensor_share_4.value : kernels.tensor_share.value;
    auto const compute = std::max(tensor, shared) / most_of + device.loaded_latency();

    auto const used_rows    = std::min(rows, static_cast<double>(product.m));
    auto const used_columns = std::min(columns, static_cast<double>(product.n));
    auto const loaded       = Bytes{(used_rows * bytes_of_a + used_columns / kernels.tile_sms * bytes_of_b) * depth};
    auto const load         = loaded / (clock * Bytes{1.0 * kernels.sm_load_bytes}) + device.loaded_latency();

    auto body = Body{Seconds{}, Bound::latency, {}, {}};
    auto wave = [&](std::uint64_t active, std::uint64_t times) {
        if (times == 0)
            return;
        auto const share  = static_cast<double>(active) / static_cast<double>(tiling.blocks);
        auto const memory = moved * share / device.read_rate(static_cast<double>(active));
        auto const most   = std::max({compute, load, memory});
        body.time += most * static_cast<double>(times);
        auto const sort  = active == sms ? 1U : 0U;
        body.waves[sort] = {active, share * static_cast<double>(times),
                            std::max(compute, load) * static_cast<double>(times)};
        body.bound       = most == memory ? Bound::memory : most == compute ? Bound::arithmetic : Bound::latency;
    };
    auto const rest = tiling.blocks % sms;
    if (rest != 0)
        wave(rest, 1);
    wave(sms, tiling.blocks / sms); // last: full waves, where there are any, say what bounds
    if (tiling.splits > 1) {
        auto const parts = Bytes{2 * accumulator_bytes * tiling.splits * static_cast<double>(product.m) *
                                 static_cast<double>(product.n)};
        body.split       = kernels.split_step + parts / device.gpu.l2_bandwidth;
        body.time += body.split;
    }
    return body;
}

KernelWork work_of(GpuDevice const& device, Body const& body, MatrixProductTime const& moved)
{
    auto work = KernelWork{moved.time.fixed, {}, body.split};
    for (auto const& wave : body.waves) {
        if (wave.active == 0)
            continue;
        auto phase                  = KernelPhase{};
        phase.bytes.weights         = moved.weights * wave.share;
        phase.bytes.vectors         = (moved.activations - moved.written) * wave.share;
        phase.bytes.vectors_written = moved.written * wave.share;
        phase.flight                = device.flight_of(static_cast<double>(wave.active));
        phase.arithmetic            = wave.arithmetic;
        work.phases.push_back(phase);
    }
    return work;
}

KernelBytes vectors_of(Bytes moved)
{
    auto bytes    = KernelBytes{};
    bytes.vectors = moved;
    return bytes;
}

} // namespace

MatrixProductTime matrix_product(GpuDevice const& device, MatrixProduct const& product, Launch how)
{
    SCRIBELINE_EXPECT(product.m > 0 && product.n > 0 && product.k > 0);
    auto const m = static_cast<double>(product.m), n = static_cast<double>(product.n),
               k = static_cast<double>(product.k);

    auto result        = MatrixProductTime{};
    result.weights     = Bytes{n * k * bytes_of(product, product.weight_bits)};
    result.activations = Bytes{m * k * bytes_of(product, product.activation_bits) + m * n * output_bytes};
    result.written     = Bytes{m * n * output_bytes};
    result.flops       = Flops{2 * m * n * k};

    auto best = std::optional<Body>{};
    for (auto const rows : tile_rows) {
        if (rows > tile_rows.front() && rows >= 2 * product.m)
            continue; // half of it would be empty
        for (auto const columns : tile_columns) {
            if (rows * columns > largest_tile)
                continue;
            auto const tiles = configs::ceil_divide(product.m, rows) * configs::ceil_divide(product.n, columns);
            for (auto const splits : splits_of_k) {
                if (splits > 1 && product.k / splits < least_k)
                    continue;
                auto const tiling = Tiling{rows, columns, splits, tiles * splits};
                auto const body   = body_of(device, product, tiling, result.weights + result.activations);
                if (!best || body.time < best->time) {
                    best          = body;
                    result.tiling = tiling;
                }
            }
        }
    }
    SCRIBELINE_EXPECT(best.has_value());
    result.time = {device.launch(how), best->time, best->bound};
    result.work = work_of(device, *best, result);
    if (product.quantise) {
        bool const to_4    = product.activation_bits <= 4;
        auto const kernels = to_4 ? quantise_kernels_4 : device.kernels.quantise_kernels;
        auto const moved   = Bytes{m * k * (to_4 ? quantise_bytes_4 : 1.0 * device.kernels.quantise_bytes)};
        for (std::uint32_t i = 0; i < kernels; ++i) {
            auto const kernel = vector_kernel(device, moved / kernels, how);
            result.time.fixed += kernel.fixed;
            result.time.body += kernel.body;
            result.work.fixed += kernel.fixed;
            result.work.phases.push_back({vectors_of(moved / kernels), {}, {}, {}});
        }
    }
    return result;
}

} // namespace scribeline::models
