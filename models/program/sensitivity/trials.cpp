#include "models/program/sensitivity/trials.hpp"

#include "configs/units/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::program {

namespace {

using configs::Row;

// A type whose values are so far apart, in base units, and how one of them is written.
struct Steps {
    configs::Kind kind;
    double        size;
    std::string (*text)(double count); // of so many steps
};

std::array<Steps, 5> const& types_with_steps()
{
    using namespace configs;
    static auto const all = std::array{
        Steps{kind_of<FabricCycles>(), 1, [](double count) { return fmt::format("{:.0f} cycles", count); }},
        Steps{kind_of<FabricEighths>(), 0.125, [](double count) { return fmt::format("{:.0f}/8 cycles", count); }},
        Steps{kind_of<ElementRate>(), 0.01, [](double count) { return fmt::format("{:.2f} elem/cycle", count / 100); }},
        Steps{kind_of<Bytes>(), 1, [](double count) { return fmt::format("{:.0f} B", count); }},
        Steps{kind_of<std::uint32_t>(), 1, [](double count) { return fmt::format("{:.0f}", count); }}};
    return all;
}

Steps const* steps_of(Row const& row)
{
    auto const& all = types_with_steps();
    auto const  found =
        std::find_if(all.begin(), all.end(), [&](auto const& each) { return each.kind.what == row.what; });
    return found == all.end() ? nullptr : found;
}

// Values by their place in a list: the nearest smaller and larger one.
Trials neighbours(Row const& row, configs::Parameters const& base)
{
    auto const here   = row.number(base);
    auto       trials = Trials{};
    for (auto const& choice : row.choices) {
        auto trial = trial_of(row, base, choice);
        if (trial.number < here && (!trials.down || trial.number > trials.down->number))
            trials.down = std::move(trial);
        else if (trial.number > here && (!trials.up || trial.number < trials.up->number))
            trials.up = std::move(trial);
    }
    return trials;
}

Trials by_steps(Row const& row, configs::Parameters const& base, Steps const& steps, double factor)
{
    auto const here = std::round(row.number(base) / steps.size);
    auto const less = std::min(std::round(here / factor), here - 1);
    auto const more = std::max(std::round(here * factor), here + 1);
    // A step from 1 to 2 is no change by a tenth; by a factor of two it is what was asked for.
    if (here == 1 && std::round(factor) < 2)
        return {std::nullopt, std::nullopt, fmt::format("{}: the next value is twice as much", row.text(base))};
    auto trials = Trials{};
    if (less >= 1)
        trials.down = trial_of(row, base, steps.text(less));
    trials.up = trial_of(row, base, steps.text(more));
    return trials;
}

// "0.97 GHz" by 1.1: the number in front, in the same unit. Of a word, such as `checkpoint`, what it came to.
Trials by_factor(Row const& row, configs::Parameters const& base, double factor)
{
    auto const text   = row.text(base);
    auto const word   = text.find_first_of("-0123456789") != 0;
    auto const end    = word ? text.size() : std::min(text.find(' '), text.size());
    auto const number = word ? row.number(base) : std::stod(text.substr(0, end));
    auto const times  = [&](double by) { return fmt::format("{:.6g}{}", number * by, text.substr(end)); };
    return {trial_of(row, base, times(1 / factor)), trial_of(row, base, times(factor)), ""};
}

} // namespace

Trial trial_of(Row const& row, configs::Parameters const& base, std::string const& text)
{
    auto parameters = base;
    try {
        row.set(parameters, text);
        return {row.text(parameters), row.number(parameters), ""};
    } catch (configs::TextError const& error) {
        return {text, std::nan(""), error.what()};
    }
}

Trials trials_of(Row const& row, configs::Parameters const& base, double factor)
{
    auto const nothing = [](std::string reason) { return Trials{std::nullopt, std::nullopt, std::move(reason)}; };
    if (row.what == configs::kind_of<bool>().what)
        return nothing("yes or no");
    if (row.is_word)
        return nothing(row.choices.empty() ? "a name" : "a choice of words");
    if (row.what == configs::kind_of<configs::GridSize>().what)
        return nothing("two numbers");
    if (!row.lowest.empty() && row.lowest == row.highest)
        return nothing("its only value");
    auto const here = row.number(base);
    if (!std::isfinite(here))
        return nothing(fmt::format("{} is no number", row.text(base)));
    if (here == 0)
        return nothing("0 stays 0 by any factor");
    if (!row.choices.empty())
        return neighbours(row, base);
    auto const* steps = steps_of(row);
    if (steps == nullptr)
        return by_factor(row, base, factor);
    // 80 GB by 1.1 is 72.7273 GB; of 48 KiB there is none without a part of a byte.
    if (row.what == configs::kind_of<configs::Bytes>().what)
        if (auto trials = by_factor(row, base, factor); trials.down->refusal.empty() && trials.up->refusal.empty())
            return trials;
    return by_steps(row, base, *steps, factor);
}

} // namespace scribeline::program
