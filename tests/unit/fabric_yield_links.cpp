// Broken links over scribe lines: replaced by spare wires, or paid for with a PE.
#include "fabric/yield/defect_map.hpp"
#include "fabric/yield/repair.hpp"
#include "support/configs.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::fabric;
using Catch::Matchers::Contains;
using tests::refusal_of;

namespace {

// 12x10 PEs in 2x2 reticles: scribe lines behind column 5 and row 4.
PhysicalGrid grid(std::uint32_t spare_links) { return {12, 10, 8, 7, 2, 2, spare_links}; }

DefectMap broken(PhysicalGrid const& on, std::vector<BrokenLink> links, std::vector<Place> dead = {})
{
    auto map   = DefectMap{};
    map.broken = std::move(links);
    map.dead   = std::move(dead);
    settle_links(on, map);
    return map;
}

} // namespace

TEST_CASE("spare wires replace the first broken links between two reticles; each further one costs a PE")
{
    auto const links = std::vector<BrokenLink>{{{5, 0}, true}, {{5, 1}, true}, {{5, 3}, true}, {{5, 7}, true}};
    auto const none  = broken(grid(0), links);
    CHECK(none.dead == std::vector<Place>{{5, 0}, {5, 1}, {5, 3}, {5, 7}});
    CHECK(none.rewired == 0);
    auto const two = broken(grid(2), links);
    CHECK(two.dead == std::vector<Place>{{5, 3}}); // (5, 7) is a link of the reticles south of the others
    CHECK(two.rewired == 3);
    CHECK(broken(grid(3), links).dead.empty());
    // What is lost is repaired by longer hops, like any dead PE.
    CHECK(repair(grid(2), two).longer_pairs() > 0);
    CHECK(repair(grid(3), broken(grid(3), links)).longer_pairs() == 0);
}

TEST_CASE("a broken link at a dead PE takes no spare wire, and a link named twice is one")
{
    auto const map = broken(grid(1), {{{5, 0}, true}, {{5, 2}, true}, {{5, 2}, true}}, {{6, 0}});
    CHECK(map.dead == std::vector<Place>{{6, 0}});
    CHECK(map.rewired == 1);
    CHECK(map.broken.size() == 2);
}

TEST_CASE("a map names broken links over scribe lines, and is refused where there is none")
{
    tests::TemporaryFolder const folder;
    auto const read = [&](std::string const& text) { return read_defects(folder.write("map", text), grid(1)); };
    auto const map  = read("12x10\n# links\n5 2 east\n 3 4 south \n5 3 east\n1 1\n");
    CHECK(map.broken == std::vector<BrokenLink>{{{5, 2}, true}, {{5, 3}, true}, {{3, 4}, false}});
    CHECK(map.dead == std::vector<Place>{{1, 1}, {5, 3}});
    CHECK(map.rewired == 2);
    CHECK(map.defects() == 4);
    auto const inside = refusal_of([&] { read("12x10\n4 2 east\n"); });
    CHECK(inside.code == configs::Exit::bad_config);
    CHECK_THAT(inside.text, Contains("map:2") && Contains("no scribe line lies east of 4 2"));
    CHECK_THAT(refusal_of([&] { read("12x10\n11 2 east\n"); }).text, Contains("no scribe line lies east"));
    CHECK_THAT(refusal_of([&] { read("12x10\n5 2 west\n"); }).text, Contains("such as '65 4 east'"));
    CHECK_THAT(refusal_of([&] { read("12x10\neast\n"); }).text, Contains("expected a place"));
}
