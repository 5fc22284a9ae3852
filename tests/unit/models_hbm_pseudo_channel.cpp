// The controller of a pseudo-channel: what a burst takes from an idle bank, hits before misses, turning round, refresh.
#include "models/hbm/pseudo_channel.hpp"
#include "models/hbm/timing_table.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::models;

namespace {

HbmDevice quiet(Refresh refresh = Refresh::none)
{
    auto device               = hbm_device(HbmGeneration::hbm3);
    device.controller.refresh = refresh;
    return device;
}

struct Bench {
    explicit Bench(HbmDevice const& device) : channel{device} { channel.record(&log); }

    Bench& burst(std::uint32_t bank, std::uint32_t row, bool write = false, std::uint64_t arrival = 0)
    {
        channel.accept({next++, arrival, bank, row, 0, write});
        return *this;
    }
    Bench& run()
    {
        while (channel.step(done))
            ;
        return *this;
    }
    std::uint64_t finish(std::uint64_t id) const
    {
        for (auto const& d : done)
            if (d.id == id)
                return d.cycle;
        return 0;
    }
    std::uint64_t count(Command c) const
    {
        std::uint64_t n = 0;
        for (auto const& entry : log)
            n += entry.command == c;
        return n;
    }

    PseudoChannel           channel;
    std::vector<HbmDone>    done;
    std::vector<HbmCommand> log;
    std::uint64_t           next = 0;
};

} // namespace

TEST_CASE("a read of a closed bank takes activate, read and data, of an open row only read and data")
{
    Bench b{quiet()};
    b.burst(0, 5).run().burst(0, 5, false, 500).run();
    CHECK(b.finish(0) == 31 + 20 + 2);  // tRCDRD + CL + BL
    CHECK(b.finish(1) == 500 + 20 + 2); // CL + BL
    CHECK(b.channel.counters().row_misses == 1);
    CHECK(b.channel.counters().row_hits == 1);
}

TEST_CASE("a read of another row pays precharge and activate")
{
    Bench b{quiet()};
    b.burst(0, 5).run().burst(0, 6, false, 500).run();
    CHECK(b.finish(1) == 500 + 26 + 31 + 20 + 2); // tRP + tRCDRD + CL + BL
    CHECK(b.channel.counters().row_conflicts == 1);
    CHECK(b.count(Command::precharge) == 1);
}

TEST_CASE("a write takes tRCDWR, CWL and its data")
{
    Bench b{quiet()};
    b.burst(3, 5, true).run();
    CHECK(b.finish(0) == 15 + 10 + 2);
}

TEST_CASE("a row hit goes before an older request for another row, until that one starves")
{
    auto       device  = quiet();
    auto const patient = GENERATE(true, false);
    if (!patient)
        device.controller.starvation_limit = 0;
    Bench b{device};
    b.burst(0, 1).run(); // row 1 is open
    b.burst(0, 2, false, 200).burst(0, 1, false, 200).burst(0, 1, false, 200).run();
    if (patient) {
        CHECK(b.finish(2) < b.finish(1));
        CHECK(b.finish(3) < b.finish(1));
        CHECK(b.channel.counters().row_conflicts == 1);
    } else {
        CHECK(b.finish(1) < b.finish(2));
        CHECK(b.channel.counters().row_conflicts == 2);
    }
}

TEST_CASE("reads go first, writes gather, and a turn costs what the table says")
{
    Bench b{quiet()};
    b.burst(0, 1, true).burst(4, 1, false).run();
    CHECK(b.finish(1) < b.finish(0));
    // The read at 31; the write not before tRTW 20 later.
    CHECK(b.finish(0) == 31 + 20 + 10 + 2);
    CHECK(b.channel.counters().turnarounds == 1);

    Bench w{quiet()}; // enough writes gather: they go before the read
    for (std::uint32_t i = 0; i < w.channel.states().banks() && i < 48; ++i)
        w.burst(i % 32, 1, true);
    for (std::uint32_t i = 32; i < 48; ++i)
        w.burst(i % 32, 1, true);
    w.burst(31, 1, false).run();
    CHECK(w.finish(0) < w.finish(48));
    CHECK(w.channel.counters().turnarounds == 3); // to writing, to the read, to the last 16 writes
}

TEST_CASE("all-bank refresh comes every tREFI, closes every bank, and costs tRFCab")
{
    auto const device = quiet(Refresh::all_bank);
    auto const t      = device.timings;
    Bench      b{device};
    b.burst(0, 1).run();
    b.burst(0, 1, false, t.refi - 1).run(); // the last cycle before it is due: a hit
    CHECK(b.finish(1) == t.refi - 1 + 20 + 2);
    b.burst(0, 1, false, t.refi).run();
    // Precharge (tRTP after the read), tRP, tRFCab, the other stack id a cycle later, activate, read.
    auto const precharge = t.refi - 1 + t.rtp;
    CHECK(b.finish(2) == precharge + t.rp + t.rfc_ab + t.rcd_rd + t.cl + t.bl);
    CHECK(b.count(Command::refresh_all) == 2); // one per stack id
    CHECK(b.count(Command::refresh_bank) == 0);
}

TEST_CASE("per-bank refresh takes one bank after another and leaves the others open")
{
    auto const device = quiet(Refresh::per_bank);
    auto const t      = device.timings;
    auto const slot   = t.refi / device.organisation.banks();
    Bench      b{device};
    b.burst(0, 1).burst(4, 1).run();
    // Bank 0 is the first: it loses its row, bank 4 does not.
    b.burst(4, 1, false, slot + 1).burst(0, 1, false, slot + 1).run();
    CHECK(b.finish(2) == slot + 1 + t.cl + t.bl);
    CHECK(b.finish(3) >= slot + t.rfc_pb + t.rcd_rd);
    b.burst(1, 1, false, std::uint64_t{t.refi} * 10).run();
    CHECK(b.channel.counters().refreshes == 10 * device.organisation.banks());
    // In the tenth interval each bank had its turn once.
    std::vector<int> turns(device.organisation.banks());
    for (auto const& entry : b.log)
        if (entry.command == Command::refresh_bank && entry.cycle >= t.refi * 9u && entry.cycle < t.refi * 10u - slot)
            ++turns[entry.bank];
    CHECK(std::count(turns.begin(), turns.end(), 1) >= static_cast<int>(device.organisation.banks()) - 2);
}

TEST_CASE("a refresh may be postponed while there is work, as often as the controller says")
{
    auto       device           = quiet(Refresh::all_bank);
    auto const postponed        = GENERATE(0u, 1u, 8u);
    device.controller.postponed = postponed;
    auto const    t             = device.timings;
    Bench         b{device};
    std::uint64_t row = 0;
    while (b.count(Command::refresh_all) == 0) {
        while (b.channel.has_room(false))
            b.burst(static_cast<std::uint32_t>(row++ % 16), 1, false, b.channel.now());
        b.channel.step(b.done);
    }
    CHECK(b.channel.now() >= (1 + postponed) * t.refi);
    CHECK(b.channel.now() <= (1 + postponed) * t.refi + t.ras + t.rp + 20);
}

TEST_CASE("a long pause is as good as waiting through every refresh of it")
{
    auto const          mode   = GENERATE(Refresh::all_bank, Refresh::per_bank);
    auto const          device = quiet(mode);
    auto const          t      = device.timings;
    auto const          units = mode == Refresh::all_bank ? device.organisation.stack_ids : device.organisation.banks();
    std::uint64_t const late  = std::uint64_t{t.refi} * 1000 + 3000;

    Bench jump{device}, walk{device};
    jump.burst(2, 1).run();
    walk.burst(2, 1).run();
    for (std::uint64_t at = t.refi; at < late; at += t.refi) // never longer than an interval
        walk.burst(2, 1, false, at).run();
    auto const id_jump = jump.next, id_walk = walk.next;
    jump.burst(9, 3, false, late + 2000).run();
    walk.burst(9, 3, false, late + 2000).run();
    CHECK(jump.finish(id_jump) == walk.finish(id_walk));
    CHECK(jump.channel.counters().refreshes == walk.channel.counters().refreshes);
    CHECK(jump.channel.counters().refreshes >= 1000 * units);
}
