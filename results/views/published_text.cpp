#include "results/views/published_text.hpp"

#include "results/views/report_text.hpp"

#include <array>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

namespace scribeline::results {

std::string figure(double value)
{
    constexpr double longest = 1e15; // beyond it a double has no digits left to group
    if (value >= longest || value < 100)
        return fmt::format("{:.5g}", value);
    auto const tenths = static_cast<std::uint64_t>(std::llround(value * 10));
    auto const whole  = grouped(tenths / 10);
    return tenths % 10 == 0 ? whole : fmt::format("{}.{}", whole, tenths % 10);
}

std::string signed_percent(double deviation) { return fmt::format("{:+.2f} %", deviation); }

std::string subject(models::MeasuredCase const& m)
{
    auto text = m.model.empty() ? std::string{name_of(m.kind)} : m.model;
    if (m.kind == models::CaseKind::gemv)
        text = fmt::format("[1, {0}] x [{0}, {0}]", m.matrix);
    text += " on " + m.machine;
    for (auto const& [name, cell] : {std::pair{"", &m.region}, std::pair{"groups ", &m.groups},
                                     std::pair{"context ", &m.context}, std::pair{"", &m.set}})
        if (!cell->empty())
            text += fmt::format(", {}{}", name, *cell);
    return text;
}

std::string tally(std::vector<models::CaseOutcome> const& outcomes)
{
    constexpr std::array<char const*, models::verdict_count> clauses{"within the tolerance", "outside the tolerance",
                                                                     "without a tolerance",  "that do not fit",
                                                                     "that failed",          "not simulated"};
    std::array<std::size_t, models::verdict_count>           counts{};
    for (auto const& out : outcomes)
        ++counts[static_cast<std::size_t>(out.verdict)];
    auto text = fmt::format("{} row{}", outcomes.size(), outcomes.size() == 1 ? "" : "s");
    auto join = ": ";
    for (std::size_t i = 0; i < counts.size(); ++i)
        if (counts[i] > 0) {
            text += fmt::format("{}{} {}", join, counts[i], clauses[i]);
            join = ", ";
        }
    return text;
}

} // namespace scribeline::results
