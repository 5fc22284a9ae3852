// One document, three renderings: none of them says what another does not.
#include "results/document/document.hpp"

#include <limits>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace scribeline::results;
using Catch::Matchers::Contains;

namespace {

Document sample()
{
    auto table = Table{"machines",
                       {{"machine", "1", true}, {"memory", "byte"}, {"what it is", "1", true}},
                       {{word("wse3"), quantity(44e9, "44 GB"), word("a wafer, with a comma")},
                        {word("nobody"), quantity(std::numeric_limits<double>::quiet_NaN()),
                         word("words that go on and on until the line is full and then go on below the column in which "
                              "they began")}}};
    return {"A sample",
            {{"Machines", {std::move(table), Sentences{"One sentence."}}},
             {"Parts", {Bars{"parts", {{"hops", 0.75, "3 us"}, {"dispatch", 0.25, "1 us"}}}}}}};
}

} // namespace

TEST_CASE("a document as text has its headings, units below names, a dash for the unknown, and lines that fit")
{
    auto const text = as_text(sample(), 80);
    CHECK_THAT(text, Contains("A sample\n\nMachines\n") && Contains("44 GB") && Contains("byte") &&
                         Contains("  One sentence.\n") && Contains("75.0 %"));
    auto lines  = std::istringstream{text};
    auto dashes = 0;
    for (std::string line; std::getline(lines, line);) {
        CAPTURE(line);
        CHECK(line.size() <= 80);
        dashes += line.find("nobody        -") != std::string::npos ? 1 : 0;
    }
    CHECK(dashes == 1);
}

TEST_CASE("a document as JSON and as CSV has every value, and nothing where nothing is known")
{
    auto const json  = nlohmann::json::parse(as_json(sample()));
    auto const table = json["sections"][0]["tables"]["machines"];
    CHECK(json["title"] == "A sample");
    CHECK(table["columns"] == nlohmann::json{"machine", "memory", "what it is"});
    CHECK(table["units"][1] == "byte");
    CHECK(table["rows"][0][1] == 44e9);
    CHECK(table["rows"][1][1].is_null());
    CHECK(json["sections"][0]["sentences"][0] == "One sentence.");
    CHECK(json["sections"][1]["bars"]["parts"][0]["share"] == 0.75);
    CHECK_THAT(as_csv(sample()), Contains("table,row,column,units,value\n") &&
                                     Contains("machines,0,memory,byte,44000000000\n") &&
                                     Contains("machines,0,what it is,1,\"a wafer, with a comma\"\n") &&
                                     Contains("machines,1,memory,byte,\n") && Contains("parts,0,hops,1,0.75\n"));
}
