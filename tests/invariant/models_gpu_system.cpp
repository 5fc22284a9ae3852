// GPUs as SystemC modules find their own time. Alone on the machine it is that of the closed forms; where they contend
// it is what sharing gives. Bytes asked for are bytes served; the quantum, and layers that are skipped, change nothing.
#include "configs/failure.hpp"
#include "configs/schema/resolve.hpp"
#include "models/gpu/forms/gpu_step.hpp"
#include "models/gpu/forms/memory_rate.hpp"
#include "models/gpu/gpu_system.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <string>

using namespace scribeline;
using namespace scribeline::models;

namespace {

struct Setting {
    char const*   machine;
    char const*   model;
    std::uint32_t context;
    GpuPlan       plan;
    std::uint64_t batch;
};

struct Both {
    StepOutcome      plain;
    GpuSystemRun     system;
    TransactionTrace trace;

    double deviation() const { return ratio(system.time, plain.floor) - 1; }
};

enum class Phase { decode, prefill };

configs::Parameters parameters_of(Setting const& s, std::string const& tier = "none")
{
    auto p             = configs::machine_parameters(s.machine);
    p.workload.context = s.context;
    p.gpu.kv_tier      = tier;
    p.gpu.weights_tier = tier;
    return p;
}

Both run(Setting const& s, configs::Parameters const& p, GpuSystemOptions const& options = {},
         Phase phase = Phase::decode)
{
    auto const step  = workloads::decode_step(workloads::read_model(s.model), p.workload);
    auto const share = sustained_share(p.gpu);
    auto const plain = phase == Phase::decode ? decode_on_gpus(step, p, share, s.plan, s.batch)
                                              : prefill_on_gpus(step, p, share, s.plan, s.batch);
    auto       both  = run_gpu_system(step, plain, p, options);
    return {plain, both.run, std::move(both.trace)};
}

Both run(Setting const& s, GpuSystemOptions const& options = {}, std::string const& tier = "none")
{
    return run(s, parameters_of(s, tier), options);
}

void say(char const* what, Setting const& s, Both const& both)
{
    std::printf("%-8s %-12s %-17s tensor %u, pipeline %u, batch %3llu: form %9.4f ms, modules %9.4f ms, %+.3f %%, "
                "%llu transactions, %llu of %llu layers run\n",
                what, s.machine, s.model, s.plan.tensor, s.plan.pipeline, static_cast<unsigned long long>(s.batch),
                both.plain.floor.value() * 1e3, both.system.time.value() * 1e3, 100 * both.deviation(),
                static_cast<unsigned long long>(both.system.simulated),
                static_cast<unsigned long long>(both.system.layers_run),
                static_cast<unsigned long long>(both.system.layers_run + both.system.layers_skipped));
}

void near(std::uint64_t counted, double expected)
{
    CHECK(static_cast<double>(counted) == Approx(expected).epsilon(1e-5));
}

std::array<Setting, 12> const settings{{
    {"h100", "llama-3.1-8b", 4096, {1, 1}, 1},
    {"h100", "llama-3.1-8b", 4096, {1, 1}, 64},
    {"h100", "llama-3.1-70b", 8192, {8, 1}, 1},
    {"h100", "llama-3.1-70b", 8192, {8, 1}, 32},
    {"a100", "llama-2-7b", 1024, {2, 1}, 4},
    {"b200", "llama-3.1-70b", 16384, {4, 2}, 8},
    {"b200", "deepseek-v3", 4096, {8, 1}, 4},
    {"h200", "mixtral-8x7b", 4096, {4, 1}, 8},
    {"gb200-nvl72", "gpt-oss-120b", 8192, {8, 1}, 1},
    {"b200", "gpt-oss-120b", 8192, {2, 2}, 16},
    {"rubin-nvl72", "llama-3.1-405b", 8192, {16, 2}, 4},
    {"h200", "gemma-3-27b", 8192, {4, 1}, 2},
}};

} // namespace

TEST_CASE("alone on the machine, decode on modules takes the time of its closed form within 1 per cent")
{
    for (auto const& each : settings) {
        auto const both = run(each);
        say("decode", each, both);
        CAPTURE(each.machine, each.model, each.plan.tensor, each.plan.pipeline, each.batch);
        CHECK(std::abs(both.deviation()) < 0.01);
        CHECK(sum_of(both.system.parts).value() == Approx(both.system.time.value()).epsilon(1e-9));
        CHECK(both.system.modules > 2 * each.plan.devices());
        CHECK(both.system.kernel_events > 0);
    }
}

TEST_CASE("alone on the machine, prefill on modules takes the time of its closed form within 2 per cent")
{
    for (auto each : settings) {
        each.context    = 2048;
        each.batch      = std::min<std::uint64_t>(each.batch, 4);
        auto const both = run(each, parameters_of(each), {}, Phase::prefill);
        say("prefill", each, both);
        CAPTURE(each.machine, each.model, each.plan.tensor, each.plan.pipeline, each.batch);
        CHECK(std::abs(both.deviation()) < 0.02);
        CHECK(sum_of(both.system.parts).value() == Approx(both.system.time.value()).epsilon(1e-9));
    }
}

TEST_CASE("every way of adding up takes its closed form on the switch, long vectors and short ones")
{
    using configs::AllReduce;
    for (auto const way :
         {AllReduce::one_shot, AllReduce::one_shot_pull, AllReduce::two_shot, AllReduce::ring, AllReduce::in_switch})
        for (auto const batch : {1u, 128u}) {
            auto const s        = Setting{"h100", "llama-3.1-8b", 512, {8, 1}, batch};
            auto       p        = parameters_of(s);
            p.nvlink.all_reduce = way;
            auto const both     = run(s, p);
            auto const part     = static_cast<std::size_t>(StepPart::collective);
            CAPTURE(static_cast<int>(way), batch);
            CHECK(both.system.parts[part].value() == Approx(both.plain.parts[part].value()).epsilon(0.01));
        }
}

TEST_CASE("bytes asked for are bytes served, of each kind, and are those of the closed form")
{
    auto const both = run({"h100", "llama-3.1-70b", 8192, {8, 1}, 4});
    CHECK(both.system.books().balanced());
    auto const& hbm = both.system.of(GpuTier::hbm);
    near(hbm.books.served(Traffic::weights), both.plain.weights.value());
    near(hbm.books.served(Traffic::kv), both.plain.kv.value());
    near(hbm.books.served(Traffic::activations), both.plain.vectors.value());
    // What comes over a link lands in memory.
    auto linked = 0.0;
    for (auto const& op : both.plain.operators)
        linked += op.linked.value();
    near(both.system.of(GpuTier::nvlink).books.served(Traffic::collectives), linked);
    CHECK(hbm.books.served(Traffic::collectives) == both.system.of(GpuTier::nvlink).books.served(Traffic::collectives));
    CHECK(both.system.hbm_occupied().value() < 8 * both.system.time.value());
    for (auto const& each : both.system.switches.entries)
        CHECK(each.left_value > 0);
}

TEST_CASE("what a step writes goes out as writes: new keys and values, and the vectors that kernels leave")
{
    auto const  both = run({"h100", "llama-3.1-70b", 8192, {8, 1}, 4});
    auto const& hbm  = both.system.of(GpuTier::hbm);
    CHECK(hbm.written.served(Traffic::weights) == 0);
    CHECK(hbm.written.served(Traffic::kv) == 4ull * 80 * 2 * 8 * 128 * 2); // 8 key heads of 128 elements of 2 bytes
    auto const written = hbm.written.served(Traffic::activations);
    auto const all     = hbm.books.served(Traffic::activations);
    CHECK(written > all / 4);
    CHECK(written < all * 3 / 4);
    auto expected = 0.0;
    for (auto const& op : both.plain.operators)
        expected += op.vectors_written.value();
    near(written, expected);
}

TEST_CASE("layers and kernels that are skipped take the picoseconds and the bytes that they would have taken")
{
    auto const phase = GENERATE(Phase::decode, Phase::prefill);
    for (auto each : {settings[2], settings[4], settings[6], settings[9], settings[11]}) {
        if (phase == Phase::prefill) {
            each.context = 512;
            each.batch   = std::min<std::uint64_t>(each.batch, 4);
        }
        auto const p       = parameters_of(each);
        auto       options = GpuSystemOptions{};
        options.skips      = false;
        auto const all     = run(each, p, options, phase);
        auto const few     = run(each, p, {}, phase);
        CAPTURE(each.machine, each.model, static_cast<int>(phase));
        if (phase == Phase::decode ||
            each.plan.pipeline == 1) // parts of a batch of prompts are in several stages at once
            CHECK(few.system.layers_skipped > 0);
        CHECK(all.system.layers_skipped == 0);
        CHECK(few.system.simulated < all.system.simulated);
        CHECK(few.system.time == all.system.time);
        CHECK(few.system.transactions() == all.system.transactions());
        for (std::size_t tier = 0; tier < gpu_tiers; ++tier) {
            auto const& a = few.system.tiers[tier];
            auto const& b = all.system.tiers[tier];
            for (std::size_t kind = 0; kind < traffic_kinds; ++kind) {
                CHECK(a.books.served(static_cast<Traffic>(kind)) == b.books.served(static_cast<Traffic>(kind)));
                CHECK(a.written.served(static_cast<Traffic>(kind)) == b.written.served(static_cast<Traffic>(kind)));
            }
            CHECK(a.occupied == b.occupied);
            CHECK(a.latency.counts() == b.latency.counts());
            CHECK(a.waiting.counts() == b.waiting.counts());
        }
        for (std::size_t i = 0; i < step_part_count; ++i)
            CHECK(few.system.parts[i].value() == Approx(all.system.parts[i].value()).epsilon(1e-12));
    }
}

TEST_CASE("keys and values that are written back at 50 GB/s slow what the memory bounds by the share that they take")
{
    auto const s     = Setting{"h100", "llama-3.1-8b", 4096, {1, 1}, 1};
    auto const p     = parameters_of(s);
    auto       other = GpuSystemOptions{};
    other.others     = {{OtherTraffic::What::cache_written_back, 0, 0, configs::BytesPerSecond{50e9}}};
    auto const alone = run(s), shared = run(s, other);
    auto const bytes = [](StepParts const& parts) {
        return (parts[static_cast<std::size_t>(StepPart::weights)] + parts[static_cast<std::size_t>(StepPart::kv)])
            .value();
    };
    auto const rate   = p.gpu.memory_bandwidth.value() * sustained_share(p.gpu);
    auto const taken  = 50e9 / rate;
    auto const slower = bytes(shared.system.parts) / bytes(alone.system.parts) - 1;
    CAPTURE(taken, slower);
    CHECK(slower > 0.7 * taken); // latencies leave it some time in which nobody else would read
    CHECK(slower < 1.3 * taken);
    CHECK(shared.system.of(GpuTier::hbm).books.served(Traffic::kv) -
              alone.system.of(GpuTier::hbm).books.served(Traffic::kv) ==
          Approx(50e9 * shared.system.time.value()).epsilon(0.01));
    auto fixed = static_cast<std::size_t>(StepPart::kernel_fixed);
    CHECK(shared.system.parts[fixed].value() == Approx(alone.system.parts[fixed].value()));
}

TEST_CASE("a cache that is handed over and an all-reduce on one port share it")
{
    auto const s        = Setting{"h100", "llama-3.1-8b", 512, {2, 1}, 512};
    auto       p        = parameters_of(s);
    p.nvlink.all_reduce = configs::AllReduce::one_shot;
    auto       options  = GpuSystemOptions{};
    auto const part     = static_cast<std::size_t>(StepPart::collective);
    auto const alone    = run(s, p).system.parts[part].value();
    // Half of what a port carries, the way in which GPU 0 sends.
    options.others    = {{OtherTraffic::What::cache_handed_over, 0, 1, p.nvlink.bandwidth * 0.5}};
    auto const shared = run(s, p, options);
    auto const vector = 512.0 * 4096 * 2;
    auto const wires  = vector / p.nvlink.bandwidth.value() / p.nvlink.store_share.value * 65;
    CAPTURE(alone, shared.system.parts[part].value(), wires);
    CHECK(shared.system.parts[part].value() > alone + 0.6 * wires); // the wires are there half of the time ...
    CHECK(shared.system.parts[part].value() < alone + 1.4 * wires); // ... so that it takes twice as long
    CHECK(shared.system.books().balanced());
}

TEST_CASE("two GPUs that read one tier of a host get half of it each")
{
    auto const s       = Setting{"h100", "llama-3.1-70b", 2048, {2, 1}, 1};
    auto       p       = parameters_of(s, "ddr5_4800_8ch");
    p.gpu.memory       = configs::Bytes{40e9};           // most weights lie beyond it
    p.nvlink.host_link = configs::BytesPerSecond{10e12}; // the tier decides
    auto const run_on  = [&](std::uint32_t gpus_of_host) {
        auto own          = p;
        own.gpu.host_gpus = gpus_of_host;
        return run(s, own).system;
    };
    auto const apart = run_on(1), together = run_on(2);
    auto const waits = static_cast<std::size_t>(StepPart::host_memory);
    CAPTURE(apart.time.value(), together.time.value());
    CHECK(together.of(GpuTier::host).books.served(Traffic::weights) ==
          apart.of(GpuTier::host).books.served(Traffic::weights));
    CHECK(together.time.value() == Approx(2 * apart.time.value()).epsilon(0.05));
    CHECK(apart.parts[waits].value() > 0.5 * apart.time.value());
}

TEST_CASE("transfers that are kept add up to the counters of their targets, by kind, in order, and at most so many")
{
    auto const setting = Setting{"h100", "llama-3.1-8b", 4096, {4, 2}, 4};
    auto       keep    = GpuSystemOptions{};
    keep.trace_events  = 10'000'000;
    auto const  both   = run(setting, keep);
    auto const& trace  = both.trace;
    CHECK(trace.dropped == 0);
    CHECK(trace.records.size() == both.system.transactions());
    CHECK(trace.initiators.size() == 8);
    CHECK(trace.targets.size() == 16);
    std::array<TrafficBooks, gpu_tiers>     all, written;
    std::array<LatencyHistogram, gpu_tiers> latency;
    auto                                    before = Picoseconds{0};
    for (auto const& each : trace.records) {
        CHECK(each.issue >= before);
        before = each.issue;
        CHECK(each.started >= each.issue);
        CHECK(each.done > each.started);
        REQUIRE(each.target < trace.targets.size());
        REQUIRE(each.initiator < trace.initiators.size());
        auto const& target = trace.targets[each.target];
        CHECK(trace.initiators[each.initiator].back() == target.back()); // each GPU has memory and port of its own
        auto const tier = target.find("hbm") == 0 ? GpuTier::hbm : GpuTier::nvlink;
        CHECK((tier == GpuTier::nvlink) == (target.find("switch") == 0));
        auto const at = static_cast<std::size_t>(tier);
        all[at].serve(each.traffic, each.bytes);
        if (each.write)
            written[at].serve(each.traffic, each.bytes);
        latency[at].add(each.done - each.issue);
    }
    for (auto const tier : {GpuTier::hbm, GpuTier::nvlink}) {
        auto const  at    = static_cast<std::size_t>(tier);
        auto const& which = both.system.of(tier);
        for (std::size_t i = 0; i < traffic_kinds; ++i) {
            CHECK(all[at].served(static_cast<Traffic>(i)) == which.books.served(static_cast<Traffic>(i)));
            CHECK(written[at].served(static_cast<Traffic>(i)) == which.written.served(static_cast<Traffic>(i)));
        }
        CHECK(latency[at].counts() == which.latency.counts());
    }
    keep.trace_events = 100;
    auto const few    = run(setting, keep).trace;
    REQUIRE(few.records.size() == 100);
    CHECK(few.dropped == both.system.transactions() - 100);
    for (std::size_t i = 0; i < 100; ++i)
        CHECK(few.records[i].key() == trace.records[i].key());
    CHECK(run(setting).trace.records.empty());
}

TEST_CASE("weights, keys and values in the host's memory are fetched layer by layer, in the time of the closed form")
{
    for (auto const& each :
         {Setting{"h100", "llama-3.1-405b", 8192, {8, 1}, 2}, Setting{"h100", "llama-3.1-70b", 8192, {8, 1}, 256}}) {
        auto const both = run(each, {}, "ddr5_6400_12ch");
        say("host", each, both);
        CAPTURE(each.machine, each.model, each.plan.tensor, each.plan.pipeline, each.batch);
        REQUIRE(both.plain.footprint.fits());
        CHECK(std::abs(both.deviation()) < 0.02); // what comes in asks the HBM as well, which the form leaves out
        CHECK(both.system.books().balanced());
        auto const& host   = both.system.of(GpuTier::host);
        auto const& memory = both.plain.footprint;
        auto const  gpus   = static_cast<double>(each.plan.devices());
        near(host.books.served(), 2 * (memory.weights_offloaded + memory.offloaded).value() * gpus); // link and tier
        CHECK(host.written.served() == 0);
        CHECK(host.waiting.longest() > 0); // fetches queue behind one another
    }
}

TEST_CASE("the quantum changes nothing where nobody shares, and little where they do")
{
    auto const alone   = Setting{"h100", "llama-3.1-8b", 1024, {4, 2}, 4};
    auto       options = GpuSystemOptions{};
    options.quantum    = 1'000;
    auto const exact   = run(alone, options);
    for (Picoseconds const quantum : {30'000ull, 1'000'000ull}) {
        options.quantum = quantum;
        CHECK(run(alone, options).system.time == exact.system.time);
    }
    auto const contends = Setting{"h100", "phi-2", 256, {2, 1}, 1};
    options.others      = {{OtherTraffic::What::cache_written_back, 0, 0, configs::BytesPerSecond{500e9}},
                           {OtherTraffic::What::cache_handed_over, 0, 1, configs::BytesPerSecond{100e9}}};
    options.quantum     = 1'000;
    auto const fine     = run(contends, options).system;
    for (Picoseconds const quantum : {30'000ull, 300'000ull, 1'000'000ull}) {
        options.quantum   = quantum;
        auto const coarse = run(contends, options).system;
        CAPTURE(quantum, coarse.time.value(), fine.time.value());
        CHECK(coarse.time.value() == Approx(fine.time.value()).epsilon(0.01));
        CHECK(coarse.of(GpuTier::hbm).books.served(Traffic::weights) ==
              fine.of(GpuTier::hbm).books.served(Traffic::weights));
    }
}

TEST_CASE("a system runs one step after another, and each takes what it would have taken first")
{
    auto const s     = Setting{"h100", "llama-3.1-8b", 4096, {2, 1}, 4};
    auto const p     = parameters_of(s);
    auto const step  = workloads::decode_step(workloads::read_model(s.model), p.workload);
    auto const share = sustained_share(p.gpu);
    auto       gpus  = GpuSystem{p, s.plan};
    auto const one   = gpu_program(step, decode_on_gpus(step, p, share, s.plan, 1));
    auto const all   = gpu_program(step, decode_on_gpus(step, p, share, s.plan, 4));
    auto const first = gpus.run(one).run, second = gpus.run(all).run, third = gpus.run(one).run;
    CHECK(first.time == third.time);
    CHECK(second.time > first.time);
    CHECK(first.transactions() == third.transactions());
    CHECK(first.of(GpuTier::hbm).books.served() == third.of(GpuTier::hbm).books.served());
}

TEST_CASE("what could never move a byte is refused with the reason, before anything runs")
{
    auto const s       = Setting{"h100", "llama-3.1-8b", 4096, {8, 1}, 1};
    auto const refused = [&](auto change, GpuPlan plan = {8, 1}) {
        auto p = parameters_of(s, "ddr5_4800_8ch");
        change(p);
        try {
            GpuSystem{p, plan};
        } catch (configs::UserError const& e) {
            return std::string{e.what()};
        }
        return std::string{};
    };
    using P = configs::Parameters;
    CHECK(refused([](P&) {}, {1, 1}).empty());
    CHECK_THAT(refused([](P& p) { p.nvlink.domain = 4; }), Catch::Contains("nvlink.domain"));
    CHECK_THAT(refused([](P& p) { p.nvlink.bandwidth = {}; }), Catch::Contains("nvlink.bandwidth"));
    CHECK_THAT(refused([](P& p) { p.nvlink.host_link = {}; }), Catch::Contains("nvlink.host_link"));
    CHECK_THAT(refused([](P& p) { p.gpu.kv_tier = "tape"; }), Catch::Contains("tape"));
    CHECK_THAT(refused([](P& p) { p.gpu.memory_kind = "core"; }), Catch::Contains("core"));
}

TEST_CASE("an error inside a module ends the run with that error")
{
    auto const s        = Setting{"h100", "llama-3.1-8b", 4096, {8, 1}, 1};
    auto       p        = parameters_of(s);
    auto const step     = workloads::decode_step(workloads::read_model(s.model), p.workload);
    auto const form     = decode_on_gpus(step, p, sustained_share(p.gpu), s.plan, 1);
    p.nvlink.in_switch  = false; // of a machine whose switches only forward
    p.nvlink.all_reduce = configs::AllReduce::in_switch;
    auto       gpus     = GpuSystem{p, s.plan};
    auto const program  = gpu_program(step, form);
    CHECK_THROWS_WITH(gpus.run(program), Catch::Contains("in_switch"));
    CHECK_THROWS_AS(gpus.run(program), configs::UserError); // and stays of no use
}
