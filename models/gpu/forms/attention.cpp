// The terms of both are equations 3 and 4 of docs/gpu.md. Each of them grows with the batch and with the tokens: what
// is taken is the fastest of a list of divisions that only shrinks with the batch, or of a block that only grows.
#include "models/gpu/forms/attention.hpp"

#include "configs/failure.hpp"
#include "configs/units/whole.hpp"
#include "models/gpu/forms/architecture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace scribeline::models {

namespace {

constexpr double merged_bytes = 4; // partial results are kept in 32 bits

// Parts that a context is cut into.
constexpr std::array<std::uint64_t, 16> splits_of_context{1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256};

// Columns of the scores that one step of prefill computes.
constexpr std::uint64_t prefill_columns = 128;
// Of a score, beside its exponential: scale and subtract, largest, sum, conversion.
constexpr double softmax_operations = 4;
// Of 32 bits in an SM, from the H100 on (CUDA programming guide). An A100 has 64: nothing of its prefill was compared.
constexpr double lanes = 128;
// Times that queries, keys and values pass memory before attention over a prompt: rotated, laid out, written to the
// cache, some of it from L2. Fitted on short prompts of an H100 and a B200 together (ai-dynamo/aiconfigurator).
constexpr double passes_before_prefill = 3.4;
// Of the longest block, what stands idle at the end where blocks of all lengths follow one another on an SM.
constexpr double idle_at_the_end = 0.5;

// NVIDIA/TensorRT-LLM, decoderXQARunner: its kernel on tensor cores takes parts of at least so many tokens, and is not
// taken where there are fewer of them than a quarter of the SMs. The kernel of plain lanes that is taken then adds up
// the parts of contexts of more than `undivided` in a kernel of its own (measured on an H100,
// ai-dynamo/aiconfigurator).
constexpr std::uint64_t tokens_of_a_part = 128, parts_for_an_sm = 4, undivided = 256;

double as_double(std::uint64_t count) { return static_cast<double>(count); }

// Of `bytes` that are read over and over, what a cache that replaces at random still holds: h = exp(-(1 - h) bytes /
// cache), by iteration from below.
double found_again(Bytes bytes, Bytes cache)
{
    constexpr int rounds = 64;
    if (bytes.value() <= cache.value())
        return 1;
    auto found = 0.0;
    for (int i = 0; i < rounds; ++i)
        found = std::exp(-(1 - found) * ratio(bytes, cache));
    return found;
}

// One way to divide a decode attention among blocks of threads.
struct Division {
    std::uint64_t splits = 1;
    Seconds       blocks{}; // what a block's own reads take, all its waves
    Seconds       lag{};    // of the last block
    Seconds       merge{};

    Seconds total(Seconds others) const { return std::max(blocks, others) + lag + merge; }
};

class Decode {
  public:
    Decode(GpuDevice const& device, DecodeAttention const& a)
        : device_{device}, a_{a}, pairs_{a.batch * a.kv_heads}, values_{a.values_within != 0 ? a.values_within
                                                                                             : a.head_dim},
          elements_{a.values_within != 0 ? 1.0 * a.head_dim : 2.0 * a.head_dim}, bytes_{elements_ * a.kv_bits / 8},
          lanes_{a.heads == a.kv_heads && architecture_of(device.kernels).attention_lanes},
          slots_{std::uint64_t{device.gpu.sms} * (lanes_ ? 1 : device.kernels.attention_blocks)}
    {
    }

    bool on_lanes() const { return lanes_; }
    // By the library's rule there is too little work for its kernel on tensor cores.
    bool too_little() const
    {
        return !lanes_ && a_.kv_bits > 8 && architecture_of(device_.kernels).attention_lanes &&
               a_.context > undivided && pairs_ * (a_.context / tokens_of_a_part) * parts_for_an_sm < device_.gpu.sms;
    }
    Bytes kv() const { return Bytes{as_double(pairs_) * as_double(a_.context) * bytes_}; }
    Flops flops() const
    {
        return Flops{2.0 * as_double(a_.batch * a_.heads) * (a_.head_dim + values_) * as_double(a_.context)};
    }

    // A single query head per key head leaves tensor cores idle: some libraries read such caches with plain lanes.
    Seconds arithmetic() const
    {
        if (!lanes_)
            return flops() / device_.products(a_.kv_bits > 8 ? 16U : 8U);
        auto const rate = device_.gpu.clock * (as_double(device_.gpu.sms) * device_.kernels.convert_rate);
        return Seconds{as_double(a_.batch * a_.heads) * as_double(a_.context) * elements_ / rate.value()};
    }

    // What all blocks of a division have on their way.
    Bytes flight(Division const& division) const
    {
        return rate() * device_.loaded_latency() * std::min(as_double(pairs_ * division.splits), as_double(slots_));
    }

    // More parts than there are slots for gain nothing: the list shrinks with the batch, so the time cannot.
    Division fastest(Seconds others) const
    {
        auto best = std::optional<Division>{};
        for (auto const splits : splits_of_context) {
            if (splits > 1 && pairs_ * splits > slots_)
                break;
            auto const each = divided(splits);
            if (!best || each.total(others) < best->total(others))
                best = each;
        }
        return *best;
    }

  private:
    // Of one block, by Little's law; a lane's conversions may be slower.
    BytesPerSecond rate() const
    {
        auto const reads = device_.kernels.attention_flight / device_.loaded_latency();
        auto const bytes = device_.kernels.convert_rate * a_.kv_bits / 8.0;
        return lanes_ ? std::min(reads, device_.gpu.clock * Bytes{bytes}) : reads;
    }

    Division divided(std::uint64_t splits) const
    {
        auto const& kernels = device_.kernels;
        auto const  tile    = std::uint64_t{kernels.attention_block};
        auto const  share   = as_double(tile * configs::ceil_divide(a_.context, tile * splits)); // tokens of a block
        auto const  waves   = std::max(1.0, as_double(pairs_ * splits) / as_double(slots_));
        auto const  lagging = Bytes{std::min(share, 1.0 * kernels.attention_skew) * bytes_};
        auto        result  = Division{splits, Bytes{share * bytes_ * waves} / rate(), {}, {}};
        // Blocks on tensor cores share an SM, and its reads, until the last one is alone. Of lanes the other waves fill
        // the gap.
        result.lag = lagging / (rate() * (lanes_ ? waves : as_double(kernels.attention_blocks)));
        if (splits > 1) {
            // One block per pair waits for the others, and reads the partial sums of its query heads.
            auto const parts   = as_double(std::min(splits, configs::ceil_divide(a_.context, tile)));
            auto const queries = as_double(a_.heads) / as_double(a_.kv_heads);
            auto const partial = Bytes{parts * queries * values_ * merged_bytes};
            result.merge =
                device_.loaded_latency() * 0.5 + partial / (device_.gpu.clock * Bytes{1.0 * kernels.sm_load_bytes});
        }
        return result;
    }

    GpuDevice const&       device_;
    DecodeAttention const& a_;
    std::uint64_t          pairs_;
    std::uint32_t          values_;
    double                 elements_, bytes_; // of a token of one key head
    bool                   lanes_;
    std::uint64_t          slots_;
};

} // namespace

AttentionTime decode_attention(GpuDevice const& device, DecodeAttention const& a, Launch how)
{
    SCRIBELINE_EXPECT(a.batch > 0 && a.kv_heads > 0 && a.context > 0 && a.heads >= a.kv_heads);
    auto const asked = Decode{device, a};

    auto result  = AttentionTime{};
    result.kv    = asked.kv();
    result.flops = asked.flops();

    // By itself a kernel is measured over and over: what L2 holds of the last time does not come from memory.
    auto const found =
        how == Launch::single ? found_again(result.kv, device.gpu.l2 * architecture_of(device.kernels).l2_reuse) : 0.0;
    auto const from_l2    = result.kv * found / device.gpu.l2_bandwidth;
    auto const memory     = result.kv * (1 - found) / device.stream_rate() + from_l2;
    auto const arithmetic = asked.arithmetic();
    auto const division   = asked.fastest(std::max(memory, arithmetic));
    auto const body       = division.total(std::max(memory, arithmetic));
    auto const first_tile = device.loaded_latency() * 0.5; // a read of memory that is not yet loaded in full
    result.splits         = division.splits;

    // Besides the attention: new keys and values enter the cache, and with 16 bits, or on lanes, a kernel before that
    // lays the queries out; a library that finds too little work has one more behind. In a graph of a whole step those
    // are counted where they are (models/gpu/forms/gpu_step.cpp).
    auto const narrow = a.kv_bits <= 8 && architecture_of(device.kernels).attention_lanes && !asked.on_lanes();
    result.kernels    = how == Launch::graph ? 1 : narrow ? 2 : asked.too_little() ? 4 : 3;
    auto const each   = how == Launch::graph ? device.launch(how) : device.launch(how) + device.gpu.memory_latency;
    auto const bound  = memory >= std::max(arithmetic, division.blocks) ? Bound::memory
                        : arithmetic >= division.blocks                 ? Bound::arithmetic
                                                                        : Bound::latency;
    result.time       = {each * static_cast<double>(result.kernels), body + first_tile, bound};

    auto phase       = KernelPhase{};
    phase.bytes.kv   = result.kv * (1 - found);
    phase.arithmetic = std::max(arithmetic, division.blocks);
    if (how == Launch::graph)
        phase.flight = {asked.flight(division), device.loaded_latency(), Refill::as_it_drains};
    phase.after = from_l2;
    result.work = {result.time.fixed, {phase}, division.lag + division.merge + first_tile};
    return result;
}

AttentionTime prefill_attention(GpuDevice const& device, PrefillAttention const& a, Launch how)
{
    SCRIBELINE_EXPECT(a.batch > 0 && a.kv_heads > 0 && a.tokens > 0 && a.heads >= a.kv_heads);
    auto const& kernels      = device.kernels;
    auto const& architecture = architecture_of(kernels);
    auto const  start        = device.gpu.memory_latency * architecture.prefill_start; // of a block
    auto const  sms          = static_cast<double>(device.gpu.sms);
    auto const  height       = std::uint64_t{architecture.prefill_rows};
    auto const  rows         = configs::ceil_divide(a.tokens, height); // of tiles: blocks of threads of a head
    auto const  cached       = configs::ceil_divide(a.before, prefill_columns);
    auto const  columns      = cached + configs::ceil_divide(a.tokens, prefill_columns);

    // Causal: a row of tiles starts with what is cached and ends with its last query. All but the last row end where
    // their height says.
    auto steps = as_double(columns);
    for (std::uint64_t row = 0; row + 1 < rows; ++row)
        steps += as_double(cached + configs::ceil_divide((row + 1) * height, prefill_columns));

    // Scores and weighted values of one tile on tensor cores; its softmax on lanes and special function units. The two
    // depend on each other: only those of different tiles overlap.
    auto const scores  = as_double(height * prefill_columns);
    auto const tensor  = Flops{4 * scores * a.head_dim} / (device.peak(a.bits) / sms * kernels.tensor_share.value);
    auto const cycles  = scores * (1.0 / kernels.special_functions + softmax_operations / lanes);
    auto const softmax = Seconds{cycles / device.gpu.clock.value()};
    auto const of_one  = std::max(tensor, softmax) + std::min(tensor, softmax) * (1 - kernels.softmax_overlap.value);

    // No block finishes before the longest row has; where SMs have several, the last ones end at different times.
    auto const heads   = as_double(a.batch * a.heads);
    auto const longest = start + of_one * as_double(columns);
    auto const shared  = (start * as_double(rows) + of_one * steps) * (heads / sms);
    auto const several = std::clamp(heads * as_double(rows) / sms - 1, 0.0, 1.0);
    auto const body    = std::max(longest, shared + longest * (idle_at_the_end * several));

    auto result = AttentionTime{};
    result.kv =
        Bytes{as_double(a.batch * (a.tokens + a.before)) * 2.0 * as_double(a.kv_heads) * a.head_dim * a.bits / 8};
    result.flops = Flops{2 * heads * a.head_dim * as_double(a.tokens) * as_double(a.tokens + 2 * a.before)};
    // Rotation, layout, cache and attention.
    result.kernels   = how == Launch::graph ? 1 : 4;
    auto const each  = how == Launch::graph ? device.launch(how) : device.launch(how) + device.gpu.memory_latency;
    auto const width = as_double(a.heads + 2 * a.kv_heads) * a.head_dim * 2;
    auto const moved = Bytes{as_double(a.batch * a.tokens) * width * passes_before_prefill};
    result.time = {each * static_cast<double>(result.kernels), body + moved / device.vector_rate(), Bound::arithmetic};

    auto before          = KernelPhase{}; // half of what passes is read, half is written
    before.bytes.vectors = before.bytes.vectors_written = moved * 0.5;
    before.flight                                       = device.vector_flight();
    auto products                                       = KernelPhase{};
    products.bytes.kv                                   = result.kv;
    products.arithmetic                                 = body;
    result.work                                         = {result.time.fixed, {before, products}, {}};
    return result;
}

} // namespace scribeline::models
