// What `scribeline published` prints, and its exit code.
#include "results/views/published_report.hpp"
#include "results/views/published_text.hpp"
#include "results/views/validation_page.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <sstream>

using namespace scribeline;
using namespace scribeline::models;
using namespace scribeline::results;
using Catch::Matchers::Contains;

namespace {

CaseOutcome outcome(Verdict verdict, double simulated = 110)
{
    CaseOutcome out;
    out.measured.id        = "one";
    out.measured.kind      = CaseKind::transfer;
    out.measured.machine   = "wse3";
    out.measured.region    = "2x1";
    out.measured.set       = "wavelets=8";
    out.measured.metric    = case_metrics[1];
    out.measured.value     = 100;
    out.measured.tolerance = 20;
    out.measured.source    = "measured, by \"someone\"";
    out.verdict            = verdict;
    if (verdict == Verdict::within || verdict == Verdict::outside || verdict == Verdict::reported) {
        out.simulated         = simulated;
        out.closed_form       = 105;
        out.fidelity          = "wavelet";
        out.cycles            = static_cast<std::uint64_t>(simulated);
        out.deviation_percent = simulated - 100;
    } else {
        out.note = "because";
    }
    return out;
}

std::string printed(configs::OutputFormat format, std::vector<CaseOutcome> const& outcomes)
{
    std::ostringstream text;
    results::print(text, format, outcomes);
    return text.str();
}

} // namespace

TEST_CASE("the table has simulated, closed form, published, deviation, tolerance and source of each row")
{
    auto const text = printed(configs::OutputFormat::table, {outcome(Verdict::within), outcome(Verdict::does_not_fit)});
    CAPTURE(text);
    CHECK_THAT(text, Contains("110") && Contains("105") && Contains("100") && Contains("+10.00 %") && Contains("20 %"));
    CHECK_THAT(text, Contains("transfer on wse3, 2x1, wavelets=8: measured, by \"someone\""));
    CHECK_THAT(text, Contains("does not fit: because"));
    CHECK_THAT(text, Contains("2 rows: 1 within the tolerance, 1 that do not fit."));
    auto lines = std::istringstream{text};
    for (auto line = std::string{}; std::getline(lines, line);)
        CHECK(line.size() <= 100);
}

TEST_CASE("a table of hostile cells holds no control character")
{
    auto out            = outcome(Verdict::within);
    out.measured.id     = "\x1b[31mred";
    out.measured.source = "\x07\x1b]0;title";
    for (char const c : printed(configs::OutputFormat::table, {out}))
        CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
}

TEST_CASE("JSON holds every row, the deviations by kind, and what was not simulated as null")
{
    auto const json = nlohmann::json::parse(
        printed(configs::OutputFormat::json, {outcome(Verdict::within), outcome(Verdict::not_simulated)}));
    REQUIRE(json["rows"].size() == 2);
    CHECK(json["rows"][0]["simulated"] == 110);
    CHECK(json["rows"][0]["closed_form"] == 105);
    CHECK(json["rows"][0]["published"] == 100);
    CHECK(json["rows"][0]["deviation_percent"] == 10);
    CHECK(json["rows"][0]["tolerance_percent"] == 20);
    CHECK(json["rows"][0]["verdict"] == "within");
    CHECK(json["rows"][0]["source"] == "measured, by \"someone\"");
    CHECK(json["rows"][1]["simulated"].is_null());
    CHECK(json["rows"][1]["note"] == "because");
    CHECK(json["deviations"][0]["mean_percent"] == 10);
}

TEST_CASE("CSV has a line per row, quoted where it must be")
{
    auto const text = printed(configs::OutputFormat::csv, {outcome(Verdict::outside, 150)});
    CHECK_THAT(text, Contains("\none,transfer,wse3,,2x1,,,,wavelets=8,cycles,cycles,150,105,100,50,20,outside,wavelet,,"
                              "\"measured, by \"\"someone\"\"\"\n"));
}

TEST_CASE("the exit code says whether every row is within its tolerance")
{
    using configs::Exit;
    auto const good = outcome(Verdict::within);
    CHECK(exit_of({good, outcome(Verdict::reported)}) == Exit::done);
    CHECK(exit_of({good, outcome(Verdict::not_simulated)}) == Exit::done);
    CHECK(exit_of({outcome(Verdict::not_simulated)}) == Exit::answer_is_no); // nothing was answered at all
    CHECK(exit_of({good, outcome(Verdict::outside)}) == Exit::answer_is_no);
    CHECK(exit_of({good, outcome(Verdict::does_not_fit)}) == Exit::answer_is_no);
    CHECK(exit_of({good, outcome(Verdict::failed)}) == Exit::internal);
    auto unbound               = outcome(Verdict::does_not_fit);
    unbound.measured.tolerance = std::nullopt;
    CHECK(exit_of({good, unbound}) == Exit::done);
}

TEST_CASE("figures are grouped and no longer than they are exact")
{
    CHECK(figure(12732) == "12,732");
    CHECK(figure(759.5) == "759.5");
    CHECK(figure(23.125) == "23.125");
    CHECK(figure(0.00119512) == "0.0011951");
    CHECK(figure(1e20) == "1e+20");
}

TEST_CASE("the page of docs says which rows took part in the calibration")
{
    auto calibrating            = outcome(Verdict::within);
    calibrating.measured.id     = "two";
    calibrating.measured.source = "someone; calibrates software.operator_overhead";
    auto const text             = validation_page({outcome(Verdict::within), calibrating});
    CHECK_THAT(text, Contains("| transfer | cycles | 2 | 10.00 % | +10.00 % | one | 1 of 2 |"));
    CHECK_THAT(text, Contains("| one | transfer on wse3, 2x1, wavelets=8 | 100 cycles | 110 cycles | 105 cycles | "
                              "+10.00 % | 20 % | not used |"));
    CHECK_THAT(text, Contains("| +10.00 % | 20 % | calibrates |"));
    CHECK_THAT(text, Contains("* two: someone; calibrates"));
}
