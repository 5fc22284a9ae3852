// The law of steps against the machines themselves: any batch, within half a percent.
#include "models/machine_list.hpp"
#include "models/serving/step_law.hpp"
#include "support/draw.hpp"

#include "configs/schema/resolve.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace scribeline;
using tests::Draw;

namespace {

constexpr double stated = 0.005;

std::unique_ptr<models::Machine> machine_of(std::string const& name, std::string const& model)
{
    auto line      = configs::CommandLine{};
    line.command   = "run";
    line.machine   = name;
    line.overrides = {{"--model", "workload.model", model}, {"--fidelity", "run.fidelity", "closed_form"}};
    return models::make_machine(configs::resolve(line));
}

} // namespace

TEST_CASE("the law of a machine's steps is within half a percent of the machine")
{
    struct Case {
        char const *machine, *model;
    };
    auto const of = GENERATE(Case{"h100:8", "llama-3.1-70b"}, Case{"h100:1", "llama-3.1-8b"},
                             Case{"b200:1", "qwen3-8b"}, Case{"h200:8", "mixtral-8x7b"});
    CAPTURE(of.machine, of.model);
    auto       machine = machine_of(of.machine, of.model);
    auto const tokens  = machine->room().tiers.front().kv_tokens * 8 / 10;
    auto       law     = models::StepLaw{*machine, {tokens, 8192}};
    auto       draw    = Draw{7};
    auto       worst   = 0.0;
    for (int i = 0; i < 300; ++i) {
        auto const n       = std::uint64_t{draw.one_in(6) ? 0 : draw.between(1, draw.one_in(2) ? 16 : 250)};
        auto const context = std::uint64_t{draw.between(
            1, static_cast<std::uint32_t>(std::min<std::uint64_t>(tokens / (n + 1), draw.one_in(2) ? 2000 : 60000)))};
        auto       chunks  = std::vector<models::Chunk>{};
        auto       left    = std::uint64_t{8192} - n;
        for (auto prompts = n == 0 ? draw.between(1, 4) : draw.between(0, 3); prompts > 0 && left > 0; --prompts) {
            auto const count = std::uint64_t{draw.between(1, static_cast<std::uint32_t>(left))};
            chunks.push_back({draw.one_in(2) ? 0 : std::uint64_t{draw.between(1, 30000)}, count});
            left -= count;
        }
        auto work = models::StepWork{};
        if (n > 0)
            work.decode.push_back({context, n});
        for (auto const& chunk : chunks)
            work.prefill.push_back({chunk.before, chunk.tokens, 1});
        auto const said  = chunks.empty() ? law.decode(n, n * context) : law.mixed(n, n * context, chunks).duration;
        auto const true_ = machine->step(work).latency.value();
        auto const off   = models::seconds_of(said).value() / true_ - 1;
        CAPTURE(i, n, context, chunks.size(), off);
        CHECK(std::abs(off) < stated);
        worst = std::max(worst, std::abs(off));
    }
    CHECK(worst > 0); // it is a law, not the machine
}

TEST_CASE("a run of decode steps is the sum of its steps, to the tick")
{
    auto machine = machine_of("h100:1", "llama-3.1-8b");
    auto law     = models::StepLaw{*machine, {400000, 8192}};
    auto draw    = Draw{3};
    for (int i = 0; i < 50; ++i) {
        auto const n     = std::uint64_t{draw.between(1, 200)};
        auto const begin = n * draw.between(1, 700) + draw.between(0, 50);
        auto const steps = std::uint64_t{draw.between(1, 900)};
        auto       sum   = models::Ticks{0};
        for (std::uint64_t k = 0; k < steps; ++k)
            sum += law.decode(n, begin + k * n);
        CHECK(law.decode_run(n, begin, steps) == sum);
    }
}
