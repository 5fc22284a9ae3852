#include "results/views/token_report.hpp"

#include "results/views/compare/print.hpp"
#include "results/views/csv_field.hpp"
#include "results/views/evidence_text.hpp"
#include "results/views/report_text.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace scribeline::results {

namespace {

using Json = nlohmann::ordered_json;
using models::OutputToken;

constexpr char const* json_schema_version = "1.0";
constexpr int         bar_width           = 44;
constexpr int         fall_width          = 30;

std::string rate(double per_second)
{
    return per_second >= 1000 ? grouped(static_cast<std::uint64_t>(std::llround(per_second)))
                              : fmt::format("{:.1f}", per_second);
}

std::string line(std::string const& name, std::string const& value, std::string const& note)
{
    return hanging(fmt::format("  {:<22}{:>14}  ", name, value), note);
}

std::string headline(configs::Config const& config, TokenRun const& run)
{
    auto const& t = run.token;
    auto const& w = config.parameters.workload;
    auto text = fmt::format("{} on {}, {} {}{}, context {}, batch {}\n", w.model, config.machine, t.standing.devices,
                            t.standing.unit, t.standing.devices == 1 ? "" : "s", grouped(w.context), grouped(t.batch));
    text += fmt::format("fidelity {}: {}\n", t.step.evidence.fidelity, t.step.evidence.said);
    if (auto const words = words_of(t.step.evidence, t.step.deviation_of_form()); !words.empty())
        text += words + "\n";
    text += "\n";
    text += line("one output token", duration(t.latency.value()), t.standing.arrangement);
    text += line("tokens per second", rate(t.tokens_per_second_per_user()), "for one user");
    if (t.batch > 1)
        text += line("", rate(t.tokens_per_second()), "of the batch");
    if (t.step.steps_in_flight > 1)
        text += line("", rate(t.tokens_per_second_in_flight()),
                     fmt::format("of {} steps in flight, each of other sequences", t.step.steps_in_flight));
    if (t.step.engine > configs::Seconds{})
        text +=
            line("served", rate(1 / (t.latency + t.step.engine).value()),
                 fmt::format("tokens a second with a server around it, {} a token", duration(t.step.engine.value())));
    if (run.first_token)
        text += line("first token", duration(run.first_token->value()),
                     fmt::format("after a prompt of {} tokens", grouped(run.prompt)));
    return text;
}

std::string waterfall(OutputToken const& t)
{
    if (t.fall.parts.empty())
        return {};
    auto const all   = t.latency.value();
    auto       text  = std::string{"\nFrom the memory's peak to what came out, for one output token\n"};
    auto       until = 0.0;
    text += fmt::format("  {:<34}{:>12}{:>9}{:>15}\n", "", "time", "share", "tokens/s then");
    for (auto const& part : t.fall.parts) {
        auto const before = until;
        until += part.time.value();
        if (!(part.time.value() > 0))
            continue;
        auto const first = std::lround(before / all * fall_width), last = std::lround(until / all * fall_width);
        text += trimmed(fmt::format("  {:<34}{:>12}{:>9}{:>15}  {}{}", part.name, duration(part.time.value()),
                                    percent(part.time.value() / all), rate(1 / until),
                                    std::string(static_cast<std::size_t>(first), ' '),
                                    std::string(static_cast<std::size_t>(std::max(last - first, 0L)), '#'))) +
                "\n";
    }
    return text + fmt::format("  {:<34}{:>12}{:>9}{:>15}\n", "one output token", duration(all), "", rate(1 / all));
}

std::string parts(OutputToken const& t)
{
    if (t.where.parts.empty())
        return {};
    auto text = std::string{"\nWhere the time went, by part\n"};
    for (auto const& part : t.where.parts)
        if (part.time.value() > 0) {
            auto const share = ratio(part.time, t.latency);
            text += trimmed(fmt::format("  {:<22}{:>12}{:>9}  {}", part.name, duration(part.time.value()),
                                        percent(share), bar(share, bar_width))) +
                    "\n";
        }
    return text + fmt::format("  {:<22}{:>12}\n", "sum", duration(t.where.whole().value()));
}

std::string speculation(OutputToken const& t)
{
    if (!t.draft)
        return {};
    auto const& d    = *t.draft;
    auto        text = std::string{"\nSpeculative decoding\n"};
    text += line("draft model", d.model,
                 t.standing.shares_devices ? "on the same devices"
                                           : fmt::format("on {} {}{} of its own", d.standing.devices, d.standing.unit,
                                                         d.standing.devices == 1 ? "" : "s"));
    text += line("proposes", fmt::format("{}", d.tokens), fmt::format("tokens of {} each", duration(d.of_one.value())));
    text += line("a step yields", fmt::format("{:.2f}", d.tokens_per_step),
                 fmt::format("output tokens, each proposal accepted with {}", percent(d.acceptance)));
    text += line("checking step", duration(t.step.latency.value()), "of the model");
    return text + line("round", duration(d.round.value()), "proposals, their way, and the step that checks them");
}

std::string energy(OutputToken const& t)
{
    if (t.spent.empty())
        return {};
    auto const all  = t.energy().value();
    auto       text = std::string{"\nEnergy of an output token of one sequence\n"};
    for (auto const& part : t.spent)
        if (part.energy.value() > 0)
            text +=
                trimmed(fmt::format("  {:<22}{:>10.3g} J{:>9}  {}", part.cause, part.energy.value(),
                                    percent(part.energy.value() / all), bar(part.energy.value() / all, bar_width))) +
                "\n";
    return text + fmt::format("  {:<22}{:>10.3g} J\n", "sum", all);
}

std::string gigabytes(configs::Bytes bytes) { return fmt::format("{:.3g} GB", bytes.value() / 1e9); }

std::string memory(OutputToken const& t)
{
    auto text = std::string{"\nMemory of all devices\n"};
    for (auto const& tier : t.room.tiers) {
        text += line(tier.tier, gigabytes(tier.capacity), "");
        text += line("  weights", gigabytes(tier.weights), "");
        text += line("  code and buffers", gigabytes(tier.runtime), "");
        text += line("  room for KV caches", gigabytes(tier.kv), fmt::format("{} tokens", grouped(tier.kv_tokens)));
    }
    if (t.bandwidth_share)
        text += line("bandwidth", percent(*t.bandwidth_share), "of the peak of all devices");
    return text;
}

std::string last_words(configs::Config const& config, OutputToken const& t)
{
    auto text    = std::string{};
    auto assumed = assumed_parameters(config);
    if (!assumed.empty())
        text += "\nAssumed, not published (scribeline explain KEY says why)\n" + in_columns(assumed, 98);
    if (!t.step.notes.empty())
        text += "\nWarnings\n";
    for (auto const& note : t.step.notes)
        text += hanging("  ", note);
    if (auto const* most = t.where.largest())
        text += fmt::format("\nBound by {}: {} of the time. {}\n", most->name, percent(ratio(most->time, t.latency)),
                            most->meaning);
    if (!config.output.empty())
        text += fmt::format("Written to {}.\n", config.output);
    return text;
}

// What found the time of a step, and its closed form beside it.
Json evidence_json(models::StepReport const& step)
{
    auto const& e         = step.evidence;
    auto const  deviation = step.deviation_of_form();
    return {{"modules", e.modules},
            {"transactions", e.transactions},
            {"kernel_events", e.kernel_events},
            {"closed_form_time", e.form ? Json(e.form->value()) : Json{}},
            {"closed_form_deviation", deviation ? Json(*deviation) : Json{}}};
}

void print_json(std::ostream& out, configs::Config const& config, TokenRun const& run)
{
    auto const& t       = run.token;
    Json        summary = Json::object(), fall = Json::array(), books = Json::array(), moved = Json::array();
    for (auto const& metric : metrics(run))
        summary[metric.name] =
            metric.kind == Kind::count ? Json(static_cast<std::uint64_t>(metric.value)) : Json(metric.value);
    // As a run on wafers has it.
    summary["time_per_output_token_us"] = t.latency.value() * 1e6;
    summary["bound_by"]                 = t.bound_by;
    auto so_far                         = configs::Seconds{};
    for (auto const& part : t.fall.parts) {
        so_far += part.time;
        fall.push_back({{"name", part.name},
                        {"meaning", part.meaning},
                        {"time_us", part.time.value() * 1e6},
                        {"so_far_us", so_far.value() * 1e6},
                        {"tokens_per_second", so_far.value() > 0 ? 1 / so_far.value() : 0.0}});
    }
    for (auto const& entry : t.step.books.entries)
        books.push_back({{"name", entry.name},
                         {"left", entry.left},
                         {"right", entry.right},
                         {"left_value", entry.left_value},
                         {"right_value", entry.right_value},
                         {"balanced", entry.balanced()}});
    for (auto const& each : t.step.moved)
        moved.push_back(
            {{"kind", each.kind}, {"tier", each.tier}, {"read", each.read.value()}, {"written", each.written.value()}});
    Json const document{{"schema_version", json_schema_version},
                        {"machine", config.machine},
                        {"kind", t.standing.kind},
                        {"model", config.parameters.workload.model},
                        {"fidelity", t.step.evidence.fidelity},
                        {"evidence", evidence_json(t.step)},
                        {"arrangement", t.standing.arrangement},
                        {"books", {{"balanced", t.step.books.balanced()}, {"entries", std::move(books)}}},
                        {"summary", std::move(summary)},
                        {"waterfall", std::move(fall)},
                        {"moved", std::move(moved)},
                        {"assumed", assumed_parameters(config)},
                        {"warnings", t.step.notes},
                        {"output", config.output.empty() ? Json{} : Json(config.output)}};
    out << document.dump(2, ' ', true, Json::error_handler_t::replace) << '\n';
}

void print_csv(std::ostream& out, OutputToken const& t)
{
    out << "part,seconds,share,meaning\n";
    for (auto const& part : t.where.parts)
        out << fmt::format("{},{},{},{}\n", csv_field(part.name), part.time.value(), ratio(part.time, t.latency),
                           csv_field(part.meaning));
}

} // namespace

void print(std::ostream& out, configs::Config const& config, TokenRun const& run)
{
    switch (config.format) {
    case configs::OutputFormat::json:
        return print_json(out, config, run);
    case configs::OutputFormat::csv:
        return print_csv(out, run.token);
    case configs::OutputFormat::table:
        break;
    }
    auto const& t = run.token;
    out << headline(config, run) << waterfall(t) << parts(t) << speculation(t) << energy(t) << memory(t)
        << last_words(config, t);
}

} // namespace scribeline::results
