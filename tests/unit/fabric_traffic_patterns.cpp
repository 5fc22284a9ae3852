#include "configs/failure.hpp"
#include "fabric/traffic/experiment.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::fabric;

TEST_CASE("each pattern sends where its definition says")
{
    auto const to = [](Pattern pattern, std::uint32_t node) { return destination(pattern, node, 8, 8, 0, 0); };
    CHECK(to(Pattern::transpose, 1 + 8 * 3) == 3 + 8 * 1);
    CHECK(to(Pattern::bit_complement, 0) == 63);
    CHECK(to(Pattern::bit_complement, 21) == 42);
    CHECK(to(Pattern::tornado, 0) == 3 + 8 * 3);
    CHECK(to(Pattern::tornado, 6 + 8 * 6) == 1 + 8 * 1);
    CHECK(to(Pattern::neighbour, 7 + 8 * 7) == 0);
    CHECK(destination(Pattern::tornado, 0, 5, 5, 0, 0) == 2 + 5 * 2);
}

TEST_CASE("uniform traffic reaches every node about as often, the sender too")
{
    auto counts = std::vector<int>(12, 0);
    auto random = std::uint64_t{0x9e3779b97f4a7c15u};
    for (int i = 0; i < 12'000; ++i) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        ++counts[destination(Pattern::uniform, 5, 4, 3, random, 0)];
    }
    for (auto const count : counts)
        CHECK(count == Approx(1000).margin(150));
}

TEST_CASE("mean distances are those of the closed forms")
{
    CHECK(mean_hops(Pattern::uniform, 8, 8, false, 0) == Approx(2 * (8 - 1.0 / 8) / 3)); // (k - 1/k) / 3 a dimension
    CHECK(mean_hops(Pattern::uniform, 8, 8, true, 0) == Approx(4));                       // k / 4 a dimension
    CHECK(mean_hops(Pattern::transpose, 8, 8, false, 0) == Approx(5.25));
    CHECK(mean_hops(Pattern::bit_complement, 8, 8, false, 0) == Approx(8));
}

TEST_CASE("no routing of xy takes more than its busiest link")
{
    auto params         = TrafficParams{};
    params.mesh.columns = params.mesh.rows = 8;
    CHECK(bound_of_xy(params) == Approx(0.5)); // 4 / k
    params.pattern = Pattern::transpose;
    CHECK(bound_of_xy(params) == Approx(1.0 / 7)); // 1 / (k - 1)
    params.pattern = Pattern::bit_complement;
    CHECK(bound_of_xy(params) == Approx(0.25)); // 2 / k
}

TEST_CASE("a pattern that the mesh does not allow, and a rate that no node can send, are refused")
{
    CHECK_THROWS_WITH(require_possible(Pattern::transpose, 4, 5), Catch::Contains("as many columns as rows"));
    CHECK_THROWS_WITH(require_possible(Pattern::bit_complement, 3, 3), Catch::Contains("power of two"));
    CHECK_THROWS_WITH(measure(TrafficParams{}, 1.5), Catch::Contains("outside 0 .. 1"));
    CHECK_THROWS_WITH(measure(TrafficParams{}, -0.5), Catch::Contains("outside 0 .. 1"));
    CHECK_THROWS_WITH(pattern_named("tranpose"), Catch::Contains("did you mean 'transpose'"));
}
