// Joules and watts in everything that a person or a program reads.
#include "results/files/run_file.hpp"
#include "results/hdf5/reader.hpp"
#include "results/views/explain_file.hpp"
#include "results/views/report.hpp"
#include "results/views/report_energy.hpp"
#include "support/results_sample.hpp"
#include "support/temporary_folder.hpp"

#include <numeric>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace scribeline;
using Catch::Matchers::Contains;

namespace {

// Every operator takes 10, 20, ... 100 pJ, by part; four requests share what does not depend on the work.
models::Outcome with_energy()
{
    auto  o      = tests::sample_token();
    auto& energy = o.energy;
    for (auto& op : o.operators)
        for (std::size_t i = 0; i < models::energy_part_count; ++i) {
            op.energy[i] = 10 * (i + 1);
            energy.token[i] += op.energy[i];
        }
    energy.shared = energy.token;
    energy.shared[static_cast<std::size_t>(models::EnergyPart::idle)] /= 4;
    energy.shared[static_cast<std::size_t>(models::EnergyPart::system)] /= 4;
    energy.wafers    = 2;
    energy.alone     = {6200, 14200};
    energy.in_flight = {14600, 22600};
    energy.peak      = {16300, 24300};
    energy.published = {15000, 23000};
    o.token.requests = 4;
    return o;
}

} // namespace

TEST_CASE("joules and watts have three digits and a unit that fits")
{
    CHECK(results::energy_text(8.8727) == "8.87 J");
    CHECK(results::energy_text(1640) == "1.64 kJ");
    CHECK(results::energy_text(0.0102) == "10.2 mJ");
    CHECK(results::energy_text(3.2e-5) == "32 uJ");
    CHECK(results::energy_text(5e-12) == "0.005 nJ");
    CHECK(results::energy_text(0) == "0 nJ");
    CHECK(results::power_text(14198) == "14.2 kW");
    CHECK(results::power_text(20.6) == "20.6 W");
}

TEST_CASE("the report has the parts of a token's energy, alone and shared, and the power beside what is published")
{
    std::ostringstream out;
    results::print_report(out, tests::sample_config(), with_energy());
    CHECK_THAT(out.str(), Contains("What the energy of an output token went into") && Contains("with 4 at once") &&
                              Contains("sram_weights") && Contains("Power of 2 wafers"));
    CHECK_THAT(out.str(), Contains("one token at a time       6.2 kW   14.2 kW") &&
                              Contains("4 requests at once       14.6 kW   22.6 kW") &&
                              Contains("published                  15 kW     23 kW"));
    std::ostringstream without;
    results::print_report(without, tests::sample_config(), tests::sample_token());
    CHECK_THAT(without.str(), !Contains("energy of an output token"));
}

TEST_CASE("energies of operators add up to the token's in JSON, CSV and the result file")
{
    auto const outcome = with_energy();
    auto const all     = models::joules(outcome.energy.token);
    auto const config  = tests::sample_config();

    std::ostringstream out;
    results::print_json(out, config, outcome);
    auto const json = nlohmann::json::parse(out.str());
    auto       sum  = 0.0;
    for (auto const& op : json["operators"]) {
        sum += op["energy"].get<double>();
        CHECK(op["energy_parts"]["hops"].get<double>() == Approx(60e-12));
    }
    CHECK(sum == Approx(all));
    CHECK(json["summary"]["energy_per_token"].get<double>() == Approx(all));
    CHECK(json["summary"]["power_chip_in_flight"].get<double>() == 14600);

    std::ostringstream csv;
    results::print_csv(csv, outcome);
    CHECK_THAT(csv.str(), Contains(",5.5e-10,1e-11,2e-11,") && Contains(",1e-10\n"));

    tests::TemporaryFolder folder;
    auto const             path = folder / "run.h5";
    results::write_run(config, outcome, path);
    results::hdf5::InputFile const file{path};
    auto const                     whole = file.numbers("/operators/energy");
    CHECK(std::accumulate(whole.begin(), whole.end(), 0.0) == Approx(all));
    auto parts = 0.0;
    for (std::size_t i = 0; i < models::energy_part_count; ++i) {
        std::string const name   = name_of(static_cast<models::EnergyPart>(i));
        auto const        column = file.numbers("/operators/energy_" + name);
        auto const        total  = std::accumulate(column.begin(), column.end(), 0.0);
        CHECK(total == Approx(file.number("/summary/energy_" + name)));
        parts += total;
    }
    CHECK(parts == Approx(file.number("/summary/energy_per_token")));
    CHECK(file.attribute("/operators/energy", "units").value_or("") == "J");

    auto const told = results::explain_file(path);
    CHECK_THAT(told, Contains("6.2 kW") && Contains("14.2 kW") && Contains("With 4 requests in flight"));
}
