// Links that are slower than others, over scribe lines or because of repair: the same cycles in whatever way they are
// simulated.
#include "support/fabric_programs.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <tuple>

using namespace scribeline;
using namespace scribeline::tests;
using fabric::LongerHops;
using fabric::Mesh;

namespace {

using Run = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>; // hash, cycles, hops

Run run(Program const& program, configs::Parameters const& p, LongerHops const* longer, fabric::Probe* probe = nullptr)
{
    Mesh       mesh{program, p, {}, probe, {}, longer};
    auto const cycles = mesh.run();
    CHECK(unbalanced(mesh.books()) == "");
    auto const c = mesh.counters();
    return {mesh.hash(), cycles, c.hops + c.crossings_sent};
}

// One link in `one_in` is longer, by up to 20 cycles.
LongerHops some_longer(std::uint32_t columns, std::uint32_t rows, std::uint64_t seed, std::uint32_t one_in)
{
    std::mt19937_64 engine{seed};
    LongerHops      longer{columns, rows};
    for (std::uint32_t y = 0; y < rows; ++y)
        for (std::uint32_t x = 0; x < columns; ++x) {
            if (x + 1 < columns && engine() % one_in == 0)
                longer.set_east(x, y, 1 + static_cast<std::uint32_t>(engine() % 20));
            if (y + 1 < rows && engine() % one_in == 0)
                longer.set_south(x, y, 1 + static_cast<std::uint32_t>(engine() % 20));
        }
    return longer;
}

} // namespace

TEST_CASE("with longer links and slow crossings the hash is the same for every quantum, order, thread count and probe")
{
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        auto p                      = small_wafer(12, 10, 4, 3);
        p.scribe.extra_latency      = configs::FabricCycles{seed % 3 * 4};
        p.scribe.link_serialisation = configs::FabricEighths{8 + 7 * seed};
        p.fabric.hop_latency        = configs::FabricCycles{1 + seed % 2};
        p.fabric.link_serialisation = configs::FabricEighths{seed % 2 ? 8u : 9u};
        auto const program          = random_traffic(12, 10, 12, seed).program;
        auto const longer           = some_longer(12, 10, seed, 5);
        p.run.quantum               = 1;
        auto const expected         = run(program, p, &longer);
        CAPTURE(seed);
        p.run.quantum = 0;
        CHECK(run(program, p, &longer) == expected);
        p.run.visiting = configs::VisitingOrder::reverse;
        CHECK(run(program, p, &longer) == expected);
        p.run.visiting = configs::VisitingOrder::forward;
        p.run.threads  = 3;
        CHECK(run(program, p, &longer) == expected);
        p.run.threads = 1;
        Recorder recorder;
        CHECK(run(program, p, &longer, &recorder) == expected);
        CHECK(recorder.of(fabric::WaveletEvent::hop).size() == std::get<2>(expected));
    }
}

TEST_CASE("it does not matter whether a longer link lies on a reticle or over a scribe line that is like other links")
{
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        CAPTURE(seed);
        auto       p            = small_wafer(12, 10, 1, 1);
        auto const program      = random_traffic(12, 10, 12, seed).program;
        auto const longer       = some_longer(12, 10, seed, 4);
        auto const expected     = run(program, p, &longer);
        p.wafer.reticle_columns = 3;
        p.wafer.reticle_rows    = 5;
        CHECK(run(program, p, &longer) == expected);
        // And that it takes longer than without.
        CHECK(std::get<1>(run(program, p, nullptr)) < std::get<1>(expected));
    }
}

TEST_CASE("links that are not longer change nothing")
{
    auto const       p       = small_wafer(12, 10, 3, 2);
    auto const       program = random_traffic(12, 10, 12, 1).program;
    LongerHops const none{12, 10};
    CHECK(run(program, p, &none) == run(program, p, nullptr));
}
