#include "results/files/cost_sections.hpp"

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using models::Cost;

template <class List, class Value> std::vector<double> numbers(List const& list, Value&& value)
{
    auto result = std::vector<double>{};
    result.reserve(list.size());
    for (auto const& each : list)
        result.push_back(value(each));
    return result;
}

template <class List, class Value> std::vector<std::string> words(List const& list, Value&& value)
{
    auto result = std::vector<std::string>{};
    for (auto const& each : list)
        result.push_back(value(each));
    return result;
}

} // namespace

void write_costs(hdf5::Group& root, models::ServingCosts const& c)
{
    auto costs = root.group("costs");
    costs.scalar("dollars_low", c.system.dollars.low, {"USD", "of the whole run, where prices are low"});
    costs.scalar("dollars_high", c.system.dollars.high, {"USD", "of the whole run, where prices are high"});
    costs.scalar("electricity_low", c.electricity.low, {"USD", "of them, electricity"});
    costs.scalar("electricity_high", c.electricity.high, {"USD", "of them, electricity"});
    costs.scalar("joules", c.system.joules, {"J", "of devices and their servers"});
    costs.scalar("joules_at_meter", c.joules_at_meter, {"J", "of the site"});
    costs.scalar("device_power", c.watts, {"W", "of a device without its server, in the mean"});
    {
        auto       group = costs.group("parts");
        auto const axis  = group.dimension("part", c.parts.size());
        auto const name  = [](auto const& each) { return each.name; };
        group.array("name", words(c.parts, name), {&axis}, {"1", "what was paid for; they add up to the system"});
        group.array("device_seconds", numbers(c.parts, [](auto const& p) { return p.cost.device_seconds; }), {&axis},
                    {"s", "of devices"});
        group.array("joules", numbers(c.parts, [](auto const& p) { return p.cost.joules; }), {&axis},
                    {"J", "of devices and their servers"});
        group.array("dollars_low", numbers(c.parts, [](auto const& p) { return p.cost.dollars.low; }), {&axis},
                    {"USD", "where prices are low"});
        group.array("dollars_high", numbers(c.parts, [](auto const& p) { return p.cost.dollars.high; }), {&axis},
                    {"USD", "where prices are high"});
    }
    {
        auto       group = costs.group("causes");
        auto const axis  = group.dimension("cause", c.causes.size());
        group.array("name", words(c.causes, [](auto const& each) { return each.cause; }), {&axis},
                    {"1", "what joules were spent on"});
        group.array("joules", numbers(c.causes, [](auto const& each) { return each.joules; }), {&axis},
                    {"J", "of devices and their servers"});
    }
    auto       group = costs.group("requests");
    auto const axis  = group.dimension("request_paid", c.requests.size());
    group.array("joules", numbers(c.requests, [](Cost const& r) { return r.joules; }), {&axis},
                {"J", "that a request was given, without what idled"});
    group.array("dollars_low", numbers(c.requests, [](Cost const& r) { return r.dollars.low; }), {&axis},
                {"USD", "the same, where prices are low"});
    group.array("dollars_high", numbers(c.requests, [](Cost const& r) { return r.dollars.high; }), {&axis},
                {"USD", "the same, where prices are high"});
}

} // namespace scribeline::results
