// Whole systems of SystemC modules: what can be told by hand, and that neither skipping nor repetition changes
// anything.
#include "models/serving/serving_summary.hpp"
#include "models/serving/serving_system.hpp"

#include "configs/schema/resolve.hpp"
#include "models/serving/session_summary.hpp"
#include "workloads/requests/drawn.hpp"
#include "workloads/requests/trace_statistics.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <utility>

using namespace scribeline;

namespace {

class Listed final : public workloads::RequestSource {
  public:
    explicit Listed(std::vector<workloads::Request> requests, std::uint64_t block_tokens = 0)
        : requests_{std::move(requests)}, block_tokens_{block_tokens}
    {
        for (std::size_t i = 0; i < requests_.size(); ++i) {
            requests_[i].id = i;
            if (requests_[i].session == 0)
                requests_[i].session = 1000 + i;
        }
    }
    bool next(workloads::Request& request) override
    {
        if (at_ == requests_.size())
            return false;
        request = requests_[at_++];
        return true;
    }
    std::uint64_t block_tokens() const override { return block_tokens_; }
    std::string   description() const override { return "a list"; }

  private:
    std::vector<workloads::Request> requests_;
    std::uint64_t                   block_tokens_;
    std::size_t                     at_ = 0;
};

constexpr std::uint64_t second = 1'000'000'000'000;

std::vector<workloads::Request> some_requests(unsigned count, std::uint64_t gap)
{
    auto list = std::vector<workloads::Request>{};
    for (unsigned i = 0; i < count; ++i) {
        auto request    = workloads::Request{};
        request.arrival = i * gap;
        request.input   = 500 + 37 * (i % 11);
        request.output  = 20 + i % 13;
        list.push_back(request);
    }
    return list;
}

models::PoolSpec pool_of(std::string const& machine, models::Role role = models::Role::all, std::uint32_t replicas = 1)
{
    auto line      = configs::CommandLine{};
    line.command   = "serve";
    line.machine   = machine;
    line.overrides = {{"--model", "workload.model", "llama-3.1-8b"}};
    auto pool      = models::PoolSpec{};
    pool.role      = role;
    pool.replicas  = replicas;
    pool.config    = configs::resolve(line);
    pool.name      = role == models::Role::prefill ? "prefill" : role == models::Role::decode ? "decode" : "serve";
    return pool;
}

models::ServingOutcome run(models::SystemSpec const& spec, std::vector<workloads::Request> requests)
{
    auto source = Listed{std::move(requests)};
    return models::serve(spec, source);
}

} // namespace

TEST_CASE("a system serves every request, and steps one by one are the same as steps at once")
{
    auto spec         = models::SystemSpec{};
    spec.pools        = {pool_of("h100:1", models::Role::all, 3)};
    auto const fast   = run(spec, some_requests(200, second / 100));
    auto const again  = run(spec, some_requests(200, second / 100));
    spec.step_by_step = true;
    auto const slow   = run(spec, some_requests(200, second / 100));
    CHECK(fast.state_hash == again.state_hash);
    CHECK(fast.state_hash == slow.state_hash);
    CHECK(fast.wakes < slow.wakes);
    for (std::size_t i = 0; i < fast.log.size(); ++i) {
        CHECK(fast.log[i].ending == models::Ending::done);
        CHECK(fast.log[i].end == slow.log[i].end);
    }
    CHECK(fast.books.balanced());
}

TEST_CASE("a turn that waits for another starts its tool time after the other has ended")
{
    auto spec          = models::SystemSpec{};
    spec.pools         = {pool_of("h100:1")};
    auto list          = some_requests(2, 0);
    list[1].waits_for  = {0};
    list[1].tool_time  = 3 * second;
    auto const outcome = run(spec, list);
    auto const gap     = models::seconds_of(outcome.log[1].arrival - outcome.log[0].end).value();
    CHECK(gap == Approx(3).epsilon(1e-12)); // since the client has the last token
}

TEST_CASE("with a concurrency, so many requests are under way until there are no more")
{
    auto spec          = models::SystemSpec{};
    spec.pools         = {pool_of("h100:1")};
    spec.concurrency   = 4;
    auto const outcome = run(spec, some_requests(40, 0));
    CHECK(outcome.engines[0].totals.most_running == 4);
    CHECK(outcome.log.size() == 40);
}

TEST_CASE("keys and values of a prompt cross both ports once, and a token waits for them")
{
    auto spec        = models::SystemSpec{};
    spec.pools       = {pool_of("h100:1", models::Role::prefill), pool_of("h100:1", models::Role::decode)};
    spec.kv_transfer = configs::KvTransfer::whole;
    auto       list  = some_requests(1, 0);
    auto const whole = run(spec, list);
    // 32 layers, 8 key heads of 128 elements of 16 bits, keys and values.
    auto const bytes = 500.0 * 32 * 2 * 8 * 128 * 2;
    REQUIRE(whole.links.size() == 2);
    CHECK(static_cast<double>(whole.links[0].bytes) == bytes);
    CHECK(whole.links[1].bytes == whole.links[0].bytes);
    auto const transfer = models::seconds_of(whole.log[0].of(models::Phase::transfer)).value();
    CHECK(transfer == Approx(bytes / 45e9 + 5e-6).epsilon(1e-4)); // nvlink.network and its latency

    spec.kv_transfer   = configs::KvTransfer::by_layer;
    auto const layered = run(spec, list);
    CHECK(layered.links[0].bytes == whole.links[0].bytes);
    auto const last = models::seconds_of(layered.log[0].of(models::Phase::transfer)).value();
    CHECK(last == Approx(bytes / 16 / 45e9 + 5e-6).epsilon(1e-3)); // of sixteen parts only the last is not hidden
}

TEST_CASE("transfers that come at once wait for each other at the port of the pool that makes tokens")
{
    auto spec        = models::SystemSpec{};
    spec.pools       = {pool_of("h100:1", models::Role::prefill, 4), pool_of("h100:1", models::Role::decode)};
    spec.kv_transfer = configs::KvTransfer::whole;
    auto list        = some_requests(4, 0);
    for (auto& request : list)
        request.input = 4000;
    auto const outcome = run(spec, list);
    auto const one     = 4000.0 * 32 * 2 * 8 * 128 * 2 / 45e9;
    auto       longest = 0.0;
    for (auto const& record : outcome.log)
        longest = std::max(longest, models::seconds_of(record.of(models::Phase::transfer)).value());
    CHECK(longest == Approx(4 * one + 5e-6).epsilon(1e-3));
}

TEST_CASE("a prefill pool holds keys and values until the transfer has ended")
{
    // Prompts come when the one before is computed, and none has crossed a slow network before the last has come.
    auto spec             = models::SystemSpec{};
    spec.pools            = {pool_of("h100:1", models::Role::prefill), pool_of("h100:1", models::Role::decode)};
    spec.kv_transfer      = configs::KvTransfer::whole;
    spec.pools[0].network = configs::BytesPerSecond{1e9}; // 0.2 s for the 128 KiB of each of 1,600 tokens
    auto list             = some_requests(3, second / 16);
    for (auto& request : list)
        request.input = 1600;
    auto const quick = run(spec, list);
    CHECK(quick.engines[0].totals.most_running == 1);
    CHECK(quick.engines[0].totals.most_blocks == 3 * 1600 / 16);
    CHECK(quick.engines[0].in_use == 0);
    CHECK(quick.books.balanced());
}

TEST_CASE("one thread takes requests in: those that come at once follow each other by the tokens of their prompts")
{
    auto spec               = models::SystemSpec{};
    spec.pools              = {pool_of("h100:1")};
    auto& engine            = spec.pools[0].config.parameters.engine;
    engine.api_request      = configs::Seconds{};
    engine.api_prompt_token = configs::Seconds{1e-3};
    auto const outcome      = run(spec, some_requests(2, 0)); // prompts of 500 and 537
    auto const in           = [&](std::size_t i) { return models::seconds_of(outcome.log[i].first_token).value(); };
    CHECK(in(0) > 0.5);
    CHECK(in(0) < 0.6);
    CHECK(in(1) > 0.5 + 0.537);
    CHECK(in(1) < 0.5 + 0.637);
    CHECK(outcome.books.balanced());
}

TEST_CASE("a prefix-aware router sends a prompt to where it was computed")
{
    auto spec   = models::SystemSpec{};
    spec.pools  = {pool_of("h100:1", models::Role::all, 4)};
    spec.router = configs::Router::prefix_aware;
    auto list   = some_requests(40, second);
    for (std::size_t i = 0; i < list.size(); ++i) {
        list[i].input  = 1024;
        list[i].blocks = {{100 + i % 4}, {200 + i % 4}};
    }
    auto       aware = Listed{list, 512};
    auto       turns = Listed{list, 512};
    auto const found = [](models::ServingOutcome const& outcome) {
        auto sum = std::uint64_t{0};
        for (auto const& record : outcome.log)
            sum += record.found_in_cache;
        return sum;
    };
    auto const with = found(models::serve(spec, aware));
    CHECK(with == 36 * 1008);   // all but the first of each, and but for the last block of sixteen
    spec.pools[0].replicas = 3; // three in turn: every replica computes every prompt once
    spec.router            = configs::Router::round_robin;
    CHECK(found(models::serve(spec, turns)) < with);
}

TEST_CASE("pools that cannot make tokens, or that have different models, are refused")
{
    auto spec  = models::SystemSpec{};
    spec.name  = "half";
    spec.pools = {pool_of("h100:1", models::Role::prefill)};
    CHECK_THROWS_AS(run(spec, some_requests(1, 0)), configs::UserError);
    spec.pools.push_back(pool_of("h100:1", models::Role::decode));
    spec.pools[1].config.parameters.workload.model = "qwen3-8b";
    CHECK_THROWS_AS(run(spec, some_requests(1, 0)), configs::UserError);
}

TEST_CASE("a closed loop keeps so many sessions under way, tool times included, and a session's time adds up")
{
    auto spec        = models::SystemSpec{};
    spec.pools       = {pool_of("h100:1")};
    spec.concurrency = 2;
    auto list        = some_requests(12, 0); // four sessions of three turns
    for (std::size_t i = 0; i < list.size(); ++i) {
        list[i].session = 1 + i / 3;
        list[i].turn    = i % 3;
        if (i % 3 > 0) {
            list[i].waits_for   = {i - 1};
            list[i].tool_time   = (2 + i % 2) * second;
            list[i].person_time = second / 2;
        }
    }
    auto const outcome  = run(spec, list);
    auto const sessions = models::sessions_of(outcome.log);
    REQUIRE(sessions.size() == 4);
    auto ends = std::vector<models::Ticks>{};
    for (auto const& session : sessions) {
        CHECK(session.turns == 3);
        CHECK(models::seconds_of(session.tools).value() == Approx(4));
        CHECK(models::seconds_of(session.person).value() == Approx(1));
        auto sum = session.tools + session.tool_queue + session.person;
        for (auto const part : session.time)
            sum += part;
        CHECK(sum == session.duration()); // to the tick: one turn behind the other
        auto running = 0;
        for (auto const& other : sessions)
            running +=
                other.begin <= session.begin && session.begin < other.end - models::ticks_of(configs::Seconds{1e-3});
        CHECK(running <= 2);
        ends.push_back(session.end);
    }
    std::sort(ends.begin(), ends.end());
    // The third starts when the engine has ended the first; its client has the last token a moment later.
    CHECK(models::seconds_of(ends[0] - sessions[2].begin).value() == Approx(46e-6).epsilon(0.01)); // engine.api_token
}

TEST_CASE("tools wait for a core and take their time over its speed")
{
    auto       pool = models::ToolPool{{"tools", 2, 2.0}};
    auto const t    = [](double s) { return models::ticks_of(configs::Seconds{s}); };
    CHECK(pool.run(t(0), t(8)).end == t(4));
    CHECK(pool.run(t(1), t(2)).end == t(2));
    auto const third = pool.run(t(1), t(6)); // both are busy: from 2 s on
    CHECK(third.start == t(2));
    CHECK(third.end == t(5));
    CHECK(pool.run(t(9), t(2)).start == t(9));
    CHECK(pool.outcome().busy == t(4 + 1 + 3 + 1));
    CHECK(pool.outcome().queued == t(1));
    CHECK(pool.outcome().queued_jobs == 1);
    CHECK(pool.outcome().most_busy == 2);
    CHECK_THROWS_AS((models::ToolPool{{"tools", 1, 0.0}}), configs::UserError);

    auto spec        = models::SystemSpec{};
    spec.pools       = {pool_of("h100:1")};
    spec.concurrency = 2;
    spec.tools       = models::ToolSpec{"tools", 1, 2.0};
    auto list        = some_requests(4, 0); // two sessions whose tools start at once
    for (std::size_t i = 0; i < 4; ++i) {
        list[i].session = 1 + i / 2;
        list[i].input = 1000, list[i].output = 20;
        if (i % 2 == 1) {
            list[i].waits_for = {i - 1};
            list[i].tool_time = 6 * second;
        }
    }
    auto const outcome = run(spec, list);
    auto const a = outcome.log[1], b = outcome.log[3];
    CHECK(models::seconds_of(a.tools).value() == Approx(3));
    CHECK(models::seconds_of(b.tools).value() == Approx(3));
    CHECK(models::seconds_of(a.tool_queue + b.tool_queue).value() == Approx(3).epsilon(0.02));
    CHECK(outcome.tools->jobs == 2);
}

TEST_CASE("a pool that nothing overflows finds what the requests themselves determine, by how long blocks are kept too")
{
    auto workload               = workloads::DrawnWorkload{};
    workload.input              = workloads::parse_distribution("uniform:low=4000,high=9000");
    workload.output             = workloads::parse_distribution("uniform:low=5,high=60");
    workload.count              = 12;
    workload.sessions.turns     = workloads::parse_distribution("uniform:low=1,high=9");
    workload.sessions.growth    = workloads::parse_distribution("uniform:low=0,high=900");
    workload.sessions.tool_time = workloads::parse_time_distribution("lognormal:median=9s,cv=2");
    workload.block_tokens       = 64;
    auto spec                   = models::SystemSpec{};
    spec.pools                  = {pool_of("h100:8")};
    spec.concurrency            = 5;
    auto const statistics       = workloads::statistics_of(*workloads::draw_requests(workload));
    auto const outcome          = models::serve(spec, *workloads::draw_requests(workload));
    auto       found = 0.0, input = 0.0;
    for (auto const& record : outcome.log) {
        found += record.found_in_cache;
        input += record.input;
    }
    CHECK(statistics.hit_token_share > 0.5);
    CHECK(found / input == Approx(statistics.hit_token_share).margin(0.01));
    REQUIRE(outcome.reuse.size() == statistics.ttl.size());
    for (std::size_t i = 0; i < outcome.reuse.size(); ++i) {
        CHECK(outcome.reuse[i].kept == statistics.ttl[i].ttl);
        CHECK(outcome.reuse[i].share == Approx(statistics.ttl[i].from_reply).margin(1e-9));
    }
}

TEST_CASE("what a pool has lost comes up over the host link, and two that need it share the link")
{
    auto spec                                                           = models::SystemSpec{};
    spec.pools                                                          = {pool_of("h100:1")};
    spec.tiers                                                          = {models::parse_tier("host:100GB", true)};
    spec.pools[0].config.parameters.engine.gpu_memory_utilization.value = 0.27; // room for some 30,000 tokens
    auto list                                                           = some_requests(6, 0);
    for (std::size_t i = 0; i < list.size(); ++i) {
        list[i].arrival = (i < 4 ? 20 * i : 100) * second;
        list[i].input   = i == 2 || i == 3 ? 12800 : 6400;
        list[i].output  = 8;
        for (std::uint64_t k = 0; k < list[i].input / 64; ++k)
            list[i].blocks.push_back({1000 * (i % 4) + k}); // 4 and 5 are 0 and 1 again
    }
    auto       source  = Listed{list, 64};
    auto const outcome = models::serve(spec, source);
    REQUIRE(outcome.pools[0].rules.pool_blocks * 16 < 38400);
    REQUIRE(outcome.log[4].found_in_tiers > 6000);
    REQUIRE(outcome.log[5].found_in_tiers > 6000);
    auto const time = [&](std::size_t i) { return outcome.log[i].found_in_tiers * 131072.0 / 55e9; };
    auto const took = [&](std::size_t i) {
        return models::seconds_of(outcome.log[i].of(models::Phase::transfer)).value();
    };
    CHECK(std::min(took(4), took(5)) == Approx(time(4)).epsilon(1e-3));
    CHECK(std::max(took(4), took(5)) >= (time(4) + time(5)) * 0.999);
    REQUIRE(outcome.tiers.size() == 1);
    // Everything computed went down once.
    CHECK(outcome.tiers[0].books.written == (6400 + 6400 + 12800 + 12800) / 16);
    CHECK(outcome.tiers[0].stored == outcome.tiers[0].books.written);
    CHECK(outcome.books.balanced());
}
