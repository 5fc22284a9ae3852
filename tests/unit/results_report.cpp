// What a person and a program read on stdout.
#include "configs/schema/resolve.hpp"
#include "results/views/defaults.hpp"
#include "results/views/report.hpp"
#include "results/views/report_text.hpp"
#include "support/results_sample.hpp"
#include "support/run_line.hpp"
#include "support/temporary_folder.hpp"

#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace scribeline;
using Catch::Matchers::Contains;

namespace {

std::string table(configs::Config const& config, models::Outcome const& outcome)
{
    std::ostringstream out;
    results::print_report(out, config, outcome);
    return out.str();
}

nlohmann::json json(configs::Config const& config, models::Outcome const& outcome)
{
    std::ostringstream out;
    results::print_json(out, config, outcome);
    return nlohmann::json::parse(out.str());
}

std::vector<std::string> lines(std::string const& text)
{
    std::istringstream       in{text};
    std::vector<std::string> result;
    for (std::string line; std::getline(in, line);) {
        result.push_back(line);
    }
    return result;
}

} // namespace

TEST_CASE("the report says what ran, how long it took, where the time went and what bounds it")
{
    auto const text = table(tests::sample_config(), tests::sample_outcome());
    CHECK_THAT(text, Contains("llama-3-8b on wse2, region 6x4, context 4,096"));
    CHECK_THAT(text, Contains("fidelity wavelet"));
    CHECK_THAT(text, Contains("307  cycles"));
    CHECK_THAT(text, Contains("8.93 us") && Contains("32 x the layer simulated"));
    CHECK_THAT(text, Contains("111,971"));
    CHECK_THAT(text, Contains("two_level all-reduce along x"));
    CHECK_THAT(text, Contains("arithmetic 62.5 %")); // of qkv: 100 of 160 cycles
    CHECK_THAT(text, Contains("reduce_stage 33.0 %"));
    CHECK_THAT(text, Contains("50.0 %  busy, 12.5 % stalled, 37.5 % idle"));
    CHECK_THAT(text, Contains("6.2 KiB left of 48.0 KiB"));
    CHECK_THAT(text, Contains("Books: balanced"));
    CHECK_THAT(text, Contains("fedcba9876543210"));
    CHECK_THAT(text, Contains("pe.task_activation = 9 cycles"));
    CHECK_THAT(text, !Contains("pe.sram = 48 KiB"));
    CHECK_THAT(text, Contains("rounded up to 4100"));
    CHECK_THAT(text, Contains("Bound by arithmetic: 42.3 % of the layer")); // 130 of 307 cycles
    CHECK_THAT(text, Contains("The longest operator is qkv, with 52.1 % of the time."));
}

TEST_CASE("the report fits the columns that it is given and has no control characters")
{
    auto outcome                    = tests::sample_outcome();
    outcome.operators[1].name       = "an operator with a very long name indeed";
    outcome.operators[1].collective = "two_level all-reduce along x and then along y, 1500 wavelets each";
    outcome.operators[1].bound_by   = "reduce_stage";
    for (std::size_t const width : {80, 100, 120}) {
        std::ostringstream out;
        results::print_report(out, tests::sample_config(), outcome, {width, false});
        for (auto const& line : lines(out.str())) {
            CAPTURE(width, line);
            if (line.find("scribeline run") == std::string::npos) // a command is not broken
                CHECK(line.size() <= width);
            CHECK(line.find('\033') == std::string::npos);
            CHECK((line.empty() || line.back() != ' '));
        }
    }
}

TEST_CASE("a brief report has the headline, the waterfall, what bounds it and the warnings, and nothing else")
{
    std::ostringstream out;
    results::print_report(out, tests::sample_config(), tests::sample_outcome(), {100, true});
    auto const text = out.str();
    CHECK_THAT(text, Contains("llama-3-8b on wse2") && Contains("From the memory's peak to what came out") &&
                         Contains("Bound by arithmetic") && Contains("rounded up to 4100"));
    for (auto const* heading :
         {"by operator", "by part", "Books", "SRAM of the fullest", "Assumed", "Try next", "energy of"})
        CHECK_THAT(text, !Contains(heading));
    CHECK(lines(text).size() * 2 < lines(table(tests::sample_config(), tests::sample_outcome())).size());
}

TEST_CASE("durations and rates have three digits, whatever their size")
{
    CHECK(results::duration(607.575e-6) == "608 us");
    CHECK(results::duration(8.9309e-6) == "8.93 us");
    CHECK(results::duration(0.427926) == "428 ms");
    CHECK(results::duration(0.99961) == "1.00 s");
    CHECK(results::duration(999.6e-6) == "1.00 ms");
    CHECK(results::duration(4321.0) == "4,321 s");
    CHECK(results::duration(2.5e-10) == "0.25 ns");
    CHECK(results::duration(0) == "0 us");
    CHECK(results::rate_text(1645.9) == "1,646");
    CHECK(results::rate_text(227.34) == "227");
    CHECK(results::rate_text(89.64) == "89.6");
    CHECK(results::rate_text(9.996) == "10.0");
    CHECK(results::rate_text(0.01234) == "0.0123");
}

TEST_CASE("what was not asked for and counts all the same is told, with the option that changes it")
{
    auto config = configs::resolve(tests::run_line({"run", "--machine", "wse3"}));
    CHECK_THAT(table(config, tests::sample_outcome()),
               Contains("Not asked for") && Contains("--model NAME") && Contains("--context N"));
    config = configs::resolve(tests::run_line({"run", "--machine", "wse3", "--model", "qwen3-8b", "--context", "64"}));
    CHECK_THAT(table(config, tests::sample_outcome()), !Contains("Not asked for"));

    auto const directory = tests::TemporaryFolder{};
    auto const own       = directory.write(
              "mine.toml",
              "description = \"mine\"\nbase = \"wse3\"\n[pe]\nsram = \"64 KiB\"\n[fabric]\nhop_latency = \"1 cycle\"\n");
    config = configs::resolve(tests::run_line({"run", "--machine", own, "--model", "qwen3-8b", "--context", "64"}));
    CHECK_THAT(table(config, tests::sample_outcome()),
               Contains("mine.toml sets 2 parameters itself") && Contains("machines/wse3.toml, its base"));
}

TEST_CASE("weights that are narrower in the published checkpoint are warned of, with what changes it")
{
    auto const warning = [](std::vector<std::string> more) {
        more.insert(more.begin(), {"run", "--machine", "wse3"});
        return results::checkpoint_warning(configs::resolve(tests::run_line(more)));
    };
    CHECK_THAT(warning({"--model", "gpt-oss-20b", "--set", "workload.weight_bits=16"}),
               Contains("mxfp4") && Contains("--set workload.weight_bits=checkpoint") &&
                   Contains("3.04 times as many"));
    CHECK_THAT(warning({"--model", "deepseek-v3", "--set", "workload.weight_bits=16"}),
               Contains("fp8") && Contains("--set workload.weight_bits=checkpoint"));
    CHECK(warning({"--model", "deepseek-v3", "--set", "workload.weight_bits=8"}).empty());
    CHECK(warning({"--model", "gpt-oss-20b"}).empty()); // as it is
    CHECK(warning({"--model", "llama-3.1-8b"}).empty());
}

TEST_CASE("the report ends with two commands to try")
{
    auto       config = tests::sample_config();
    auto const ends   = [&] {
        auto const all = lines(table(config, tests::sample_outcome()));
        REQUIRE(all.size() > 3);
        CHECK(all[all.size() - 3] == "Try next");
        return all[all.size() - 2] + "\n" + all.back();
    };
    config.command_line = "scribeline run --machine wse3 --set \"pe.sram=64 KiB\"";
    CHECK_THAT(ends(), Contains("  " + config.command_line + " -o run.h5"));
    CHECK_THAT(ends(), Contains("  " + config.command_line + " --set \"scribe.extra_latency=8 cycles\""));
    config.output = "my runs/first.h5";
    CHECK_THAT(ends(), Contains("scribeline explain 'my runs/first.h5'"));
    CHECK_THAT(ends(), Contains("scribeline run --from 'my runs/first.h5' --set"));
}

TEST_CASE("unbalanced books are loud in the report")
{
    auto outcome                         = tests::sample_outcome();
    outcome.books.entries[0].right_value = 1799;
    auto const text                      = table(tests::sample_config(), outcome);
    CHECK_THAT(text, Contains("Books: NOT BALANCED"));
    CHECK_THAT(text, Contains("1,800  injected + forked is not delivered + in flight"));
    CHECK_FALSE(json(tests::sample_config(), outcome)["books"]["balanced"].get<bool>());
}

TEST_CASE("the JSON report has the documented keys, and its numbers are those of the run")
{
    auto const outcome = tests::sample_outcome();
    auto const report  = json(tests::sample_config(), outcome);
    CHECK(report["schema_version"] == "1.1");
    CHECK(report["machine"] == "wse2");
    CHECK(report["model"] == "llama-3-8b");
    CHECK(report["fidelity"] == "wavelet");
    CHECK(report["state_hash"] == "fedcba9876543210");
    CHECK(report["books"]["balanced"] == true);
    CHECK(report["books"]["entries"][0]["left_value"] == 1800);
    auto const& summary = report["summary"];
    CHECK(summary["cycles_per_layer"] == 307);
    CHECK(summary["cycles_per_layer"].is_number_unsigned());
    CHECK(summary["layers"] == 32);
    CHECK(summary["cycles_per_token"] == 9824);
    CHECK(summary["time_per_output_token_us"].get<double>() == Approx(9824 / 1.1e3));
    CHECK(summary["tokens_per_second_per_user"].get<double>() == Approx(1.1e9 / 9824));
    CHECK(summary["bound_by"] == "arithmetic");
    REQUIRE(report["operators"].size() == outcome.operators.size());
    for (auto const& op : report["operators"]) {
        std::uint64_t sum = 0;
        for (auto const& part : op["parts"]) {
            sum += part.get<std::uint64_t>();
        }
        CHECK(sum == op["cycles"]);
        CHECK(op["end"].get<std::uint64_t>() - op["start"].get<std::uint64_t>() == sum);
    }
    CHECK(report["operators"][3]["name"] == "down, \"gated\"");
    CHECK(report["sram"][1]["bytes"] == 30000);
    CHECK(report["assumed"] == nlohmann::json{"pe.task_activation"});
    CHECK(report["warnings"].size() == 1);
}

TEST_CASE("a model whose path is not UTF-8 still gives JSON")
{
    auto config                      = tests::sample_config();
    config.parameters.workload.model = "mod\xff"
                                       "el.json";
    CHECK_THAT(json(config, tests::sample_outcome())["model"].get<std::string>(), Contains("el.json"));
}

TEST_CASE("the CSV report has one row per operator and quotes names that need it")
{
    std::ostringstream out;
    results::print_csv(out, tests::sample_outcome());
    auto const rows = lines(out.str());
    REQUIRE(rows.size() == 5);
    CHECK(rows[0] ==
          "name,kind,collective,start_cycle,end_cycle,cycles,arithmetic_cycles,dispatch_cycles,sram_cycles,hops_cycles,"
          "scribe_cycles,serialisation_cycles,reduce_stage_cycles,waiting_cycles,off_wafer_cycles,flops,bytes_weights,"
          "bytes_kv,bytes_activations,bound_by,layer,stage,energy [J],energy_arithmetic [J],energy_sram_weights [J],"
          "energy_sram_kv [J],energy_sram_vectors [J],energy_code [J],energy_hops [J],energy_scribe [J],"
          "energy_off_wafer [J],energy_idle [J],energy_system [J]");
    CHECK(rows[2] ==
          "qkv,qkv,\"two_level all-reduce along x, 15 wavelets\",40,200,160,100,15,5,8,2,10,20,0,0,160000,640,"
          "0,32,arithmetic,-1,0,0,0,0,0,0,0,0,0,0,0,0");
    CHECK(rows[4].rfind("\"down, \"\"gated\"\"\",mixture,,300,307,7,", 0) == 0);
}

TEST_CASE("the configuration chooses the format of the report")
{
    auto       config = tests::sample_config();
    auto const first  = [&](configs::OutputFormat format) {
        std::ostringstream out;
        config.format = format;
        results::print(out, config, tests::sample_outcome());
        return out.str().substr(0, 5);
    };
    CHECK(first(configs::OutputFormat::table) == "llama");
    CHECK(first(configs::OutputFormat::json) == "{\n  \"");
    CHECK(first(configs::OutputFormat::csv) == "name,");
}

TEST_CASE("the report of a run with numbers says how far they lie from the reference, and within what bound")
{
    auto outcome = tests::sample_outcome();
    CHECK_THAT(table(tests::sample_config(), outcome), !Contains("Numbers"));
    CHECK_FALSE(json(tests::sample_config(), outcome)["summary"].contains("payload_bound"));

    outcome.payload    = {true, 1088, 0.004039, 0.00151, 0.029};
    auto const printed = table(tests::sample_config(), outcome);
    CHECK_THAT(printed, Contains("Numbers: as the reference has them"));
    CHECK_THAT(printed, Contains("1,088  output in every row of PEs") && Contains("4.04e-03") && Contains("2.90e-02"));
    auto const summary = json(tests::sample_config(), outcome)["summary"];
    CHECK(summary["payload_numbers"] == 1088);
    CHECK(summary["payload_largest_deviation"] == 0.004039);
    CHECK(summary["payload_rms_deviation"] == 0.00151);
    CHECK(summary["payload_bound"] == 0.029);

    outcome.payload.largest = 0.03;
    CHECK_THAT(table(tests::sample_config(), outcome), Contains("Numbers: NOT AS THE REFERENCE"));
}

TEST_CASE("the report of a token shows the fall from the memory's peak, operators by name and stages by kind")
{
    auto const outcome = tests::sample_token();
    auto const text    = table(tests::sample_config(), outcome);
    CHECK_THAT(text, Contains("llama-3-8b on wse2, 2 wafers, 26 regions of 32x32, context 4,096"));
    CHECK_THAT(text, Contains("fidelity folded: one row and one column"));
    CHECK_THAT(text, Contains("SRAM of all PEs at its peak"));
    CHECK_THAT(text, !Contains("not told apart"));
    CHECK_THAT(text, Contains("qkv                     12     5,400")); // 12 x 450 cycles
    CHECK_THAT(text, Contains("off wafer"));
    CHECK_THAT(text, Contains("11,476  cycles a token by formulas: -3.00 % beside 11,831 here"));
    CHECK_THAT(text, Contains("0        0      64x64"));
    CHECK_THAT(text, Contains("What the planner chose, of 3 choices"));
    CHECK_THAT(text, Contains("5.2 % slower"));
    CHECK_THAT(text, Contains("1 of them cannot be, such as 64x64 on 4 wafers: needs 4 wafers, 2 are allowed"));
    CHECK_THAT(text, Contains("23,456  tokens when they are spread over all columns"));
    CHECK_THAT(text, Contains("711  cycles a token, 6.0 % of the way through"));
    CHECK_THAT(text, Contains("of the token is distance"));
    for (auto const& line : lines(text)) {
        CAPTURE(line);
        CHECK(line.size() <= 100);
        CHECK((line.empty() || line.back() != ' '));
    }
}

TEST_CASE("stages that are alike share a line of the report")
{
    auto const text  = table(tests::sample_config(), tests::sample_token());
    auto       shown = std::vector<std::string>{};
    bool       open  = false;
    for (auto const& line : lines(text)) {
        open = line == "Stages of a token" || (open && !line.empty());
        if (open)
            shown.push_back(line);
    }
    // Attention (450 cycles) and feed-forward (453) are alike; the tables at both ends are not.
    REQUIRE(shown.size() == 2 + 3);
    CHECK_THAT(shown[3],
               Contains("1-24") && Contains("0-1") && Contains("<= 453") && Contains("attention 0 to feed-forward 11"));
    CHECK_THAT(shown[4], Contains("final norm to sampling") && Contains("  -  "));
}

TEST_CASE("the JSON report of a token has the waterfall, the stages, the choices and the layer of each operator")
{
    auto const outcome = tests::sample_token();
    auto const report  = json(tests::sample_config(), outcome);
    CHECK(report["summary"]["whole_token"] == true);
    CHECK(report["summary"]["requests_in_flight"] == 5);
    CHECK(report["summary"]["wafers"] == 2);
    CHECK(report["summary"]["closed_form_deviation"].get<double>() == Approx(-0.03));
    REQUIRE(report["waterfall"].size() == outcome.waterfall.size());
    double sum = 0;
    for (auto const& bar : report["waterfall"])
        sum += bar["time_us"].get<double>();
    CHECK(sum == Approx(report["summary"]["time_per_output_token_us"].get<double>()).epsilon(1e-12));
    REQUIRE(report["stages"].size() == 26);
    CHECK(report["stages"][13]["wafer"] == 1);
    CHECK(report["candidates"][1]["verdict"] == "5.2 % slower");
    CHECK(report["candidates_considered"] == 3);
    CHECK(report["operators"][4]["layer"] == 1);
    CHECK(report["operators"][4]["stage"] == 3);
    CHECK(report["operators"][0]["layer"] == -1);
}

TEST_CASE("a run of formulas alone reports its time and says that it knows no more")
{
    auto outcome                     = tests::sample_token();
    outcome.fidelity                 = "closed_form";
    outcome.token.simulated          = false;
    outcome.token.stages             = {};
    outcome.operators                = {};
    outcome.parts                    = {};
    outcome.sram                     = {};
    outcome.token.closed_form_cycles = static_cast<double>(outcome.cycles_per_token);
    tests::add_waterfall(outcome, 1000);
    auto const text = table(tests::sample_config(), outcome);
    CHECK_THAT(text, Contains("formulas alone") && Contains("not told apart"));
    CHECK_THAT(text, Contains("--fidelity folded or wavelet does"));
    CHECK_THAT(text, !Contains("Bound by") && !Contains("by operator") && !Contains("How busy"));
    CHECK(json(tests::sample_config(), outcome)["operators"].empty());
}
