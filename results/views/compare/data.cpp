// A comparison for programs: JSON with a schema version, and CSV.
#include "results/files/compare/columns.hpp"
#include "results/views/compare/print.hpp"
#include "results/views/csv_field.hpp"
#include "results/views/defaults.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace scribeline::results {

namespace {

using Json = nlohmann::ordered_json;
using models::ComparisonRow;

constexpr char const* json_schema_version = "2.0";

Json row_json(ComparisonRow const& row)
{
    Json json     = {{"machine", row.machine}, {"kind", row.kind}, {"context", row.context}};
    json["batch"] = row.batch;
    json["fits"]  = row.fits;
    for (auto const& column : number_columns()) {
        auto const value  = column.of(row);
        json[column.name] = value ? Json(*value) : Json{};
    }
    for (auto const& column : word_columns())
        json[column.name] = column.of(row);
    Json parts = Json::object();
    for (auto const& [name, time] : row.parts)
        parts[name] = time.value();
    json["parts"] = std::move(parts);
    Json energy   = Json::object();
    for (auto const& [name, joules] : row.energy_parts)
        energy[name] = joules.value();
    json["energy_parts"] = std::move(energy);
    json["notes"]        = row.notes;
    return json;
}

} // namespace

std::string comparison_json(models::Comparison const& comparison)
{
    Json rows = Json::array(), assumed = Json::object(), fastest = Json::array();
    for (auto const& row : comparison.rows)
        rows.push_back(row_json(row));
    for (auto const& machine : comparison.machines)
        assumed[machine.name] = assumed_parameters(machine.config);
    for (std::size_t i = 0; i < comparison.contexts.size(); ++i) {
        auto const best = comparison.fastest(i);
        fastest.push_back(
            {{"context", comparison.contexts[i]}, {"machine", best ? Json(comparison.machines[*best].name) : Json{}}});
    }
    Json told = Json::array(), warnings = Json::array();
    for (auto const& sentence : defaults_of(comparison.machines.front().config))
        told.push_back(sentence);
    if (auto const warning = checkpoint_warning(comparison.machines.front().config); !warning.empty())
        warnings.push_back(warning);
    Json const document{{"schema_version", json_schema_version},
                        {"model", comparison.model},
                        {"batch", comparison.batch},
                        {"rows", std::move(rows)},
                        {"fastest", std::move(fastest)},
                        {"assumed", std::move(assumed)},
                        {"not_asked_for", std::move(told)},
                        {"warnings", std::move(warnings)}};
    return document.dump(2, ' ', true, Json::error_handler_t::replace) + '\n';
}

std::string comparison_csv(models::Comparison const& comparison)
{
    std::string text = "model,machine,kind,context,batch,fits";
    for (auto const& column : number_columns())
        text += "," + csv_heading(column.name, column.units);
    for (auto const& column : word_columns())
        text += fmt::format(",{}", column.name);
    text += '\n';
    for (auto const& row : comparison.rows) {
        text += fmt::format("{},{},{},{},{},{}", csv_field(comparison.model), csv_field(row.machine), row.kind,
                            row.context, row.batch, row.fits ? "yes" : "no");
        for (auto const& column : number_columns()) {
            auto const value = column.of(row);
            text += value ? fmt::format(",{}", *value) : ",";
        }
        for (auto const& column : word_columns())
            text += "," + csv_field(column.of(row));
        text += '\n';
    }
    return text;
}

} // namespace scribeline::results
