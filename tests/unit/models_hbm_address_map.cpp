// Addresses and places, there and back.
#include "configs/failure.hpp"
#include "models/hbm/address_map.hpp"
#include "models/hbm/timing_table.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <set>

using namespace scribeline;
using namespace scribeline::models;

TEST_CASE("every burst has one place and every place one burst")
{
    auto const       generation = GENERATE(from_range(hbm_generations));
    auto const       ids        = GENERATE(1u, 2u, 3u);
    auto const       device     = hbm_device(generation, configs::Bytes{24 * 1073741824.0}, 0, ids);
    auto const&      g          = device.organisation;
    AddressMap const map{g, default_digits(g)};
    CHECK(static_cast<double>(map.bytes()) == g.capacity().value());
    std::mt19937_64 random{7};
    for (int i = 0; i < 2000; ++i) {
        auto const address = random() % map.bytes();
        auto const place   = map.place(address);
        CHECK(place.pseudo_channel < g.lanes());
        CHECK(place.bank < g.banks());
        CHECK(place.row < g.rows);
        CHECK(place.column < g.bursts_per_row());
        CHECK(map.address(place) == address - address % g.burst_bytes);
    }
}

TEST_CASE("neighbouring bytes spread over bank groups first and then over pseudo-channels")
{
    auto const              device = hbm_device(HbmGeneration::hbm3);
    auto const&             g      = device.organisation;
    AddressMap const        map{g, default_digits(g)};
    std::set<std::uint32_t> groups, lanes;
    for (std::uint64_t a = 0; a < 256; a += 32) {
        CHECK(map.place(a).pseudo_channel == 0);
        groups.insert(map.place(a).bank / g.banks_per_group);
    }
    CHECK(groups.size() == 4);
    for (std::uint64_t a = 0; a < 8192; a += 256)
        lanes.insert(map.place(a).pseudo_channel);
    CHECK(lanes.size() == 32);
    CHECK(map.place(8192).pseudo_channel == 0);
    CHECK(map.text() ==
          "offset 32 | column 2 | bank_group 4 | pseudo_channel 32 | column 16 | bank 4 | stack_id 2 | row 16384");
}

TEST_CASE("a map that does not fit the stack is refused, and an address beyond it")
{
    auto const device = hbm_device(HbmGeneration::hbm3);
    auto       digits = default_digits(device.organisation);
    digits[1].count   = 4;
    CHECK_THROWS_WITH((AddressMap{device.organisation, digits}),
                      Catch::Contains("column multiply to 64, the stack has 32"));
    AddressMap const map{device.organisation, default_digits(device.organisation)};
    CHECK_NOTHROW(map.place(map.bytes() - 1));
    CHECK_THROWS_WITH(map.place(map.bytes()), Catch::Contains("beyond"));
}
