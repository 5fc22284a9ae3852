// Rows and columns of a sweep: chosen, sorted, printed, written and read back.
#include "configs/failure.hpp"
#include "results/files/sweep/merged_file.hpp"
#include "results/views/sweep/show.hpp"
#include "support/configs.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

using namespace scribeline;
using namespace scribeline::results;
using scribeline::configs::Exit;
using scribeline::configs::OutputFormat;
using scribeline::tests::refusal_of;
using scribeline::tests::TemporaryFolder;
using Source = SweepColumn::Source;

namespace {

double const nan = std::numeric_limits<double>::quiet_NaN();

SweepTable sample()
{
    auto table        = SweepTable{};
    table.description = "a sample";
    table.rows        = 4;
    table.columns     = {
            {"scribe.extra_latency", "cycle", "of a hop", Source::parameter, false, false, {0, 1, 2, 3}, {}},
            {"machine", "1", "machine", Source::parameter, true, true, {}, {"wse2", "wse3", "wse2", "wse3"}},
            {"tokens_per_second_per_user", "token/s", "speed", Source::metric, false, false, {100.5, 90, nan, 95}, {}},
            {"bound_by", "1", "what bounds it", Source::metric, true, true, {}, {"hops", "dispatch", "", "hops"}},
            {"status", "1", "status", Source::about_run, true, true, {}, {"ok", "ok", "infeasible", "ok"}},
            {"error", "1", "why", Source::about_run, true, false, {}, {"", "", "does not fit, by \"far\"\nreally", ""}},
    };
    add_pareto_ranks(table,
                     {configs::parse_goal("max tokens_per_second_per_user"), configs::parse_goal("min extra_latency")});
    return table;
}

std::string csv(ShowOptions options)
{
    options.format = OutputFormat::csv;
    return show(sample(), options);
}

} // namespace

TEST_CASE("rows are chosen by a condition and by the front, and sorted with the unknown last")
{
    auto options    = ShowOptions{};
    options.columns = {"extra_latency"};
    options.where   = "tokens_per_second_per_user < 100 or status != 'ok'";
    CHECK(csv(options) == "point,scribe.extra_latency\n1,1\n2,2\n3,3\n");
    options.where       = "";
    options.pareto_only = true;
    CHECK(csv(options) == "point,scribe.extra_latency\n0,0\n");
    options.pareto_only = false;
    options.sort        = "tokens_per_second_per_user";
    CHECK(csv(options) == "point,scribe.extra_latency\n1,1\n3,3\n0,0\n2,2\n");
    options.descending = true;
    CHECK(csv(options) == "point,scribe.extra_latency\n0,0\n3,3\n1,1\n2,2\n");
    options.limit = 1;
    CHECK(csv(options) == "point,scribe.extra_latency\n0,0\n");
}

TEST_CASE("CSV quotes what needs it, JSON has null for what is not known")
{
    auto options    = ShowOptions{};
    options.where   = "status == 'infeasible'";
    options.columns = {"error", "tokens_per_second_per_user"};
    CHECK(csv(options) == "point,error,tokens_per_second_per_user\n2,\"does not fit, by \"\"far\"\"\nreally\",\n");
    options.format  = OutputFormat::json;
    auto const json = nlohmann::json::parse(show(sample(), options));
    CHECK(json["points"][0]["tokens_per_second_per_user"].is_null());
    CHECK(json["units"]["tokens_per_second_per_user"] == "token/s");
}

TEST_CASE("the table shows the parameters, the speed, what bounds it and the goals")
{
    auto const text = show(sample(), {});
    for (auto const* word : {"a sample", "extra_latency", "machine", "status", "100.5", "bound_by", "pareto_rank"})
        CHECK(text.find(word) != std::string::npos);
    CHECK(text.find("error") == std::string::npos);
}

TEST_CASE("a table whose points have different fidelities says so, whichever way it is shown")
{
    auto const mixed = [] {
        auto table = sample();
        table.columns.push_back(
            {"fidelity", "1", "how", Source::metric, true, true, {}, {"folded", "closed_form", "", "folded"}});
        return table;
    }();
    CHECK(fidelity_warnings(sample()).empty());
    REQUIRE(fidelity_warnings(mixed).size() == 1);
    CHECK(fidelity_warnings(mixed).front().find("1 closed_form, 2 folded") != std::string::npos);
    auto const shown = shown_sweep(mixed, {});
    CHECK(shown.text.find("fidelity") != std::string::npos); // the column is among the usual ones then
    CHECK(shown.warnings == fidelity_warnings(mixed));
    auto options  = ShowOptions{};
    options.where = "fidelity == 'folded'";
    CHECK(shown_sweep(mixed, options).warnings.empty());
}

TEST_CASE("a change over a baseline is taken between points of the same other parameters, and never across fidelities")
{
    auto table    = SweepTable{};
    table.rows    = 5;
    table.columns = {
        {"scribe.extra_latency", "cycle", "", Source::parameter, false, false, {0, 4, 0, 4, 4}, {}},
        {"workload.model", "1", "", Source::parameter, true, true, {}, {"a", "a", "b", "b", "c"}},
        {"cycles", "cycle", "", Source::metric, false, false, {100, 110, 1000, 1500, 7}, {}},
        {"fidelity", "1", "", Source::metric, true, true, {}, {"folded", "folded", "folded", "closed_form", "folded"}},
        {"status", "1", "", Source::about_run, true, true, {}, {"ok", "ok", "ok", "ok", "ok"}},
    };
    auto options     = ShowOptions{};
    options.format   = OutputFormat::csv;
    options.columns  = {"model", "cycles"};
    options.baseline = "extra_latency == 0 cycles";
    auto const shown = shown_sweep(table, options);
    CHECK(shown.text == "point,workload.model,cycles,cycles_change\n0,a,100,0\n1,a,110,10.000000000000009\n2,b,1000,0\n"
                        "3,b,1500,\n4,c,7,\n");
    REQUIRE(shown.warnings.size() == 2);
    CHECK(shown.warnings[1].find("1 point has no change") != std::string::npos);
    options.baseline = "extra_latency == 9 cycles";
    CHECK(refusal_of([&] { show(table, options); }).text.find("holds for no point") != std::string::npos);
}

TEST_CASE("unknown columns and goals that cannot be are refused with the nearest")
{
    auto options  = ShowOptions{};
    options.where = "tokns_per_second_per_user > 1";
    CHECK(refusal_of([&] { show(sample(), options); }).text.find("did you mean 'tokens_per_second_per_user'?") !=
          std::string::npos);
    options.where = "machine > 1";
    CHECK(refusal_of([&] { show(sample(), options); }).code == Exit::usage);
    options.where = "";
    options.sort  = "speed";
    CHECK(refusal_of([&] { show(sample(), options); }).text.find("--sort: speed: no such column") != std::string::npos);
    auto table = sample();
    CHECK(refusal_of([&] {
              add_pareto_ranks(table, {{true, "machine"}});
          }).text.find("column of words") != std::string::npos);
    add_pareto_ranks(table, {});
    options             = {};
    options.pareto_only = true;
    CHECK(refusal_of([&] { show(table, options); }).text.find("has no goals") != std::string::npos);
}

TEST_CASE("a merged file reads back as the table that was written")
{
    auto const place = TemporaryFolder{};
    auto const plan  = configs::plan_sweep(
         configs::read_sweep_text("[[zip]]\nscribe.extra_latency = ['0 cycles', '1 cycle', '2 cycles', '3 cycles']\n"
                                   "machine = ['wse2', 'wse3', 'wse2', 'wse3']\n",
                                  "s.toml", "."));
    auto const folder = SweepFolder::prepare(place / "d", plan);
    auto const table  = sample();
    write_merged(folder, table);
    auto const again = read_merged(place / "d/sweep.h5");
    REQUIRE(again.columns.size() == table.columns.size() + 1); // and the number of the point
    CHECK(again.columns[0].name == "scribe.extra_latency");
    CHECK(again.goals.size() == 2);
    CHECK(again.goals[1].column == "scribe.extra_latency");
    for (auto const& column : table.columns) {
        CAPTURE(column.name);
        auto const* found = again.find(column.name);
        REQUIRE(found != nullptr);
        CHECK(found->texts == column.texts);
        CHECK(found->units == column.units);
        CHECK(found->source == column.source);
        REQUIRE(found->numbers.size() == column.numbers.size());
        for (std::size_t i = 0; i < column.numbers.size(); ++i)
            CHECK((found->numbers[i] == column.numbers[i] || std::isnan(column.numbers[i])));
    }
    CHECK(refusal_of([&] { read_merged(place / "none.h5"); }).code == Exit::no_input);
    place.write("d/sweep.h5", "nothing");
    CHECK(refusal_of([&] { read_merged(place / "d/sweep.h5"); }).code == Exit::bad_config);
}
