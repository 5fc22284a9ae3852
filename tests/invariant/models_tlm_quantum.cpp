// The global quantum is for speed: it decides how often threads take turns, and must not decide the result. Several
// processors that fight for one HBM, with every quantum in a process of its own.
#include "configs/failure.hpp"
#include "models/tlm/bulk_initiator.hpp"
#include "models/tlm/bulk_target.hpp"
#include "models/tlm/hbm_server.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <memory>
#include <random>

#include <sys/wait.h>
#include <unistd.h>

using namespace scribeline;
using namespace scribeline::models;

namespace {

constexpr std::size_t processors = 4;

struct Outcome4 {
    std::array<Picoseconds, processors> finished{};
    std::uint64_t                       bytes = 0, occupied = 0;
};

// `shared`: all of them on one memory, or each on its own.
Outcome4 simulate(Picoseconds quantum, bool shared)
{
    sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_THROW);
    tlm::tlm_global_quantum::instance().set(time_of(quantum));
    auto const                               device = hbm_device(HbmGeneration::hbm3);
    std::vector<std::unique_ptr<HbmMemory>>  memories;
    std::vector<std::unique_ptr<HbmServer>>  servers;
    std::vector<std::unique_ptr<BulkTarget>> targets;
    std::vector<std::unique_ptr<BulkThread>> threads;
    for (std::size_t i = 0; i < processors; ++i) {
        if (i == 0 || !shared) {
            memories.push_back(std::make_unique<HbmMemory>(device, 5));
            servers.push_back(std::make_unique<HbmServer>(*memories.back()));
            targets.push_back(std::make_unique<BulkTarget>(("hbm" + std::to_string(i)).c_str(), *servers.back()));
        }
        threads.push_back(std::make_unique<BulkThread>(
            ("gpu" + std::to_string(i)).c_str(), [i](BulkInitiator& port, LocalTime& time) {
                std::mt19937_64 random{i + 1};
                for (std::uint32_t layer = 0; layer < 40; ++layer) {
                    auto const weights =
                        port.issue(time, {1'000'000 + random() % 9'000'000, Traffic::weights, layer, false});
                    time.advance(1'000'000 + random() % 3'000'000); // arithmetic, 1 .. 4 us
                    time.wait_until(weights);
                    port.transfer(time, {random() % 4'000'000, Traffic::kv, layer, false});
                    port.transfer(time, {random() % 100'000, Traffic::activations, layer, true});
                }
            }));
        threads.back()->initiator.socket.bind(targets.back()->socket);
    }
    sc_core::sc_start();
    Outcome4 outcome;
    for (std::size_t i = 0; i < processors; ++i)
        outcome.finished[i] = threads[i]->finished();
    for (auto const& t : targets)
        outcome.bytes += t->books().served();
    for (auto const& s : servers)
        outcome.occupied += s->occupied();
    return outcome;
}

// SystemC elaborates once per process.
Outcome4 in_child(Picoseconds quantum, bool shared)
{
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    auto const child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        auto const outcome = simulate(quantum, shared);
        auto const written = write(ends[1], &outcome, sizeof outcome);
        _exit(written == sizeof outcome ? 0 : 1);
    }
    Outcome4 outcome;
    close(ends[1]);
    auto const got = read(ends[0], &outcome, sizeof outcome);
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE(status == 0);
    REQUIRE(got == sizeof outcome);
    return outcome;
}

constexpr Picoseconds shortest = 1'000; // 1 ns

} // namespace

TEST_CASE("processors that share nothing finish at the same picosecond for every quantum")
{
    auto const exact = in_child(shortest, false);
    for (Picoseconds const quantum : {100'000ull, 1'000'000ull, 100'000'000ull}) {
        auto const coarse = in_child(quantum, false);
        CHECK(coarse.finished == exact.finished);
        CHECK(coarse.bytes == exact.bytes);
        CHECK(coarse.occupied == exact.occupied);
    }
}

TEST_CASE("processors that share a memory finish almost at the same time for every quantum, and move the same bytes")
{
    struct Bound {
        Picoseconds quantum;
        double      share;
    };
    // A transfer here takes 0.4 to 3 us. Who asks within one quantum of another may be served before it.
    auto const exact = in_child(shortest, true);
    for (auto const& bound : {Bound{10'000, 0.005}, Bound{100'000, 0.005}, Bound{1'000'000, 0.02}}) {
        CAPTURE(bound.quantum);
        auto const coarse = in_child(bound.quantum, true);
        CHECK(coarse.bytes == exact.bytes);       // exactly
        CHECK(coarse.occupied == exact.occupied); // exactly
        for (std::size_t i = 0; i < processors; ++i)
            CHECK(static_cast<double>(coarse.finished[i]) ==
                  Approx(static_cast<double>(exact.finished[i])).epsilon(bound.share));
    }
}
