// A prompt in the result file and in the report.
#include "models/wafer/simulate.hpp"
#include "results/files/run_file.hpp"
#include "results/hdf5/reader.hpp"
#include "results/views/metrics.hpp"
#include "results/views/report.hpp"
#include "support/models_runs.hpp"
#include "support/results_sample.hpp"
#include "support/temporary_folder.hpp"
#include "workloads/mapping/prefill_plan.hpp"

#include <cmath>
#include <numeric>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace scribeline;

namespace {

struct Run {
    configs::Config config;
    models::Outcome outcome;

    explicit Run(std::vector<std::string> const& words) : config{tests::config_of(words)}
    {
        auto const& p    = config.parameters;
        auto const  step = workloads::decode_step(workloads::read_model(p.workload.model), p.workload);
        outcome          = models::simulate(config, step, workloads::plan_with_prompt(step, p));
    }
};

} // namespace

TEST_CASE("the first token comes behind the prompt and one output token")
{
    auto const  run     = Run{{"--machine", "wse2", "--model", "tiny", "--region", "16x16", "--prompt", "200"}};
    auto const& prefill = run.outcome.prefill;
    CHECK(run.config.parameters.workload.context == 200); // nobody said otherwise
    CHECK(prefill.tokens == 200);
    CHECK(prefill.time.value() == Approx(static_cast<double>(prefill.cycles) / run.outcome.clock_hz));
    CHECK(prefill.time_to_first_token.value() ==
          Approx(prefill.time.value() + run.outcome.time_per_output_token.value()));
    CHECK(prefill.tokens_per_second == Approx(200 / prefill.time.value()));
    REQUIRE(!prefill.operators.empty());
    std::uint64_t end = 0;
    for (auto const& op : prefill.operators) {
        CAPTURE(op.name);
        CHECK(op.start == end);
        CHECK(std::accumulate(op.parts.begin(), op.parts.end(), std::uint64_t{0}) == op.end - op.start);
        CHECK(op.end > op.start);
        end = op.end;
    }
    CHECK(static_cast<double>(end) == Approx(static_cast<double>(prefill.cycles_per_layer)).epsilon(1e-3));
    CHECK(prefill.operators.front().name == run.outcome.operators.front().name);
    CHECK(prefill.operators.size() == run.outcome.operators.size());
}

TEST_CASE("a run without a prompt says nothing of one")
{
    auto const run = Run{{"--machine", "wse2", "--model", "tiny", "--region", "16x16"}};
    CHECK(run.outcome.prefill.tokens == 0);
    for (auto const& metric : results::metrics(run.outcome))
        CHECK(std::string{metric.name}.find("prefill") == std::string::npos);
    std::ostringstream text;
    results::print_report(text, run.config, run.outcome);
    CHECK(text.str().find("first token") == std::string::npos);
    auto const directory = tests::TemporaryFolder{};
    results::write_run(run.config, run.outcome, directory / "run.h5");
    CHECK_FALSE(results::hdf5::InputFile{directory / "run.h5"}.has("/prefill/name"));
}

TEST_CASE("a prompt stands in the report, in the file and in the JSON with the same figures")
{
    auto const         run = Run{{"--machine", "wse2", "--model", "tiny", "--region", "16x16", "--prompt", "200"}};
    std::ostringstream text;
    results::print_report(text, run.config, run.outcome);
    CHECK_THAT(text.str(), Catch::Contains("first token") && Catch::Contains("a prompt of 200 tokens in 1 chunk") &&
                               Catch::Contains("Prefill of one layer, 13 tokens to a row of PEs"));
    auto lines = std::istringstream{text.str()};
    for (auto line = std::string{}; std::getline(lines, line);)
        if (line.find("scribeline run") == std::string::npos) // a command is not broken
            CHECK(line.size() <= 100);

    auto const directory = tests::TemporaryFolder{};
    results::write_run(run.config, run.outcome, directory / "run.h5");
    auto const file = results::hdf5::InputFile{directory / "run.h5"};
    CHECK(file.number("/summary/prompt_tokens") == 200);
    CHECK(file.number("/summary/time_to_first_token") == Approx(run.outcome.prefill.time_to_first_token.value()));
    auto const names = file.texts("/prefill/name");
    REQUIRE(names.size() == run.outcome.prefill.operators.size());
    CHECK(names.front() == "attention_norm");
    CHECK(file.has("/prefill/serialisation_cycles"));

    auto config   = run.config;
    config.format = configs::OutputFormat::json;
    std::ostringstream json;
    results::print(json, config, run.outcome);
    auto const document = nlohmann::json::parse(json.str());
    CHECK(document["summary"]["prompt_tokens"] == 200);
    CHECK(document["summary"]["time_to_first_token_us"].get<double>() ==
          Approx(run.outcome.prefill.time_to_first_token.value() * 1e6));
    CHECK(document["prefill_operators"].size() == names.size());
}

TEST_CASE("at wavelet fidelity products of the prefill run with every wavelet, and agree with their closed forms")
{
    auto const run =
        Run{{"--machine", "wse2", "--model", "tiny", "--region", "16x16", "--prompt", "200", "--fidelity", "wavelet"}};
    REQUIRE(run.outcome.prefill.checks.size() == 2);
    for (auto const& check : run.outcome.prefill.checks) {
        CAPTURE(check.name, check.cycles, check.closed_form);
        CHECK(check.cycles > 0);
        CHECK(std::fabs(check.deviation()) < 0.006);
    }
    CHECK(run.outcome.books.balanced());
    std::ostringstream text;
    results::print_report(text, run.config, run.outcome);
    CHECK_THAT(text.str(), Catch::Contains("every wavelet of its queries 13x4 by 4x"));
}
