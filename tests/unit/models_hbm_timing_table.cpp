// The generations of HBM: what is published, other data rates, and rows that contradict one another.
#include "configs/failure.hpp"
#include "models/hbm/timing_table.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::models;

namespace {

configs::Bytes gib(double n) { return configs::Bytes{n * 1073741824.0}; }

} // namespace

TEST_CASE("a stack delivers what its makers state")
{
    struct Published {
        HbmGeneration generation;
        double        gigabytes_per_second;
    };
    for (auto const& p : {Published{HbmGeneration::hbm2, 256},
                          {HbmGeneration::hbm2e, 460.8},
                          {HbmGeneration::hbm3, 819.2},
                          {HbmGeneration::hbm3e, 1228.8},
                          {HbmGeneration::hbm4, 2048},
                          {HbmGeneration::gddr6, 56},
                          {HbmGeneration::gddr6x, 84},
                          {HbmGeneration::gddr7, 112}})
        CHECK(hbm_device(p.generation).peak_bandwidth().value() == Approx(p.gigabytes_per_second * 1e9));
}

TEST_CASE("devices as shipped have the pseudo-channels and the bandwidth of their datasheets")
{
    auto const h100 = hbm_device(HbmGeneration::hbm3, gib(16), 5.23e9);
    CHECK(5 * h100.organisation.lanes() == 160);
    CHECK(5 * h100.peak_bandwidth().value() == Approx(3350e9).epsilon(0.001));
    CHECK(h100.organisation.capacity() == gib(16));
    auto const rubin = hbm_device(HbmGeneration::hbm4, gib(36), 10.74e9, 3);
    CHECK(8 * rubin.organisation.lanes() == 512);
    CHECK(8 * rubin.peak_bandwidth().value() == Approx(22000e9).epsilon(0.001));
    CHECK(ratio(rubin.organisation.capacity(), gib(36)) == Approx(1).epsilon(0.001));
}

TEST_CASE("at its own data rate a generation has its published cycles")
{
    auto const t = hbm_device(HbmGeneration::hbm3).timings;
    CHECK(t.cl == 20);
    CHECK(t.rcd_rd == 31);
    CHECK(t.rc == 72);
    CHECK(t.faw == 24);
    CHECK(t.refi == 6240);
    CHECK(hbm_device(HbmGeneration::hbm3, gib(16)).timings.rfc_ab == 416);       // 260 ns, 4 Gbit of a stack id
    CHECK(hbm_device(HbmGeneration::hbm3, gib(24)).timings.rfc_ab == 560);       // 350 ns, 6 Gbit
    CHECK(hbm_device(HbmGeneration::hbm3, gib(16), 0, 1).timings.rfc_ab == 560); // 8 Gbit
    CHECK(hbm_device(HbmGeneration::hbm3, gib(24), 0, 1).timings.rfc_ab == 720); // 450 ns, 12 Gbit
    CHECK(hbm_device(HbmGeneration::hbm3, gib(48), 0, 1).timings.rfc_ab == 880); // 550 ns, 24 Gbit
    CHECK(hbm_device(HbmGeneration::hbm4).timings.rc == 90);
    CHECK(hbm_device(HbmGeneration::hbm2).timings.rc == 48);
}

TEST_CASE("a device of GDDR is one die of 32 pins whose banks need the times of GDDR6 at any rate")
{
    for (auto const generation : gddr_generations) {
        auto const device = hbm_device(generation, gib(2));
        auto const ns = [&](std::uint32_t cycles) { return device.clock.duration(HbmCycles{cycles}).value() * 1e9; };
        CAPTURE(name_of(generation));
        CHECK(device.organisation.lanes() * device.organisation.pins == 32);
        CHECK(device.organisation.stack_ids == 1);
        CHECK(device.organisation.capacity() == gib(2));
        CHECK(ns(device.timings.rc) == Approx(45).epsilon(0.02));
        CHECK(ns(device.timings.refi) == Approx(1905).epsilon(0.001));
        CHECK(ns(device.timings.rfc_ab) == Approx(120).epsilon(0.01));
    }
}

TEST_CASE("at another data rate times stay times and counts stay counts")
{
    // HBM2 at 2.4 Gbit/s, as Ramulator has it beside 2.0: within the one cycle of its own rounding.
    auto const t = hbm_device(HbmGeneration::hbm2, gib(8), 2.4e9).timings;
    CHECK(t.rcd_rd == 17);
    CHECK(t.rp == 17);
    CHECK(std::abs(static_cast<int>(t.ras) - 40) <= 1);
    CHECK(std::abs(static_cast<int>(t.rc) - 57) <= 1);
    CHECK(t.ccd_l == 4);
    CHECK(t.bl == 2);
    for (auto const generation : hbm_generations)
        for (double const rate : {1e9, 3.7e9, 5.23e9, 7.81e9, 10.74e9, 14e9}) {
            auto const device = hbm_device(generation, gib(16), rate); // none may contradict itself
            CHECK(device.clock.duration(HbmCycles{device.timings.refi}).value() == Approx(3.9e-6).epsilon(1e-3));
        }
}

TEST_CASE("timings that contradict one another are refused by name")
{
    struct Wrong {
        std::uint32_t HbmTimings::*member;
        std::uint32_t              value;
        char const*                says;
    };
    auto const w             = GENERATE(values<Wrong>({
                    {&HbmTimings::rc, 70, "tRC = 70 cycles contradicts tRAS + tRP = 71 cycles"},
                    {&HbmTimings::faw, 4, "tFAW = 4 cycles contradicts tRRDL = 5 cycles"},
                    {&HbmTimings::rrd_l, 3, "tRRDL = 3 cycles contradicts tRRDS = 4"},
                    {&HbmTimings::rcd_rd, 46, "tRAS = 45 cycles contradicts tRCD = 46"},
                    {&HbmTimings::ccd_l, 1, "tCCDL = 1 cycles contradicts tCCDS = 2"},
                    {&HbmTimings::ccd_r, 1, "tCCDR = 1 cycles contradicts tCCDS = 2"},
                    {&HbmTimings::ccd_s, 1, "tCCDS = 1 cycles contradicts BL = 2"},
                    {&HbmTimings::wtr_l, 6, "tWTRL = 6 cycles contradicts tWTRS = 7"},
                    {&HbmTimings::rtw, 11, "tRTW + CWL = 21 cycles contradicts CL + BL = 22"},
                    {&HbmTimings::rfc_pb, 71, "tRFCpb = 71 cycles contradicts tRC = 72"},
                    {&HbmTimings::rfc_ab, 319, "tRFCab = 319 cycles contradicts tRFCpb = 320"},
                    {&HbmTimings::refi, 416, "tREFI = 416 cycles contradicts tRFCab + 1 = 417"},
                    {&HbmTimings::wr, 0, "tWR is 0 cycles"},
    }));
    auto       device        = hbm_device(HbmGeneration::hbm3);
    auto const right         = device.timings.*w.member;
    device.timings.*w.member = w.value;
    CHECK_THROWS_WITH(require_consistent(device), Catch::Contains("hbm3") && Catch::Contains(w.says));
    device.timings.*w.member = right;
    CHECK_NOTHROW(require_consistent(device));
}

TEST_CASE("the last value that does not contradict is accepted")
{
    auto device         = hbm_device(HbmGeneration::hbm3);
    device.timings.rc   = 71;
    device.timings.rtw  = 12;
    device.timings.faw  = 5;
    device.timings.refi = 417;
    CHECK_NOTHROW(require_consistent(device));
}

TEST_CASE("devices that cannot be are refused with the reason")
{
    CHECK_THROWS_WITH(hbm_generation("hbm5"),
                      Catch::Contains("no generation of HBM or GDDR") && Catch::Contains("hbm4"));
    CHECK(hbm_generation("hbm3e") == HbmGeneration::hbm3e);
    CHECK(hbm_generation("gddr7") == HbmGeneration::gddr7);
    CHECK_THROWS_WITH(hbm_device(HbmGeneration::hbm3, gib(16), 1e6), Catch::Contains("pin rate"));
    CHECK_THROWS_WITH(hbm_device(HbmGeneration::hbm3, gib(16), 0, 5), Catch::Contains("5 stack ids"));
    CHECK_THROWS_WITH(hbm_device(HbmGeneration::hbm3, configs::Bytes{1000}), Catch::Contains("cannot be divided"));
    auto device                  = hbm_device(HbmGeneration::hbm3);
    device.controller.write_high = 16;
    CHECK_THROWS_WITH(require_consistent(device), Catch::Contains("queue >= high > low"));
    device                      = hbm_device(HbmGeneration::hbm3);
    device.controller.postponed = 9;
    CHECK_THROWS_WITH(require_consistent(device), Catch::Contains("9 postponed"));
    device                              = hbm_device(HbmGeneration::hbm3);
    device.organisation.banks_per_group = 16;
    CHECK_THROWS_WITH(require_consistent(device), Catch::Contains("128 banks"));
    device                   = hbm_device(HbmGeneration::hbm3);
    device.organisation.pins = 64;
    CHECK_THROWS_WITH(require_consistent(device), Catch::Contains("does not take 2 cycles on 64 pins"));
}
