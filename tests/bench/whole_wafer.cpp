// bench_whole_wafer [THREADS]: a token of Llama-3.1-8B on all PEs of a WSE-3, wavelet by wavelet. 12 regions of 254x294
// PEs run 32 layers, one after another; the way of the token between regions, a few hundred cycles, is left out.
#include "fabric/mesh.hpp"
#include "layers.hpp"

#include <chrono>
#include <cstdlib>
#include <iostream>

#include <sys/resource.h>
#include <systemc>

int sc_main(int argc, char** argv)
{
    using namespace scribeline;
    using Clock                         = std::chrono::steady_clock;
    auto const threads                  = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1;
    auto       parameters               = configs::machine_parameters("wse3");
    parameters.mapping.region           = {254, 294};
    parameters.workload.context         = 4096;
    parameters.workload.activation_bits = 16;
    parameters.run.threads              = static_cast<std::uint32_t>(threads);
    auto const layer                    = workloads::map_decode_layer(
                           workloads::decode_step(workloads::read_model("llama-3.1-8b"), parameters.workload), parameters);
    auto const one_layer = fabric::Mesh{layer.program, parameters}.run();

    auto const   begin   = Clock::now();
    auto const   program = bench::side_by_side(bench::repeated(layer.program, 3), 3, 4, 3 * one_layer + 1000);
    fabric::Mesh mesh{program, parameters};
    auto const   ready   = Clock::now();
    auto const   cycles  = mesh.run();
    auto const   end     = Clock::now();
    auto const   seconds = [](auto const& from, auto const& to) {
        return std::chrono::duration<double>(to - from).count();
    };
    for (auto const& entry : mesh.books())
        if (!entry.balanced()) {
            std::cerr << "bench_whole_wafer: the book `" << entry.name << "` does not balance\n";
            return 70;
        }
    auto const counted = mesh.counters();
    rusage     usage{};
    getrusage(RUSAGE_SELF, &usage);
    auto const hops = counted.hops + counted.crossings_sent;
    std::cout << "PEs " << program.pes() << "\nlayers 36\ncycles " << cycles << "\nwavelet_hops " << hops
              << "\nset up in " << seconds(begin, ready) << " s\nran in " << seconds(ready, end) << " s: 32 layers in "
              << seconds(ready, end) * 32 / 36 << " s, " << static_cast<double>(hops) / 1e6 / seconds(ready, end)
              << " M hops/s\nprocessor time "
              << static_cast<double>(usage.ru_utime.tv_sec) + 1e-6 * static_cast<double>(usage.ru_utime.tv_usec)
              << " s\npeak memory " << usage.ru_maxrss / 1024 << " MiB, "
              << usage.ru_maxrss * 1024 / static_cast<long>(program.pes()) << " B a PE\nstate hash " << std::hex
              << mesh.hash() << '\n';
    return 0;
}
