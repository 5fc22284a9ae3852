// Files of measured cases are read as people write them, and what is wrong is told with line, row and column.
#include "models/published/comma_table.hpp"
#include "support/configs.hpp"
#include "support/published_cases.hpp"
#include "support/temporary_folder.hpp"

#include "configs/schema/published_help.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace scribeline;
using namespace scribeline::models;
using namespace scribeline::tests;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using configs::Exit;

namespace {

std::vector<MeasuredCase> read(std::string const& rows) { return parse_cases(case_header() + rows, "t.csv"); }

std::string said_of(Cells const& cells)
{
    auto const refusal = refusal_of([&] { one_case(cells); });
    CHECK(refusal.code == Exit::bad_config);
    return refusal.text;
}

} // namespace

TEST_CASE("quoted cells hold commas, quotes and line breaks, and any line end will do")
{
    for (std::string const end : {"\n", "\r\n", "\r"}) {
        auto const rows = read_comma_table("\xef\xbb\xbf"
                                           "a, b ,\"c, \"\"d\"\"\"" +
                                           end + end + "# not, \"this" + end + "1,\"two" + end + "lines\",3" + end +
                                           ",,," + end + "  " + end + "x,y,z");
        REQUIRE(rows.size() == 3);
        CHECK(rows[0].cells == std::vector<std::string>{"a", "b", "c, \"d\""});
        CHECK(rows[1].cells == std::vector<std::string>{"1", "two lines", "3"});
        CHECK(rows[1].line == 4);
        CHECK(rows[2].line == 8);
    }
    CHECK(read_comma_table("").empty());
    CHECK(read_comma_table("# nothing else").empty());
}

TEST_CASE("a table that is none is refused with the line")
{
    auto const line_of = [](std::string const& text) -> std::size_t {
        try {
            read_comma_table(text);
        } catch (CommaTableError const& error) {
            return error.line();
        }
        return 0;
    };
    CHECK(line_of("a,b\n1,\"never ends\n\n") == 2);
    CHECK(line_of("a,b\n1,2\n\"a\" b,2\n") == 3);
    CHECK(line_of(std::string{"a\nb\n\0", 5}) == 3);
}

TEST_CASE("columns come in any order and case")
{
    auto const cases = parse_cases("Unit,value,KIND,machine,model,region,groups,context,batch,set,metric,case_id,"
                                   "tolerance_percent,source,,\n"
                                   "cycles,31,transfer,wse3,,2x1,,,,wavelets=8,cycles,mine,,,,\n",
                                   "t.csv");
    REQUIRE(cases.size() == 1);
    CHECK(cases[0].id == "mine");
    CHECK(cases[0].value == 31);
    CHECK_FALSE(cases[0].tolerance);
}

TEST_CASE("every wrong column of a header is told at once, with its name")
{
    auto const refusal = refusal_of([] {
        parse_cases(
            "# ours\ncase_id,kind,machine,model,region,groups,context,batch,batch,set,metric,value,units,source\n",
            "t.csv");
    });
    CHECK(refusal.code == Exit::bad_config);
    CHECK_THAT(refusal.text, Contains("t.csv:2: error: column 'units': unknown; did you mean 'unit'?"));
    CHECK_THAT(refusal.text, Contains("t.csv:2: error: column 'unit': missing"));
    CHECK_THAT(refusal.text, Contains("t.csv:2: error: column 'tolerance_percent': missing"));
    CHECK_THAT(refusal.text, Contains("t.csv:2: error: column 'batch': stands twice"));
    CHECK_THAT(refusal_of([] { parse_cases("case_id;kind;machine\n", "t.csv"); }).text, Contains("semicolons"));
    CHECK_THAT(refusal_of([] { parse_cases("\n\n", "t.csv"); }).text, Contains("no header"));
    CHECK_THAT(refusal_of([] { parse_cases(case_header(), "t.csv"); }).text, Contains("no rows"));
}

TEST_CASE("a row that is too short or too long is told with its line")
{
    auto const text =
        refusal_of([] { read(case_row() + "second,transfer,wse3\n" + "third" + std::string(13, ',') + "a,b\n"); }).text;
    CHECK_THAT(text, Contains("t.csv:3: error: row 'second', column 'model': missing: 3 cells under 14 columns"));
    CHECK_THAT(text, Contains("t.csv:4: error: row 'third', column 15: 'b' stands behind the last column"));
}

TEST_CASE("every wrong cell is told with line, row and column")
{
    CHECK_THAT(said_of({{"kind", "decoed"}}),
               StartsWith("t.csv:2: error: row 'first', column 'kind': 'decoed' is unknown") &&
                   Contains("did you mean 'decode'?"));
    CHECK_THAT(said_of({{"metric", "cycels"}}), Contains("column 'metric'") && Contains("did you mean 'cycles'?"));
    CHECK_THAT(said_of({{"unit", "cycle s"}}), Contains("column 'unit'") && Contains("did you mean 'cycles'?"));
    CHECK_THAT(said_of({{"unit", ""}}), Contains("column 'unit': empty; expected cycles"));
    CHECK_THAT(said_of({{"value", "12,732"}}), Contains("column 'value'") && Contains("thousands separators"));
    for (auto const* value : {"", "-3", "0", "nan", "inf", "1e999", "12 cycles", "0x10"})
        CHECK_THAT(said_of({{"value", value}}), Contains("column 'value'"));
    CHECK_THAT(said_of({{"tolerance_percent", "-1"}}), Contains("column 'tolerance_percent'"));
    CHECK_THAT(said_of({{"machine", ""}}), Contains("column 'machine': empty"));
    CHECK_THAT(said_of({{"machine", "wse9"}}), Contains("column 'machine'") && Contains("wse9"));
    CHECK_THAT(said_of({{"batch", "two"}}), Contains("column 'batch'"));
    CHECK_THAT(said_of({{"set", "wavelets"}}), Contains("column 'set'") && Contains("KEY=VALUE"));
    CHECK_THAT(said_of({{"set", "wavelets=8;fabric.hop_latnecy=2 cycles"}}),
               Contains("column 'set'") && Contains("did you mean 'fabric.hop_latency'?"));
    CHECK_THAT(said_of({{"set", "wavelets=8;fabric.hop_latency=2"}}), Contains("column 'set': fabric.hop_latency"));
    CHECK_THAT(said_of({{"set", "wavelts=8"}}), Contains("did you mean 'wavelets'?"));
    CHECK_THAT(said_of({{"region", "2"}}), Contains("column 'region'"));
    CHECK_THAT(said_of({{"region", "900x1"}}), Contains("column 'region'") && Contains("larger than the wafer"));
    CHECK_THAT(said_of({{"metric", "tokens_per_second"}, {"unit", "tok/s"}}), Contains("a transfer has none"));

    Cells const decode{{"kind", "decode"}, {"model", "tiny"}, {"set", ""}, {"metric", "cycles_per_layer"}};
    auto        with = [&](Cells other) {
        other.insert(decode.begin(), decode.end());
        return said_of(other);
    };
    CHECK_THAT(with({{"model", "tinny"}}), Contains("column 'model'") && Contains("did you mean 'tiny'?"));
    CHECK_THAT(with({{"model", ""}}), Contains("column 'model': empty"));
    CHECK_THAT(with({{"context", "4k"}}), Contains("column 'context'"));
    CHECK_THAT(with({{"groups", "x"}}), Contains("column 'groups'"));
    CHECK_THAT(with({{"metric", "tokens_per_second"}}), Contains("column 'unit': 'cycles' does not measure"));
    CHECK_THAT(with({{"unit", "tok/s"}}), Contains("column 'unit': 'tok/s' does not measure"));
    CHECK_THAT(with({{"set", "wavelets=3"}}), Contains("collectives and transfers alone"));
}

TEST_CASE("all mistakes of all rows are told together, and a flood of them is cut")
{
    auto const two = refusal_of([] {
                         read(case_row({{"kind", "x"}, {"unit", "y"}}) + case_row({{"value", "z"}}));
                     }).text;
    CHECK_THAT(two, Contains("t.csv:2") && Contains("'kind'") && Contains("'unit'") && Contains("t.csv:3"));
    std::string many;
    for (int i = 0; i < 100; ++i)
        many += case_row({{"value", "z"}});
    CHECK_THAT(refusal_of([&] { read(many); }).text, Contains("... and 80 more"));
}

TEST_CASE("collectives and products name what they are of")
{
    Cells const chain{{"kind", "collective"}, {"machine", "wse2"}, {"model", "chain"}, {"region", "8x1"}};
    auto const  with = [&](Cells other) {
        other.insert(chain.begin(), chain.end());
        return other;
    };
    CHECK(one_case(chain).line_case.prepared);
    CHECK(one_case(with({{"region", "1x8"}})).line_case.axis == workloads::Axis::y);
    CHECK(one_case(with({{"model", "reduce:tree"}})).line_case.pattern == LinePattern::tree);
    CHECK(one_case(with({{"model", "broadcast"}})).line_case.stage == workloads::LineStage::broadcast);
    auto const all = one_case(with({{"model", "all_reduce:two_level"}, {"groups", "4"}})).line_case;
    CHECK(all.stage == workloads::LineStage::all_reduce);
    CHECK(all.groups == 4);
    CHECK_FALSE(all.prepared);
    CHECK(one_case(with({{"set", ""}, {"context", "9"}})).line_case.wavelets == 9);
    CHECK_FALSE(one_case(with({{"set", "setup=included ; wavelets=3;"}})).line_case.prepared);

    CHECK_THAT(said_of(with({{"model", "chian"}})), Contains("column 'model'") && Contains("did you mean 'chain'?"));
    CHECK_THAT(said_of(with({{"model", ""}})), Contains("column 'model'"));
    CHECK_THAT(said_of(with({{"model", "al_reduce:tree"}})), Contains("did you mean 'all_reduce'?"));
    CHECK_THAT(said_of(with({{"model", "all_reduce:star"}})), Contains("no all-reduce"));
    CHECK_THAT(said_of(with({{"model", "reduce:broadcast"}})), Contains("'broadcast' alone"));
    CHECK_THAT(said_of(with({{"set", ""}})), Contains("wavelets=64"));
    CHECK_THAT(said_of(with({{"set", "wavelets=0"}})), Contains("column 'set'"));
    CHECK_THAT(said_of(with({{"set", "wavelets=1;setup=never"}})), Contains("before, included"));
    CHECK_THAT(said_of(with({{"groups", "9"}})), Contains("column 'groups'"));
    for (auto const* region : {"", "1x1", "4x4", "0x0"})
        CHECK_THAT(said_of(with({{"region", region}})), Contains("column 'region'"));

    Cells const gemv{{"kind", "gemv"}, {"model", "64"}, {"region", "8x8"}, {"set", ""}};
    CHECK(one_case(gemv).matrix == 64);
    auto const but = [&](Cells other) {
        other.insert(gemv.begin(), gemv.end());
        return said_of(other);
    };
    CHECK_THAT(but({{"model", "llama-3-8b"}}), Contains("column 'model'"));
    CHECK_THAT(but({{"region", "8x4"}}), Contains("square"));
    CHECK_THAT(but({{"region", ""}}), Contains("column 'region': empty"));
    CHECK_THAT(but({{"groups", "9"}}), Contains("column 'groups'"));
}

TEST_CASE("names of machines, models and regions are taken as papers write them")
{
    auto const row = one_case({{"kind", "decode"},
                               {"machine", "WSE-2"},
                               {"model", "LLaMA3-8B"},
                               {"region", "420 \u00d7 420"},
                               {"context", "4096"},
                               {"set", " wafer.clock=1.1 GHz ; workload.kv_heads=full;"},
                               {"metric", "tokens_per_second"},
                               {"unit", "tokens/s"},
                               {"tolerance_percent", "5 %"}});
    CHECK(row.parameters.workload.model == "llama-3-8b");
    CHECK(row.parameters.mapping.region.columns == 420);
    CHECK(row.parameters.wafer.clock.value() == 1.1e9);
    CHECK(row.tolerance == 5);
    CHECK(row.machine == "WSE-2"); // printed as it was written
}

TEST_CASE("paths in a cases file start at the file")
{
    auto const folder = TemporaryFolder{};
    folder.write("mine.toml", "base = \"wse3\"\n[fabric]\nhop_latency = \"3 cycles\"\n");
    auto const file  = folder.write("mine.csv", case_header() + case_row({{"machine", "mine.toml"}}));
    auto const cases = read_cases({file, file});
    REQUIRE(cases.size() == 2);
    CHECK(cases[0].parameters.fabric.hop_latency.count() == 3);
}

TEST_CASE("a file that is not there or is a folder is refused by name")
{
    auto const folder = TemporaryFolder{};
    CHECK(refusal_of([&] { read_cases({folder / "none.csv"}); }).code == Exit::no_input);
    CHECK_THAT(refusal_of([&] { read_cases({folder.path().string()}); }).text, Contains("is a folder"));
}

TEST_CASE("units turn cycles into what was measured, at the row's clock")
{
    Cells const decode{
        {"kind", "decode"}, {"machine", "wse2"}, {"model", "llama-3-8b"}, {"set", "wafer.clock=1.1 GHz"}};
    auto const converted = [&](char const* metric, char const* unit) {
        auto cells      = decode;
        cells["metric"] = metric;
        cells["unit"]   = unit;
        return one_case(cells).in_unit(12732);
    };
    CHECK(converted("cycles_per_layer", "cycles") == 12732);
    CHECK(converted("cycles", "cycle") == 12732);
    CHECK(converted("latency", "us") == Approx(11.5745).epsilon(1e-5));
    CHECK(converted("latency", "\u00b5s") == Approx(11.5745).epsilon(1e-5));
    CHECK(converted("latency", "ns") == Approx(11574.5).epsilon(1e-5));
    CHECK(converted("time_per_token", "ms") == Approx(0.370385).epsilon(1e-5)); // 32 layers
    CHECK(converted("time_per_token", "s") == Approx(0.370385e-3).epsilon(1e-5));
    CHECK(converted("time_per_token", "cycles") == 32.0 * 12732);
    CHECK(converted("cycles_per_token", "cycles") == 32.0 * 12732);
    CHECK(converted("tokens_per_request_per_s", "tokens/s") == Approx(2699.9).epsilon(1e-4));
    CHECK(converted("tokens_per_second", "tok/s") == Approx(2699.9).epsilon(1e-4)); // as published
}

TEST_CASE("the help of published names every word that a cases file may hold")
{
    std::string const        help = configs::published_help();
    std::vector<std::string> words;
    for (auto const* column : case_columns)
        words.emplace_back(column);
    for (auto const* column : gpu_case_columns)
        words.emplace_back(column);
    words.insert(words.end(), case_kinds.begin(), case_kinds.end());
    words.insert(words.end(), line_patterns.begin(), line_patterns.end());
    for (auto const& metric : case_metrics)
        words.emplace_back(metric.name);
    for (auto const* unit :
         {"cycles", "ns", "us", "ms", " s,", "tok/s", "wavelets=", "setup=before|included", "all_reduce:"})
        words.emplace_back(unit);
    for (auto const& word : words)
        CHECK_THAT(help, Contains(word));
}
