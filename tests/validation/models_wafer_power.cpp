// Power of wafers beside the published 15 kW of the chip and 23 to 25 kW of the system. No constant was fitted to them.
#include "models/wafer/energy.hpp"
#include "models/wafer/simulate.hpp"
#include "support/models_runs.hpp"
#include "workloads/mapping/planner.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::tests;

TEST_CASE("a wafer whose PEs are all busy takes within the 15 to 25 kW that are published")
{
    std::string const machine = GENERATE("wse2", "wse3");
    CAPTURE(machine);
    auto const                p = config_of({"--machine", machine, "--model", "tiny"}).parameters;
    models::EnergyMeter const meter{p, 1};
    auto const                chip = meter.busy_pe() * meter.pes();
    CHECK(chip > 15e3);
    CHECK(chip < 25e3);
    // Part by part: the vendor states 30 mW for a core at its peak, at 1.1 GHz (Hot Chips 34).
    CHECK(meter.busy_pe() < 0.03);
    CHECK(meter.busy_pe() > 0.015);
}

TEST_CASE("a wafer that decodes for all the users it holds takes as much as its system is published to")
{
    auto const config =
        config_of({"--machine", "wse3", "--model", "llama-3.1-8b", "--context", "4096", "--objective", "throughput"});
    auto const& p    = config.parameters;
    auto const  step = workloads::decode_step(workloads::read_model(p.workload.model), p.workload);
    auto const  busy = models::simulate(config, step, workloads::plan_token(step, p)).energy;
    CHECK(busy.in_flight.system > 15e3);
    CHECK(busy.in_flight.system < 25e3);
    CHECK(busy.in_flight.chip < busy.peak.chip);
    // For one user most of the wafer waits.
    CHECK(busy.alone.chip < 0.5 * busy.peak.chip);
}
