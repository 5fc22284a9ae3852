// The page of a run: what came out, where the time went, on which PEs, and what it rests on.
#include "results/page/markup.hpp"
#include "results/page/pages.hpp"
#include "results/page/run_panels.hpp"
#include "results/views/explain_file.hpp"
#include "results/views/report_text.hpp"

#include <cmath>

#include <fmt/format.h>

namespace scribeline::results::page {

namespace {

std::string spoken(std::string const& part)
{
    return part == "reduce_stage" ? "stages of reductions" : part == "off_wafer" ? "the way between wafers" : part;
}

// Share of the part that bounds the run, of what was simulated.
double bound_share(RunFacts const& run) { return run.metric("cycles_" + run.word("bound_by")) / run.cycles(); }

std::string answer(RunFacts const& run)
{
    auto const seconds = run.metric("time_per_output_token");
    auto const bound   = run.word("bound_by");
    auto       text    = fmt::format("An output token takes {}: {} tokens a second for one user.", duration(seconds),
                                     rate_text(run.metric("tokens_per_second_per_user")));
    if (auto const share = bound_share(run); std::isfinite(share) && share > 0) {
        text += fmt::format(
            " {} of that is {}: {}{}.", share > 0.5 ? "Most" : "The largest part", spoken(bound), percent(share),
            bound == "hops" ? ", words going from router to router, which is distance and not bandwidth" : "");
    }
    auto const peak = run.metric("peak_bandwidth_tokens_per_second");
    if (std::isfinite(peak) && peak > 0)
        text += fmt::format(" Were it the memory's bandwidth alone, {} would come out.", rate_text(peak));
    return text;
}

std::vector<Headline> headlines(RunFacts const& run)
{
    auto const rate  = run.metric("tokens_per_second_per_user");
    auto const off   = run.metric("closed_form_deviation");
    auto const share = bound_share(run);
    auto       list  = std::vector<Headline>{{"tokens a second, one user", rate_text(rate), rate,
                                              duration(run.metric("time_per_output_token")) + " a token"},
                                             {"bound by", spoken(run.word("bound_by")), std::nan(""),
                                       std::isfinite(share) ? percent(share) + " of the time" : ""}};
    if (std::isfinite(off))
        list.push_back({"closed form", fmt::format("{:+.2f} %", off * 100), off, "formulas beside the simulation"});
    return list;
}

Sheet sheet_from(RunFacts const& run, Sentences const& story)
{
    auto sheet          = Sheet{};
    sheet.kind          = "one run";
    auto const* context = run.parameter("workload.context");
    sheet.title         = fmt::format("{} on {}{}", run.model, run.machine,
                              context != nullptr ? ", context " + quantity(context->number).text : "");
    sheet.sentence      = answer(run);
    sheet.headlines     = headlines(run);
    auto add            = [&](Panel panel) {
        if (!panel.blocks.empty())
            sheet.panels.push_back(std::move(panel));
    };
    add(waterfall_panel(run));
    add(wafer_panel(run));
    add(operators_panel(run));
    add({"told", "In sentences", {list_html(story)}});
    add(roofline_panel(run));
    add(energy_panel(run));
    add(sram_panel(run));
    add(scribe_panel(run));
    add(plan_panel(run));
    add(parameters_panel(run));
    add(books_panel(run));
    add(figures_panel(run));
    sheet.maps  = run.maps.json;
    sheet.facts = {{"file", run.path},         {"command", run.command}, {"written", run.created},
                   {"fidelity", run.fidelity}, {"simulated", run.note},  {"status", run.status},
                   {"program", run.source},    {"commit", run.commit},   {"state hash", run.state_hash}};
    return sheet;
}

} // namespace

Sheet sheet_of_run(std::string const& path, MapOptions const& options)
{
    auto const story = sentences_of_run(path); // refuses what is too old
    auto       sheet = Sheet{};
    with_run_facts(path, options, [&](RunFacts const& run) { sheet = sheet_from(run, story); });
    return sheet;
}

} // namespace scribeline::results::page
