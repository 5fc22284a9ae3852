// The page of two results of one command: what differs, and which parts of the time moved.
#include "results/files/run_file.hpp"
#include "results/page/charts/bars.hpp"
#include "results/page/document_html.hpp"
#include "results/page/markup.hpp"
#include "results/page/pages.hpp"
#include "results/page/run_facts.hpp"
#include "results/views/diff_files.hpp"
#include "results/views/report_text.hpp"

#include <cmath>

#include <fmt/format.h>

namespace scribeline::results::page {

namespace {

struct Told {
    double      rate = 0;
    std::string bound;
    BarRow      row;
};

BarRow row_of(RunFacts const& run)
{
    auto row = BarRow{run.path.substr(run.path.rfind('/') + 1), {}, duration(run.metric("time_per_output_token"))};
    auto const& names = run.waterfall.texts("name");
    auto const& times = run.waterfall.at("time").reals;
    if (times.size() != names.size())
        throw hdf5::Failure{"/waterfall/time holds no numbers"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        auto const seconds = times[i];
        row.parts.push_back({names[i], seconds * 1e6, duration(seconds)});
    }
    return row;
}

Told read(std::string const& path)
{
    auto told = Told{};
    with_run_facts(path, {}, [&](RunFacts const& run) {
        told = {run.metric("tokens_per_second_per_user"), run.word("bound_by"), row_of(run)};
    });
    return told;
}

void add_runs(Sheet& sheet, std::string const& before, std::string const& after)
{
    auto const a = read(before), b = read(after);
    auto const change = 100 * (b.rate - a.rate) / a.rate;
    sheet.sentence    = fmt::format("{} gives one user {} tokens a second, {} gives {}: {:+.3g} %.", before,
                                    rate_text(a.rate), after, rate_text(b.rate), change);
    sheet.headlines   = {{"before, tokens a second", rate_text(a.rate), a.rate, a.bound + " is its largest part"},
                         {"after, tokens a second", rate_text(b.rate), b.rate, b.bound + " is its largest part"},
                         {"change", fmt::format("{:+.3g} %", change), change, "of the tokens a second"}};
    sheet.panels.push_back({"time",
                            "Where the time went, before and after",
                            {Figure{"parts", "The parts of an output token's time in both runs, on one axis",
                                    stacked_bars({a.row, b.row}, "microseconds of an output token"), "", ""}}});
}

} // namespace

Sheet sheet_of_difference(std::string const& before, std::string const& after)
{
    auto const document = difference_of(before, after); // refuses files that are not of one command
    auto       sheet    = Sheet{};
    sheet.kind          = "two results";
    sheet.title         = document.title;
    if (kind_of_result(before) == ResultKind::run)
        add_runs(sheet, before, after);
    else
        sheet.sentence = "Two comparisons: every parameter, figure and part that differs.";
    sheet.panels.push_back(panel_of(document, "differences", "What differs"));
    sheet.facts = {{"before", before},
                   {"after", after},
                   {"the same in words", fmt::format("scribeline diff {} {}", quoted(before), quoted(after))}};
    return sheet;
}

} // namespace scribeline::results::page
