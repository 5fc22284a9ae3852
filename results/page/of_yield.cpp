// The page of a study of yield: what defects do to a wafer, and what spare PEs repair.
#include "results/files/run_file.hpp"
#include "results/page/charts/bars.hpp"
#include "results/page/document_html.hpp"
#include "results/page/markup.hpp"
#include "results/page/pages.hpp"
#include "results/views/export/group_table.hpp"
#include "results/views/other_files.hpp"
#include "results/views/report_text.hpp"

#include <cmath>

#include <fmt/format.h>

namespace scribeline::results::page {

Sheet sheet_of_yield(std::string const& path)
{
    auto summary = GroupTable{}, hops = summary;
    auto title = std::string{}, command = title, created = title, commit = title, source = title;
    read_result(path, [&](hdf5::InputFile const& file) {
        summary = read_scalars(file, "summary");
        hops    = read_group(file, "hops");
        title   = file.attribute("/", "title").value_or("A study of yield");
        command = file.attribute("/meta", "command_line").value_or("");
        created = file.attribute("/meta", "created").value_or("");
        commit  = file.attribute("/meta", "git_commit").value_or("");
        source  = file.attribute("/", "source").value_or("");
    });
    auto const metric = [&](std::string const& name) {
        auto const* column = summary.find(name);
        return column != nullptr && column->kind == TableColumn::Kind::real ? column->reals.at(0) : std::nan("");
    };
    auto const story = sentences_of(story_of(ResultKind::yield, path));
    auto       sheet = Sheet{};
    sheet.kind       = "a study of yield";
    sheet.title      = title;
    sheet.sentence   = story.size() > 1 ? story[1] : "";
    auto const dies  = metric("perfect_dies_share");
    sheet.headlines  = {
         {"defects of a wafer, mean", quantity(metric("defects_mean"), three_digits(metric("defects_mean"))).text,
          metric("defects_mean"), "drawn"},
         {"usable PEs, mean", quantity(std::round(metric("usable_pes_mean"))).text, metric("usable_pes_mean"),
          "after repair"},
         {"dies without a defect", std::isnan(dies) ? "-" : percent(dies), dies, "of the size of a reticle"}};
    auto spread = std::vector<BarRow>{};
    for (auto const* name : {"defects", "dead_pes", "repaired_pes", "lost_pes", "broken_links", "longer_pairs"}) {
        auto const low = metric(fmt::format("{}_p1", name)), middle = metric(fmt::format("{}_p50", name)),
                   high = metric(fmt::format("{}_p99", name));
        if (std::isfinite(low) && std::isfinite(high))
            spread.push_back(
                {name,
                 {{"1 wafer of 100 has fewer", low, quantity(low).text},
                  {"up to the median", middle - low, quantity(middle).text},
                  {"up to 1 of 100 with more", high - middle, quantity(high).text}},
                 fmt::format("{} ({} to {})", quantity(middle).text, quantity(low).text, quantity(high).text)});
    }
    auto panel = Panel{"spread", "From wafer to wafer", {}};
    panel.blocks.emplace_back(Figure{"spread", "How much wafers differ, from the first to the 99th percentile",
                                     stacked_bars(spread, "a wafer"), "summary.csv", ""});
    sheet.panels.push_back(std::move(panel));
    if (hops.rows > 0 && hops.find("pairs") != nullptr && hops.find("hops") != nullptr) {
        auto const& pairs    = hops.at("pairs");
        auto const  pairs_of = [&](std::size_t i) {
            return pairs.kind == TableColumn::Kind::real    ? pairs.reals[i]
                    : pairs.kind == TableColumn::Kind::whole ? static_cast<double>(pairs.whole[i])
                                                             : std::nan("");
        };
        auto rows = std::vector<BarRow>{};
        for (std::size_t i = 0; i < hops.rows && i < 30; ++i)
            if (auto const many = pairs_of(i); many > 0)
                rows.push_back({hops.at("hops").cell(i) + " hops",
                                {{"pairs", std::log10(1 + many), quantity(many).text}},
                                quantity(many).text});
        sheet.panels.push_back(
            {"hops",
             "How far neighbours of the mesh are after repair",
             {Figure{"hops", "Pairs of neighbours by the hops between them", stacked_bars(rows, "pairs, powers of ten"),
                     "hops.csv", "By logarithm: nearly all pairs stay one hop apart."}}});
    }
    sheet.panels.push_back({"told", "In sentences", {list_html(story)}});
    sheet.panels.push_back(panel_of(document_of(ResultKind::yield, path), "figures", "All figures"));
    sheet.facts = {{"file", path}, {"command", command}, {"written", created}, {"program", source}, {"commit", commit}};
    return sheet;
}

} // namespace scribeline::results::page
