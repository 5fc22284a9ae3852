#include "results/views/evidence_text.hpp"

#include "results/views/report_text.hpp"

#include <fmt/format.h>

namespace scribeline::results {

std::string words_of(models::Evidence const& evidence, std::optional<double> deviation)
{
    auto text = std::string{};
    if (evidence.modules > 0)
        text = fmt::format("{} modules, {} transactions, {} kernel events", grouped(evidence.modules),
                           grouped(evidence.transactions), grouped(evidence.kernel_events));
    // Where the form is the figure, it audits nothing.
    if (evidence.form && deviation && evidence.fidelity != "forms" && evidence.fidelity != "closed_form")
        text += fmt::format("{}its closed form says {}, {:+.2f} %", text.empty() ? "" : "; ",
                            duration(evidence.form->value()), *deviation * 100);
    return text;
}

} // namespace scribeline::results
