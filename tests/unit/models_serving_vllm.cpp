// The scheduler of vLLM v1, step by step, on a machine whose steps can be told by hand.
#include "support/serving.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using models::Ending;
using models::Phase;
using tests::OneReplica;
using tests::PlainSteps;
using tests::small_rules;

namespace {

double prompt_step(double tokens, double before = 0)
{
    return PlainSteps::fixed + PlainSteps::row * tokens + PlainSteps::pair * tokens * (before + tokens / 2);
}
double decode_step(double n, double attended)
{
    return PlainSteps::fixed + PlainSteps::row * n + PlainSteps::attended * attended;
}

} // namespace

TEST_CASE("a request alone takes its prompt in one step and a step for each further token")
{
    auto one = OneReplica{small_rules()};
    one.ask(40, 3);
    one.run();
    auto const first = prompt_step(40);
    CHECK(one.first_token(0) == Approx(first).epsilon(2e-3));
    // The prompt's step gives the first token; the two further steps attend to 41 and to 42 tokens.
    CHECK(one.end(0) == Approx(first + decode_step(1, 41) + decode_step(1, 42)).epsilon(2e-3));
    CHECK(one.log[0].ending == Ending::done);
    CHECK(one.log[0].made == 3);
}

TEST_CASE("a prompt longer than the budget is taken in chunks of it")
{
    auto one = OneReplica{small_rules()};
    one.ask(250, 1);
    one.run();
    CHECK(one.end(0) == Approx(prompt_step(100) + prompt_step(100, 100) + prompt_step(50, 200)).epsilon(1e-3));
    CHECK(one.replica.totals().steps == 3);
}

TEST_CASE("what decodes comes first, and leaves a prompt the rest of the budget")
{
    auto one = OneReplica{small_rules()};
    one.ask(10, 50);
    one.ask(150, 1, 0.011); // arrives while the second step runs
    one.run();
    // 99 tokens of the prompt beside the one that decodes, then 51.
    auto const decoded = one.replica.totals().made_tokens;
    CHECK(decoded == 51);
    CHECK(one.replica.totals().steps == 50); // two of them with prompts
    CHECK(one.log[1].made == 1);
    auto const start = prompt_step(10);
    CHECK(one.first_token(1) > start + prompt_step(99) + prompt_step(51, 99));
    CHECK(one.first_token(1) < start + 2 * decode_step(1, 20) + prompt_step(100) + prompt_step(52, 99));
}

TEST_CASE("no more requests run at once than max_num_seqs says")
{
    auto one = OneReplica{small_rules()};
    for (int i = 0; i < 12; ++i)
        one.ask(5, 10);
    one.run();
    CHECK(one.replica.totals().most_running == 8);
    CHECK(one.log[7].of(Phase::queue) == 0);
    CHECK(one.log[8].of(Phase::queue) > 0);
    for (auto const& record : one.log)
        CHECK(record.ending == Ending::done);
}

TEST_CASE("a request does not overtake one that has no room")
{
    auto rules        = small_rules();
    rules.pool_blocks = 30; // of 4 tokens
    auto one          = OneReplica{rules};
    one.ask(80, 8);
    one.ask(60, 2, 0.001); // no room beside the first
    one.ask(4, 2, 0.002);  // would have
    one.run();
    CHECK(one.first_token(1) > one.end(0));
    CHECK(one.first_token(2) >= one.first_token(1));
    CHECK(one.replica.totals().preemptions == 0);
}

TEST_CASE("the last that was admitted is preempted when blocks lack, and is computed again before others")
{
    auto rules        = small_rules();
    rules.pool_blocks = 20; // 80 tokens
    auto one          = OneReplica{rules};
    one.ask(30, 30);
    one.ask(30, 30);
    one.ask(10, 5, 0.001);
    one.run();
    CHECK(one.log[0].preemptions == 0);
    CHECK(one.log[1].preemptions + one.log[2].preemptions > 0);
    CHECK(one.log[1].preemptions > 0);
    for (auto const& record : one.log)
        CHECK(record.made == record.output);
    // What was made before counts as prompt when it is computed again.
    CHECK(one.replica.totals().prompt_tokens > 70);
    CHECK(one.replica.pool().in_use() == 0);
}

TEST_CASE("a request that no empty pool could hold is dropped, and the rest goes on")
{
    auto rules        = small_rules();
    rules.pool_blocks = 20;
    auto one          = OneReplica{rules};
    one.ask(100, 10);
    one.ask(20, 10);
    one.run();
    CHECK(one.log[0].ending == Ending::dropped);
    CHECK(one.log[1].ending == Ending::done);
}

TEST_CASE("a prompt that was seen before is found in whole blocks, at least one token being left")
{
    auto one = OneReplica{small_rules()};
    one.ask(40, 2, 0, {1, 2}, 20);
    one.ask(40, 2, 1, {1, 2}, 20); // the same
    one.ask(45, 2, 2, {1, 3, 4}, 20);
    one.run();
    CHECK(one.log[0].found_in_cache == 0);
    CHECK(one.log[1].found_in_cache == 36); // nine of ten blocks of four
    CHECK(one.log[2].found_in_cache == 20);
    CHECK(one.replica.totals().prompt_tokens == 40 + 4 + 25);
}

TEST_CASE("blocks are found in the step after that which computes them")
{
    auto one = OneReplica{small_rules()};
    one.ask(40, 2, 0, {1, 2}, 20);
    one.ask(40, 2, 0.001, {1, 2}, 20); // arrives while the first is computed
    one.run();
    CHECK(one.log[1].found_in_cache == 36);
    CHECK(one.replica.pool().in_use() == 0);
    CHECK(one.replica.pool().count_free() == one.replica.pool().blocks());
}

TEST_CASE("what was freed longest ago is lost first, and of a request its tail")
{
    auto rules        = small_rules();
    rules.pool_blocks = 25; // 100 tokens
    auto one          = OneReplica{rules};
    one.ask(40, 1, 0, {1, 2}, 20);
    one.ask(40, 1, 1, {3, 4}, 20);
    one.ask(28, 1, 2, {5}, 28);    // five blocks were never used; two more come from the end of the first prompt
    one.ask(40, 1, 3, {1, 2}, 20); // eight blocks of it are left
    one.run();
    CHECK(one.log[3].found_in_cache == 32);
    CHECK(one.replica.pool().evicted() >= 2);
}

TEST_CASE("where a request's time went adds up to its latency, to the tick")
{
    auto rules             = small_rules();
    rules.pool_blocks      = 30;
    rules.step_overhead    = models::ticks_of(configs::Seconds{1e-3});
    rules.request_overhead = models::ticks_of(configs::Seconds{1e-5});
    rules.api_token        = models::ticks_of(configs::Seconds{1e-4});
    auto one               = OneReplica{rules};
    for (unsigned i = 0; i < 20; ++i)
        one.ask(10 + 5 * (i % 7), 1 + i, 0.01 * i);
    one.run();
    for (auto const& record : one.log) {
        auto sum = models::Ticks{0};
        for (auto const part : record.time)
            sum += part;
        CHECK(sum == record.latency());
        CHECK(record.of(Phase::engine) > 0);
    }
    auto const& totals = one.replica.totals();
    CHECK(totals.engine > 0);
    CHECK(totals.made_tokens == 210);
}

TEST_CASE("who arrives while a step runs joins the next, and the one after it where that is planned already")
{
    auto const first_of_late = [](bool plans_ahead) {
        auto rules        = small_rules();
        rules.plans_ahead = plans_ahead;
        auto one          = OneReplica{rules};
        one.ask(10, 50);
        one.ask(10, 2, prompt_step(10) + 1e-3); // within the first step that decodes
        one.run();
        return one.first_token(1);
    };
    auto const start = prompt_step(10) + decode_step(1, 11); // when that step ends
    auto const mixed = [](double attended) {
        return prompt_step(10) + PlainSteps::row + PlainSteps::attended * attended;
    };
    CHECK(first_of_late(false) == Approx(start + mixed(12)).epsilon(2e-3));
    CHECK(first_of_late(true) == Approx(start + decode_step(1, 12) + mixed(13)).epsilon(2e-3));
}

TEST_CASE("an engine that is idle takes a request at once, whether or not it plans ahead")
{
    auto rules        = small_rules();
    rules.plans_ahead = true;
    auto one          = OneReplica{rules};
    one.ask(10, 1);
    one.ask(10, 1, 1);
    one.run();
    CHECK(one.first_token(1) == Approx(1 + prompt_step(10)).epsilon(1e-3));
}

TEST_CASE("a step with prompts takes at least what the host needs to launch it, and the rest is the engine's")
{
    auto rules          = small_rules();
    rules.prompt_launch = models::ticks_of(configs::Seconds{50e-3});
    auto one            = OneReplica{rules};
    one.ask(40, 2);
    one.run();
    CHECK(one.first_token(0) == Approx(50e-3).epsilon(1e-9));
    CHECK(one.end(0) == Approx(50e-3 + decode_step(1, 41)).epsilon(2e-3));
    CHECK(one.seconds(one.log[0].of(Phase::engine)) == Approx(50e-3 - prompt_step(40)).epsilon(2e-3));
}
