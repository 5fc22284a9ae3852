// From counts to joules, part by part, and the books that hold them against the counters of a run.
#include "models/wafer/energy.hpp"

#include "configs/failure.hpp"
#include "models/wafer/folded_system.hpp"
#include "models/wafer/simulate.hpp"
#include "support/models_runs.hpp"
#include "workloads/mapping/planner.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::tests;
using models::EnergyPart;

namespace {

std::uint64_t part(models::EnergyParts const& parts, EnergyPart which)
{
    return parts[static_cast<std::size_t>(which)];
}

models::Outcome folded(configs::Config const& config)
{
    auto const& p    = config.parameters;
    auto const  step = workloads::decode_step(workloads::read_model(p.workload.model), p.workload);
    return models::simulate(config, step, workloads::plan_token(step, p));
}

} // namespace

TEST_CASE("each part of the energy is its count times what one takes")
{
    auto                      p = config_of({"--machine", "wse2", "--model", "tiny"}).parameters;
    models::EnergyMeter const meter{p, 2};
    models::EnergyTally       tally;
    tally.work.multiplies  = 1'000'000;
    tally.work.additions   = 1000;
    tally.work.code_cycles = 1000;
    tally.work.read        = 3000;
    tally.work.written     = 2000;
    tally.work.injected    = 100;
    tally.work.hops        = 1000;
    tally.work.crossings   = 10;
    tally.work.off_wafer   = 100;
    tally.kv_multiplies    = 400'000;
    tally.kv_written       = 500;
    tally.cycles           = 850; // 1 us at 0.85 GHz
    auto const parts       = meter.of(tally);
    CHECK(part(parts, EnergyPart::arithmetic) == 500'160);         // 0.5 and 0.16 pJ
    CHECK(part(parts, EnergyPart::sram_weights) == 1'125'000);     // 600,000 x 2 B x 0.9375 pJ
    CHECK(part(parts, EnergyPart::sram_kv) == 750'938);            // (400,000 read and 500 written) x 2 B
    CHECK(part(parts, EnergyPart::sram_vectors) == 8438);          // (3,000 and 1,500) x 2 B x 0.9375, rounded
    CHECK(part(parts, EnergyPart::code) == 27'000);                // 27 pJ a cycle
    CHECK(part(parts, EnergyPart::hops) == 1971 + 768);            // 1,100 routers x 1.792 pJ, 1,000 links x 0.768 pJ
    CHECK(part(parts, EnergyPart::scribe) == 32);                  // 10 x 32 bits x 0.1 pJ
    CHECK(part(parts, EnergyPart::off_wafer) == 8000);             // 800 bits x 10 pJ
    CHECK(part(parts, EnergyPart::idle) == 2 * 745'500ull * 6000); // 6 mW for 1 us: 6 nJ
    CHECK(part(parts, EnergyPart::system) == 16'000'000'000);      // 2 x 8 kW for 1 us
}

TEST_CASE("what is read of a cache and of vectors takes what reading takes, what is written what writing takes")
{
    auto p                = config_of({"--machine", "wse2", "--model", "tiny"}).parameters;
    p.workload.kv_bits    = 8;
    p.energy.sram_read    = configs::JoulesPerByte{1e-12};
    p.energy.sram_write   = configs::JoulesPerByte{3e-12};
    auto tally            = models::EnergyTally{};
    tally.work.multiplies = 1'000'000;
    tally.work.read       = 3000;
    tally.work.written    = 2000;
    tally.kv_multiplies   = 400'000;
    tally.kv_written      = 500;
    auto const parts      = models::EnergyMeter{p, 1}.of(tally);
    CHECK(part(parts, EnergyPart::sram_weights) == 600'000 * 2);
    CHECK(part(parts, EnergyPart::sram_kv) == 400'000 + 500 * 3);
    CHECK(part(parts, EnergyPart::sram_vectors) == 2 * (3000 + (2000 - 500) * 3));
}

TEST_CASE("narrow weights and caches take less from SRAM, wide activations more")
{
    auto                p = config_of({"--machine", "wse2", "--model", "tiny"}).parameters;
    models::EnergyTally tally;
    tally.work.multiplies  = 1000;
    tally.kv_multiplies    = 500;
    tally.work.read        = 1000;
    auto const wide        = models::EnergyMeter{p, 1}.of(tally);
    p.workload.weight_bits = 4;
    p.workload.kv_bits     = 8;
    auto const narrow      = models::EnergyMeter{p, 1}.of(tally);
    CHECK(part(narrow, EnergyPart::sram_weights) == (part(wide, EnergyPart::sram_weights) + 2) / 4);
    CHECK(part(narrow, EnergyPart::sram_kv) == (part(wide, EnergyPart::sram_kv) + 1) / 2);
    p.workload.activation_bits = 32;
    auto const fp32            = models::EnergyMeter{p, 1}.of(tally);
    CHECK(part(fp32, EnergyPart::sram_vectors) == 2 * part(wide, EnergyPart::sram_vectors));
    CHECK(part(fp32, EnergyPart::arithmetic) == 1690);
}

TEST_CASE("a wavelet that only one of the counters has seen unbalances the book of energy")
{
    auto       config  = config_of({"--machine", "small", "--model", "tiny", "--fidelity", "folded"});
    auto const outcome = folded(config);
    REQUIRE(outcome.books.balanced());
    auto broken = outcome;
    broken.books.entries.clear();
    broken.wavelet_hops += 1;
    models::add_energy(broken, config.parameters, 1);
    CHECK_FALSE(broken.books.balanced());
    CHECK_THROWS_AS(broken.books.require_balanced(), configs::SimulationFault);
    auto right = outcome;
    right.books.entries.clear();
    models::add_energy(right, config.parameters, 1);
    CHECK(right.books.balanced());
    CHECK(right.energy.token == outcome.energy.token);
}

TEST_CASE("energies that cannot be counted are refused with what to change")
{
    auto const config = config_of({"--machine", "wse3", "--model", "llama-3.1-8b", "--set", "energy.static_power=100 W",
                                   "--set", "wafer.clock=1 MHz"});
    try {
        folded(config);
        FAIL("a token of many megajoules was counted");
    } catch (configs::UserError const& error) {
        CHECK_THAT(error.what(), Catch::Matchers::Contains("energy.static_power"));
        CHECK(error.code() == configs::Exit::bad_config);
    }
}

TEST_CASE("formulas alone give the same work as a simulation, and requests at once share what does not depend on it")
{
    std::vector<std::string> const words{"--machine", "wse3", "--model", "llama-3.1-8b", "--context", "1024"};
    auto                           config     = config_of(words);
    auto const                     folded_run = folded(config);
    config.parameters.run.fidelity            = configs::Fidelity::closed_form;
    auto const formulas                       = folded(config);
    for (std::size_t i = 0; i + 2 < models::energy_part_count; ++i)
        CHECK(formulas.energy.token[i] == folded_run.energy.token[i]);

    auto const& energy = folded_run.energy;
    REQUIRE(energy.knows_shared());
    REQUIRE(folded_run.token.requests > 1);
    for (std::size_t i = 0; i + 2 < models::energy_part_count; ++i)
        CHECK(energy.shared[i] == energy.token[i]);
    double const rate = folded_run.token.tokens_per_second;
    CHECK(models::joules(energy.shared) * rate == Approx(energy.in_flight.system));
    CHECK(models::joules(energy.token) * folded_run.tokens_per_second_per_user == Approx(energy.alone.system));
    CHECK(energy.in_flight.chip > energy.alone.chip);
    CHECK(energy.in_flight.system - energy.in_flight.chip == Approx(8000));
}
