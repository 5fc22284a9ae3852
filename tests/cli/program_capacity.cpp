// `scribeline capacity` as a person uses it.
#include "support/run_program.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using Catch::Matchers::Contains;
using scribeline::tests::run_scribeline;

TEST_CASE("capacity names the cheapest that is enough, and says what comes nearest where none is")
{
    auto const words = [](std::vector<std::string> more) {
        auto all = std::vector<std::string>{"capacity",   "--model", "llama-3.2-1b", "--rate",        "5/s",
                                            "--requests", "20",      "--machines",   "h100:1,b200:1", "--replicas",
                                            "1,2",        "--slo",   "chat"};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    };
    auto const enough = run_scribeline(words({"--format", "json"}));
    INFO(enough);
    CHECK(enough.exit_code == 0);
    auto const  document = nlohmann::json::parse(enough.out);
    auto const& rows     = document["sections"][1]["tables"]["candidates"]["rows"];
    REQUIRE(rows.size() == 4);
    CHECK(rows[0][0] == "1 x h100:1");
    CHECK(rows[0][1] == "yes");
    for (std::size_t i = 1; i < rows.size(); ++i)
        CHECK(rows[i - 1][3].get<double>() <= rows[i][3].get<double>());
    auto const none = run_scribeline(words({"--dollars", "0.5"}));
    INFO(none);
    CHECK(none.exit_code == 1);
    CHECK_THAT(none.out,
               Contains("None of 4 systems is enough. The nearest is 1 x h100:1") && Contains("dollars an hour"));
    auto const no_goal = run_scribeline({"capacity", "--model", "llama-3.2-1b", "--rate", "5/s", "--requests", "20"});
    CHECK(no_goal.exit_code == 64);
    CHECK_THAT(no_goal.err, Contains("enough for what?"));
}
