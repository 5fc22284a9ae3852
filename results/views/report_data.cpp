// The report for programs: JSON with a schema version, and CSV of the operators.
#include "results/views/metrics.hpp"

#include "results/views/csv_field.hpp"
#include "results/views/defaults.hpp"
#include "results/views/report.hpp"

#include <cmath>
#include <ostream>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace scribeline::results {

namespace {

using Json = nlohmann::ordered_json;
using models::Outcome;
using models::Part;

constexpr char const* json_schema_version = "1.1";

Json number(Metric const& metric)
{
    return metric.kind == Kind::count ? Json(static_cast<std::uint64_t>(metric.value)) : Json(metric.value);
}

Json summary(Outcome const& outcome)
{
    Json result = Json::object();
    for (auto const& metric : metrics(outcome)) {
        if (std::isnan(metric.value)) {
            continue; // JSON has no word for what is not known but to leave it out
        }
        auto const name = std::string_view{metric.name};
        if (name == "time_per_output_token" || name == "time_to_first_token" || name == "prefill_time") {
            result[fmt::format("{}_us", name)] = metric.value * 1e6;
        } else {
            result[metric.name] = number(metric);
        }
    }
    result["bound_by"]    = bound_by(outcome);
    result["token_note"]  = outcome.token_note;
    result["whole_token"] = outcome.token.simulated;
    return result;
}

Json books(models::Books const& books)
{
    Json entries = Json::array();
    for (auto const& entry : books.entries) {
        entries.push_back({{"name", entry.name},
                           {"left", entry.left},
                           {"right", entry.right},
                           {"left_value", entry.left_value},
                           {"right_value", entry.right_value},
                           {"balanced", entry.balanced()}});
    }
    auto result = Json::object();
    if (!books.entries.empty()) { // nothing was counted: neither balanced nor not
        result["balanced"] = books.balanced();
    }
    result["entries"] = std::move(entries);
    return result;
}

Json parts(models::Parts const& parts)
{
    Json result = Json::object();
    for (std::size_t i = 0; i < models::part_count; ++i) {
        result[name_of(static_cast<Part>(i))] = parts[i];
    }
    return result;
}

Json energy(models::EnergyParts const& parts)
{
    Json result = Json::object();
    for (std::size_t i = 0; i < models::energy_part_count; ++i) {
        result[name_of(static_cast<models::EnergyPart>(i))] = models::joules(parts[i]);
    }
    return result;
}

Json operators(std::vector<models::OperatorOutcome> const& list)
{
    Json result = Json::array();
    for (auto const& op : list) {
        result.push_back({{"name", op.name},
                          {"kind", op.kind},
                          {"layer", op.layer},
                          {"stage", op.stage},
                          {"collective", op.collective},
                          {"start", op.start},
                          {"end", op.end},
                          {"cycles", op.end - op.start},
                          {"parts", parts(op.parts)},
                          {"flops", op.flops},
                          {"bytes_weights", op.bytes_weights},
                          {"bytes_kv", op.bytes_kv},
                          {"bytes_activations", op.bytes_activations},
                          {"energy", models::joules(op.energy)},
                          {"energy_parts", energy(op.energy)},
                          {"bound_by", name_of(bounding_part(op.bound_by, op.parts))}});
    }
    return result;
}

Json waterfall(Outcome const& outcome)
{
    Json result = Json::array();
    for (auto const& bar : outcome.waterfall) {
        result.push_back({{"name", bar.name},
                          {"meaning", bar.meaning},
                          {"time_us", bar.time.value() * 1e6},
                          {"so_far_us", bar.so_far.value() * 1e6},
                          {"tokens_per_second", bar.tokens_per_second}});
    }
    return result;
}

Json stages(Outcome const& outcome)
{
    Json result = Json::array();
    for (auto const& stage : outcome.token.stages) {
        result.push_back({{"wafer", stage.wafer},
                          {"x", stage.x0},
                          {"y", stage.y0},
                          {"columns", stage.columns},
                          {"rows", stage.rows},
                          {"blocks", stage.blocks},
                          {"start", stage.start},
                          {"end", stage.end},
                          {"bytes_per_pe", stage.bytes_per_pe},
                          {"requests", stage.requests}});
    }
    return result;
}

Json candidates(Outcome const& outcome)
{
    Json result = Json::array();
    for (auto const& candidate : outcome.token.candidates) {
        if (result.size() == kept_candidates) {
            break;
        }
        result.push_back({{"columns", candidate.columns},
                          {"rows", candidate.rows},
                          {"stages", candidate.stages},
                          {"wafers", candidate.wafers},
                          {"cycles_per_token", candidate.cycles_per_token},
                          {"tokens_per_second", candidate.tokens_per_second},
                          {"verdict", candidate.verdict}});
    }
    return result;
}

} // namespace

void print_json(std::ostream& out, configs::Config const& config, Outcome const& outcome)
{
    Json assumed = Json::array();
    for (auto const& setting : config.settings) {
        if (setting.origin == configs::Origin::assumed) {
            assumed.push_back(setting.group + "." + setting.key);
        }
    }
    Json told = Json::array();
    for (auto const& sentence : defaults_of(config)) {
        told.push_back(sentence);
    }
    Json sram = Json::array();
    for (auto const& part : outcome.sram) {
        sram.push_back({{"name", part.name}, {"bytes", part.bytes}});
    }
    Json document{{"schema_version", json_schema_version},
                  {"machine", config.machine},
                  {"model", config.parameters.workload.model},
                  {"fidelity", outcome.fidelity},
                  {"evidence",
                   {{"modules", outcome.modules.modules},
                    {"transactions", outcome.modules.transactions},
                    {"kernel_events", outcome.modules.kernel_events}}},
                  {"state_hash", has_counters(outcome) ? Json(fmt::format("{:016x}", outcome.state_hash)) : Json{}},
                  {"books", books(outcome.books)},
                  {"summary", summary(outcome)},
                  {"waterfall", waterfall(outcome)},
                  {"operators", operators(outcome.operators)},
                  {"stages", stages(outcome)},
                  {"candidates", candidates(outcome)},
                  {"candidates_considered", outcome.token.candidates.size()},
                  {"sram", std::move(sram)},
                  {"assumed", std::move(assumed)},
                  {"not_asked_for", std::move(told)},
                  {"warnings", outcome.warnings},
                  {"output", config.output.empty() ? Json{} : Json(config.output)}};
    if (outcome.prefill.tokens > 0) {
        document["prefill_operators"] = operators(outcome.prefill.operators);
        Json checks                   = Json::array();
        for (auto const& check : outcome.prefill.checks) {
            checks.push_back({{"name", check.name},
                              {"cycles", check.cycles},
                              {"closed_form", check.closed_form},
                              {"deviation", check.deviation()}});
        }
        document["prefill_checks"] = std::move(checks);
    }
    // A file name need not be UTF-8, JSON must be.
    out << document.dump(2, ' ', true, Json::error_handler_t::replace) << '\n';
}

void print_csv(std::ostream& out, Outcome const& outcome)
{
    // Named as in operators.csv of `export csv`.
    std::string text = "name,kind,collective,start_cycle,end_cycle,cycles";
    for (std::size_t i = 0; i < models::part_count; ++i) {
        text += fmt::format(",{}_cycles", name_of(static_cast<Part>(i)));
    }
    text += ",flops,bytes_weights,bytes_kv,bytes_activations,bound_by,layer,stage," + csv_heading("energy", "J");
    for (std::size_t i = 0; i < models::energy_part_count; ++i) {
        text += "," + csv_heading(fmt::format("energy_{}", name_of(static_cast<models::EnergyPart>(i))), "J");
    }
    text += '\n';
    for (auto const& op : outcome.operators) {
        text += fmt::format("{},{},{},{},{},{}", csv_field(op.name), csv_field(op.kind), csv_field(op.collective),
                            op.start, op.end, op.end - op.start);
        for (auto const cycles : op.parts) {
            text += fmt::format(",{}", cycles);
        }
        text +=
            fmt::format(",{},{},{},{},{},{},{},{}", op.flops, op.bytes_weights, op.bytes_kv, op.bytes_activations,
                        name_of(bounding_part(op.bound_by, op.parts)), op.layer, op.stage, models::joules(op.energy));
        for (auto const picojoules : op.energy) {
            text += fmt::format(",{}", models::joules(picojoules));
        }
        text += '\n';
    }
    out << text;
}

} // namespace scribeline::results
