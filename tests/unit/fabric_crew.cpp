// Threads that share out the work of a quantum.
#include "fabric/crew.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

using scribeline::fabric::Crew;

TEST_CASE("every piece of work is done once, whatever the number of threads, and is over when run returns")
{
    auto const               threads = GENERATE(1u, 2u, 3u, 8u);
    Crew                     crew{threads, 100};
    std::vector<std::size_t> done(100,
                                  0); // not atomic: a piece has one thread, and run() orders all before what follows
    CHECK(crew.threads() == threads);
    std::size_t round = 0;
    for (std::size_t count : {100u, 1u, 2u, 3u, 0u, 57u})
        for (int again = 0; again < 50; ++again, ++round) {
            std::fill(done.begin(), done.end(), 0);
            crew.run(count, [&](std::size_t i) { done[i] += round + 1; });
            CAPTURE(threads, count, round);
            REQUIRE(std::accumulate(done.begin(), done.end(), std::size_t{0}) == count * (round + 1));
            REQUIRE(std::count(done.begin(), done.end(), round + 1) == static_cast<std::ptrdiff_t>(count));
        }
}

TEST_CASE("no more threads than pieces that can be worked on, and none without need")
{
    CHECK(Crew{8, 3}.threads() == 3);
    CHECK(Crew{8, 0}.threads() == 1);
    CHECK(Crew{1, 50}.threads() == 1);
    CHECK(Crew{0, 1000}.threads() == std::max(1u, std::thread::hardware_concurrency()));
}

TEST_CASE("what a thread throws is thrown to the caller, and the crew goes on")
{
    Crew                     crew{3, 10};
    std::atomic<std::size_t> reached{0};
    CHECK_THROWS_WITH(crew.run(10,
                               [&](std::size_t i) {
                                   ++reached;
                                   if (i == 7)
                                       throw std::runtime_error{"piece 7"};
                               }),
                      "piece 7");
    CHECK(reached == 10);
    reached = 0;
    crew.run(10, [&](std::size_t) { ++reached; });
    CHECK(reached == 10);
}

TEST_CASE("a crew that slept works again")
{
    Crew                     crew{2, 10};
    std::atomic<std::size_t> reached{0};
    for (int i = 0; i < 3; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds{30}); // far longer than a worker waits awake
        crew.run(10, [&](std::size_t) { ++reached; });
    }
    CHECK(reached == 30);
}
