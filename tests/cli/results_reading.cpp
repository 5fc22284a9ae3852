// What a person reads: lists, words, short reports, and files of every command.
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using Catch::Matchers::Contains;
using scribeline::tests::read_file;
using scribeline::tests::run_program;
using scribeline::tests::run_scribeline;
using scribeline::tests::RunOptions;
using scribeline::tests::TemporaryFolder;

namespace {

std::string out_of(std::vector<std::string> const& arguments, int exit_code = 0)
{
    auto const run = run_scribeline(arguments);
    INFO(run);
    REQUIRE(run.exit_code == exit_code);
    return exit_code == 0 ? run.out : run.err;
}

std::vector<std::string> lines_of(std::string const& text)
{
    auto in    = std::istringstream{text};
    auto lines = std::vector<std::string>{};
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

} // namespace

TEST_CASE("lists have headings, and columns to choose by")
{
    CHECK_THAT(out_of({"list", "models"}),
               Contains("active") && Contains("MoE 8 of 256") && Contains("dense") && Contains("licence"));
    CHECK_THAT(out_of({"list", "machines"}),
               Contains("bandwidth") && Contains("power") && Contains("HBM") && Contains("SRAM") && Contains("byte/s"));
    CHECK_THAT(out_of({"list", "sweeps"}), Contains("first_sweep") && Contains("question") && Contains("compare"));
    CHECK_THAT(out_of({"list", "metrics"}), Contains("tokens_per_second_per_user") && Contains("token/s"));
    auto const group = out_of({"list", "parameters", "scribe"});
    CHECK_THAT(group, Contains("scribe.extra_latency") && !Contains("fabric.hop_latency"));
    CHECK_THAT(out_of({"list", "parameters", "scrib"}, 64), Contains("did you mean 'scribe'?"));
    CHECK_THAT(out_of({"list", "models", "dense"}, 64), Contains("one argument too many"));
}

TEST_CASE("explain knows the words of reports, machines and models")
{
    CHECK_THAT(out_of({"explain", "hops"}), Contains("from router to router"));
    CHECK_THAT(out_of({"explain", "served"}), Contains("engine.step_overhead"));
    CHECK_THAT(out_of({"explain", "wse3"}), Contains("wafer") && Contains("--machine wse3"));
    CHECK_THAT(out_of({"explain", "llama-3.1-8b"}), Contains("8.03 B parameters"));
    // A part of the time and a group of parameters: both.
    CHECK_THAT(out_of({"explain", "scribe"}),
               Contains("extra latency of scribe lines") && Contains("scribe.extra_latency:"));
    CHECK_THAT(out_of({"explain", "hop"}, 64), Contains("no parameter, no word of a report"));
    CHECK_THAT(out_of({"explain", "fabric.hop_latncy"}, 64), Contains("did you mean 'fabric.hop_latency'?"));
}

TEST_CASE("every row of a comparison's table can be explained")
{
    auto const table = lines_of(out_of({"compare", "--machines", "h100:1,lpx", "--model", "tiny", "--context", "64"}));
    auto       rows  = 0;
    for (std::size_t i = 3; i < table.size() && !table[i].empty(); ++i) {
        auto label = table[i].substr(2, 20);
        label.erase(label.find_last_not_of(' ') + 1);
        label.erase(0, label.find_first_not_of(' '));
        CAPTURE(label);
        CHECK(run_scribeline({"explain", label}).exit_code == 0);
        ++rows;
    }
    CHECK(rows > 12);
}

TEST_CASE("a price stands whole in the table of a comparison, its least and its most")
{
    auto const machines = std::vector<std::string>{"h100:1", "lpx", "wse3"};
    auto const table =
        lines_of(out_of({"compare", "--machines", "h100:1,lpx,wse3", "--model", "llama-3.1-8b", "--context", "1024"}));
    auto const row = std::find_if(table.begin(), table.end(),
                                  [](auto const& line) { return line.find("USD, million tokens") != line.npos; });
    REQUIRE(row != table.end());
    auto cells = std::istringstream{row->substr(row->find("tokens") + 6)};
    auto found = std::size_t{};
    for (std::string cell; cells >> cell; ++found) {
        CAPTURE(cell);
        auto const between = cell.find("..");
        REQUIRE(between != cell.npos);
        auto least = std::size_t{}, most = least;
        CHECK(std::stod(cell.substr(0, between), &least) < std::stod(cell.substr(between + 2), &most));
        CHECK(least == between);
        CHECK(most == cell.size() - between - 2);
    }
    CHECK(found == machines.size());
}

TEST_CASE("a report fits 80 columns where nothing says how wide it may be, and as many as COLUMNS says")
{
    auto const widest = [](std::string const& columns) {
        auto options        = RunOptions{};
        options.environment = {{"COLUMNS", columns}};
        auto const run =
            run_scribeline({"run", "--machine", "wse3", "--model", "qwen3-8b", "--context", "4096"}, options);
        std::size_t most = 0;
        for (auto const& line : lines_of(run.out))
            if (line.find("scribeline run") == std::string::npos) // a command is not broken
                most = std::max(most, line.size());
        return most;
    };
    CHECK(widest("") <= 80);
    auto const wide = widest("110");
    CHECK(wide > 80);
    CHECK(wide <= 110);
}

TEST_CASE("what a report says to try next is the same run with one change, and works")
{
    auto const folder = TemporaryFolder{};
    auto const lines  = lines_of(
         out_of({"run", "--machine", "wse3", "--model", "tiny", "--context", "128", "--set", "pe.sram=40 KiB"}));
    auto const next = std::find(lines.begin(), lines.end(), "Try next");
    REQUIRE(lines.end() - next == 3);
    for (auto command = next + 1; command != lines.end(); ++command) {
        CHECK_THAT(*command, Contains("--machine wse3 --model tiny --context 128") && Contains("pe.sram=40 KiB"));
        auto options   = RunOptions{};
        options.folder = folder.path().string();
        auto text      = *command;
        text.replace(text.find("scribeline"), 10, SCRIBELINE_PROGRAM);
        auto const run = run_program({"sh", "-c", text}, options);
        INFO(run);
        CHECK(run.exit_code == 0);
    }
}

TEST_CASE("a brief report is a short one of the same run")
{
    auto const whole = out_of({"run"}), brief = out_of({"run", "--brief"});
    CHECK(lines_of(brief).size() * 2 < lines_of(whole).size());
    CHECK_THAT(brief, Contains("tokens per second") && Contains("Bound by"));
    CHECK_THAT(whole, !Contains(" pJ,") && !Contains(" pJ\n")); // 0.9375 pJ/B is a parameter
}

TEST_CASE("show, explain and export read the file of a comparison")
{
    auto const folder = TemporaryFolder{};
    auto const file   = folder / "c.h5";
    auto const asked =
        nlohmann::json::parse(out_of({"compare", "--machines", "wse3,h100:1,h100:2", "--model", "tiny", "--context",
                                      "64,128", "--modules", "--trace", "--format", "json", "-o", file}));
    CHECK_THAT(out_of({"show", file}),
               Contains("time_per_token") && Contains("h100:2") && Contains("Context 128") && Contains("kernel_fixed"));
    auto const shown = nlohmann::json::parse(out_of({"show", file, "--format", "json"}));
    auto const table = shown["sections"][0]["tables"]["context 64"];
    auto const row   = std::find_if(table["rows"].begin(), table["rows"].end(),
                                    [](auto const& each) { return each[0] == "time_per_token"; });
    REQUIRE(row != table["rows"].end());
    CHECK((*row)[2] == asked["rows"][0]["time_per_token"]);
    CHECK((*row)[4] == asked["rows"][4]["time_per_token"]);
    CHECK_THAT(out_of({"explain", file}), Contains("the fastest") && Contains("times as"));
    out_of({"export", "csv", file, "-o", folder / "tables"});
    auto const rows = lines_of(read_file(folder / "tables/comparison.csv"));
    CHECK(rows.size() == 7);
    CHECK_THAT(rows[0], Contains("time_per_token [s]"));
    CHECK(lines_of(read_file(folder / "tables/parts.csv")).size() > 7);
    auto const trace = folder / "c.pftrace";
    out_of({"export", "perfetto", file, "-o", trace});
    CHECK_THAT(read_file(trace), Contains("h100:2") && Contains("kernel_fixed") && Contains("hbm"));
}

TEST_CASE("show, explain and export read the file of a study of yield and of a merged sweep")
{
    auto const folder = TemporaryFolder{};
    auto const yield  = folder / "y.h5";
    out_of({"yield", "--wafers", "20", "-o", yield});
    CHECK_THAT(out_of({"show", yield}), Contains("usable_pes_mean"));
    CHECK_THAT(out_of({"explain", yield}), Contains("cannot be repaired"));
    out_of({"export", "csv", yield, "-o", folder / "y"});
    CHECK_THAT(read_file(folder / "y/summary.csv"), Contains("defects_mean,1,"));
    CHECK_THAT(out_of({"export", "perfetto", yield, "-o", folder / "y.pftrace"}, 65),
               Contains("nothing in it has a time"));

    auto const sweep =
        folder.write("s.toml", "description = \"two ways\"\nmachine = \"small\"\n[fixed]\nworkload.model = "
                               "\"tiny\"\n[axes]\nrun.fidelity = [\"auto\", \"closed_form\"]\n");
    out_of({"sweep", "run", sweep, "-o", folder / "s", "--quiet"});
    auto const merged = run_scribeline({"sweep", "merge", folder / "s"});
    INFO(merged);
    CHECK(merged.exit_code == 0);
    CHECK_THAT(merged.err, Contains("points of different fidelities stand in one table"));
    auto const shown =
        run_scribeline({"sweep", "show", folder / "s", "--columns", "point,fidelity", "--format", "csv"});
    CHECK(shown.out.find("point,fidelity\n0,") == 0);
    CHECK_THAT(shown.out, Contains(",closed_form\n"));
    CHECK_THAT(shown.err, Contains("points of different fidelities"));
    auto const file = folder / "s/sweep.h5";
    CHECK_THAT(out_of({"show", file}), Contains("closed_form"));
    CHECK_THAT(out_of({"explain", file}), Contains("2 points, 2 ok") && Contains("different fidelities"));
    CHECK_THAT(out_of({"export", "perfetto", file, "-o", folder / "s.pftrace"}, 65), Contains("run_file"));
}

TEST_CASE("machines with long names are told apart in the table of a comparison")
{
    auto const folder = TemporaryFolder{};
    auto const design = folder.write("a_design_of_some_length.toml", "description = \"mine\"\nbase = \"wse3\"\n");
    auto const both   = out_of({"compare", "--machines", design + ":1," + design + ":2,gb200-nvl72:16,gb200-nvl72:32",
                                "--model", "tiny", "--context", "64"});
    for (auto const* name :
         {"a_design_of_some_length:1", "a_design_of_some_length:2", "gb200-nvl72:16", "gb200-nvl72:32"}) {
        CAPTURE(name);
        auto const text = std::string{name};
        auto const cut  = text.size() <= 24 ? text : text.substr(0, 11) + ".." + text.substr(text.size() - 11);
        CHECK_THAT(both, Contains(cut));
    }
    CHECK_THAT(out_of({"compare", "--machines", "wse3,h100:1", "--model", "tiny", "--context", "64"}),
               Contains("with a server around the machine") && !Contains("  served"));
    CHECK_THAT(out_of({"compare", "--machines", "lpx,h100:1", "--model", "tiny", "--context", "64"}),
               Contains("  served"));
}

TEST_CASE("a comparison says which model and context it took by default")
{
    auto const text = out_of({"compare", "--machines", "h100:1"});
    CHECK_THAT(text, Contains("Not asked for") && Contains("The model is tiny, the default") &&
                         Contains("tokens are in the KV cache, the default"));
    CHECK_THAT(out_of({"compare", "--machines", "h100:1", "--model", "qwen3-8b", "--context", "64"}),
               !Contains("Not asked for"));
    CHECK_THAT(out_of({"compare", "--machines", "b200:1", "--model", "gpt-oss-20b", "--context", "64", "--set",
                       "workload.weight_bits=16"}),
               Contains("--set") && Contains("workload.weight_bits=checkpoint"));
}
