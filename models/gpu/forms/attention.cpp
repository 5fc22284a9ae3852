// The terms of both are equations 3 and 4 of docs/gpu.md.
#include "models/gpu/forms/attention.hpp"

#include "configs/failure.hpp"

#include <algorithm>

namespace scribeline::models {

namespace {

constexpr double merged_bytes = 4; // partial results are kept in 32 bits

// Below so many tokens of all pairs together the library takes kernels without tensor cores for 16-bit caches.
constexpr double least_tokens_of_tensor_cores = 8192;
// A pair is divided among blocks from this context on by those kernels.
constexpr std::uint64_t least_divided_context = 512;

// Side of the square of scores that one step of prefill computes.
constexpr double prefill_tile = 128;
// Of a score, beside its exponential: scale and subtract, largest, sum, conversion.
constexpr double softmax_operations = 4;
// Of 32 bits in an SM, from the H100 on (CUDA programming guide). An A100 has 64: nothing of its prefill was compared.
constexpr double lanes = 128;
// Queries, keys and values pass memory twice before the attention, read and written: rotated, then laid out.
constexpr double passes_before_prefill = 4;

double as_double(std::uint64_t count) { return static_cast<double>(count); }

} // namespace

AttentionTime decode_attention(GpuDevice const& device, DecodeAttention const& a, Launch how)
{
    SCRIBELINE_EXPECT(a.batch > 0 && a.kv_heads > 0 && a.context > 0 && a.heads >= a.kv_heads);
    auto const& kernels           = device.kernels;
    auto const  pairs             = a.batch * a.kv_heads;
    auto const  queries           = as_double(a.heads) / as_double(a.kv_heads);
    auto const  values            = a.values_within != 0 ? a.values_within : a.head_dim;
    auto const  elements_of_token = a.values_within != 0 ? 1.0 * a.head_dim : 2.0 * a.head_dim;
    auto const  bytes_of_token    = elements_of_token * a.kv_bits / 8;
    auto const  tokens            = as_double(pairs) * as_double(a.context);

    auto result  = AttentionTime{};
    result.kv    = Bytes{tokens * bytes_of_token};
    result.flops = Flops{2.0 * as_double(a.batch * a.heads) * (a.head_dim + values) * as_double(a.context)};

    // A single query head per key head leaves tensor cores idle: such caches are read by plain lanes.
    auto const plain = a.heads == a.kv_heads || (a.kv_bits > 8 && tokens < least_tokens_of_tensor_cores);
    auto const slots = static_cast<std::uint64_t>(device.gpu.sms) * (plain ? 1 : kernels.attention_blocks);
    auto const parts = (a.context + kernels.attention_block - 1) / kernels.attention_block;
    result.splits    = std::clamp<std::uint64_t>(slots / pairs, 1, parts);
    auto const share = as_double(a.context) / as_double(result.splits); // tokens of a block
    auto const waves = std::max(1.0, as_double(pairs * result.splits) / as_double(slots));

    auto const memory = result.kv / device.stream_rate();
    auto       body   = Seconds{};
    auto       bound  = Bound::memory;
    auto       phase  = KernelPhase{};
    auto       tail   = Seconds{};
    phase.bytes.kv    = result.kv;
    if (plain) {
        auto const lanes = device.gpu.clock * (as_double(device.gpu.sms) * kernels.convert_rate);
        auto const convert =
            Seconds{as_double(a.batch * a.heads) * as_double(a.context) * elements_of_token / lanes.value()};
        body             = std::max(memory, convert);
        phase.arithmetic = convert;
        bound            = memory < convert ? Bound::arithmetic : Bound::memory;
    } else {
        // A block has attention_flight bytes on their way: Little's law gives its rate.
        auto const rate   = kernels.attention_flight / device.loaded_latency();
        auto const blocks = Bytes{share * bytes_of_token * waves} / rate;
        auto const lag    = Bytes{std::min(share, 1.0 * kernels.attention_skew) * bytes_of_token} /
                         (rate * static_cast<double>(kernels.attention_blocks));
        body = std::max(memory, blocks) + lag;
        // So many blocks at a time: a share of what all of them stream.
        phase.flight = {kernels.attention_flight * (as_double(pairs * result.splits) / waves), device.loaded_latency(),
                        Refill::as_it_drains};
        phase.after  = lag;
        bound        = memory < blocks ? Bound::latency : Bound::memory;
    }
    if (result.splits > 1) {
        // One block per pair reads the partial sums of its query heads.
        auto const partial = Bytes{as_double(result.splits) * queries * values * merged_bytes};
        auto const merge   = partial / (device.gpu.clock * Bytes{1.0 * kernels.sm_load_bytes});
        body += merge;
        (plain ? tail : phase.after) += merge; // beside the products of tensor cores
    }
    // Many queries that share one head of keys can keep tensor cores busier than memory.
    auto const products = result.flops / (device.peak(a.kv_bits > 8 ? 16U : 8U) * kernels.tensor_share.value);
    if (!plain)
        phase.arithmetic = products;
    if (!plain && products > body) {
        body  = products;
        bound = Bound::arithmetic;
    }
    auto const first_tile = device.loaded_latency() * 0.5; // a read of memory that is not yet loaded in full
    body += first_tile;

    // Besides the attention: new keys and values enter the cache, and with 16 bits a kernel before that lays the
    // queries out. In a graph of a whole step those are counted where they are (models/gpu/forms/gpu_step.cpp).
    auto const divided = plain && result.splits > 1 && a.context >= least_divided_context;
    result.kernels     = how == Launch::graph ? 1 : (plain || a.kv_bits > 8 ? 3 : 2);
    result.kernels += divided ? 1 : 0;
    auto const each = how == Launch::graph ? device.launch(how) : device.launch(how) + device.gpu.memory_latency;
    result.time     = {each * static_cast<double>(result.kernels), body, bound};
    result.work     = {result.time.fixed, {phase}, tail + first_tile};
    return result;
}

AttentionTime prefill_attention(GpuDevice const& device, PrefillAttention const& a, Launch how)
{
    SCRIBELINE_EXPECT(a.batch > 0 && a.kv_heads > 0 && a.tokens > 0 && a.heads >= a.kv_heads);
    auto const& kernels = device.kernels;
    auto const  tiles   = static_cast<double>((a.tokens + 127) / 128);
    auto const  sms     = static_cast<double>(device.gpu.sms);

    // Scores and weighted values of one tile on tensor cores; its softmax on lanes and special function units. The two
    // depend on each other: only those of different tiles overlap.
    auto const peak    = device.peak(a.bits) / sms * kernels.tensor_share.value;
    auto const tensor  = Flops{4 * prefill_tile * prefill_tile * a.head_dim} / peak;
    auto const cycles  = prefill_tile * prefill_tile * (1.0 / kernels.special_functions + softmax_operations / lanes);
    auto const softmax = Seconds{cycles / device.gpu.clock.value()};
    auto const of_one  = std::max(tensor, softmax) + std::min(tensor, softmax) * (1 - kernels.softmax_overlap.value);

    // Causal: row i of tiles has i + 1 of them. No block finishes before the longest row has.
    auto const all  = as_double(a.batch * a.heads) * tiles * (tiles + 1) / 2;
    auto const body = of_one * std::max(all / sms, tiles);

    auto result  = AttentionTime{};
    result.kv    = Bytes{as_double(a.batch * a.tokens) * 2.0 * as_double(a.kv_heads) * a.head_dim * a.bits / 8};
    result.flops = Flops{2 * as_double(a.batch * a.heads) * a.head_dim * as_double(a.tokens) * as_double(a.tokens)};
    // Rotation, layout, cache and attention; with 8 bits a conversion more.
    result.kernels   = how == Launch::graph ? 1 : (a.bits > 8 ? 4 : 5);
    auto const each  = how == Launch::graph ? device.launch(how) : device.launch(how) + device.gpu.memory_latency;
    auto const width = as_double(a.heads + 2 * a.kv_heads) * a.head_dim * 2;
    auto const moved = Bytes{as_double(a.batch * a.tokens) * width * passes_before_prefill};
    result.time      = {each * static_cast<double>(result.kernels),
                        body + moved / device.stream_rate() + device.loaded_latency(), Bound::arithmetic};

    auto before          = KernelPhase{}; // half of what passes is read, half is written
    before.bytes.vectors = before.bytes.vectors_written = moved * 0.5;
    auto products                                       = KernelPhase{};
    products.bytes.kv                                   = result.kv;
    products.arithmetic                                 = body;
    result.work = {result.time.fixed, {before, products}, device.loaded_latency()};
    return result;
}

} // namespace scribeline::models
