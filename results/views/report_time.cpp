#include "results/views/report_time.hpp"

#include "results/views/metrics.hpp"
#include "results/views/report_text.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using models::Outcome;
using models::Part;

constexpr std::size_t before_fall = 67, before_bars = 44; // columns of a line

// The bar from one moment to another, of a whole of so many: it begins where the bar before it ended.
std::string step(double from, double to, int fall_width)
{
    auto const first = std::lround(std::clamp(from, 0.0, 1.0) * fall_width);
    auto const last  = std::lround(std::clamp(to, 0.0, 1.0) * fall_width);
    return std::string(static_cast<std::size_t>(first), ' ') +
           std::string(static_cast<std::size_t>(std::max(last - first, 0L)), '#');
}

} // namespace

std::vector<OperatorSum> by_name(std::vector<models::OperatorOutcome> const& operators)
{
    std::vector<OperatorSum> sums;
    for (auto const& op : operators) {
        auto at = std::find_if(sums.begin(), sums.end(), [&](OperatorSum const& sum) { return sum.name == op.name; });
        if (at == sums.end()) {
            at = sums.insert(sums.end(), OperatorSum{op.name, op.collective, 0, 0, {}});
        }
        if (at->collective != op.collective) {
            at->collective = "several";
        }
        ++at->count;
        at->cycles += op.end - op.start;
        for (std::size_t part = 0; part < models::part_count; ++part) {
            at->parts[part] += op.parts[part];
        }
    }
    return sums;
}

void add_waterfall(Page& text, Outcome const& o)
{
    if (o.waterfall.empty()) {
        return;
    }
    auto const all = o.time_per_output_token.value();
    text += fmt::format("\n{}\n", "From the memory's peak to what came out, for one output token");
    text += fmt::format("  {:<27}{:>12}{:>9}{:>15}\n", "", "time", "share", "tokens/s then");
    double before = 0;
    for (auto const& bar : o.waterfall) {
        auto const share = all > 0 ? bar.time.value() / all : 0.0;
        auto const until = all > 0 ? bar.so_far.value() / all : 0.0;
        if (bar.time.value() > 0) {
            text += trimmed(fmt::format("  {:<27}{:>12}{:>9}{:>15}  {}", bar.name, duration(bar.time.value()),
                                        percent(share), rate_text(bar.tokens_per_second),
                                        step(before, until, std::min(text.bar_beside(before_fall), 40)))) +
                    "\n";
        }
        before = until;
    }
    text += fmt::format("  {:<27}{:>12}{:>9}{:>15}\n", "one output token", duration(all), "",
                        rate_text(o.tokens_per_second_per_user));
}

void add_operators(Page& text, Outcome const& o)
{
    if (o.operators.empty()) {
        return;
    }
    auto const whole = total(o.parts);
    auto const sums  = by_name(o.operators);
    auto const often = o.token.simulated; // then each stands there once a layer
    text += "\nWhere the time went, by operator\n";
    text += fmt::format("  {:<20}{}{:>10}{:>8}  {:<22}{}\n", "operator", often ? " times" : "", "cycles", "share",
                        "largest part", "collective");
    for (auto const& sum : sums) {
        auto const part  = largest_part(sum.parts);
        auto const cells = sum.cycles == 0
                               ? ""
                               : fmt::format("{} {}", name_of(part),
                                             percent(share_of(sum.parts[static_cast<std::size_t>(part)], sum.cycles)));
        text += trimmed(fmt::format("  {:<20}{}{:>10}{:>8}  {:<22}{}", shortened(sum.name, 19),
                                    often ? fmt::format("{:>6}", sum.count) : "", grouped(sum.cycles),
                                    percent(share_of(sum.cycles, whole)), cells,
                                    shortened(sum.collective, text.beside(often ? 70 : 64)))) +
                "\n";
    }
}

void add_parts(Page& text, Outcome const& o)
{
    auto const all = total(o.parts);
    if (all == 0) {
        return;
    }
    text += "\nWhere the time went, by part\n";
    for (std::size_t i = 0; i < models::part_count; ++i) {
        if (o.parts[i] > 0) {
            auto const of = share_of(o.parts[i], all);
            text += trimmed(fmt::format("  {:<22}{:>10}{:>8}  {}", name_of(static_cast<Part>(i)), grouped(o.parts[i]),
                                        percent(of), bar(of, text.bar_beside(before_bars)))) +
                    "\n";
        }
    }
    text += fmt::format("  {:<22}{:>10}\n", "sum", grouped(all));
}

} // namespace scribeline::results
