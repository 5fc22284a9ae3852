// One meaning for each figure: the same question gives the same answer, whoever is asked and however.
#include "support/results_sweeps.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

using namespace scribeline::tests;
using Json  = nlohmann::json;
using Words = std::vector<std::string>;

namespace {

constexpr double rounding = 1e-12; // the same sum in another order

Json answer(Words words)
{
    words.insert(words.end(), {"--format", "json"});
    auto const run = run_scribeline(words);
    INFO(run);
    REQUIRE(run.exit_code == 0);
    return Json::parse(run.out);
}

Words with(Words words, Words const& more)
{
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

double seconds_per_token(Json const& summary)
{
    return summary.contains("time_per_output_token") ? summary["time_per_output_token"].get<double>()
                                                     : summary["time_per_output_token_us"].get<double>() / 1e6;
}

void check_alike(Json const& summary, Json const& row)
{
    CHECK(seconds_per_token(summary) == Approx(row["time_per_token"].get<double>()).epsilon(rounding));
    for (auto const* name : {"tokens_per_second_per_user", "energy_per_token", "fraction_of_peak_bandwidth"}) {
        CAPTURE(name);
        CHECK(summary[name].get<double>() == Approx(row[name].get<double>()).epsilon(rounding));
    }
    CHECK(summary["bound_by"] == row["bound_by"]);
}

// Of two objects: each number and each word that both have.
void check_equal(Json const& a, Json const& b, std::vector<std::string> const& but = {})
{
    for (auto const& [name, value] : a.items()) {
        CAPTURE(name);
        if (std::find(but.begin(), but.end(), name) == but.end())
            CHECK(value == b[name]);
    }
    CHECK(a.size() == b.size());
}

struct Question {
    char const* machine;
    Words       words;
};

std::vector<Question> questions()
{
    auto const draft = Words{"--set", "workload.draft_model=tiny", "--set", "workload.acceptance=60 %"};
    auto       list  = std::vector<Question>{};
    for (auto const* machine : {"wse3", "wse3:auto", "h100:8", "lpx", "plain-memory"})
        for (auto const& more : {Words{}, Words{"--batch", "2"}, draft})
            list.push_back({machine, with({"--model", "llama-3.1-8b", "--context", "1024"}, more)});
    return list;
}

} // namespace

TEST_CASE("run and compare say the same of one machine, with one sequence, with several, and with a draft model")
{
    for (auto const& question : questions()) {
        CAPTURE(question.machine, question.words);
        auto const run = answer(with({"run", "--machine", question.machine}, question.words));
        auto const row = answer(with({"compare", "--machines", question.machine}, question.words))["rows"][0];
        check_alike(run["summary"], row);
        CHECK(run["fidelity"] == row["fidelity"]);
        if (run["summary"].contains("tokens_per_second"))
            CHECK(run["summary"]["tokens_per_second"].get<double>() ==
                  Approx(row["tokens_per_second"].get<double>()).epsilon(rounding));
    }
}

TEST_CASE("run and compare say the same of the first token, whatever prompt and batch it is of")
{
    constexpr double cycle = 1e-8; // a wafer's prompts end between two cycles
    for (auto const* machine : {"wse3", "h100:8", "lpx", "plain-memory"})
        for (auto const& more : {Words{}, Words{"--batch", "2"}}) {
            auto const question = with({"--model", "llama-3.1-8b", "--context", "2048"}, more);
            CAPTURE(machine, more);
            auto const first = [&](char const* tokens) {
                auto const row =
                    answer(with({"compare", "--machines", machine, "--set", "workload.prompt=" + std::string{tokens}},
                                question))["rows"][0];
                auto const run  = answer(with({"run", "--machine", machine, "--prompt", tokens}, question))["summary"];
                auto const here = run.contains("time_to_first_token")
                                      ? run["time_to_first_token"].get<double>()
                                      : run["time_to_first_token_us"].get<double>() / 1e6;
                CHECK(here == Approx(row["time_to_first_token"].get<double>()).epsilon(cycle));
                return here;
            };
            CHECK(first("300") < first("2048"));
        }
}

TEST_CASE("what a machine takes does not depend on the machines that stand beside it, or on their order")
{
    auto const ask = [](char const* machines) {
        return answer({"compare", "--machines", machines, "--model", "llama-3.1-8b", "--context", "2048"})["rows"];
    };
    auto const forth = ask("wse3,h100:8,lpx,plain-memory"), back = ask("plain-memory,lpx,h100:8,wse3");
    REQUIRE(forth.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
        check_equal(forth[i], back[3 - i]);
        check_equal(forth[i], ask(forth[i]["machine"].get<std::string>().c_str())[0]);
    }
}

TEST_CASE("one machine under two names has two equal columns")
{
    auto const folder = TemporaryFolder{};
    for (auto const* name : {"wse3", "h100", "lpx", "plain-memory"}) {
        auto const same =
            folder.write("same.toml", std::string{"description = \"the same\"\nbase = \""} + name + "\"\n");
        auto const rows = answer({"compare", "--machines", std::string{name} + "," + same, "--model", "llama-3.1-8b",
                                  "--context", "512"})["rows"];
        CAPTURE(name);
        REQUIRE(rows.size() == 2);
        check_equal(rows[0], rows[1], {"machine"});
    }
}

TEST_CASE("what is the default is the same where it is asked for")
{
    for (auto const* machine : {"wse3", "h100:8", "lpx", "plain-memory"}) {
        CAPTURE(machine);
        auto const ask = [&](Words const& more) {
            return answer(
                with({"compare", "--machines", machine, "--model", "tiny", "--context", "256"}, more))["rows"][0];
        };
        auto const plain = ask({});
        for (auto const& more :
             {Words{"--batch", "1"}, Words{"--set", "workload.batch=1"}, Words{"--set", "workload.draft_model=none"},
              Words{"--set", "workload.weight_bits=16"}}) {
            CAPTURE(more);
            check_equal(plain, ask(more));
        }
        check_equal(ask({"--batch", "3"}), ask({"--set", "workload.batch=3"}));
    }
}

TEST_CASE("a sweep says of each point what the command says that it runs")
{
    auto const place = TemporaryFolder{};
    auto const swept = [&](std::string const& text) {
        auto const file = place.write("s.toml", text);
        REQUIRE(run_scribeline({"sweep", "run", file, "-o", place / "d"}).exit_code == 0);
        REQUIRE(run_scribeline({"sweep", "merge", place / "d"}).exit_code == 0);
        auto const points =
            Json::parse(run_scribeline({"sweep", "show", place / "d", "--format", "json"}).out)["points"];
        std::filesystem::remove_all(place / "d");
        return points;
    };
    auto const axes = std::string{"[fixed]\nmodel = 'llama-3.1-8b'\ncontext = 1024\n[axes]\nbatch = [1, 2]\n"};
    for (auto const* machine : {"h100:8", "lpx", "plain-memory", "wse3"}) {
        auto const points = swept("command = 'compare'\nmachine = '" + std::string{machine} + "'\n" + axes);
        REQUIRE(points.size() == 2);
        for (auto const& point : points) {
            auto const batch = std::to_string(point["workload.batch"].get<int>());
            CAPTURE(machine, batch);
            check_alike(answer({"run", "--machine", machine, "--model", "llama-3.1-8b", "--context", "1024", "--batch",
                                batch})["summary"],
                        point);
        }
    }
    for (auto const& point : swept("machine = 'wse3'\n" + axes)) {
        auto const batch = std::to_string(point["workload.batch"].get<int>());
        auto const run   = answer(
              {"run", "--machine", "wse3", "--model", "llama-3.1-8b", "--context", "1024", "--batch", batch})["summary"];
        CHECK(point["cycles_per_token"] == run["cycles_per_token"]);
        CHECK(point["energy_per_token"] == run["energy_per_token"]);
        CHECK(point["tokens_per_second"] == run["tokens_per_second"]);
    }
}

TEST_CASE("a run from a file is the run that wrote it")
{
    auto const place = TemporaryFolder{};
    for (auto const& words : {Words{"--machine", "wse3", "--model", "tiny", "--context", "300", "--region", "20x20"},
                              Words{"--machine", "wse3", "--model", "llama-3.1-8b", "--context", "512", "--batch", "2"},
                              Words{"--machine", "small", "--set", "workload.draft_model=tiny"}}) {
        CAPTURE(words);
        auto const file = place / "run.h5";
        auto const one = answer(with({"run", "-o", file}, words)), other = answer({"run", "--from", file});
        CHECK(one["state_hash"] == other["state_hash"]);
        check_equal(one["summary"], other["summary"], {"wall_seconds", "peak_rss"});
        auto const shown = answer({"show", file});
        for (auto const* name : {"cycles_per_layer", "tokens_per_second_per_user", "energy_per_token"}) {
            CAPTURE(name);
            if (shown.contains("summary") && shown["summary"].contains(name))
                CHECK(shown["summary"][name].get<double>() == Approx(one["summary"][name].get<double>()));
        }
    }
}

TEST_CASE("published rows are what a run of the same says")
{
    auto const rows = answer({"published"}).at("rows");
    auto       some = 0;
    for (auto const& row : rows) {
        if (row["kind"] != "decode" || row["region"].get<std::string>().empty() || row["metric"] != "cycles_per_layer")
            continue;
        auto words =
            Words{"run",      "--machine",   row["machine"], "--model",      row["model"], "--region",  row["region"],
                  "--groups", row["groups"], "--context",    row["context"], "--batch",    row["batch"]};
        auto sets = std::istringstream{row["set"].get<std::string>()};
        for (std::string set; sets >> set;)
            words.insert(words.end(), {"--set", set});
        CAPTURE(words);
        CHECK(answer(words)["summary"]["cycles_per_layer"] == row["simulated_cycles"]);
        ++some;
    }
    CHECK(some >= 2);
}

TEST_CASE("twice the clock is half the time of what has no other clock")
{
    auto const ask = [](std::string const& machine, Words const& more) {
        return answer(with({"compare", "--machines", machine, "--model", "llama-3.1-8b", "--context", "1024"},
                           more))["rows"][0]["time_per_token"]
            .get<double>();
    };
    struct Faster {
        char const* machine;
        Words       once, twice;
    };
    // A wafer counts cycles. Without wafer links nothing else has a part in its time. Modules count picoseconds.
    for (auto const& each : {Faster{"wse3", {"--set", "wafer.clock=0.5 GHz"}, {"--set", "wafer.clock=1 GHz"}},
                             Faster{"plain-memory",
                                    {"--set", "plain.bandwidth=0.25 TB/s", "--set", "plain.peak_16=200 TFLOP/s",
                                     "--set", "plain.operator_fixed=4 us"},
                                    {"--set", "plain.bandwidth=0.5 TB/s", "--set", "plain.peak_16=400 TFLOP/s", "--set",
                                     "plain.operator_fixed=2 us"}}}) {
        CAPTURE(each.machine);
        CHECK(ask(each.machine, each.once) == Approx(2 * ask(each.machine, each.twice)).epsilon(1e-7));
    }
}

TEST_CASE("between two tokens of one user serve takes what run and compare say of a token that is served")
{
    for (auto const* machine : {"h100:8", "lpx", "plain-memory"}) {
        CAPTURE(machine);
        auto const question = Words{"--model", "llama-3.1-8b", "--context", "1024"};
        auto const run      = answer(with({"run", "--machine", machine, "--fidelity", "closed_form"}, question));
        auto const compared = answer(with({"compare", "--machines", machine}, question))["rows"][0];
        auto const served   = run["summary"]["time_per_output_token_served"].get<double>();
        CHECK(served > run["summary"]["time_per_output_token"].get<double>());
        CHECK(compared["tokens_per_second_per_user_served"].get<double>() == Approx(1 / served).epsilon(2e-2));
        auto const report = answer(with({"serve", "--machine", machine, "--concurrency", "1", "--requests", "1",
                                         "--input", "1020", "--output", "4"},
                                        question));
        auto       found  = 0;
        for (auto const& section : report["sections"])
            if (section.contains("tables") && section["tables"].contains("latencies"))
                for (auto const& row : section["tables"]["latencies"]["rows"])
                    if (row[0] == "inter-token latency") {
                        CHECK(row[2].get<double>() / 1e3 == Approx(served).epsilon(2e-2)); // forms of few steps
                        ++found;
                    }
        CHECK(found == 1);
    }
}

TEST_CASE("a single request that is served takes what run says of its first token and of the next")
{
    auto const       longer = Words{"--set", "engine.max_num_batched_tokens=8192"}; // prompts in one chunk
    auto const       idle   = Words{"--set", "engine.step_overhead=0 s",    "--set", "engine.layer_overhead=0 s",
                            "--set", "engine.request_overhead=0 s", "--set", "engine.api_request=0 s",
                            "--set", "engine.api_token=0 s",        "--set", "engine.prompt_layer_launch=0 s",
                            "--set", "engine.api_prompt_token=0 s"};
    constexpr double law    = 2e-3; // tolerance of each term that `serve` learns of a machine; of a wafer 5e-3
    for (auto const* machine : {"wse3", "h100:1", "h100:8", "lpx", "plain-memory"})
        for (auto const* prompt : {"510", "4094"}) {
            CAPTURE(machine, prompt);
            auto const context  = std::to_string(std::stoi(prompt) + 2); // both tokens
            auto const question = Words{"--machine", machine, "--model", "llama-3.1-8b", "--context", context};
            auto const run =
                answer(with({"run", "--fidelity", "closed_form", "--prompt", prompt}, question))["summary"];
            auto const served = answer(
                with(with(with({"serve", "--concurrency", "1", "--requests", "1", "--input", prompt, "--output", "2",
                                "--set", std::string{"workload.prompt="} + prompt},
                               question),
                          with(idle, machine == std::string{"lpx"} ? Words{"--set", "sram.server=0 s"} : Words{})),
                     longer));
            auto figures = Json{};
            for (auto const& section : served["sections"])
                if (section.contains("tables") && section["tables"].contains("latencies"))
                    for (auto const& row : section["tables"]["latencies"]["rows"])
                        figures[row[0].get<std::string>()] = row[2].get<double>() / 1e3;
            auto const first = run.contains("time_to_first_token") ? run["time_to_first_token"].get<double>()
                                                                   : run["time_to_first_token_us"].get<double>() / 1e6;
            auto const near  = machine == std::string{"wse3"} ? 5e-3 : law;
            CHECK(figures["time to first token"].get<double>() == Approx(first).epsilon(near));
            CHECK(figures["inter-token latency"].get<double>() == Approx(seconds_per_token(run)).epsilon(near));
        }
}
