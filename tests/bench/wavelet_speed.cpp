// How fast is the fabric? Of one core, without a kernel: `hops/s` are wavelets from tile to tile, `moves/s` count
// the ramps as well (PE to router, router to PE), and the time of a layer includes setting its mesh up.
#include "fabric/mesh.hpp"
#include "layers.hpp"
#include "workloads/mapping/line_program.hpp"

#include <memory>

#include <sys/resource.h>

#include <benchmark/benchmark.h>

namespace {

using namespace scribeline;

double peak_rss_bytes()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) * 1024;
}

struct Moved {
    double hops = 0, moves = 0;

    void add(fabric::Counters const& c)
    {
        auto const between = static_cast<double>(c.hops + c.crossings_sent);
        hops += between;
        moves += between + static_cast<double>(c.injected + c.delivered);
    }
    void report(benchmark::State& state) const
    {
        state.counters["hops/s"]  = benchmark::Counter(hops, benchmark::Counter::kIsRate);
        state.counters["moves/s"] = benchmark::Counter(moves, benchmark::Counter::kIsRate);
        // Of the process so far, so run one benchmark alone (--benchmark_filter) for its own peak.
        state.counters["peak_RSS"] =
            benchmark::Counter(peak_rss_bytes(), benchmark::Counter::kDefaults, benchmark::Counter::kIs1024);
    }
};

// Many short streams: what a run of a model does.
void layer_of_8b(benchmark::State& state)
{
    auto const parameters = bench::wse2(static_cast<std::uint32_t>(state.range(0)), 4096);
    auto const layer      = bench::layer_of_8b(parameters);
    Moved      moved;
    for (auto _ : state) {
        fabric::Mesh mesh{layer.program, parameters};
        benchmark::DoNotOptimize(mesh.run());
        moved.add(mesh.counters());
    }
    moved.report(state);
}

// Long streams on every row of the whole usable grid, all routers busy at once: the working set of a wafer.
void broadcast_on_a_whole_wafer(benchmark::State& state)
{
    auto const parameters = bench::wse2(1, 1);
    auto const columns = parameters.wafer.columns, rows = parameters.wafer.rows;

    workloads::LineCollective const line{workloads::Axis::x, workloads::centred_chain(columns), 0};
    workloads::Message const        message{static_cast<std::uint32_t>(state.range(0)), 0};
    auto const                      program = workloads::line_program(line, workloads::LineStage::broadcast, message,
                                                                      workloads::StreamCosts::of(parameters), rows);
    Moved                           moved;
    for (auto _ : state) {
        state.PauseTiming();
        auto mesh = std::make_unique<fabric::Mesh>(program, parameters);
        state.ResumeTiming();
        benchmark::DoNotOptimize(mesh->run());
        moved.add(mesh->counters());
        state.PauseTiming();
        mesh.reset();
        state.ResumeTiming();
    }
    moved.report(state);
}

} // namespace

BENCHMARK(layer_of_8b)->Arg(420)->Arg(660)->Unit(benchmark::kMillisecond);
BENCHMARK(broadcast_on_a_whole_wafer)->Arg(64)->Unit(benchmark::kMillisecond);
