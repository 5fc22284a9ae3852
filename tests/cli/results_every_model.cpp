// Does every shipped model run, on as few wafers as hold it, with a prompt before its first token?
#include "support/build_kind.hpp"
#include "support/run_program.hpp"
#include "workloads/model_shape.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using scribeline::tests::run_scribeline;

TEST_CASE("every shipped model has a waterfall and a time to the first token of 8,192")
{
    auto const some = std::vector<std::string>{"deepseek-v3",   "gpt-oss-120b", "llama-3.1-8b",
                                               "llama-4-scout", "mixtral-8x7b", "qwen3-235b-a22b"};
    for (auto const& model : scribeline::tests::sanitized ? some : scribeline::workloads::shipped_models()) {
        CAPTURE(model);
        auto const run =
            run_scribeline({"run", "--machine", "wse3:auto", "--model", model, "--prompt", "8192", "--format", "json",
                            "-q", "--set", "mapping.max_wafers=80"}); // GLM-5 in 16 bits stands on 75
        INFO(run);
        REQUIRE(run.exit_code == 0);
        auto const  json    = nlohmann::json::parse(run.out);
        auto const& summary = json.at("summary");
        auto const  value   = [&](char const* key) { return summary.at(key).get<double>(); };
        CHECK(value("time_to_first_token_us") > value("time_per_output_token_us"));
        CHECK(value("energy_per_token") > 0);
        double sum = 0;
        for (auto const& bar : json.at("waterfall"))
            sum += bar.at("time_us").get<double>();
        CHECK(sum == Approx(value("time_per_output_token_us")).epsilon(1e-9));
    }
}

TEST_CASE("what of a model's decoding cannot be is refused with one message")
{
    auto const refused = [](int code, std::vector<std::string> words, std::string const& what) {
        auto const run = run_scribeline(words);
        INFO(run);
        CHECK(run.exit_code == code);
        CHECK(run.says(what));
        CHECK(run.out.empty());
    };
    refused(64, {"run", "--set", "workload.acceptance=120 %"}, "workload.acceptance");
    refused(64, {"run", "--set", "workload.weight_bits=0.5"}, "workload.weight_bits");
    refused(65, {"run", "--machine", "wse3:auto", "--model", "mixtral-8x7b", "--set", "mapping.expert_groups=9"},
            "mapping.expert_groups = 9: the model has 8 experts");
    refused(65, {"run", "--machine", "wse3", "--model", "mixtral-8x7b", "--region", "600x600", "--payload"},
            "values of their own and no experts");
    CHECK(run_scribeline({"run", "--set", "workload.draft_model=nobody-7b"}).exit_code == 66);
}
