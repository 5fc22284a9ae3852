// The calendars: nothing early, nothing late, nothing twice.
#include "fabric/timers.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>

using namespace scribeline;
using fabric::never;
using fabric::Ring;
using fabric::Wheel;

TEST_CASE("a ring gives each entry at its cycle, over and over")
{
    auto const horizon = GENERATE(1u, 4u, 62u);
    Ring<int>  ring{horizon};
    CHECK(ring.next(0) == never);
    CHECK(ring.size() == 0);
    for (std::uint64_t now = 0; now < 500; ++now) {
        ring.at(now + horizon).push_back(static_cast<int>(now));
        if (now >= horizon) {
            CHECK(ring.next(now) == now);
            REQUIRE(ring.at(now).size() == 1);
            CHECK(ring.at(now).data()[0] == static_cast<int>(now - horizon));
            ring.at(now).clear();
        } else {
            CHECK(ring.next(now) == horizon);
        }
    }
    CHECK(ring.size() == horizon);
}

TEST_CASE("a wheel knows the next cycle at which something is due")
{
    Wheel wheel;
    CHECK(wheel.next(0) == never);
    // Near ones, some around a multiple of 64 and at the wheel's size, and far ones.
    auto const due = GENERATE(as<std::uint64_t>(), 1, 63, 64, 65, 4095, 4096, 4097, 10000, 5'000'000'000);
    auto const now = GENERATE(as<std::uint64_t>(), 0, 1, 63, 4095, 4096, 123456);
    wheel.add(now, now + due, 7);
    CHECK(wheel.next(now) == now + due);
    CHECK(wheel.next(now + due - 1) == now + due);
    auto& slot = wheel.take(now + due);
    REQUIRE(slot.size() == 1);
    CHECK(slot.front() == 7);
    slot.clear();
    CHECK(wheel.next(now + due + 1) == never);
}

TEST_CASE("a wheel agrees with a sorted map on random times, far ones among them")
{
    std::mt19937_64                                     random{20240601};
    Wheel                                               wheel;
    std::map<std::uint64_t, std::vector<std::uint32_t>> expected;
    std::uint64_t                                       now = 0;
    for (std::uint32_t i = 0; i < 20000; ++i) {
        std::uint64_t const ahead = random() % 5 == 0 ? 1 + random() % 20000 : 1 + random() % 300;
        wheel.add(now, now + ahead, i);
        expected[now + ahead].push_back(i);
        if (random() % 3 != 0)
            continue;
        std::uint64_t const next = wheel.next(now);
        REQUIRE(next == expected.begin()->first);
        auto& slot = wheel.take(next);
        auto  got  = slot;
        slot.clear();
        std::sort(got.begin(), got.end());
        REQUIRE(got == expected.begin()->second);
        expected.erase(expected.begin());
        now = next;
    }
    while (!expected.empty()) {
        now = wheel.next(now);
        REQUIRE(now == expected.begin()->first);
        auto& slot = wheel.take(now);
        CHECK(slot.size() == expected.begin()->second.size());
        slot.clear();
        expected.erase(expected.begin());
    }
    CHECK(wheel.next(now) == never);
}
