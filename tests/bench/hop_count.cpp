// bench_hop_count N: N small decoder layers, one after another, on 64x64 PEs over two reticles, without a kernel.
// Prints how many wavelet-hops they took. scripts/check-instructions divides the instructions by them.
#include "fabric/mesh.hpp"
#include "layers.hpp"

#include <cstdlib>
#include <iostream>

#include <systemc>

int sc_main(int argc, char** argv)
{
    using namespace scribeline;
    char*      end      = nullptr;
    auto const portions = argc == 2 ? std::strtoul(argv[1], &end, 10) : 0;
    if (portions < 1 || portions > 1000 || *end != '\0') {
        std::cerr << "usage: bench_hop_count N   (1 to 1000 portions)\n";
        return 64;
    }
    auto const   parameters = bench::wse2(64, 640);
    auto const   program    = bench::repeated(bench::small_layer(parameters).program, static_cast<unsigned>(portions));
    fabric::Mesh mesh{program, parameters};
    auto const   cycles = mesh.run();
    for (auto const& entry : mesh.books())
        if (!entry.balanced()) {
            std::cerr << "bench_hop_count: the book `" << entry.name << "` does not balance\n";
            return 70;
        }
    auto const counted = mesh.counters();
    std::cout << "cycles " << cycles << "\nwavelet_hops " << counted.hops + counted.crossings_sent << '\n';
    return 0;
}
