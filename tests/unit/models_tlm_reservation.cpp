// A resource that several share: nobody overlaps, nobody waits longer than the gaps demand.
#include "models/tlm/reservation.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>

using namespace scribeline::models;

TEST_CASE("transfers queue behind one another")
{
    Reservation r;
    CHECK(r.reserve(100, 50) == 100);
    CHECK(r.reserve(100, 50) == 150);
    CHECK(r.reserve(190, 10) == 200);
    CHECK(r.reserve(500, 10) == 500);
    CHECK(r.free_from() == 510);
    CHECK(r.occupied() == 120);
}

TEST_CASE("who asks late for an earlier time gets the gap if it is long enough, and not a picosecond shorter")
{
    Reservation r;
    r.reserve(100, 100);
    r.reserve(300, 100);
    Reservation tight = r;
    CHECK(tight.reserve(150, 100) == 200); // exactly between
    CHECK(tight.intervals() == 1);
    CHECK(r.reserve(150, 101) == 400);
    CHECK(r.reserve(0, 100) == 0);
    CHECK(r.reserve(0, 1) == 200);
}

TEST_CASE("what has passed is forgotten and changes nothing")
{
    Reservation r;
    r.reserve(100, 100);
    r.reserve(300, 100);
    r.forget(199);
    CHECK(r.intervals() == 2);
    r.forget(200);
    CHECK(r.intervals() == 1);
    CHECK(r.reserve(250, 100) == 400);
}

TEST_CASE("random reservations never overlap and take the first gap")
{
    std::mt19937_64                        random{3};
    Reservation                            r;
    std::map<std::uint64_t, std::uint64_t> taken; // begin -> end
    for (int i = 0; i < 2000; ++i) {
        auto const arrival = random() % 20000, length = 1 + random() % 20;
        auto       expected = arrival;
        for (auto const& [begin, end] : taken) // sorted
            if (end > expected && begin < expected + length)
                expected = end;
        auto const start = r.reserve(arrival, length);
        REQUIRE(start == expected);
        taken[start] = start + length;
    }
}
