// Bytes asked for are bytes served, by kind, and every burst is a hit, a miss or a conflict.
#include "configs/failure.hpp"
#include "models/hbm/hbm_memory.hpp"
#include "models/hbm/hbm_stack.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace scribeline;
using namespace scribeline::models;

TEST_CASE("a stack serves every byte it is asked for, and books it where it belongs")
{
    auto device               = hbm_device(GENERATE(from_range(hbm_generations)));
    device.controller.refresh = GENERATE(Refresh::none, Refresh::all_bank, Refresh::per_bank);
    HbmStack        stack{device};
    std::mt19937_64 random{11};
    std::uint64_t   asked[traffic_kinds] = {}, touched = 0;
    for (int round = 0; round < 3; ++round) {
        std::vector<HbmAccess> accesses;
        for (int i = 0; i < 300; ++i) {
            HbmAccess a;
            a.bytes   = random() % 5000;
            a.address = random() % (stack.map().bytes() - a.bytes);
            a.write   = random() % 3 == 0;
            a.traffic = static_cast<Traffic>(random() % traffic_kinds);
            a.arrival = HbmCycles{static_cast<std::uint64_t>(round) * 100'000 + random() % 20'000};
            asked[static_cast<std::size_t>(a.traffic)] += a.bytes;
            if (a.bytes > 0)
                touched += (a.address + a.bytes - 1) / 32 - a.address / 32 + 1;
            accesses.push_back(a);
        }
        auto const finished = stack.serve(accesses);
        for (std::size_t i = 0; i < accesses.size(); ++i) {
            if (accesses[i].bytes == 0)
                CHECK(finished[i] == accesses[i].arrival);
            else
                CHECK(finished[i] > accesses[i].arrival);
        }
    }
    Books books{stack.books().entries("hbm")};
    CHECK_NOTHROW(books.require_balanced());
    for (std::size_t kind = 0; kind < traffic_kinds; ++kind)
        CHECK(stack.books().served(static_cast<Traffic>(kind)) == asked[kind]);
    CHECK(stack.bytes_moved() == touched * 32);
    auto const c = stack.counters();
    CHECK(c.row_hits + c.row_misses + c.row_conflicts == c.reads + c.writes);
    CHECK(c.activates >= c.row_misses + c.row_conflicts);
    CHECK((c.refreshes > 0) == (device.controller.refresh != Refresh::none));
}

TEST_CASE("bulk streams are booked by kind")
{
    HbmMemory memory{hbm_device(HbmGeneration::hbm3), 5};
    memory.stream(1'000'001, Traffic::weights);
    memory.stream(77, Traffic::kv);
    memory.stream(0, Traffic::activations);
    memory.stream(4096, Traffic::kv, {1, 1, 0});
    CHECK(memory.books().served(Traffic::weights) == 1'000'001);
    CHECK(memory.books().served(Traffic::kv) == 77 + 4096);
    CHECK(memory.books().served() == memory.books().asked());
    CHECK(memory.bytes_moved() == 1'000'032 + 96 + 4096);
    CHECK(memory.bytes_moved() >= memory.books().served());
}

TEST_CASE("books that do not balance are told by kind")
{
    TrafficBooks t;
    t.ask(Traffic::kv, 100);
    t.serve(Traffic::kv, 99);
    Books books{t.entries("hbm")};
    CHECK_THROWS_WITH(books.require_balanced(), Catch::Contains("hbm kv"));
}

TEST_CASE("an access beyond the stack is refused")
{
    HbmStack stack{hbm_device(HbmGeneration::hbm3)};
    CHECK_THROWS_AS(stack.serve({{stack.map().bytes() - 1, 2, false, Traffic::kv, HbmCycles{0}}}), configs::UserError);
    CHECK_THROWS_AS((HbmMemory{hbm_device(HbmGeneration::hbm3), 0}), configs::UserError);
    CHECK_THROWS_AS((AccessStream{hbm_device(HbmGeneration::hbm3), {1.5, 1, 0}}), configs::UserError);
    CHECK_THROWS_AS((AccessStream{hbm_device(HbmGeneration::hbm3), {0, 0, 0}}), configs::UserError);
    CHECK_THROWS_AS((AccessStream{hbm_device(HbmGeneration::hbm3), {0, 1, 33}}), configs::UserError);
}
