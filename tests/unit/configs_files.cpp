// Configuration files: what is read, and how every mistake is told with line, column and a caret.
#include "configs/schema/file.hpp"
#include "configs/schema/resolve.hpp"
#include "support/configs.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::configs;
using namespace scribeline::tests;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

Refusal refusal_of_text(std::string const& toml)
{
    return refusal_of([&] { resolve_text(toml, "x.toml"); });
}

} // namespace

TEST_CASE("an assignment knows its key, text and place")
{
    auto const file = read_text("[fabric]\nhop_latency = \"2 cycles\"\ncolors = 20\n[run]\ntrace = true\n", "x.toml");
    REQUIRE(file.mistakes.empty());
    REQUIRE(file.assignments.size() == 3);
    CHECK(file.assignments[0].name == "fabric.hop_latency");
    CHECK(file.assignments[0].text == "2 cycles");
    CHECK(file.assignments[0].place.line == 2);
    CHECK(file.assignments[0].place.column == 15);
    CHECK(file.assignments[1].text == "20");
    CHECK_FALSE(file.assignments[1].quoted);
    CHECK(file.assignments[2].text == "true");
}

TEST_CASE("a value may have its source and origin beside it")
{
    auto const file = read_text("[fabric]\nhop_latency = { value = \"2 cycles\", source = \"paper\", origin = "
                                "\"published\" }\n",
                                "x.toml");
    REQUIRE(file.assignments.size() == 1);
    CHECK(file.assignments[0].source == "paper");
    CHECK(file.assignments[0].origin == Origin::published);
}

TEST_CASE("an unknown key is told in the one shape of errors")
{
    auto const refusal = refusal_of_text("[wafer]\n  rowz = 940\n");
    CHECK(refusal.code == Exit::bad_config);
    CHECK(refusal.text == "x.toml:2:3: error: wafer.rowz: unknown key; did you mean 'wafer.rows'?\n"
                          "    2 |   rowz = 940\n"
                          "      |   ^");
}

TEST_CASE("all mistakes of a file are told at once, in the order of its lines")
{
    auto const text =
        refusal_of_text("bases = 1\n[wafer]\nrowz = 940\ncolumns = 99999\n[fabric]\nhop_latency = 2\n").text;
    CHECK_THAT(text, StartsWith("x.toml:1:1: error: bases: unknown key; did you mean 'base'?"));
    auto const second = text.find("x.toml:3:1: error: wafer.rowz");
    auto const third  = text.find("x.toml:4:11: error: wafer.columns: 99999 is outside 1 .. 8192");
    auto const fourth = text.find("x.toml:6:15: error: fabric.hop_latency: missing unit");
    CHECK(second != std::string::npos);
    CHECK(third != std::string::npos);
    CHECK(fourth != std::string::npos);
    CHECK(second < third);
    CHECK(third < fourth);
}

TEST_CASE("malformed TOML is told with line and column")
{
    auto const refusal = refusal_of_text("[wafer]\nrows = \n");
    CHECK(refusal.code == Exit::bad_config);
    CHECK_THAT(refusal.text, StartsWith("x.toml:2:8: error: ") && Contains("    2 | rows = "));
    CHECK_THAT(refusal_of_text("[wafer]\nrows = 1\nrows = 2\n").text, StartsWith("x.toml:3:"));
    CHECK_THAT(refusal_of_text("[wafer\n").text, StartsWith("x.toml:1:"));
    CHECK_THAT(refusal_of_text("a = \"\xff\xfe\"\n").text, StartsWith("x.toml:1:"));
}

TEST_CASE("a value of the wrong kind is refused with an example of the right one")
{
    CHECK_THAT(refusal_of_text("[wafer]\nrows = [1]\n").text,
               Contains("wafer.rows: expected a whole number") && Contains("not a list"));
    CHECK_THAT(refusal_of_text("[wafer]\nrows = 1979-05-27\n").text, Contains("not a date or time"));
    CHECK_THAT(refusal_of_text("[wafer]\nrows = 1.5\n").text, Contains("'1.5' is not a whole number"));
    CHECK_THAT(refusal_of_text("[wafer]\nrows = -1\n").text, Contains("no negative value"));
    CHECK_THAT(refusal_of_text("[workload]\nmodel = 5\n").text, Contains("expected text in quotes"));
    CHECK_THAT(refusal_of_text("[workload]\nkv_heads = true\n").text, Contains("expected text in quotes"));
    CHECK_THAT(refusal_of_text("[run]\ntrace = 1\n").text, Contains("neither 'true' nor 'false'"));
    CHECK_THAT(refusal_of_text("wafer = 3\n").text, Contains("wafer: expected a table"));
    CHECK_THAT(refusal_of_text("[[wafer]]\nrows = 3\n").text, Contains("wafer: expected a table"));
    CHECK_THAT(refusal_of_text("base = 3\n").text, Contains("base: expected text in quotes"));
    CHECK_THAT(refusal_of_text("[run]\nseed = inf\n").text, Contains("run.seed"));
}

TEST_CASE("what stands beside a value is checked as well")
{
    auto const text = [](char const* facts) {
        return refusal_of_text(std::string{"[fabric]\ncolors = { "} + facts + " }\n").text;
    };
    CHECK_THAT(text("valu = 3"), Contains("fabric.colors.valu: unknown key; did you mean 'value'?"));
    CHECK_THAT(text("source = \"paper\""), Contains("fabric.colors: no value"));
    CHECK_THAT(text("value = 20, origin = \"publishd\""), Contains("did you mean 'published'"));
    CHECK_THAT(text("value = 20, origin = \"published\""), Contains("needs a source"));
    CHECK_THAT(text("value = 20, source = 3"), Contains("fabric.colors.source: expected text in quotes"));
    CHECK_THAT(text("value = 20, set_by = \"me\""), Contains("fabric.colors.set_by: unknown key"));
    CHECK_THAT(text("value = { value = 3 }"), Contains("not a table"));
}

TEST_CASE("a line with tabs, wide letters or of great length still has its caret below the place")
{
    auto const caret_column = [](std::string const& toml) {
        auto const text = refusal_of_text(toml).text;
        return text.substr(text.rfind('\n') + 1).find('^');
    };
    CHECK(caret_column("\t\twafer = 3\n") == std::string{"      | "}.size() + 10);
    CHECK(caret_column("\"gr\xc3\xb6\xc3\x9f"
                       "e\" = 1\n") == std::string{"      | "}.size());
    auto const long_line =
        refusal_of_text("description = \"" + std::string(5000, 'a') + "\"\nwafer = [" + std::string(5000, ' ') + "x]\n")
            .text;
    CHECK(long_line.size() < 500);
}

TEST_CASE("a file of nothing but mistakes is not told to the end")
{
    auto toml = std::string{"[wafer]\n"};
    for (int i = 0; i < 1000; ++i)
        toml += "k" + std::to_string(i) + " = 1\n";
    CHECK_THAT(refusal_of_text(toml).text, Contains("x.toml: 950 more errors"));
}

TEST_CASE("keys, tables and lists of any depth are told with their place, however they are written")
{
    auto const repeated = [](std::string const& what, int times) {
        auto text = std::string{};
        for (int i = 0; i < times; ++i)
            text += what;
        return text;
    };
    constexpr int many  = 40'000;
    auto const    parts = repeated("a.", many) + "a";
    for (auto const& text : {
             parts + " = 1\n",
             "[" + parts + "]\n",
             "[[" + parts + "]]\n",
             repeated("\"a\" . ", many) + "a = 1\n",
             "x = { " + parts + " = 1 }\n",
             "x = [ '''y''''', { " + parts + " = 1 } ]\n",  // the text ends in quotes
             R"(x = [ """\"y""""", {)" + parts + "=1} ]\n", // and begins with one that is escaped
             repeated("a = {", many),
             "x = " + repeated("[", many),
             repeated("{a.b.c.d.e.f.g.h.i.j=", many),
         }) {
        CAPTURE(text.substr(0, 60));
        auto const refused = refusal_of_text("# a comment \" with [ a quote.\n" + text);
        CHECK(refused.code == Exit::bad_config);
        CHECK_THAT(refused.text, Contains("x.toml:2:"));
        CHECK(refused.text.size() < 1000);
    }
    // What is in quotes or a comment has no depth.
    auto const is_fine = [](std::string const& text) { return read_text(text, "x.toml").mistakes.empty(); };
    CHECK(is_fine("description = \"" + parts + "\" # " + parts + "\n"));
    CHECK(is_fine("description = \"\"\"\n" + parts + "\n\"\"\"\n"));
    CHECK(is_fine("description = '''\n" + parts + "'''\n"));
}

TEST_CASE("a file that is missing, a folder or endless is refused")
{
    auto const folder = TemporaryFolder{};
    auto const read   = [](std::string const& path) { return refusal_of([&] { configs::read_file(path); }); };
    CHECK(read(folder / "none.toml").code == Exit::no_input);
    CHECK_THAT(read(folder / "none.toml").text, Contains("none.toml: error: cannot be read: No such file"));
    CHECK(read(folder.path().string()).code == Exit::no_input);
    CHECK(read("/dev/zero").code == Exit::bad_config);
}
