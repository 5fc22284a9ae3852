// The packet mesh beside BookSim2 (Jiang et al., ISPASS 2013): mesh of 8x8, XY, packets of one flit, 8 flits a virtual
// channel, three cycles a hop. Mean packet latencies of two seeds of that simulator.
#include "fabric/traffic/experiment.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::fabric;

namespace {

struct Row {
    std::uint32_t channels;
    Pattern       pattern;
    double        offered; // flits a node and cycle
    double        latency; // cycles
};

constexpr Row rows[] = {
    {1, Pattern::uniform, 0.01, 20.87},  {1, Pattern::uniform, 0.1, 21.02},      {1, Pattern::uniform, 0.2, 21.58},
    {1, Pattern::uniform, 0.25, 22.10},  {1, Pattern::uniform, 0.3, 23.09},      {4, Pattern::uniform, 0.1, 21.11},
    {4, Pattern::uniform, 0.2, 21.83},   {4, Pattern::uniform, 0.3, 23.65},      {4, Pattern::uniform, 0.325, 24.59},
    {1, Pattern::transpose, 0.05714, 20.97}, {1, Pattern::transpose, 0.1, 21.25}, {1, Pattern::transpose, 0.114288, 21.48},
};

TrafficParams asked(std::uint32_t channels, Pattern pattern)
{
    auto params          = TrafficParams{};
    params.mesh.columns  = 8;
    params.mesh.rows     = 8;
    params.mesh.channels = channels;
    params.pattern       = pattern;
    return params;
}

} // namespace

TEST_CASE("a packet mesh has the latencies of BookSim2 within five per cent below four fifths of saturation")
{
    for (auto const& row : rows) {
        auto const point = measure(asked(row.channels, row.pattern), row.offered);
        CAPTURE(row.channels, name_of(row.pattern), row.offered);
        REQUIRE(point.mean);
        CHECK(*point.mean == Approx(row.latency).epsilon(0.05));
        CHECK(point.accepted == Approx(row.offered).epsilon(0.02));
    }
}

TEST_CASE("a packet mesh saturates where BookSim2 does, within four per cent")
{
    // Last stable and first unstable load of the rows above: 0.35 to 0.375, 0.4 to 0.425, 0.14286 and beyond.
    CHECK(saturation_rate(asked(1, Pattern::uniform)) == Approx(0.3675).epsilon(0.04));
    CHECK(saturation_rate(asked(4, Pattern::uniform)) == Approx(0.4125).epsilon(0.04));
    CHECK(saturation_rate(asked(1, Pattern::transpose)) == Approx(0.14286).epsilon(0.04));
}
