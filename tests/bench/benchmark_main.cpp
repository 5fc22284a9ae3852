// libsystemc brings main() and calls sc_main, so benchmarks cannot take main() from the benchmark library.
#include <benchmark/benchmark.h>

extern "C" int sc_main(int argc, char* argv[])
{
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 64;
    }
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
