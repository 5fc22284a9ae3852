#include "models/serving/serving_costs.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

// What a second and a joule of a replica cost.
struct Rates {
    double      devices = 0;
    HourlyPrice price;
    double      watts = 0; // that go with time, whatever it does

    Cost of(Paid paid) const
    {
        auto cost           = Cost{};
        cost.device_seconds = paid.seconds * devices;
        cost.joules         = paid.joules + watts * paid.seconds;
        cost.dollars        = price.of_time(cost.device_seconds) + price.of_joules(cost.joules);
        return cost;
    }
};

class Bookkeeper {
  public:
    Bookkeeper(SystemSpec const& spec, ServingOutcome const& outcome) : spec_{spec}, o_{outcome}
    {
        result_.parts = {{"prompts", "prompt tokens computed", {}},
                         {"cached", "attention of prompts to tokens found in the cache", {}},
                         {"tokens", "output tokens made", {}},
                         {"transfers", "keys and values moved between pools", {}},
                         {"idle", "replicas with nothing to do", {}}};
        for (std::size_t p = 0; p < o_.pools.size(); ++p)
            rates_.push_back(rates_of(p));
    }

    ServingCosts keep()
    {
        requests();
        engines();
        transfers();
        for (auto const& part : result_.parts)
            result_.system += part.cost;
        require_balanced();
        spreads();
        stranded();
        return std::move(result_);
    }

  private:
    Rates rates_of(std::size_t p)
    {
        auto const& pool   = o_.pools[p];
        auto        rates  = Rates{};
        rates.devices      = pool.standing.devices;
        rates.price        = hourly_price(spec_.pools[p].config);
        rates.watts        = (pool.always + pool.around).value();
        result_.newest     = std::max(result_.newest, rates.price.newest);
        auto const& oldest = rates.price.oldest;
        if (oldest > 0)
            result_.oldest = result_.oldest == 0 ? oldest : std::min(result_.oldest, oldest);
        if (pool.causes.empty())
            result_.notes.push_back(fmt::format("{}: its machine does not tell what it spends", pool.name));
        else if (!pool.knows_prompts)
            result_.notes.push_back(fmt::format("{}: what prompts spend beyond what goes with time is not known to its "
                                                "machine, and is left out",
                                                pool.name));
        if (!rates.price.device.known())
            result_.notes.push_back(fmt::format("{}: no price of a {} is known. Give price.hour or price.device",
                                                pool.name, pool.standing.unit));
        if (rates.price.sold)
            result_.notes.push_back(fmt::format("{}: {:.1f} % of wafers can be sold, and pay for the others", pool.name,
                                                *rates.price.sold * 100));
        return rates;
    }

    Rates const& rates(std::size_t engine) const { return rates_[o_.engines[engine].pool]; }

    Cost& part(std::size_t i) { return result_.parts[i].cost; }
    void  add_cause(std::string const& cause, double joules)
    {
        auto& all   = result_.causes;
        auto  found = std::find_if(all.begin(), all.end(), [&](auto const& each) { return each.cause == cause; });
        if (found == all.end())
            all.push_back({cause, joules});
        else
            found->joules += joules;
    }

    void requests()
    {
        for (auto const& record : o_.log) {
            auto const& paid = record.paid;
            auto const  here = rates(record.replica), there = rates(paid.there);
            auto const  prompt = here.of(paid.prompt), cached = here.of(paid.cached), tokens = here.of(paid.decode);
            auto const  prompt_there = there.of(paid.elsewhere), cached_there = there.of(paid.cached_elsewhere);
            auto        all = prompt;
            for (auto const& each : {cached, tokens, prompt_there, cached_there})
                all += each;
            part(0) += prompt;
            part(0) += prompt_there;
            part(1) += cached;
            part(1) += cached_there;
            part(2) += tokens;
            result_.requests.push_back(all);
        }
    }

    void engines()
    {
        auto const whole = seconds_of(o_.makespan).value();
        auto       chips = 0.0; // joules of devices alone
        auto       all   = 0.0; // seconds of devices
        for (auto const& engine : o_.engines) {
            auto const& pool = o_.pools[engine.pool];
            auto const& rate = rates_[engine.pool];
            auto const  rest = std::max(0.0, whole - engine.spending.seconds());
            part(4) += rate.of({rest, 0});
            auto const work = engine.spending.prompts + engine.spending.decoding;
            for (std::size_t i = 0; i < pool.causes.size(); ++i)
                add_cause(pool.causes[i], work.joules[i]);
            auto const awake = pool.awake.value() * engine.spending.step_seconds;
            if (awake > 0)
                add_cause("clocks", awake);
            add_cause("idle", pool.always.value() * whole);
            add_cause(pool.standing.kind == "wafer" ? "system" : "host", pool.around.value() * whole);
            chips += work.whole() + awake + pool.always.value() * whole;
            all += whole * rate.devices;
            expected_.device_seconds += whole * rate.devices;
            expected_.joules += work.whole() + awake + (pool.always + pool.around).value() * whole;
        }
        result_.watts = ratio_or_unknown(chips, all);
    }

    // A byte leaves one device and comes to another; books of links have both.
    void transfers()
    {
        for (std::size_t i = 0; i < o_.links.size(); ++i) {
            auto const  pool = o_.engines[i].pool;
            auto const& p    = spec_.pools[pool].config.parameters;
            auto const  each = p.device_energy.link.value() / 2;
            auto        cost = Cost{};
            cost.joules      = each * static_cast<double>(o_.links[i].bytes);
            cost.dollars     = rates_[pool].price.of_joules(cost.joules);
            part(3) += cost;
            expected_.joules += cost.joules;
            add_cause("links", cost.joules);
        }
    }

    // What was given away piece by piece is what replicas spent as a whole.
    void require_balanced()
    {
        auto const close = [&](char const* what, double given, double spent) {
            if (std::abs(given - spent) > 1e-6 * std::max(std::abs(spent), 1e-9))
                throw configs::SimulationFault{fmt::format(
                    "books of costs: {} {} were given to requests, transfers and idle, {} spent", given, what, spent)};
        };
        close("device-seconds", result_.system.device_seconds, expected_.device_seconds);
        close("J", result_.system.joules, expected_.joules);
        auto causes = 0.0;
        for (auto const& each : result_.causes)
            causes += each.joules;
        close("J by cause", causes, expected_.joules);
    }

    void spreads()
    {
        auto dollars = std::vector<double>{}, joules = dollars;
        for (std::size_t i = 0; i < o_.log.size(); ++i)
            if (o_.log[i].ending == Ending::done) {
                joules.push_back(result_.requests[i].joules);
                if (result_.requests[i].dollars.known())
                    dollars.push_back(result_.requests[i].dollars.middle());
            }
        result_.dollars_of_request = spread_over_requests(std::move(dollars));
        result_.joules_of_request  = spread_over_requests(std::move(joules));
        // Joules at the meter and dollars of electricity differ by pool only in their factors.
        auto const whole = seconds_of(o_.makespan).value();
        for (std::size_t e = 0; e < o_.engines.size(); ++e) {
            auto const& engine           = o_.engines[e];
            auto const& pool             = o_.pools[engine.pool];
            auto const& price            = rates_[engine.pool].price;
            auto const  joules_of_engine = (engine.spending.prompts + engine.spending.decoding).whole() +
                                          pool.awake.value() * engine.spending.step_seconds +
                                          (pool.always + pool.around).value() * whole;
            result_.joules_at_meter += joules_of_engine * price.at_meter;
            result_.electricity += price.of_joules(joules_of_engine);
        }
        for (std::size_t i = 0; i < o_.links.size(); ++i) {
            auto const& price = rates_[o_.engines[i].pool].price;
            auto const  each  = spec_.pools[o_.engines[i].pool].config.parameters.device_energy.link.value() / 2 *
                              static_cast<double>(o_.links[i].bytes);
            result_.joules_at_meter += each * price.at_meter;
            result_.electricity += price.of_joules(each);
        }
    }

    void stranded()
    {
        auto const whole = seconds_of(o_.makespan).value();
        for (std::size_t p = 0; p < o_.pools.size(); ++p) {
            auto const& pool    = o_.pools[p];
            auto        prompts = Spending{};
            auto        blocks = 0.0, in_use = 0.0, rest = 0.0, replicas = 0.0;
            for (auto const& engine : o_.engines) {
                if (engine.pool != p)
                    continue;
                prompts.prompts += engine.spending.prompts;
                prompts.decoding += engine.spending.decoding;
                prompts.prompt_seconds += engine.spending.prompt_seconds;
                prompts.decode_seconds += engine.spending.decode_seconds;
                blocks += static_cast<double>(engine.blocks) * whole;
                in_use += engine.totals.block_seconds;
                rest += std::max(0.0, whole - engine.spending.seconds());
                ++replicas;
            }
            auto const add = [&](char const* what, char const* units, double amount, double share) {
                result_.stranded.push_back({pool.name, what, units, amount, share});
            };
            auto const unread = prompts.prompt_seconds - prompts.prompts.memory_seconds;
            add("memory traffic while prompts are computed", "GB",
                pool.bandwidth.value() > 0 ? unread * pool.bandwidth.value() / 1e9 : not_known,
                ratio_or_unknown(unread, prompts.prompt_seconds));
            auto const uncounted = prompts.decode_seconds - prompts.decoding.arithmetic_seconds;
            if (prompts.decoding.arithmetic_seconds > 0)
                add("arithmetic while tokens are made", "device s", uncounted * pool.standing.devices,
                    ratio_or_unknown(uncounted, prompts.decode_seconds));
            auto const free = ratio_or_unknown(blocks - in_use, blocks);
            add("memory for caches that no request holds", "GB s", free * pool.kv.value() * replicas * whole / 1e9,
                free);
            add("devices with nothing to do", "device s", rest * pool.standing.devices,
                ratio_or_unknown(rest, whole * replicas));
        }
    }

    SystemSpec const&     spec_;
    ServingOutcome const& o_;
    std::vector<Rates>    rates_; // by pool
    ServingCosts          result_;
    Cost                  expected_;
};

} // namespace

Cost const& ServingCosts::part(std::string const& name) const
{
    auto const found =
        std::find_if(parts.begin(), parts.end(), [&](CostPart const& each) { return each.name == name; });
    SCRIBELINE_EXPECT(found != parts.end());
    return found->cost;
}

ServingCosts costs_of(SystemSpec const& spec, ServingOutcome const& outcome)
{
    return Bookkeeper{spec, outcome}.keep();
}

} // namespace scribeline::models
