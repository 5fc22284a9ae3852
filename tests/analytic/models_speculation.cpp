// What does a draft model give?
#include "models/wafer/simulate.hpp"
#include "models/wafer/speculation.hpp"
#include "support/models_runs.hpp"
#include "workloads/mapping/planner.hpp"
#include "workloads/model_shape.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <string>

using namespace scribeline;
using namespace scribeline::tests;

namespace {

models::Outcome run(std::string const& draft, std::string const& tokens, std::string const& acceptance)
{
    auto const config = config_of({"--machine", "wse3", "--model", "llama-3.1-8b", "--context", "1024", "--set",
                                   "workload.draft_model=" + draft, "--set", "workload.draft_tokens=" + tokens, "--set",
                                   "workload.acceptance=" + acceptance});
    auto const step =
        workloads::decode_step(workloads::read_model(config.parameters.workload.model), config.parameters.workload);
    return models::simulate(config, step, workloads::plan_token(step, config.parameters));
}

} // namespace

TEST_CASE("a round yields as many tokens as rounds that are drawn do")
{
    auto random = std::mt19937_64{7};
    for (double const acceptance : {0.0, 0.3, 0.8, 1.0})
        for (std::uint32_t const proposed : {1u, 4u, 9u}) {
            constexpr int rounds = 40'000;
            double        tokens = 0;
            for (int i = 0; i < rounds; ++i) {
                std::uint32_t accepted = 0;
                while (accepted < proposed && static_cast<double>(random() >> 11U) * 0x1p-53 < acceptance)
                    ++accepted;
                tokens += accepted + 1;
            }
            CAPTURE(acceptance, proposed);
            CHECK(models::expected_tokens(acceptance, proposed) == Approx(tokens / rounds).epsilon(0.02));
        }
}

TEST_CASE("a round is the proposals, two links, and a step that checks them")
{
    auto const  o     = run("tiny", "4", "80 %");
    auto const  alone = run("none", "4", "80 %");
    auto const& s     = o.speculation;
    CHECK(s.round_cycles == 4 * s.draft_cycles + 3880 + o.cycles_per_token); // 2 x 2 us at 0.97 GHz
    CHECK(o.cycles_per_token > alone.cycles_per_token);                      // five vectors in place of one
    CHECK(o.cycles_per_token < 5 * alone.cycles_per_token);
    CHECK(s.tokens_per_step == Approx(1 + 0.8 + 0.64 + 0.512 + 0.4096));
    CHECK(s.tokens_per_second_per_user == Approx(s.tokens_per_step * 0.97e9 / static_cast<double>(s.round_cycles)));
    CHECK(alone.speculation.draft_model.empty());
}

TEST_CASE("a draft model that is never right makes tokens slower, one that is always right faster")
{
    auto const alone = run("none", "4", "0 %").tokens_per_second_per_user;
    CHECK(run("tiny", "4", "0 %").speculation.tokens_per_second_per_user < alone);
    CHECK(run("tiny", "4", "100 %").speculation.tokens_per_second_per_user > alone);
}
