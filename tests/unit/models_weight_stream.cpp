// Weights that cross the edge of a wafer while the block before computes: when does a token wait, and what crosses?
#include "models/wafer/edge/host_edge.hpp"
#include "models/wafer/edge/parked_kv.hpp"
#include "models/wafer/edge/wafer_system_module.hpp"
#include "models/wafer/edge/weight_stream.hpp"
#include "models/wafer/simulate.hpp"
#include "models/wafer/streamed_weights.hpp"
#include "support/configs.hpp"
#include "support/models_runs.hpp"
#include "workloads/mapping/planner.hpp"

#include <catch2/catch.hpp>

#include <numeric>

using namespace scribeline;
using namespace scribeline::models;
using namespace scribeline::tests;
using Catch::Matchers::Contains;

namespace {

// An edge of 1 byte a nanosecond, without latency.
configs::WaferParams edge_of(double latency = 0)
{
    auto p           = configs::machine_parameters("wse3").wafer;
    p.io_bandwidth   = configs::BytesPerSecond{1e9};
    p.io_latency     = configs::Seconds{latency};
    p.link_bandwidth = configs::BytesPerSecond{1e9};
    p.link_latency   = configs::Seconds{100e-9};
    return p;
}

// `bytes` take as many nanoseconds; so do `compute`.
std::vector<StreamedBlock> alike(std::uint32_t blocks, std::uint64_t bytes, std::uint64_t compute)
{
    auto block    = StreamedBlock{};
    block.bytes   = bytes;
    block.compute = compute * 1000;
    return std::vector<StreamedBlock>(blocks, block);
}

StreamedToken plain(std::vector<StreamedBlock> const& blocks, configs::WaferParams const& wafer)
{
    PlainSource source{wafer, 2};
    return stream_weights(blocks, source);
}

struct Run {
    configs::Config       config;
    workloads::DecodeStep step;
    workloads::TokenPlan  plan;
    Outcome               outcome;
};

Run run(std::vector<std::string> words)
{
    auto const config = config_of(std::move(words));
    auto const step =
        workloads::decode_step(workloads::read_model(config.parameters.workload.model), config.parameters.workload);
    auto const plan = workloads::plan_token(step, config.parameters);
    return {config, step, plan, simulate(config, step, plan)};
}

std::vector<std::string> streamed(std::string const& machine, std::string const& model,
                                  std::vector<std::string> more = {})
{
    std::vector<std::string> words{"--machine", machine, "--model", model,
                                   "--context", "4096",  "--set",   "mapping.weights=streamed"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

} // namespace

TEST_CASE("weights that come faster than blocks compute cost nothing, and slower ones what they are slower by")
{
    auto const compute = GENERATE(50u, 100u, 300u);
    auto const token   = plain(alike(10, 100, compute), edge_of());
    CHECK(token.total == std::max(100u, compute) * 10 * 1000);
    CHECK(token.bytes == 1000);
    CHECK(std::accumulate(token.waits.begin(), token.waits.end(), Picoseconds{0}) ==
          token.total - Picoseconds{10} * compute * 1000);
    CHECK_NOTHROW(token.books.require_balanced());
}

TEST_CASE("two blocks stay in the buffers, and nothing crosses for a token")
{
    auto const token = plain(alike(2, 100, 50), edge_of());
    CHECK(token.total == 100 * 1000);
    CHECK(token.bytes == 0);
    CHECK(token.stays == std::vector<bool>{true, true});
}

TEST_CASE("stages on one wafer share its edge, and those on two have one each")
{
    auto blocks = alike(12, 100, 10);
    for (std::size_t i = 6; i < 12; ++i)
        blocks[i].stage = 1;
    auto const shared = plain(blocks, edge_of());
    CHECK(shared.total == 12 * 100 * 1000); // the edge is never idle
    for (std::size_t i = 6; i < 12; ++i)
        blocks[i].wafer = 1;
    auto const own = plain(blocks, edge_of());
    CHECK(own.total < shared.total);
    CHECK(own.total >= 6 * 100 * 1000);
    CHECK(own.of_wafer == std::vector<std::uint64_t>{600, 600});
}

TEST_CASE("an edge with latency delays a load, and an edge without bandwidth is refused")
{
    // A buffer is free for 220 ns of every two blocks: its load takes 130, and the block 90.
    CHECK(plain(alike(8, 100, 90), edge_of(30e-9)).total == 8 * 110 * 1000);
    CHECK(plain(alike(8, 100, 20), edge_of(30e-9)).total == 8 * 100 * 1000); // hidden behind the other load
    auto none         = edge_of();
    none.io_bandwidth = configs::BytesPerSecond{0};
    CHECK_THAT(refusal_of([&] { HostEdge{none}; }).text, Contains("wafer.io_bandwidth"));
}

TEST_CASE("modules with sockets find the times that the plain servers find")
{
    auto blocks = alike(9, 100, 40);
    for (std::size_t i = 5; i < 9; ++i)
        blocks[i].stage = blocks[i].wafer = 1;
    blocks[5].link_bytes       = 64;
    blocks[5].way              = 7000;
    auto const        expected = plain(blocks, edge_of(5e-9));
    WaferSystemModule wafers{"wafers", edge_of(5e-9), 2, blocks};
    sc_core::sc_start();
    CHECK(wafers.token().total == expected.total);
    CHECK(wafers.token().waits == expected.waits);
    CHECK(wafers.token().bytes == 900);
    CHECK_NOTHROW(wafers.books().require_balanced());
    CHECK(wafers.evidence().transactions > 9);
    CHECK(wafers.evidence().modules == 11);
}

TEST_CASE("who writes to a host at the same time takes his share of the edge")
{
    auto const        alone = plain(alike(6, 100, 10), edge_of());
    WaferSystemModule wafers{"wafers", edge_of(), 1, alike(6, 100, 10)};
    BulkThread        parked{"parked", [](BulkInitiator& port, LocalTime& time) {
                          for (int i = 0; i < 40; ++i)
                              port.transfer(time, {100, Traffic::kv, 0, true});
                      }};
    parked.initiator.socket.bind(wafers.host(0).socket);
    sc_core::sc_start();
    CHECK(2 * wafers.token().total ==
          3 * alone.total); // two loads are under way for each write, and take turns with it
}

TEST_CASE("a model that its wafers do not hold streams its weights, and the wait is told")
{
    auto const  made = run(streamed("wse3:2", "llama-3.1-70b"));
    auto const& o    = made.outcome;
    CHECK(o.fidelity == "folded");
    CHECK(made.plan.wafers <= 2);
    CHECK_NOTHROW(o.books.require_balanced());
    // 141 GB less the rows of the embedding that are not read, over one edge of 150 GB/s at a time.
    CHECK(static_cast<double>(o.token.edge_bytes) == Approx(139e9).epsilon(0.02));
    CHECK(o.time_per_output_token.value() > 0.9 * 139e9 / 150e9 / made.plan.wafers);
    CHECK(o.time_per_output_token.value() < 1.1 * 139e9 / 150e9);
    CHECK(o.waterfall.back().name == "weights over the edge");
    CHECK(o.waterfall.back().time.value() > 0.8 * o.time_per_output_token.value());
    CHECK(o.bound_by == "off_wafer");
    std::uint64_t sum = 0;
    for (auto const part : o.parts)
        sum += part;
    CHECK(sum == o.cycles_per_token);
    CHECK(o.token.closed_form_cycles == Approx(o.cycles_per_token).epsilon(0.05));
    for (auto const& stage : made.plan.stages)
        CHECK(stage.bytes_per_pe <= made.config.parameters.pe.sram.value());
}

TEST_CASE("a faster edge never makes a token slower, and without a wait it takes what resident weights take")
{
    double last = 1e9;
    for (auto const* bandwidth : {"20 GB/s", "150 GB/s", "2 TB/s", "50 TB/s", "1 PB/s"}) {
        auto const made = run(streamed("wse3", "llama-3.1-8b",
                                       {"--set", std::string{"wafer.io_bandwidth="} + bandwidth, "--set",
                                        "mapping.schedule=pipeline", "--region", "660x660"}));
        CAPTURE(bandwidth);
        CHECK(made.outcome.time_per_output_token.value() <= last);
        last = made.outcome.time_per_output_token.value();
    }
    auto const fast =
        run(streamed("wse3", "llama-3.1-8b", {"--set", "wafer.io_bandwidth=1 PB/s", "--set", "wafer.io_latency=1 ns"}));
    std::uint64_t waits = 0;
    for (auto const& op : fast.outcome.operators)
        if (op.kind == edge_kind)
            waits += op.end - op.start;
    CHECK(static_cast<double>(waits) < 0.01 * static_cast<double>(fast.outcome.cycles_per_token));
}

TEST_CASE("streamed weights are refused where two blocks do not fit, where one layer stands for all, and for a prompt")
{
    auto const text = [](std::vector<std::string> words) { return refusal_of([&] { run(words); }).text; };
    CHECK_THAT(text(streamed("wse3", "llama-3.1-405b", {"--set", "mapping.schedule=pipeline", "--region", "200x200"})),
               Contains("mapping.weights = streamed") && Contains("two buffers of weights"));
    CHECK_THAT(text(streamed("wse3", "llama-3.1-8b", {"--region", "420x420"})), Contains("mapping.schedule"));
    CHECK_THAT(text(streamed("wse3", "llama-3.1-8b", {"--set", "mapping.tables=wafer"})), Contains("mapping.tables"));
    CHECK_THAT(text(streamed("wse3", "llama-3.1-8b", {"--prompt", "64"})), Contains("workload.prompt"));
}

TEST_CASE("the cache of a sequence is written out and read back over the edges of all its wafers at once")
{
    auto const made  = run({"--machine", "wse3:4", "--model", "llama-3.1-70b", "--context", "4096"});
    auto const bytes = kv_of_wafers(made.step, made.plan, 4096);
    auto const all   = std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0});
    CHECK(all == 80ull * 2 * 8 * 128 * 2 * 4096); // layers, keys and values, heads, elements, bytes, tokens
    auto const& wafer = made.config.parameters.wafer;
    PlainSource edges{wafer, made.plan.wafers};
    auto const  most = *std::max_element(bytes.begin(), bytes.end());
    auto const  out  = move_kv(bytes, true, edges.edges());
    CHECK(out.bytes == all);
    CHECK(out.time.value() ==
          Approx(static_cast<double>(most) / wafer.io_bandwidth.value() + wafer.io_latency.value()).epsilon(1e-9));
    CHECK_NOTHROW(out.books.require_balanced());
    // Read back at once, it waits until the edge has let it out.
    auto const back = move_kv(bytes, false, edges.edges());
    CHECK(back.time.value() == Approx(2 * out.time.value() - wafer.io_latency.value()).epsilon(1e-6));
}
