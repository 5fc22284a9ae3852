// What follows from the figures of a study: effects, elasticities, their order, and how they are told.
#include "results/views/sensitivity.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <sstream>

using namespace scribeline;
using Catch::Matchers::Contains;
using configs::OutputFormat;
using results::Sensitivity;
using results::TriedValue;
using results::VariedParameter;

namespace {

VariedParameter parameter(std::string const& name, double number, std::optional<TriedValue> down,
                          std::optional<TriedValue> up)
{
    auto each   = VariedParameter{};
    each.name   = name;
    each.units  = "cycle";
    each.text   = std::to_string(static_cast<int>(number));
    each.number = number;
    each.down   = std::move(down);
    each.up     = std::move(up);
    return each;
}

// Of a figure of 100: one that is proportional to it, one that it falls with, one that nothing reads, one half refused.
Sensitivity study()
{
    auto s    = Sensitivity{};
    s.machine = "wse3", s.model = "tiny", s.metric = "tokens_per_second", s.units = "token/s";
    s.factor = 2, s.base = 100;
    s.varied     = {parameter("a.refused", 4, TriedValue{"2", 2, 101, ""}, TriedValue{"8", 8, {}, "8 is too much"}),
                    parameter("a.unread", 4, TriedValue{"2", 2, 100, ""}, TriedValue{"8", 8, 100, ""}),
                    parameter("a.falls", 4, TriedValue{"2", 2, 110, ""}, TriedValue{"8", 8, 80, ""}),
                    parameter("a.clock", 4, TriedValue{"2", 2, 50, ""}, TriedValue{"8", 8, 200, ""})};
    s.not_varied = {{"a.name", "a name"}, {"a.zero", "0 stays 0 by any factor"}, {"a.other", "a name"}};
    return s;
}

} // namespace

TEST_CASE("an effect is the larger side, and an elasticity the slope between logarithms")
{
    auto const s = study();
    CHECK(*s.effect(s.varied[3]) == Approx(1.0));
    CHECK(*s.elasticity(s.varied[3]) == Approx(1.0));
    CHECK(*s.effect(s.varied[2]) == Approx(0.2));
    CHECK(*s.elasticity(s.varied[2]) == Approx(std::log(80.0 / 110) / std::log(4.0)));
    CHECK(*s.effect(s.varied[1]) == 0);
    CHECK(*s.effect(s.varied[0]) == Approx(0.01));
    CHECK(*s.elasticity(s.varied[0]) == Approx(std::log(100.0 / 101) / std::log(2.0))); // against the base
}

TEST_CASE("the largest effect comes first, and what has none is not in the list")
{
    auto const s     = study();
    auto const order = s.by_effect();
    REQUIRE(order.size() == 3);
    CHECK(order[0]->name == "a.clock");
    CHECK(order[1]->name == "a.falls");
    CHECK(order[2]->name == "a.refused");
    CHECK(s.has_no_effect(s.varied[1]));
}

TEST_CASE("the page has a row with the reason of what was refused, and a line each for what has no effect or no values")
{
    auto const text = sensitivity_text(study(), OutputFormat::table, 80);
    CHECK_THAT(text, Contains("tokens_per_second of tiny on wse3: 100 token/s") && Contains("8 is too much") &&
                         Contains("No effect: a.unread.\n") &&
                         Contains("Not varied: a.name, a.other (a name); a.zero (0 stays 0 by any factor).\n"));
    // The tornado: down to the left of the bar, up to its right, at full length the largest.
    CHECK_THAT(text, Contains("--------|++++++++++++++++"));
    CHECK_THAT(text, Contains("+++|--"));
    auto lines = std::istringstream{text.substr(text.find("Tornado"))};
    for (std::string line; std::getline(lines, line);)
        CHECK(line.size() <= 80);
}

TEST_CASE("JSON and CSV have every figure, and null or nothing where there is none")
{
    auto const json = nlohmann::json::parse(sensitivity_text(study(), OutputFormat::json, 80));
    CHECK(json["base"] == 100);
    REQUIRE(json["parameters"].size() == 3);
    CHECK(json["parameters"][0]["up"]["figure"] == 200);
    CHECK(json["parameters"][2]["up"]["figure"].is_null());
    CHECK(json["parameters"][2]["up"]["refused"] == "8 is too much");
    CHECK(json["no_effect"] == nlohmann::json{"a.unread"});
    CHECK(json["not_varied"].size() == 3);

    auto const csv = sensitivity_text(study(), OutputFormat::csv, 80);
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 1 + 4 + 3);
    CHECK_THAT(csv,
               Contains("a.clock,cycle,2,4,8,50,100,200,1,1,assumed,") && Contains("a.refused,cycle,2,4,8,101,100,,"));
}
