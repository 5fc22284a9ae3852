#include "results/views/cost_table.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using models::Band;
using models::Cost;
using models::ServingCosts;
using models::ServingOutcome;

constexpr double million = 1e6, joules_of_kwh = 3.6e6;

double share(double part, double whole) { return models::ratio_or_unknown(part, whole); }

Cell percent_cell(double part) { return quantity(part, fmt::format("{:.1f} %", part * 100)); }

Cell digits(double value) { return quantity(value, fmt::format("{:.4g}", value)); }

// Of each kind of token, request, hour: what it took.
Table by_unit(ServingOutcome const& o, ServingCosts const& c)
{
    auto table =
        Table{"costs",
              {{"of", "1", true}, {"how many"}, {"dollars", "USD"}, {"low", "USD"}, {"high", "USD"}, {"joules", "J"}},
              {}};
    auto in = 0.0, cached = 0.0, out = 0.0, served = 0.0;
    for (auto const& record : o.log) {
        in += record.input - std::min(record.input, record.found_in_cache);
        cached += record.found_in_cache;
        out += record.made;
        served += record.ending == models::Ending::done;
    }
    auto const add = [&](char const* what, double count, Cost const& cost, double per) {
        auto const known  = count > 0;
        auto const band   = known ? cost.dollars * (per / count) : models::unknown_band();
        auto const joules = known ? cost.joules * per / count : models::not_known;
        table.rows.push_back(
            {word(what), quantity(count), band_cell(band), digits(band.low), digits(band.high), digits(joules)});
    };
    add("million tokens in, computed", in, c.part("prompts"), million);
    add("million tokens in, found", cached, c.part("cached"), million);
    add("million tokens out, alone", out, c.part("tokens"), million);
    add("million tokens out, with all that was spent", out, c.system, million);
    add("request, with its share of what idles", served, c.system, 1);
    add("the whole run", 1, c.system, 1);
    return table;
}

Table by_part(ServingCosts const& c)
{
    auto table =
        Table{"cost_parts",
              {{"part", "1", true}, {"device s", "s"}, {"dollars", "USD"}, {"share"}, {"joules", "J"}, {"of joules"}},
              {}};
    auto const add = [&](std::string const& name, Cost const& cost) {
        table.rows.push_back({word(name), digits(cost.device_seconds), band_cell(cost.dollars),
                              percent_cell(share(cost.dollars.middle(), c.system.dollars.middle())),
                              digits(cost.joules), percent_cell(share(cost.joules, c.system.joules))});
    };
    for (auto const& part : c.parts)
        add(part.name, part.cost);
    add("system", c.system);
    return table;
}

Table by_cause(ServingCosts const& c)
{
    auto table = Table{"joules", {{"cause", "1", true}, {"joules", "J"}, {"share"}}, {}};
    for (auto const& each : c.causes)
        table.rows.push_back(
            {word(each.cause), digits(each.joules), percent_cell(share(each.joules, c.system.joules))});
    table.rows.push_back({word("devices and servers"), digits(c.system.joules), percent_cell(1)});
    table.rows.push_back(
        {word("at the meter"), digits(c.joules_at_meter), percent_cell(share(c.joules_at_meter, c.system.joules))});
    return table;
}

Table stranded(ServingCosts const& c)
{
    auto table =
        Table{"stranded",
              {{"pool", "1", true}, {"what stood unused", "1", true}, {"amount"}, {"unit", "1", true}, {"share"}},
              {}};
    for (auto const& each : c.stranded)
        table.rows.push_back(
            {word(each.pool), word(each.what), digits(each.amount), word(each.units), percent_cell(each.share)});
    return table;
}

std::string date_text(std::uint32_t date)
{
    return date % 100 == 0 ? fmt::format("{}", date / 100) : fmt::format("{}-{:02}", date / 100, date % 100);
}

Sentences said(ServingOutcome const& o, ServingCosts const& c)
{
    auto const hours = models::seconds_of(o.makespan).value() / 3600;
    auto       lines = Sentences{};
    lines.push_back(fmt::format("A device takes {:.0f} W in the mean, without its server; the system {:.3g} kWh at the "
                                "meter.",
                                c.watts, c.joules_at_meter / joules_of_kwh));
    if (c.priced())
        lines.push_back(fmt::format("An hour of the system is {} USD, {} of it electricity; prices of {}.",
                                    band_cell(c.system.dollars / hours).text, band_cell(c.electricity / hours).text,
                                    dates_text(c.oldest, c.newest)));
    lines.insert(lines.end(), c.notes.begin(), c.notes.end());
    return lines;
}

} // namespace

Cell band_cell(Band band)
{
    if (!band.known())
        return unknown();
    return quantity(band.middle(), band_text(band, 3, " .. "));
}

std::string band_text(Band band, int digits, std::string_view between)
{
    if (!band.known())
        return "-";
    auto const low = fmt::format("{:.{}g}", band.low, digits), high = fmt::format("{:.{}g}", band.high, digits);
    return low == high ? low : fmt::format("{}{}{}", low, between, high);
}

std::string dates_text(std::uint32_t oldest, std::uint32_t newest)
{
    return oldest == newest ? date_text(newest) : fmt::format("{} to {}", date_text(oldest), date_text(newest));
}

void add_costs(Document& document, ServingOutcome const& outcome, ServingCosts const& costs)
{
    auto at = std::find_if(document.sections.begin(), document.sections.end(),
                           [](Section const& section) { return section.heading == "Books"; });
    at      = document.sections.insert(
             at, {"Dollars and joules", {said(outcome, costs), by_unit(outcome, costs), by_part(costs), by_cause(costs)}});
    document.sections.insert(at + 1, {"What stood unused", {stranded(costs)}});
}

} // namespace scribeline::results
