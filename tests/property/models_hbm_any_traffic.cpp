// Whatever the timings and whatever the traffic: no command comes too early, by a check that looks at every pair of
// commands and knows nothing of how the controller keeps its books; and every burst is served.
#include "models/hbm/pseudo_channel.hpp"
#include "models/hbm/timing_table.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace scribeline;
using namespace scribeline::models;

namespace {

std::uint32_t between(std::uint32_t low, std::uint32_t high) { return *rc::gen::inRange(low, high + 1); }

HbmDevice any_device()
{
    auto const generation = hbm_generations[between(0, 4)];
    auto  device = hbm_device(generation, configs::Bytes{16 * 1073741824.0}, between(10, 120) * 1e8, between(1, 3));
    auto& t      = device.timings;
    t.rcd_rd += between(0, 3);
    t.ras += 3 + between(0, 10);
    t.rc = t.ras + t.rp + between(0, 5);
    t.rfc_pb += t.rc;
    t.rfc_ab += t.rc;
    t.rrd_l += between(0, 4);
    t.faw += t.rrd_l + between(0, 20);
    t.ccd_l += between(0, 3);
    t.wtr_l += between(0, 6);
    t.rtw += between(0, 6);
    auto& c            = device.controller;
    c.refresh          = static_cast<Refresh>(between(0, 2));
    c.queue_depth      = between(2, 40);
    c.write_high       = between(1, c.queue_depth);
    c.write_low        = between(0, c.write_high - 1);
    c.postponed        = between(0, 8);
    c.starvation_limit = between(0, 500);
    require_consistent(device);
    return device;
}

bool shares(BankPlace a, BankPlace b, Level level)
{
    switch (level) {
    case Level::bank:
        return a.bank == b.bank;
    case Level::bank_group:
        return a.group == b.group;
    case Level::stack_id:
        return a.stack_id == b.stack_id;
    case Level::other_stack_id:
        return a.stack_id != b.stack_id;
    default:
        return true;
    }
}

// The first command of the log that breaks a rule, or -1.
int first_wrong(std::vector<HbmCommand> const& log, HbmDevice const& device, BankStates const& places)
{
    for (auto const& rule : timing_rules()) {
        auto const cycles = rule.cycles(device.timings);
        for (std::size_t i = 0; i < log.size(); ++i) {
            if (log[i].command != rule.to)
                continue;
            // Back to the rule's window-th command before this one.
            std::uint32_t seen = 0;
            for (std::size_t j = i; j-- > 0 && log[j].cycle + cycles > log[i].cycle;)
                if (log[j].command == rule.from &&
                    shares(places.place(log[j].bank), places.place(log[i].bank), rule.level) && ++seen == rule.window)
                    return static_cast<int>(i);
        }
    }
    return -1;
}

} // namespace

TEST_CASE("no command of any traffic breaks any rule, and every burst is served once")
{
    CHECK(rc::check([] {
        auto const              device = any_device();
        PseudoChannel           channel{device};
        std::vector<HbmCommand> log;
        channel.record(&log);
        std::vector<HbmDone> done;
        auto const           banks = between(1, device.organisation.banks()), rows = between(1, 4);
        auto const           writes = between(0, 4), pause = between(0, 3) == 0 ? 4000u : 20u;
        std::uint64_t        arrival = 0;
        std::uint64_t const  bursts  = 400;
        for (std::uint64_t id = 0; id < bursts; ++id) {
            auto const x     = *rc::gen::arbitrary<std::uint32_t>();
            bool const write = x % 4 < writes;
            arrival += x / 7 % 5 == 0 ? x / 35 % pause : 0;
            while (!channel.has_room(write) || (channel.waiting() > 0 && channel.now() < arrival))
                channel.step(done);
            arrival = std::max(arrival, std::uint64_t{0});
            channel.accept({id, arrival, x / 1000 % banks, x / 100000 % rows, x % 32, write});
        }
        while (channel.step(done))
            ;
        auto const wrong = first_wrong(log, device, channel.states());
        if (wrong >= 0)
            RC_FAIL(std::string{"command "} + std::to_string(wrong) + " is too early");
        std::vector<int> served(bursts);
        for (auto const& d : done)
            ++served[d.id];
        RC_ASSERT(std::count(served.begin(), served.end(), 1) == static_cast<long>(bursts));
        for (std::size_t i = 1; i < log.size(); ++i)
            RC_ASSERT(log[i - 1].cycle <= log[i].cycle);
    }));
}
