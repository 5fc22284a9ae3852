// The schedulers of SGLang and TensorRT-LLM where they differ from vLLM's, on a machine whose steps can be told by
// hand.
#include "support/serving.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using configs::EngineName;
using models::Phase;
using tests::OneReplica;
using tests::small_rules;

TEST_CASE("sglang takes prompts in first: what decodes waits for their step")
{
    auto together = OneReplica{small_rules(EngineName::vllm)};
    auto apart    = OneReplica{small_rules(EngineName::sglang)};
    for (auto* one : {&together, &apart}) {
        one->ask(10, 20);
        one->ask(90, 2, 0.05);
        one->run();
    }
    // One step more: the prompt's own.
    CHECK(together.replica.totals().steps == 20);
    CHECK(apart.replica.totals().steps == 21);
    CHECK(apart.end(0) > together.end(0));
}

TEST_CASE("sglang admits what has room beside the output that others may still make, and retracts when that was wrong")
{
    auto rules              = small_rules(EngineName::sglang);
    rules.pool_blocks       = 120;
    rules.reserved_at_first = rules.reserved_at_least = 0.1; // hopeful
    auto hopeful                                      = OneReplica{rules};
    rules.reserved_at_first = rules.reserved_at_least = 1;
    auto careful                                      = OneReplica{rules};
    for (auto* one : {&hopeful, &careful}) {
        one->ask(20, 60);
        one->ask(20, 60, 0.001);
        one->run();
        for (auto const& record : one->log)
            CHECK(record.made == 60);
        CHECK(one->replica.pool().in_use() == 0);
    }
    CHECK(hopeful.replica.totals().preemptions > 0);
    CHECK(careful.replica.totals().preemptions == 0);
    CHECK(careful.first_token(1) > careful.end(0));
}

TEST_CASE("sglang retracts the sequence with the least output")
{
    auto rules              = small_rules(EngineName::sglang);
    rules.pool_blocks       = 120;
    rules.reserved_at_first = rules.reserved_at_least = 0.01;
    auto one                                          = OneReplica{rules};
    one.ask(20, 60);
    one.ask(20, 60, 0.2); // some ten tokens later
    one.run();
    CHECK(one.log[0].preemptions == 0);
    CHECK(one.log[1].preemptions > 0);
}

TEST_CASE("sglang shares a prefix token by token")
{
    auto one = OneReplica{small_rules(EngineName::sglang)};
    one.ask(42, 2, 0, {1, 2}, 21);
    one.ask(42, 2, 1, {1, 2}, 21);
    one.run();
    CHECK(one.log[1].found_in_cache == 41);
}

TEST_CASE("trtllm without eviction admits what has room for all its output, and preempts nothing")
{
    auto rules            = small_rules(EngineName::trtllm);
    rules.pool_blocks     = 30; // 120 tokens
    rules.reserves_output = true;
    auto reserving        = OneReplica{rules};
    rules.reserves_output = false;
    auto pausing          = OneReplica{rules};
    for (auto* one : {&reserving, &pausing}) {
        one->ask(20, 60);
        one->ask(20, 60);
        one->run();
    }
    CHECK(reserving.replica.totals().preemptions == 0);
    CHECK(reserving.log[1].of(Phase::queue) > 0);
    CHECK(reserving.first_token(1) > reserving.end(0));
    CHECK(pausing.replica.totals().preemptions > 0);
    CHECK(pausing.first_token(1) < pausing.end(0));
}

TEST_CASE("without chunks a prompt waits for a step that has room for all of it")
{
    auto rules    = small_rules(EngineName::trtllm);
    rules.chunked = false;
    auto one      = OneReplica{rules};
    one.ask(60, 2);
    one.ask(60, 2);
    one.ask(150, 2); // never
    one.run();
    CHECK(one.first_token(1) > one.first_token(0));
    CHECK(one.log[2].ending == models::Ending::dropped);
}
