// What does a draft model give?
#include "models/machine_list.hpp"
#include "models/token/output_token.hpp"
#include "models/wafer/speculation.hpp"
#include "support/models_runs.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <string>

using namespace scribeline;
using namespace scribeline::tests;

namespace {

models::Outcome run(std::string const& draft, std::string const& tokens, std::string const& acceptance)
{
    auto const config  = config_of({"--machine", "wse3", "--model", "llama-3.1-8b", "--context", "1024", "--set",
                                    "workload.draft_model=" + draft, "--set", "workload.draft_tokens=" + tokens, "--set",
                                    "workload.acceptance=" + acceptance});
    auto const machine = models::make_machine(config);
    return models::outcome_of(models::output_token(*machine, config));
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

TEST_CASE("a round is the proposals, two links, and a step that checks them; an output token is its share of it")
{
    auto const  o     = run("tiny", "4", "80 %");
    auto const  alone = run("none", "4", "80 %");
    auto const& s     = o.speculation;
    auto const  step  = models::step_cycles(o);
    CHECK(s.round_cycles == 4 * s.draft_cycles + 3880 + step); // 2 x 2 us at 0.97 GHz
    CHECK(step > alone.cycles_per_token);                      // five vectors in place of one
    CHECK(step < 5 * alone.cycles_per_token);
    CHECK(s.tokens_per_step == Approx(1 + 0.8 + 0.64 + 0.512 + 0.4096));
    auto const per_second = s.tokens_per_step * 0.97e9 / static_cast<double>(s.round_cycles);
    CHECK(o.tokens_per_second_per_user == Approx(per_second).epsilon(1e-6));
    CHECK(o.time_per_output_token.value() == Approx(1 / per_second).epsilon(1e-6));
    CHECK(o.token.tokens_per_second >= o.tokens_per_second_per_user); // of all users: never less than of one
    CHECK(o.waterfall.back().so_far.value() == Approx(o.time_per_output_token.value()).epsilon(1e-9));
    CHECK(alone.speculation.draft_model.empty());
}

TEST_CASE("energy of an output token is that of a round by its output tokens")
{
    auto const never = run("tiny", "4", "0 %"), always = run("tiny", "4", "100 %");
    CHECK(models::joules(never.energy.token) == Approx(5 * models::joules(always.energy.token)).epsilon(1e-6));
}

TEST_CASE("a draft model that is never right makes tokens slower, one that is always right faster")
{
    auto const alone = run("none", "4", "0 %").tokens_per_second_per_user;
    CHECK(run("tiny", "4", "0 %").tokens_per_second_per_user < alone);
    CHECK(run("tiny", "4", "100 %").tokens_per_second_per_user > alone);
}

TEST_CASE("every machine takes a draft model, and is slower with one that is never right")
{
    for (std::string const name : {"wse3", "h100:8", "lpx", "plain-memory"}) {
        auto const latency = [&](std::string const& draft, std::string const& acceptance) {
            auto const config =
                config_of({"--machine", name, "--model", "llama-3.1-8b", "--context", "1024", "--set",
                           "workload.draft_model=" + draft, "--set", "workload.acceptance=" + acceptance});
            auto const machine = models::make_machine(config);
            auto const token   = models::output_token(*machine, config);
            CHECK(token.where.whole().value() == Approx(token.latency.value()).epsilon(1e-9));
            return token.latency.value();
        };
        CAPTURE(name);
        CHECK(latency("tiny", "0 %") > latency("none", "0 %"));
        CHECK(latency("tiny", "100 %") < latency("tiny", "0 %"));
    }
}
