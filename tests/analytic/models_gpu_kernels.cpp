// Kernels meet the rooflines where these hold, and Little's law where a few SMs read.
#include "models/gpu/forms/attention.hpp"
#include "models/gpu/forms/matrix_product.hpp"
#include "models/nvlink/all_reduce.hpp"
#include "support/models_gpu_rows.hpp"

#include "configs/schema/resolve.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using models::Launch;

TEST_CASE("a product with one row takes its weights over the rate of the reads in flight")
{
    auto const device = tests::shipped_gpu("h100");
    auto const time   = models::matrix_product(device, {1, 65536, 16384, 16, 16, false}, Launch::graph);
    auto const after  = time.work.phases.at(0).after; // a part of the products follows the last weights
    auto const bound  = time.weights / device.read_rate(device.gpu.sms) + after;
    CHECK(time.time.bound == models::Bound::memory);
    CHECK(time.time.body.value() >= bound.value());
    CHECK(after < bound * 0.1);
    CHECK(time.time.body.value() == Approx(bound.value()).epsilon(0.04)); // the last wave is not full
}

TEST_CASE("a large product takes its arithmetic over the sustained peak")
{
    auto const device = tests::shipped_gpu("h100");
    auto const time   = models::matrix_product(device, {8448, 16384, 8192, 16, 16, false}, Launch::graph);
    auto const bound  = time.flops / (device.peak(16) * device.kernels.tensor_share.value);
    CHECK(time.time.bound == models::Bound::arithmetic);
    CHECK(time.time.body.value() >= bound.value());
    CHECK(time.time.body.value() == Approx(bound.value()).epsilon(0.05));
}

TEST_CASE("reads in flight obey Little's law: few SMs are bound by latency, many by the memory")
{
    auto const device    = tests::shipped_gpu("h100");
    auto const in_flight = device.gpu.shared_memory.value() * device.kernels.pipeline_share.value;
    auto const one       = device.read_rate(1).value();
    auto const alone     = in_flight / device.gpu.memory_latency.value();
    CHECK(1 / one == Approx(1 / alone + 1 / device.sustained.value())); // the rest waits for the memory
    CHECK(one < alone);
    CHECK(device.read_rate(132).value() < device.sustained.value());
    CHECK(device.read_rate(132).value() > 0.9 * device.sustained.value());
    CHECK(device.read_rate(4).value() < 4 * one);
}

TEST_CASE("a product that has fewer tiles than SMs is split along k, and one that has many is not")
{
    auto const device = tests::shipped_gpu("h100");
    CHECK(models::matrix_product(device, {1, 1024, 16384, 16, 16, false}, Launch::single).tiling.splits > 1);
    CHECK(models::matrix_product(device, {1, 65536, 1024, 16, 16, false}, Launch::single).tiling.splits == 1);
}

TEST_CASE("half as wide weights are read in half the time")
{
    auto const device = tests::shipped_gpu("h100");
    auto const wide   = models::matrix_product(device, {1, 65536, 16384, 16, 16, false}, Launch::graph).time.body;
    auto const narrow = models::matrix_product(device, {1, 65536, 16384, 8, 8, false}, Launch::graph).time.body;
    CHECK(narrow.value() == Approx(wide.value() / 2).epsilon(0.02));
}

TEST_CASE("long contexts are read at what the memory sustains, short ones cost their launches")
{
    auto const device  = tests::shipped_gpu("h100");
    auto const lengthy = models::decode_attention(device, {16, 64, 8, 128, 131072, 16}, Launch::single);
    CHECK(lengthy.time.total().value() == Approx((lengthy.kv / device.sustained).value()).epsilon(0.02));
    auto const brief = models::decode_attention(device, {1, 64, 8, 128, 64, 8}, Launch::single);
    CHECK(brief.time.body < brief.time.fixed);
    CHECK(brief.splits == 1);
}

TEST_CASE("the lines between two dies bound what is read when they are slow")
{
    auto p         = configs::machine_parameters("b200");
    p.gpu.die_link = configs::BytesPerSecond{1e12};
    CHECK(models::gpu_device(p, 0.92).stream_rate().value() == Approx(4e12));
    p.gpu.die_link = configs::BytesPerSecond{5e12};
    CHECK(models::gpu_device(p, 0.92).stream_rate().value() == Approx(0.92 * 7.7e12));
}

TEST_CASE("each all-reduce moves the bytes of its closed form")
{
    auto       p  = configs::machine_parameters("h100").nvlink;
    auto const b  = configs::Bytes{1e9};
    p.store_share = p.switch_share = configs::Share{1};
    auto const moved               = [&](configs::AllReduce algorithm, std::uint32_t n) {
        return models::all_reduce(p, algorithm, n, b).transfer.value() * p.bandwidth.value() / b.value();
    };
    using configs::AllReduce;
    CHECK(moved(AllReduce::one_shot, 8) == Approx(7));
    CHECK(moved(AllReduce::one_shot_pull, 4) == Approx(3));
    CHECK(moved(AllReduce::two_shot, 8) == Approx(1.75));
    CHECK(moved(AllReduce::in_switch, 8) == Approx(1));           // the share is that of the vector alone
    CHECK(moved(AllReduce::ring, 8) * 120 / 128 == Approx(1.75)); // lines of 128 B with 8 B of flags
    p.store_share = configs::Share{0.5};
    CHECK(moved(AllReduce::ring, 8) * p.copy_share.value == Approx(1.75));
    CHECK(moved(AllReduce::ring, 2) * p.copy_share.value == Approx(1));
}

TEST_CASE("short vectors of a ring go in words with a flag each, middle ones among more than two in lines")
{
    auto const p    = configs::machine_parameters("h100").nvlink;
    auto const nccl = [&](std::uint32_t n, double bytes) {
        return models::library_all_reduce(p, models::Library::nccl, n, configs::Bytes{bytes});
    };
    CHECK_FALSE(nccl(8, 8192).lines);
    CHECK(nccl(8, 16384).lines); // the library's choice, though words would be faster
    CHECK(models::all_reduce(p, configs::AllReduce::ring, 8, configs::Bytes{16384}).total() < nccl(8, 16384).total());
    CHECK(nccl(8, 1048576).lines);
    CHECK_FALSE(nccl(2, 1048576).lines);
    CHECK(nccl(2, 16777216).bulk);
    CHECK(nccl(8, 65536).latency.value() == Approx(14 * 1.25 * p.ring_step.value()));
}

TEST_CASE("a short vector in one shot waits for the threads that store it, a long one for the wires")
{
    auto const a100   = configs::machine_parameters("a100").nvlink;
    auto const h100   = configs::machine_parameters("h100").nvlink;
    auto const beyond = [](configs::NvlinkParams const& p, double bytes) {
        auto const time = models::all_reduce(p, configs::AllReduce::one_shot, 8, configs::Bytes{bytes});
        auto const none = models::all_reduce(p, configs::AllReduce::one_shot, 8, configs::Bytes{1});
        return (time.total() - none.total()).value();
    };
    // Seven vectors of 8 KiB by the threads of one block, or of eight.
    CHECK(beyond(a100, 8192) == Approx(7 * 8192 / 16e9).epsilon(0.01));
    CHECK(beyond(h100, 8192) == Approx(7 * 8192 / 127e9).epsilon(0.01));
    CHECK(beyond(a100, 32768) == Approx(beyond(a100, 8192)).epsilon(0.01)); // four blocks
    CHECK(beyond(a100, 1048576) == Approx(7 * 1048576 / (0.64 * 300e9)).epsilon(0.01));
}

TEST_CASE("two shots wait for a fence between their halves")
{
    auto       p      = configs::machine_parameters("h100").nvlink;
    auto const before = models::all_reduce(p, configs::AllReduce::two_shot, 8, configs::Bytes{65536}).total();
    p.fence += configs::Seconds{5e-6};
    auto const after = models::all_reduce(p, configs::AllReduce::two_shot, 8, configs::Bytes{65536}).total();
    CHECK((after - before).value() == Approx(5e-6));
}

TEST_CASE("operands of 4 bits carry a scale of 8 bits for every 16, and are quantised by one kernel")
{
    auto const device = tests::shipped_gpu("b200");
    auto const alone  = models::matrix_product(device, {1, 65536, 16384, 4, 4, false}, Launch::single);
    CHECK(alone.weights.value() == Approx(65536.0 * 16384 * 4.5 / 8));
    auto const both = models::matrix_product(device, {1, 65536, 16384, 4, 4, true}, Launch::single);
    CHECK(both.time.fixed.value() ==
          Approx((alone.time.fixed + device.kernels.fixed + device.gpu.memory_latency).value()));
    // Weights alone of 4 bits have no such scales here: those of a group of 128 are below 3 %.
    CHECK(models::matrix_product(device, {1, 65536, 16384, 4, 16, false}, Launch::single).weights.value() ==
          Approx(65536.0 * 16384 / 2));
}

TEST_CASE("two SMs that share a tile's columns are not bound by their ports to L2 where one alone is")
{
    auto       device = tests::shipped_gpu("b200");
    auto const large  = models::MatrixProduct{8192, 16384, 16384, 16, 16, false};
    auto const paired = models::matrix_product(device, large, Launch::graph);
    CHECK(paired.time.body.value() ==
          Approx((paired.flops / (device.peak(16) * device.kernels.tensor_share.value)).value()).epsilon(0.06));
    device.kernels.tile_sms = 1;
    CHECK(models::matrix_product(device, large, Launch::graph).time.body.value() > 1.05 * paired.time.body.value());
}

TEST_CASE("decode attention reads long contexts at what the memory sustains on devices of every generation")
{
    for (auto const* machine : {"a100", "h100", "h200", "b200", "gb200-nvl72"}) {
        auto const device = tests::shipped_gpu(machine);
        auto const time   = models::decode_attention(device, {64, 64, 8, 128, 16384, 16}, Launch::graph);
        CAPTURE(machine);
        CHECK(time.time.total().value() >= (time.kv / device.sustained).value());
        CHECK(time.time.total().value() == Approx((time.kv / device.sustained).value()).epsilon(0.06));
    }
}

TEST_CASE("what a kernel asks for takes the time of its equation where nobody else uses the memory")
{
    auto const check = [](models::GpuDevice const& device, models::KernelTime const& time,
                          models::KernelWork const& work) {
        CHECK(models::time_alone(work, device.stream_rate()).value() == Approx(time.total().value()).epsilon(1e-9));
    };
    for (auto const* machine : {"a100", "h100", "b200", "rubin-nvl72"}) {
        auto const device = tests::shipped_gpu(machine);
        CAPTURE(machine);
        for (auto const m : {1u, 64u, 4096u})
            for (auto const n : {512u, 8192u, 65536u})
                for (auto const bits : {4u, 8u, 16u}) {
                    auto const asked   = models::MatrixProduct{m, n, 8192, bits, std::max(bits, 8u), bits == 8};
                    auto const product = models::matrix_product(device, asked, Launch::graph);
                    CAPTURE(m, n, bits);
                    check(device, product.time, product.work);
                    auto const bytes = product.work.bytes();
                    CHECK(bytes.weights.value() == Approx(product.weights.value()));
                    CHECK(bytes.vectors_written.value() == Approx(product.written.value()));
                }
        for (auto const batch : {1u, 16u, 256u})
            for (auto const keys : {1u, 8u, 32u})
                for (auto const context : {100u, 8192u}) {
                    auto const decode =
                        models::decode_attention(device, {batch, 32, keys, 128, context, 16, 0}, Launch::graph);
                    CAPTURE(batch, keys, context);
                    check(device, decode.time, decode.work);
                    CHECK(decode.work.bytes().kv.value() == Approx(decode.kv.value()));
                }
        auto const prefill = models::prefill_attention(device, {2, 32, 8, 128, 2048, 16}, Launch::graph);
        check(device, prefill.time, prefill.work);
    }
}
