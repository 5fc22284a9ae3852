// Ports that need more than a cycle for a wavelet, after a long silence.
#include "support/fabric_programs.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::tests;
using fabric::Mesh;

// When a port is free again is kept in 32 bits of eighths of a cycle: 2^29 cycles. Silences around that and around half
// of it, from where on a moment long past would look like one to come.
TEST_CASE("a stream takes as long after a silence of any length as at once")
{
    auto       p                = small_wafer(5, 1);
    auto const eighths          = GENERATE(9u, 21u, 512u);
    p.fabric.link_serialisation = configs::FabricEighths{eighths};
    auto const stream           = [&](std::uint32_t silence) {
        auto const program = ProgramBuilder{5, 1}
                                 .way(0, 0, 0, 4, 0)
                                 .run(0, 0, send(0, 20))
                                 .run(0, 0, work(silence))
                                 .run(0, 0, send(0, 20))
                                 .run(4, 0, receive(0, 20, -4))
                                 .run(4, 0, receive(0, 20, -4))
                                 .build();
        Mesh       mesh{program, p};
        auto const cycles = mesh.run();
        CHECK(unbalanced(mesh.books()) == "");
        return cycles - silence;
    };
    auto const soon = stream(20000);
    for (std::uint32_t power = 24; power < 32; ++power)
        for (std::int64_t const beside : {-3000, -1, 0, 1, 3000}) {
            auto const silence = static_cast<std::uint32_t>((std::int64_t{1} << power) + beside);
            CAPTURE(eighths, silence);
            CHECK(stream(silence) == soon);
        }
}
