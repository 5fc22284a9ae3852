// What is not known is blank and not zero: a run by closed forms counts nothing, so that none of its figures may be the
// zero of a counter that did not run.
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <set>

#include <nlohmann/json.hpp>

using namespace scribeline::tests;
using Json = nlohmann::json;

namespace {

// Figures that only a simulation finds out.
std::set<std::string> const counted{"pe_busy_share",
                                    "pe_stalled_share",
                                    "pe_idle_share",
                                    "fabric_utilisation",
                                    "scribe_utilisation",
                                    "wavelet_hops",
                                    "wavelets_injected",
                                    "wavelets_delivered",
                                    "scribe_crossings",
                                    "wavelets_crossed",
                                    "scribe_wavelet_share",
                                    "scribe_hop_share",
                                    "effective_bandwidth",
                                    "effective_arithmetic",
                                    "cycles_arithmetic",
                                    "cycles_dispatch",
                                    "cycles_sram",
                                    "cycles_hops",
                                    "cycles_scribe",
                                    "cycles_serialisation",
                                    "cycles_reduce_stage",
                                    "cycles_waiting",
                                    "cycles_off_wafer",
                                    "fraction_of_peak_bandwidth",
                                    "fraction_of_peak_arithmetic",
                                    "closed_form_deviation"};

// Zero by the formula itself: a token on one wafer crosses no link between wafers. And facts about a point of a sweep.
std::set<std::string> const zero_by_formula{"energy_off_wafer", "exit_code", "pareto_rank", "point"};

Json json_of(std::vector<std::string> const& arguments)
{
    auto const run = run_scribeline(arguments);
    INFO(run);
    REQUIRE(run.exit_code == 0);
    return Json::parse(run.out);
}

std::vector<std::string> run_at(std::string const& fidelity, std::vector<std::string> const& more)
{
    auto arguments =
        std::vector<std::string>{"run", "--machine", "small", "--model", "tiny", "-q", "--fidelity", fidelity};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

void check_summary(Json const& summary, bool simulated)
{
    for (auto const& [name, value] : summary.items()) {
        CAPTURE(name, value.dump());
        if (!simulated && value.is_number())
            CHECK((value.get<double>() != 0 || zero_by_formula.count(name) > 0 ||
                   name == "energy_scribe")); // one reticle
        if (!simulated && counted.count(name) > 0)
            CHECK(value.is_null());
    }
    if (simulated)
        for (auto const& name : counted)
            if (name != "closed_form_deviation") {
                CAPTURE(name);
                CHECK(summary.contains(name));
                CHECK(summary.at(name).is_number());
            }
}

} // namespace

TEST_CASE("no command tells a zero that no counter produced, at any fidelity")
{
    auto const place = TemporaryFolder{};
    for (auto const* fidelity : {"wavelet", "folded", "closed_form", "auto"}) {
        for (auto const& how : std::vector<std::vector<std::string>>{{}, {"--region", "8x8"}, {"--prompt", "16"}}) {
            CAPTURE(fidelity, how.size());
            bool const simulated = fidelity != std::string{"closed_form"};
            auto       arguments = run_at(fidelity, how);
            arguments.insert(arguments.end(), {"--format", "json", "-o", place / "run.h5"});
            auto const report = json_of(arguments);
            check_summary(report.at("summary"), simulated);
            CHECK((report.at("summary").at("bound_by") == "unknown") == !simulated);
            CHECK(report.at("operators").empty() == !simulated);
            CHECK(report.at("books").contains("balanced") == simulated);
            CHECK(report.at("state_hash").is_null() == !simulated);

            check_summary(json_of({"show", place / "run.h5", "--format", "json"}).at("summary"), simulated);
            auto const text = run_scribeline({"show", place / "run.h5"});
            CHECK(text.exit_code == 0);
            CHECK((text.out.find("wavelet_hops") != std::string::npos) == simulated);
            auto const told = run_scribeline({"explain", place / "run.h5"});
            INFO(told);
            CHECK(told.exit_code == 0);
            if (!simulated) {
                CHECK(told.out.find("nan") == std::string::npos);
                CHECK(told.out.find(" 0 ") == std::string::npos);
            }
            CHECK(run_scribeline({"run", "--from", place / "run.h5", "-q"}).exit_code == 0);
        }
    }
}

TEST_CASE("a sweep of closed forms has blanks in its columns, and none of them counts as the best")
{
    auto const place = TemporaryFolder{};
    auto const file  = place.write("formulas.toml", "machine = \"small\"\n"
                                                     "goals = [\"min wavelet_hops\"]\n"
                                                     "[fixed]\nworkload.model = \"tiny\"\n"
                                                     "[axes]\nrun.fidelity = [\"closed_form\", \"folded\"]\n");
    auto const run   = run_scribeline({"sweep", "run", file, "-o", place / "s", "-q"});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    REQUIRE(run_scribeline({"sweep", "merge", place / "s", "-q"}).exit_code == 0);
    auto const rows = json_of({"sweep", "show", place / "s", "--format", "json"}).at("points");
    REQUIRE(rows.size() == 2);
    check_summary(rows[0], false);
    check_summary(rows[1], true);
    CHECK(rows[0].at("bound_by") != rows[1].at("bound_by"));
    CHECK(rows[0].at("pareto_rank") != 1);
    CHECK(rows[1].at("pareto_rank") == 1);
}
