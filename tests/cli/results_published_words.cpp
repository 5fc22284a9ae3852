// `scribeline published` as a person uses it: words and exit codes.
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using scribeline::tests::run_scribeline;
using scribeline::tests::TemporaryFolder;

namespace {

std::string const header =
    "case_id,kind,machine,model,region,groups,context,batch,set,metric,value,unit,tolerance_percent,source\n";
std::string const good = "near,transfer,wse3,,2x1,,,1,wavelets=8,cycles,31,cycles,20,a test\n";
std::string const far  = "far,transfer,wse3,,2x1,,,1,wavelets=8,cycles,62,cycles,20,a test\n";

auto published(TemporaryFolder const& folder, std::string const& rows, std::vector<std::string> more = {})
{
    more.insert(more.begin(), {"published", "--cases", folder.write("mine.csv", rows)});
    return run_scribeline(more);
}

} // namespace

TEST_CASE("rows within their tolerance end with 0, a row outside with 1 and the whole table")
{
    auto const folder = TemporaryFolder{};
    auto const fine   = published(folder, header + good);
    INFO(fine);
    CHECK(fine.exit_code == 0);
    CHECK(fine.err.empty());
    auto const run = published(folder, header + good + far);
    INFO(run);
    CHECK(run.exit_code == 1);
    CHECK(run.out.find("outside") != std::string::npos);
    CHECK(run.out.find("2 rows: 1 within the tolerance, 1 outside the tolerance.") != std::string::npos);
}

TEST_CASE("a row that cannot be simulated yet matters only when it is alone")
{
    auto const folder = TemporaryFolder{};
    auto const batch  = std::string{"b,decode,wse2,tiny,8x8,,64,8,,tokens_per_second,25037,tok/s,20,a test\n"};
    CHECK(published(folder, header + good + batch).exit_code == 0);
    auto const alone = published(folder, header + batch);
    INFO(alone);
    CHECK(alone.exit_code == 1);
    CHECK(alone.out.find("not simulated") != std::string::npos);
}

TEST_CASE("a layer that does not fit is a row of the table, and the answer is no")
{
    auto const folder = TemporaryFolder{};
    auto const run    = published(
           folder, header + "big,decode,wse2,llama-3-8b,8x8,,64,1,,cycles_per_layer,1,cycles,20,a test\n" + good);
    INFO(run);
    CHECK(run.exit_code == 1);
    CHECK(run.out.find("does not fit") != std::string::npos);
    CHECK(run.out.find("near") != std::string::npos);
}

TEST_CASE("mistakes in a cases file are told with line and column, exit 65, and nothing runs")
{
    auto const folder = TemporaryFolder{};
    auto const unit =
        published(folder, header + good + "second,transfer,wse3,,2x1,,,1,wavelets=8,cycles,31,cycels,20,\n");
    INFO(unit);
    CHECK(unit.exit_code == 65);
    CHECK(unit.out.empty());
    CHECK(unit.says("mine.csv:3: error: row 'second', column 'unit': 'cycels' is unknown"));
    CHECK(unit.says("did you mean 'cycles'?"));

    auto const missing = published(folder, "case_id,kind\n1,decode\n");
    INFO(missing);
    CHECK(missing.exit_code == 65);
    CHECK(missing.says("mine.csv:1: error: column 'unit': missing"));
}

TEST_CASE("a cases file that is missing is exit 66, and options are checked")
{
    auto const run = run_scribeline({"published", "--cases", "no_such.csv"});
    INFO(run);
    CHECK(run.exit_code == 66);
    CHECK(run.says("no_such.csv"));
    CHECK(run_scribeline({"published", "--case", "x.csv"}).says("did you mean '--cases'?"));
    CHECK(run_scribeline({"published", "--format", "xml"}).exit_code == 64);
    CHECK(run_scribeline({"published", "extra"}).exit_code == 64);
    CHECK(run_scribeline({"publised"}).says("did you mean 'published'?"));
}

TEST_CASE("several files run one after another, in the format asked for")
{
    auto const folder = TemporaryFolder{};
    auto const second = folder.write("second.csv", header + far);
    auto const run    = published(folder, header + good, {"--cases", second, "--format", "json"});
    INFO(run);
    CHECK(run.exit_code == 1);
    auto const json = nlohmann::json::parse(run.out);
    REQUIRE(json["rows"].size() == 2);
    CHECK(json["rows"][0]["case_id"] == "near");
    CHECK(json["rows"][1]["case_id"] == "far");
    CHECK(json["rows"][1]["file"] == second);
    auto const csv = published(folder, header + good, {"--format", "csv"});
    CHECK(csv.out.find("near,transfer,wse3,,2x1,,,1,wavelets=8,cycles,cycles,") != std::string::npos);
}

TEST_CASE("help published lists the columns")
{
    auto const run = run_scribeline({"help", "published"});
    CHECK(run.exit_code == 0);
    CHECK(run.out.find("tolerance_percent") != std::string::npos);
    CHECK(run.out.find("--cases FILE.csv") != std::string::npos);
}
