// Each algorithm in a few lines; the table in the header says which bytes and waits it has.
#include "models/nvlink/all_reduce.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <initializer_list>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

using configs::AllReduce;
using configs::Bytes;
using configs::NvlinkParams;
using configs::Seconds;

// Of a vector that one group of blocks of threads stores: 512 threads, 16 bytes each. Longer ones have more groups.
constexpr Bytes one_group{8192};
// That a kernel which reads the vectors of other GPUs has on its way from each of them, in the time of an exchange:
// 36 blocks of 512 threads with 16 B each are 288 KiB (vllm-project/vllm, custom_all_reduce); a quarter more fits
// measured rows of two H100 and two B200 (ai-dynamo/aiconfigurator).
constexpr Bytes pull_flight{360.0 * 1024};

// Among n GPUs: one waits for the slowest of the others.
Seconds exchange(NvlinkParams const& p, double n) { return p.exchange + p.exchange_peer * (n - 2); }

AllReduceTime one_shot(NvlinkParams const& p, double n, Bytes b)
{
    // The wires or, of a short vector, the few threads that store it, whichever is slower.
    auto const wires  = b * (n - 1) / (p.bandwidth * p.store_share.value);
    auto const stores = time_to_store(p, static_cast<std::uint32_t>(n), b);
    return {p.collective_start, exchange(p, n), std::max(wires, stores), AllReduce::one_shot};
}

// Of a kernel that reads: its threads ask each of the others for so much, and wait for it.
configs::BytesPerSecond pull_rate(NvlinkParams const& p, double n)
{
    return std::min(p.bandwidth * p.store_share.value, pull_flight * (n - 1) / p.exchange);
}

AllReduceTime one_shot_pull(NvlinkParams const& p, double n, Bytes b)
{
    return {p.collective_start, exchange(p, n) * 2, b * (n - 1) / pull_rate(p, n), AllReduce::one_shot_pull};
}

// Before, after the reduce-scatter (which other GPUs must see: a fence of the whole system), and after.
AllReduceTime two_shot(NvlinkParams const& p, double n, Bytes b)
{
    return {p.collective_start, exchange(p, n) * 3 + p.fence, b * (2 * (n - 1) / n) / pull_rate(p, n),
            AllReduce::two_shot};
}

// `shortest`: words with flags may be taken too.
AllReduceTime ring(NvlinkParams const& p, double n, Bytes b, bool shortest = true)
{
    auto const moved = b * (2 * (n - 1) / n);
    auto const start = p.collective_start + p.ring_start;
    auto const steps = p.ring_step * (2 * (n - 1));
    auto const brief =
        AllReduceTime{start, steps, moved / (p.bandwidth * (p.store_share.value * flagged_payload)), AllReduce::ring};
    auto const bulk =
        AllReduceTime{start + p.bulk_start, steps, moved / (p.bandwidth * p.copy_share.value), AllReduce::ring, true};
    auto best = shortest && brief.total() < bulk.total() ? brief : bulk;
    // Lines pay off, and are taken, where a ring has more than one neighbour.
    auto lines     = brief;
    lines.lines    = true;
    lines.latency  = steps * lines_step;
    lines.transfer = moved / (p.bandwidth * (p.store_share.value * lines_payload));
    return n > 2 && lines.total() < best.total() ? lines : best;
}

AllReduceTime in_switch(NvlinkParams const& p, double n, Bytes b)
{
    return {p.collective_start, exchange(p, n) * 2, b / (p.bandwidth * p.switch_share.value), AllReduce::in_switch};
}

AllReduceTime fastest(std::initializer_list<AllReduceTime> candidates)
{
    auto best = *candidates.begin();
    for (auto const& each : candidates)
        if (each.total() < best.total())
            best = each;
    return best;
}

// NVIDIA/TensorRT-LLM, customAllReduceUtils: what the workspace of its kernels holds. Before the H100, whose switch has
// multicast, its kernel is left beyond 1 MiB (measured on two A100, ai-dynamo/aiconfigurator).
Bytes tensorrt_llm_largest(NvlinkParams const& p, std::uint32_t gpus)
{
    return Bytes{!p.in_switch ? 1024.0 * 1024 : gpus <= 2 ? 16e6 : 8e6};
}

// From here on NCCL's ring among more than two takes lines, though words would be faster for a while (the same).
constexpr Bytes nccl_lines_from{16.0 * 1024};

// vllm-project/vllm, csrc/custom_all_reduce.cuh: from which size on its kernel takes two shots.
Bytes vllm_two_shot_from(std::uint32_t gpus) { return Bytes{gpus <= 4 ? 512.0 * 1024 : 256.0 * 1024}; }
// The largest vector of its kernels where GPUs have no multicast through the switch.
constexpr Bytes vllm_largest{8.0 * 1024 * 1024};

void require_reach(NvlinkParams const& p, std::uint32_t gpus)
{
    if (gpus > p.domain)
        throw configs::UserError{
            configs::Exit::bad_config,
            fmt::format(
                "an all-reduce over {} GPUs: NVLink joins {} (nvlink.domain). Choose a smaller degree of tensor "
                "parallelism, or a machine with a larger domain",
                gpus, p.domain)};
}

} // namespace

Seconds flags_among(NvlinkParams const& p, std::uint32_t gpus) { return exchange(p, static_cast<double>(gpus)); }

Seconds time_to_read(NvlinkParams const& p, std::uint32_t gpus, Bytes moved)
{
    return moved / (pull_flight * (gpus - 1.0) / p.exchange);
}

Seconds time_to_store(NvlinkParams const& p, std::uint32_t gpus, Bytes bytes)
{
    return std::min(bytes, one_group) * (gpus - 1.0) / p.store_block;
}

AllReduceTime all_reduce(NvlinkParams const& p, AllReduce algorithm, std::uint32_t gpus, Bytes bytes)
{
    SCRIBELINE_EXPECT(gpus > 0);
    if (gpus == 1)
        return {};
    require_reach(p, gpus);
    auto const n = static_cast<double>(gpus);
    switch (algorithm) {
    case AllReduce::one_shot:
        return one_shot(p, n, bytes);
    case AllReduce::one_shot_pull:
        return one_shot_pull(p, n, bytes);
    case AllReduce::two_shot:
        return two_shot(p, n, bytes);
    case AllReduce::ring:
        return ring(p, n, bytes);
    case AllReduce::in_switch:
        if (!p.in_switch)
            throw configs::UserError{configs::Exit::bad_config,
                                     "nvlink.all_reduce = in_switch: the switches of this machine only forward "
                                     "(nvlink.in_switch = false). Choose 'fastest' or another algorithm"};
        return in_switch(p, n, bytes);
    case AllReduce::fastest:
        break;
    }
    auto const best =
        fastest({one_shot(p, n, bytes), one_shot_pull(p, n, bytes), two_shot(p, n, bytes), ring(p, n, bytes)});
    return p.in_switch ? fastest({best, in_switch(p, n, bytes)}) : best;
}

double sent_by_one(AllReduce algorithm, std::uint32_t gpus)
{
    auto const n = static_cast<double>(gpus);
    switch (algorithm) {
    case AllReduce::one_shot:
    case AllReduce::one_shot_pull:
        return n - 1;
    case AllReduce::two_shot:
    case AllReduce::ring:
        return 2 * (n - 1) / n;
    case AllReduce::in_switch:
        return 1 + 1 / n;
    case AllReduce::fastest:
        break;
    }
    SCRIBELINE_EXPECT(!"`fastest` is a choice among the others");
    return 0;
}

AllReduceTime library_all_reduce(NvlinkParams const& p, Library library, std::uint32_t gpus, Bytes bytes)
{
    SCRIBELINE_EXPECT(gpus > 0);
    if (gpus == 1)
        return {};
    require_reach(p, gpus);
    auto const n = static_cast<double>(gpus);

    // The library's way through the switch starts as its other protocols for long messages do, once for the sums and
    // once for handing them out, and pays off among three and more.
    auto nccl = ring(p, n, bytes, gpus <= 2 || bytes < nccl_lines_from);
    if (p.in_switch && gpus > 2) {
        auto through_switch = in_switch(p, n, bytes);
        through_switch.start += p.ring_start + p.bulk_start * 2;
        nccl = fastest({nccl, through_switch});
    }
    switch (library) {
    case Library::nccl:
        return nccl;
    case Library::tensorrt_llm:
        return bytes > tensorrt_llm_largest(p, gpus) ? nccl : fastest({one_shot(p, n, bytes), nccl});
    case Library::vllm: {
        auto const own =
            gpus > 2 && bytes >= vllm_two_shot_from(gpus) ? two_shot(p, n, bytes) : one_shot_pull(p, n, bytes);
        return !p.in_switch && bytes >= vllm_largest ? nccl : fastest({own, nccl});
    }
    }
    SCRIBELINE_EXPECT(!"a library without a rule");
    return {};
}

Seconds send(NvlinkParams const& p, Bytes bytes, bool within_domain)
{
    if (within_domain)
        return p.collective_start + p.exchange + bytes / (p.bandwidth * p.store_share.value);
    return p.collective_start + p.network_latency + bytes / p.network;
}

} // namespace scribeline::models
