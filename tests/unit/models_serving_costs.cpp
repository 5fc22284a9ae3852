// Dollars and joules of serving: by hand, added up, and the same whoever is asked.
#include "configs/units/text.hpp"
#include "models/cost/token_cost.hpp"
#include "models/machine_list.hpp"
#include "models/serving/serving_costs.hpp"
#include "models/serving/serving_system.hpp"
#include "models/serving/work_law.hpp"
#include "support/models_runs.hpp"
#include "workloads/requests/distribution.hpp"
#include "workloads/requests/drawn.hpp"

#include <catch2/catch.hpp>

#include <numeric>

using namespace scribeline;
using namespace scribeline::models;
using namespace scribeline::tests;

namespace {

constexpr auto prices = "price.electricity=0.10 USD/kWh 2026";

configs::Config gpu(std::vector<std::string> sets = {})
{
    auto words = std::vector<std::string>{"--machine", "h100:1", "--model", "llama-3.1-8b"};
    for (auto const& each : sets) {
        words.emplace_back("--set");
        words.push_back(each);
    }
    return config_of(words);
}

struct Run {
    SystemSpec     spec;
    ServingOutcome outcome;
    ServingCosts   costs;
};

Run run(configs::Config const& config, std::uint32_t replicas = 1, std::uint64_t requests = 12)
{
    auto workload     = workloads::DrawnWorkload{};
    workload.count    = requests;
    workload.arrivals = workloads::parse_arrivals("poisson", 10);
    workload.seed     = 7;
    auto const source = workloads::draw_requests(workload);
    auto       result = Run{};
    result.spec.name  = "test";
    result.spec.pools.push_back({});
    result.spec.pools.front().config   = config;
    result.spec.pools.front().replicas = replicas;
    result.outcome                     = serve(result.spec, *source);
    result.costs                       = costs_of(result.spec, result.outcome);
    return result;
}

} // namespace

// 43,830 USD over five years of 8,766 hours are a dollar an hour; a kilowatt of site for 14 years and its upkeep.
TEST_CASE("an hour of a device that is bought is what is written off, its site and its upkeep")
{
    auto       p   = gpu().parameters;
    auto const set = [](auto& price, char const* text) { price = configs::parse<std::decay_t<decltype(price)>>(text); };
    p.price.hour   = {};
    set(p.price.device, "42830 USD 2026");
    set(p.price.memory, "10 USD/GB 2025");
    p.price.memory_size = configs::Bytes{100e9};
    set(p.price.site, "14000 USD/kW 2026");
    set(p.price.upkeep, "300 USD/kW 2026");
    set(p.price.electricity, "0.05 .. 0.10 USD/kWh 2026-04");
    p.price.life              = 5;
    p.price.site_life         = 14;
    p.price.pue.value         = 1.3;
    p.price.supply.value      = 0.9;
    p.price.utilisation.value = 0.5;
    auto const price          = hourly_price(p, configs::Watts{2000});
    CHECK(price.device.low == Approx((1 + 2 * (1000 + 300) / 8766.0) / 0.5));
    CHECK(price.device.high == Approx(price.device.low));
    CHECK(price.at_meter == Approx(1.3 / 0.9));
    // An hour of 1 kW in the server: 1.444 kWh at the meter.
    CHECK(price.of_joules(3.6e6).low == Approx(0.05 * 1.3 / 0.9));
    CHECK(price.of_joules(3.6e6).high == Approx(0.10 * 1.3 / 0.9));
    CHECK(price.of_time(1800).low == Approx(price.device.low / 2));
    CHECK(price.oldest == 202500);
    CHECK(price.newest == 202604);
    set(p.price.hour, "3 USD/h 2026");
    CHECK(hourly_price(p, configs::Watts{2000}).device.low == Approx(6)); // half of the hours are worked
    p.price.hour   = {};
    p.price.device = {};
    CHECK_FALSE(hourly_price(p, configs::Watts{2000}).device.known());
}

TEST_CASE("a wafer that can be sold pays for those that cannot")
{
    auto const dear = [](char const* defects) {
        return hourly_price(config_of({"--machine", "wse3", "--set", std::string{"yield.defect_density="} + defects,
                                       "--set", "yield.spare_columns=2", "--set", "yield.spare_rows=1", "--set",
                                       "price.wafer=1000000 USD 2026"}));
    };
    auto const few = dear("0.001 /mm2"), many = dear("0.004 /mm2");
    REQUIRE(few.sold);
    REQUIRE(many.sold);
    CHECK(*many.sold < *few.sold);
    CHECK(many.device.low - few.device.low ==
          Approx(1e6 * (1 / *many.sold - 1 / *few.sold) / (5 * 8766.0)).epsilon(1e-9));
}

TEST_CASE("dollars and joules of all parts, causes and requests add up to the system's")
{
    for (auto const replicas : {1u, 2u}) {
        auto const  r   = run(gpu(), replicas);
        auto const& c   = r.costs;
        auto        sum = Cost{}, given = Cost{};
        for (auto const& part : c.parts)
            sum += part.cost;
        for (auto const& each : c.requests)
            given += each;
        given += c.part("idle");
        given += c.part("transfers");
        auto causes = 0.0;
        for (auto const& each : c.causes)
            causes += each.joules;
        auto const whole = seconds_of(r.outcome.makespan).value();
        for (auto const* total : {&sum, &given}) {
            CHECK(total->device_seconds == Approx(whole * replicas).epsilon(1e-9));
            CHECK(total->joules == Approx(c.system.joules).epsilon(1e-9));
            CHECK(total->dollars.low == Approx(c.system.dollars.low).epsilon(1e-9));
            CHECK(total->dollars.high == Approx(c.system.dollars.high).epsilon(1e-9));
        }
        CHECK(causes == Approx(c.system.joules).epsilon(1e-9));
        // By hand: 1.144 to 1.578 USD an hour of each GPU, and every joule at 1.3 / 0.964.
        CHECK(c.joules_at_meter == Approx(c.system.joules * 1.3 / 0.964));
        CHECK(c.system.dollars.low ==
              Approx(1.144 * replicas * whole / 3600 + 0.065 * c.joules_at_meter / 3.6e6).epsilon(1e-9));
        CHECK(c.system.dollars.high ==
              Approx(1.578 * replicas * whole / 3600 + 0.09 * c.joules_at_meter / 3.6e6).epsilon(1e-9));
        // A GPU takes less than its full power, and more than it takes at rest.
        CHECK(c.watts > 140);
        CHECK(c.watts < 700);
    }
}

TEST_CASE("a request that is served alone pays for all but what idles, in joules of its own steps")
{
    auto const  r      = run(gpu(), 1, 1);
    auto const  config = gpu();
    auto const  made   = make_machine(config);
    auto const& log    = r.outcome.log.front();
    auto        work   = 0.0;
    auto const  of     = [](StepReport const& step) {
        auto sum = 0.0;
        for (auto const& each : step.spent)
            sum += each.span == Span::work ? each.energy.value() : 0;
        return sum;
    };
    work += of(made->step({{}, {}, {{0, log.input, 1}}}));
    for (std::uint64_t token = 1; token < log.made; ++token)
        work += of(made->step({{{log.input + token, 1}}, {}, {}}));
    auto const& spent  = r.outcome.engines.front().spending;
    auto const& power  = config.parameters.device_energy;
    auto const  clocks = power.clocks.value * config.parameters.gpu.power.value();
    CHECK((spent.prompts + spent.decoding).whole() == Approx(work).epsilon(5e-3));
    CHECK(r.costs.requests.front().joules ==
          Approx(work + spent.step_seconds * clocks + spent.seconds() * (140 + 262)).epsilon(5e-3));
}

TEST_CASE("a token takes the same joules whoever is asked: the machine, a comparison, the engine's law")
{
    auto const config = gpu({"workload.context=4096", "workload.batch=4", "run.fidelity=closed_form"});
    auto const made   = make_machine(config);
    auto const step   = made->step(step_of(config.parameters.workload));
    auto const token  = output_token(*made, config);
    auto       law    = WorkLaw{*made, {100000, 8192, 2e-3}};
    auto       work   = 0.0;
    for (auto const& each : step.spent)
        work += each.span == Span::work ? each.energy.value() : 0;
    auto const by_law = law.decode(4, 4 * 4096);
    CHECK(by_law.whole() == Approx(work).epsilon(1e-12)); // 4 and 4,096 are asked for as they are
    CHECK(by_law.memory_seconds == Approx(*step.bandwidth_share * step.latency.value()));
    CHECK(token.energy().value() * 4 ==
          Approx(work + (law.awake() + law.always() + law.around()).value() * step.latency.value()));
    auto const price = hourly_price(config);
    auto const cost  = token_cost(token, 1, price);
    CHECK(cost.at_meter.value() == Approx(token.energy().value() * 1.3 / 0.964));
    CHECK(cost.dollars.low == Approx(1.144 / 3600 * token.latency.value() / 4 + 0.065 * cost.at_meter.value() / 3.6e6));
}

TEST_CASE("a dearer kilowatt-hour never makes a cheaper token, nor a longer life a dearer one")
{
    auto before = 0.0;
    for (auto const* text : {"0 USD/kWh 2026", "0.05 USD/kWh 2026", "0.2 USD/kWh 2026", "3 USD/kWh 2026"}) {
        auto const r = run(gpu({std::string{"price.electricity="} + text}), 1, 4);
        CHECK(r.costs.system.dollars.low > before);
        before = r.costs.system.dollars.low;
    }
    auto last = 1e9;
    for (auto const* years : {"1", "3", "10"}) {
        auto const price = hourly_price(
            gpu({std::string{"price.life="} + years, "price.hour=none", "price.device=30000 USD 2026", prices}));
        CHECK(price.device.low < last);
        last = price.device.low;
    }
}

TEST_CASE("what two pools move is paid for, and each pool by its own price")
{
    auto spec = SystemSpec{};
    spec.name = "two";
    spec.pools.resize(2);
    spec.pools[0].name   = "prefill";
    spec.pools[0].role   = Role::prefill;
    spec.pools[0].config = gpu({"price.hour=10 USD/h 2026"});
    spec.pools[1].name   = "decode";
    spec.pools[1].role   = Role::decode;
    spec.pools[1].config = gpu({"price.hour=1 USD/h 2026"});
    auto workload        = workloads::DrawnWorkload{};
    workload.count       = 6;
    workload.arrivals    = workloads::parse_arrivals("constant", 4);
    auto const source    = workloads::draw_requests(workload);
    auto const outcome   = serve(spec, *source);
    auto const costs     = costs_of(spec, outcome);
    auto       bytes     = 0.0;
    for (auto const& link : outcome.links)
        bytes += static_cast<double>(link.bytes) / 2;
    CHECK(bytes > 0);
    CHECK(costs.part("transfers").joules == Approx(bytes * 80e-12)); // 10 pJ/bit
    auto const hours = seconds_of(outcome.makespan).value() / 3600;
    CHECK(costs.system.dollars.low == Approx(11 * hours + 0.065 * costs.joules_at_meter / 3.6e6).epsilon(1e-9));
    auto const& prompts = costs.part("prompts");
    CHECK((prompts.dollars.low - 0.065 * prompts.joules * 1.3 / 0.964 / 3.6e6) / (prompts.device_seconds / 3600) ==
          Approx(10).epsilon(1e-6));
}
