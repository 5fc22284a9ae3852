#include "results/views/report_prefill.hpp"

#include "results/views/metrics.hpp"
#include "results/views/report_text.hpp"

#include <fmt/format.h>

namespace scribeline::results {

std::string prompt_note(models::Outcome const& outcome)
{
    auto const& prefill = outcome.prefill;
    auto const  how     = prefill.by_decode ? std::string{"by decode steps"}
                                            : fmt::format("in {} chunk{}", prefill.chunks, prefill.chunks == 1 ? "" : "s");
    auto const behind = outcome.batch > 1 ? fmt::format("; those of all {} sequences follow one another", outcome.batch)
                                          : std::string{};
    return fmt::format("a prompt of {} token{} {}: {} of prefill{}, and one output token", grouped(prefill.tokens),
                       prefill.tokens == 1 ? "" : "s", how, duration(prefill.time.value()), behind);
}

void add_prefill(Page& text, models::Outcome const& o)
{
    auto const& prefill = o.prefill;
    if (prefill.operators.empty()) {
        return;
    }
    auto const whole = prefill.operators.back().end;
    text += fmt::format("\nPrefill of one layer, {} tokens to a row of PEs (closed forms): {} cycles\n",
                        grouped(prefill.tokens_of_a_row), grouped(prefill.cycles_per_layer));
    text += fmt::format("  {:<22}{:>14}{:>8}  {:<20}{}\n", "operator", "cycles", "share", "largest part", "products");
    for (auto const& op : prefill.operators) {
        auto const cycles = op.end - op.start;
        auto const part   = largest_part(op.parts);
        auto const cells  = cycles == 0
                                ? ""
                                : fmt::format("{} {}", name_of(part),
                                              percent(share_of(op.parts[static_cast<std::size_t>(part)], cycles)));
        text +=
            trimmed(fmt::format("  {:<22}{:>14}{:>8}  {:<20}{}", shortened(op.name, 21), grouped(cycles),
                                percent(share_of(cycles, whole)), cells, shortened(op.collective, text.beside(68)))) +
            "\n";
    }
    for (auto const& check : prefill.checks) {
        text += hanging("  every wavelet of its ",
                        fmt::format("{}: {} cycles; closed form {:+.2f} %", check.name, grouped(check.cycles),
                                    check.deviation() * 100),
                        text.width);
    }
}

} // namespace scribeline::results
