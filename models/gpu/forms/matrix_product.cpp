// Tries the tilings that libraries have, and takes the fastest.
#include "models/gpu/forms/matrix_product.hpp"

#include "configs/failure.hpp"
#include "configs/units/whole.hpp"
#include "models/gpu/forms/architecture.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace scribeline::models {

namespace {

// Tiles of tensor-core instructions: with few rows the weights take the long side, so a tile may be 8 rows high.
constexpr std::array<std::uint32_t, 6> tile_rows{8, 16, 32, 64, 128, 256};
constexpr std::array<std::uint32_t, 3> tile_columns{64, 128, 256};
constexpr std::array<std::uint32_t, 8> splits_of_k{1, 2, 3, 4, 6, 8, 12, 16};
// Products of 4 bits on both sides have scales of their blocks in tensor memory beside the sums, and one tile an SM,
// with few rows as with many: times measured on a B200 (ai-dynamo/aiconfigurator) do not change up to 64 rows, and grow
// in proportion to k however few tiles there are, so none is split.
constexpr std::uint32_t tile_rows_4    = 128;
constexpr std::uint32_t tile_columns_4 = 256;
constexpr std::uint32_t largest_tile   = 128 * 256; // its sums fill the registers of an SM
constexpr std::uint32_t least_k        = 256;       // of a part, to fill and drain a pipeline

// Of the arithmetic of a wave of tiles, what its reads of memory hide; the rest follows its last bytes. What a tile
// takes from L2 comes as those reads do, and is hidden by them. Fitted on products of an H100 and a B200 together
// (ai-dynamo/aiconfigurator).
constexpr double hidden_by_reads = 0.65;

constexpr double accumulator_bytes = 4; // partial sums are kept in 32 bits
constexpr double output_bytes      = 2;

// Operands of 4 bits on both sides are floating point with a scale of 8 bits for every 16 of them.
constexpr double block_scale_bits = 8.0 / 16;
// They are quantised by one kernel, which needs no largest value of the whole matrix: 16 bits read, 4.5 written.
constexpr std::uint32_t quantise_kernels_4 = 1;
constexpr double        quantise_bytes_4   = 2 + (4 + block_scale_bits) / 8;

bool is_narrow(MatrixProduct const& product) { return product.weight_bits == 4 && product.activation_bits == 4; }

// Of an element.
double bytes_of(MatrixProduct const& product, std::uint32_t bits)
{
    return (bits + (is_narrow(product) ? block_scale_bits : 0)) / 8;
}

double bytes_of_weight(MatrixProduct const& product)
{
    return product.stored_bits > 0 ? product.stored_bits / 8 : bytes_of(product, product.weight_bits);
}

struct Body {
    Seconds     time;
    Bound       bound;
    KernelPhase phase; // the same, apart from how fast memory is; its bytes are not yet told apart
    Seconds     split;
};

// Waves of equal blocks; the last may be partial. Equation 2 of docs/gpu.md: every term grows with the rows and columns
// of the product, whatever the tiling, so the fastest tiling does too.
Body body_of(GpuDevice const& device, MatrixProduct const& product, Tiling const& tiling, Bytes moved)
{
    auto const& kernels    = device.kernels;
    auto const  sms        = static_cast<double>(device.gpu.sms);
    auto const  clock      = device.gpu.clock;
    auto const  rows       = static_cast<double>(tiling.rows);
    auto const  columns    = static_cast<double>(tiling.columns);
    auto const  depth      = static_cast<double>(product.k) / tiling.splits;
    auto const  bytes_of_a = bytes_of(product, product.activation_bits);
    auto const  bytes_of_b = bytes_of_weight(product);
    auto const  waves      = static_cast<double>(configs::ceil_divide(tiling.blocks, std::uint64_t{device.gpu.sms}));

    // Weights narrower than the activations are widened to them on the way to the tensor cores.
    auto const width  = std::max(product.weight_bits, product.activation_bits);
    auto const tensor = Flops{2 * rows * columns * depth} / (device.peak(width) / sms);
    auto const shared = Bytes{(rows + columns / kernels.tile_sms) * depth * (width / 8.0)} /
                        (clock * Bytes{1.0 * kernels.sm_shared_bytes});

    auto const used_rows    = std::min(rows, static_cast<double>(product.m));
    auto const used_columns = std::min(columns, static_cast<double>(product.n));
    // SMs that compute a tile together load each operand once, and hand it on within their cluster.
    auto const loaded   = Bytes{(used_rows * bytes_of_a + used_columns * bytes_of_b) / kernels.tile_sms * depth};
    auto const load     = loaded / (clock * Bytes{1.0 * kernels.sm_load_bytes});
    auto const products = std::max(tensor, shared) / ratio(device.products(width), device.peak(width));
    auto const compute  = std::max(products, load);

    // Its weights reach a block through what its SM has on its way, and a part of its products follows the last of
    // them.
    auto const weights    = Bytes{used_columns * bytes_of_b * depth};
    auto       body       = Body{};
    body.phase.flight     = {device.flight_of(1).bytes * (ratio(moved, weights) / waves), device.gpu.memory_latency,
                             Refill::in_rounds};
    body.phase.after      = products * ((1 - hidden_by_reads) * waves);
    body.phase.arithmetic = (compute + device.loaded_latency()) * waves;

    auto const memory = moved / device.stream_rate() + body.phase.flight.latency_of(moved) + body.phase.after;
    body.time         = std::max(memory, body.phase.arithmetic);
    body.bound        = memory >= body.phase.arithmetic     ? Bound::memory
                        : compute > device.loaded_latency() ? Bound::arithmetic
                                                            : Bound::latency;
    if (tiling.splits > 1) {
        auto const parts = Bytes{2 * accumulator_bytes * tiling.splits * static_cast<double>(product.m) *
                                 static_cast<double>(product.n)};
        body.split       = kernels.split_step + parts / device.gpu.l2_bandwidth;
        body.time += body.split;
    }
    return body;
}

KernelWork work_of(Body const& body, MatrixProductTime const& moved)
{
    auto phase                  = body.phase;
    phase.bytes.weights         = moved.weights;
    phase.bytes.vectors         = moved.activations - moved.written;
    phase.bytes.vectors_written = moved.written;
    return {moved.time.fixed, {phase}, body.split};
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
    result.weights     = Bytes{n * k * bytes_of_weight(product)};
    result.activations = Bytes{m * k * bytes_of(product, product.activation_bits) + m * n * output_bytes};
    result.written     = Bytes{m * n * output_bytes};
    result.flops       = Flops{2 * m * n * k};

    auto best    = std::optional<Body>{};
    auto attempt = [&](std::uint32_t rows, std::uint32_t columns, std::uint32_t splits) {
        auto const tiles  = configs::ceil_divide(product.m, rows) * configs::ceil_divide(product.n, columns);
        auto const tiling = Tiling{rows, columns, splits, tiles * splits};
        auto const body   = body_of(device, product, tiling, result.weights + result.activations);
        if (!best || body.time < best->time) {
            best          = body;
            result.tiling = tiling;
        }
    };
    if (is_narrow(product)) {
        attempt(tile_rows_4, tile_columns_4, 1);
    } else {
        auto const splittable = architecture_of(device.kernels).splits_products;
        for (auto const rows : tile_rows)
            for (auto const columns : tile_columns)
                for (auto const splits : splits_of_k)
                    if (rows * columns <= largest_tile &&
                        (splits == 1 || (splittable && product.k / splits >= least_k)))
                        attempt(rows, columns, splits);
    }
    SCRIBELINE_EXPECT(best.has_value());
    result.time = {device.launch(how), best->time, best->bound};
    result.work = work_of(*best, result);
    if (product.quantise) {
        bool const to_4    = product.activation_bits <= 4;
        auto const kernels = to_4 ? quantise_kernels_4 : device.kernels.quantise_kernels;
        auto const moved   = Bytes{m * k * (to_4 ? quantise_bytes_4 : 1.0 * device.kernels.quantise_bytes)};
        for (std::uint32_t i = 0; i < kernels; ++i) {
            auto const kernel = vector_kernel(device, moved / kernels, how);
            result.time.fixed += kernel.fixed;
            result.time.body += kernel.body;
            result.work.fixed += kernel.fixed;
            result.work.phases.push_back({vectors_of(moved / kernels), device.vector_flight(), {}, {}});
        }
        // A scale of the whole matrix, which the kernel before has written, is read when the sums are complete.
        if (!to_4) {
            result.time.fixed += device.loaded_latency();
            result.work.fixed += device.loaded_latency();
        }
    }
    return result;
}

} // namespace scribeline::models
