// The page of requests that were served: latencies by share of the requests, what was under way when, single requests
// from asking to the last token, and what the engines did.
#include "results/files/run_file.hpp"
#include "results/page/charts/bars.hpp"
#include "results/page/charts/lanes.hpp"
#include "results/page/charts/lines.hpp"
#include "results/page/document_html.hpp"
#include "results/page/markup.hpp"
#include "results/page/pages.hpp"
#include "results/views/export/group_table.hpp"
#include "results/views/other_files.hpp"
#include "results/views/report_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace scribeline::results::page {

namespace {

using hdf5::InputFile;

struct Served {
    std::string path, title, command, created, commit, source, state_hash;
    GroupTable  summary, requests, engines, timeline, links;

    double metric(std::string const& name) const
    {
        auto const* column = summary.find(name);
        return column != nullptr && column->kind == TableColumn::Kind::real ? column->reals.at(0) : std::nan("");
    }
};

constexpr std::array phases{"queue", "prefill", "transfer", "decode", "engine"};
constexpr double     picosecond = 1e-12;

double number(GroupTable const& table, char const* name, std::size_t row)
{
    auto const* column = table.find(name);
    return column == nullptr                          ? std::nan("")
           : column->kind == TableColumn::Kind::whole ? static_cast<double>(column->whole[row])
           : column->kind == TableColumn::Kind::real  ? column->reals[row]
                                                      : std::nan("");
}

Served read(InputFile const& file)
{
    auto s       = Served{};
    s.path       = file.path();
    s.title      = file.attribute("/", "title").value_or("Requests that were served");
    s.command    = file.attribute("/meta", "command_line").value_or("");
    s.created    = file.attribute("/meta", "created").value_or("");
    s.commit     = file.attribute("/meta", "git_commit").value_or("");
    s.source     = file.attribute("/", "source").value_or("");
    s.state_hash = file.attribute("/meta", "state_hash").value_or("");
    s.summary    = read_scalars(file, "summary");
    s.requests   = read_group(file, "requests");
    s.engines    = read_group(file, "engines");
    s.timeline   = read_group(file, "timeline");
    s.links      = read_group(file, "links");
    return s;
}

// From the smallest to the largest, with the share of the requests that take no longer. Few enough to be drawn.
Curve distribution(std::string name, std::string css, std::vector<double> values)
{
    auto curve = Curve{std::move(name), std::move(css), {}};
    curve.dots = false;
    std::sort(values.begin(), values.end());
    auto const step = std::max<std::size_t>(1, values.size() / 300);
    for (std::size_t i = 0; i < values.size(); i += step)
        curve.points.emplace_back(values[i] * 1e3,
                                  100.0 * static_cast<double>(i + 1) / static_cast<double>(values.size()));
    if (!values.empty())
        curve.points.emplace_back(values.back() * 1e3, 100);
    return curve;
}

void add_latencies(Sheet& sheet, Served const& s)
{
    auto first = std::vector<double>{}, whole = first, between = first;
    for (std::size_t i = 0; i < s.requests.rows; ++i) {
        auto const arrival = number(s.requests, "arrival", i), token = number(s.requests, "first_token", i);
        auto const end = number(s.requests, "end", i), made = number(s.requests, "made", i);
        if (!(token > 0) || number(s.requests, "dropped", i) > 0)
            continue;
        first.push_back((token - arrival) * picosecond);
        whole.push_back((end - arrival) * picosecond);
        if (made > 1)
            between.push_back((end - token) * picosecond / (made - 1));
    }
    auto panel = Panel{"latency", "How long requests took", {}};
    auto table = Table{"latencies",
                       {{"figure", "1", true},
                        {"mean", "ms"},
                        {"p50", "ms"},
                        {"p75", "ms"},
                        {"p90", "ms"},
                        {"p95", "ms"},
                        {"p99", "ms"}},
                       {}};
    for (auto const* name : {"time_to_first_token", "inter_token_latency", "end_to_end_latency", "queue"}) {
        auto row = std::vector<Cell>{word(name)};
        for (auto const* of : {"mean", "p50", "p75", "p90", "p95", "p99"}) {
            auto const value = s.metric(fmt::format("{}_{}", name, of)) * 1e3;
            row.push_back(quantity(value, fmt::format("{:.2f}", value)));
        }
        table.rows.push_back(std::move(row));
    }
    panel.blocks.emplace_back(table_html(table));
    auto chart = LineChart{
        "milliseconds, by logarithm", "percent of the requests that take no longer", true, false, true, {}, {}, 360};
    chart.curves    = {distribution("first token", "q1", first), distribution("token to token", "q7", between),
                       distribution("whole request", "q3", whole)};
    auto const none = [](Curve const& curve) { return curve.points.empty() || !(curve.points.front().first > 0); };
    chart.curves.erase(std::remove_if(chart.curves.begin(), chart.curves.end(), none), chart.curves.end());
    if (!chart.curves.empty())
        panel.blocks.emplace_back(
            Figure{"latency", "What share of the requests had each latency or less", line_chart(chart), "requests.csv",
                   "The further left a curve, the faster; where it meets 99 percent is the p99 of the table."});
    sheet.panels.push_back(std::move(panel));
}

void add_timeline(Sheet& sheet, Served const& s)
{
    auto events = std::vector<std::pair<double, int>>{}, firsts = events;
    for (std::size_t i = 0; i < s.requests.rows; ++i) {
        auto const from  = number(s.requests, "arrival", i) * picosecond,
                   token = number(s.requests, "first_token", i) * picosecond;
        auto const end   = number(s.requests, "end", i) * picosecond;
        events.emplace_back(from, 1);
        events.emplace_back(end, -1);
        firsts.emplace_back(from, 1);
        firsts.emplace_back(token > 0 ? token : end, -1);
    }
    if (events.empty())
        return;
    auto const curve_of = [](std::string name, std::string css, std::vector<std::pair<double, int>> list) {
        auto curve = Curve{std::move(name), std::move(css), {}, true, false};
        std::sort(list.begin(), list.end());
        // The largest number in each of so many windows: peaks stay.
        constexpr std::size_t windows = 400;
        auto const  begin = list.front().first, length = std::max(1e-12, (list.back().first - begin) / windows);
        int         now = 0;
        std::size_t at  = 0;
        for (std::size_t w = 0; w < windows; ++w) {
            int most = now;
            for (; at < list.size() && list[at].first <= begin + length * static_cast<double>(w + 1); ++at) {
                now += list[at].second;
                most = std::max(most, now);
            }
            curve.points.emplace_back(begin + length * static_cast<double>(w), most);
        }
        return curve;
    };
    auto chart   = LineChart{"seconds since the first arrival", "requests", false, false, true, {}, {}, 280};
    chart.curves = {curve_of("under way", "q1", events), curve_of("no token yet", "q3", firsts)};
    sheet.panels.push_back(
        {"load",
         "Under way at once",
         {Figure{
             "load", "Requests under way over time, and those that wait for their first token", line_chart(chart),
             "timeline.csv",
             "The most in each of 400 windows of time. Who has no token yet waits in a queue or for its prompt."}}});
}

std::string phase_text(double seconds) { return duration(seconds); }

void add_phases(Sheet& sheet, Served const& s)
{
    auto order = std::vector<std::size_t>(s.requests.rows);
    std::iota(order.begin(), order.end(), std::size_t{0});
    order.erase(
        std::remove_if(order.begin(), order.end(), [&](std::size_t i) { return number(s.requests, "dropped", i) > 0; }),
        order.end());
    if (order.empty())
        return;
    auto const latency = [&](std::size_t i) { return number(s.requests, "end", i) - number(s.requests, "arrival", i); };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return latency(a) < latency(b); });
    auto rows = std::vector<BarRow>{};
    auto row  = [&](std::string const& name, std::size_t i) {
        auto bar = BarRow{name, {}, duration(latency(i) * picosecond)};
        for (auto const* phase : phases) {
            auto const seconds = number(s.requests, phase, i) * picosecond;
            bar.parts.push_back({phase, seconds * 1e3, phase_text(seconds)});
        }
        rows.push_back(std::move(bar));
    };
    auto   mean = BarRow{"mean", {}, ""};
    double all  = 0;
    for (auto const* phase : phases) {
        double sum = 0;
        for (auto const i : order)
            sum += number(s.requests, phase, i) * picosecond;
        sum /= static_cast<double>(order.size());
        all += sum;
        mean.parts.push_back({phase, sum * 1e3, phase_text(sum)});
    }
    mean.behind = duration(all);
    rows.push_back(std::move(mean));
    for (auto const& [name, share] :
         {std::pair{"fastest", 0.0}, {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"slowest", 1.0}}) {
        auto const i =
            order[std::min(order.size() - 1, static_cast<std::size_t>(share * static_cast<double>(order.size())))];
        row(fmt::format("{} (request {})", name, i), i);
    }
    auto panel = Panel{"phases", "Where a request's time went", {}};
    panel.blocks.emplace_back(Figure{"phases", "The time of single requests by what they were waiting for",
                                     stacked_bars(rows, "milliseconds from asking to the last token"), "requests.csv",
                                     ""});
    // Those around the one at the 99th percentile, each a lane: who waited while whom.
    auto const slow =
        order[std::min(order.size() - 1, static_cast<std::size_t>(0.99 * static_cast<double>(order.size())))];
    auto const engine = number(s.requests, "engine_number", slow);
    auto       near   = std::vector<std::size_t>{};
    for (std::size_t i = 0; i < s.requests.rows; ++i)
        if (number(s.requests, "engine_number", i) == engine && number(s.requests, "dropped", i) == 0)
            near.push_back(i);
    std::stable_sort(near.begin(), near.end(), [&](std::size_t a, std::size_t b) {
        return number(s.requests, "arrival", a) < number(s.requests, "arrival", b);
    });
    auto const place = static_cast<std::size_t>(std::find(near.begin(), near.end(), slow) - near.begin());
    auto const first = place > 11 ? place - 11 : 0;
    auto       chart = Lanes{"seconds since the first arrival", {}, {}};
    for (std::size_t k = first; k < near.size() && k < first + 24; ++k) {
        auto const i    = near[k];
        auto const lane = chart.names.size();
        chart.names.push_back(fmt::format("request {}{}", i, i == slow ? " (p99)" : ""));
        auto at = number(s.requests, "arrival", i) * picosecond;
        for (auto const* phase : phases) {
            auto const length = number(s.requests, phase, i) * picosecond;
            if (length > 0)
                chart.spans.push_back(
                    {lane, at, at + length, phase, fmt::format("request {}: {} {}", i, phase, phase_text(length))});
            at += length > 0 ? length : 0;
        }
    }
    if (!chart.spans.empty())
        panel.blocks.emplace_back(Figure{
            "gantt", "Requests on one engine around the one at the 99th percentile, from asking to the last token",
            lanes(chart), "requests.csv",
            "Requests of the engine that served the one at the 99th percentile, in the order in which they came. "
            "Within a "
            "request the phases are drawn one behind another; preempted requests mix them."});
    sheet.panels.push_back(std::move(panel));
}

void add_engines(Sheet& sheet, Served const& s)
{
    if (s.engines.rows == 0)
        return;
    auto time = std::vector<BarRow>{}, pool = time;
    for (std::size_t i = 0; i < s.engines.rows && i < 40; ++i) {
        auto const* names = s.engines.find("pool");
        auto const  name  = fmt::format(
              "{} {}", names != nullptr && names->kind == TableColumn::Kind::text ? names->texts[i] : "engine", i);
        auto const machine = number(s.engines, "machine_time", i), engine = number(s.engines, "engine_time", i),
                   idle  = number(s.engines, "idle_time", i);
        auto const whole = machine + engine + idle;
        time.push_back({name,
                        {{"machine", machine, duration(machine)},
                         {"engine", engine, duration(engine)},
                         {"idle", idle, duration(idle)}},
                        fmt::format("{} idle", percent(whole > 0 ? idle / whole : 0))});
        auto const blocks = number(s.engines, "blocks", i), mean = number(s.engines, "mean_blocks", i),
                   most = number(s.engines, "most_blocks", i);
        if (blocks > 0 && std::isfinite(mean))
            pool.push_back({name,
                            {{"in use, mean", mean / blocks * 100, percent(mean / blocks)},
                             {"and at most", (most - mean) / blocks * 100, percent(most / blocks)},
                             {"idle", (blocks - most) / blocks * 100, percent(1 - most / blocks)}},
                            fmt::format("{} blocks", quantity(blocks).text)});
    }
    auto panel = Panel{"engines", "What the engines did", {}};
    panel.blocks.emplace_back(
        Figure{"engines", "The time of each engine: its machine computes, it works itself, or nothing is to do",
               stacked_bars(time, "seconds"), "engines.csv", ""});
    if (!pool.empty())
        panel.blocks.emplace_back(Figure{"pool", "How full the KV pool of each engine was, in the mean and at most",
                                         stacked_bars(pool, "percent of the blocks of a KV pool"), "engines.csv", ""});
    sheet.panels.push_back(std::move(panel));
}

Sheet sheet_from(Served const& s, Sentences const& story)
{
    auto sheet       = Sheet{};
    sheet.kind       = "requests served";
    sheet.title      = s.title;
    sheet.sentence   = story.empty() ? "" : story.front() + (story.size() > 1 ? " " + story[1] : "");
    auto const first = s.metric("time_to_first_token_p99"), rate = s.metric("output_token_throughput"),
               good = s.metric("good");
    sheet.headlines = {
        {"output tokens a second", std::isnan(rate) ? "-" : rate_text(rate), rate, "of all replicas"},
        {"first token, p99", std::isnan(first) ? "-" : duration(first), first, "one of a hundred waits longer"}};
    if (std::isfinite(good))
        sheet.headlines.push_back(
            {"goodput", fmt::format("{:.3g} /s", good / s.metric("duration")), good / s.metric("duration"),
             fmt::format("{} of the requests kept the service level", percent(good / s.metric("served")))});
    else
        sheet.headlines.push_back({"requests a second", fmt::format("{:.3g}", s.metric("request_throughput")),
                                   s.metric("request_throughput"), "served"});
    add_latencies(sheet, s);
    add_timeline(sheet, s);
    add_phases(sheet, s);
    add_engines(sheet, s);
    sheet.panels.push_back({"told", "In sentences", {list_html(story)}});
    sheet.facts = {{"file", s.path},      {"command", s.command}, {"written", s.created},
                   {"program", s.source}, {"commit", s.commit},   {"state hash", s.state_hash}};
    return sheet;
}

} // namespace

Sheet sheet_of_serving(std::string const& path)
{
    auto const story = sentences_of(story_of(ResultKind::serving, path));
    auto       sheet = Sheet{};
    read_result(path, [&](InputFile const& file) { sheet = sheet_from(read(file), story); });
    sheet.panels.push_back(panel_of(document_of(ResultKind::serving, path), "figures", "All figures"));
    return sheet;
}

} // namespace scribeline::results::page
