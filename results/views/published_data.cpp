// Measured cases for programs: CSV with the columns of a cases file and what came out, and JSON of the same.
#include "results/views/csv_field.hpp"
#include "results/views/published_text.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace scribeline::results {

namespace {

using Json = nlohmann::ordered_json;
using models::CaseOutcome;

constexpr char const* json_schema_version = "1.0";

std::string number_field(std::optional<double> number) { return number ? fmt::format("{}", *number) : ""; }

// The cells of the row as they were read.
std::array<std::pair<char const*, std::string>, 11> cells(models::MeasuredCase const& m)
{
    return {{{"case_id", m.id},
             {"kind", name_of(m.kind)},
             {"machine", m.machine},
             {"model", m.model},
             {"region", m.region},
             {"groups", m.groups},
             {"context", m.context},
             {"batch", m.batch},
             {"set", m.set},
             {"metric", m.metric.name},
             {"unit", m.unit.name}}};
}

Json number(std::optional<double> value) { return value ? Json(*value) : Json{}; }

} // namespace

std::string cases_csv(std::vector<CaseOutcome> const& outcomes)
{
    std::string text;
    for (auto const& [name, cell] : cells({}))
        text += fmt::format("{},", name);
    text += "simulated,closed_form,published,deviation_percent,tolerance_percent,verdict,fidelity,note,source\n";
    for (auto const& out : outcomes) {
        auto const& m = out.measured;
        for (auto const& [name, cell] : cells(m))
            text += csv_field(cell) + ",";
        auto const deviation = out.simulated ? std::optional{out.deviation_percent} : std::nullopt;
        text += fmt::format("{},{},{},{},{},{},{},{},{}\n", number_field(out.simulated), number_field(out.closed_form),
                            m.value, number_field(deviation), number_field(m.tolerance), name_of(out.verdict),
                            out.fidelity, csv_field(out.note), csv_field(m.source));
    }
    return text;
}

std::string cases_json(std::vector<CaseOutcome> const& outcomes)
{
    Json rows = Json::array();
    for (auto const& out : outcomes) {
        auto const& m   = out.measured;
        Json        row = Json::object();
        for (auto const& [name, cell] : cells(m))
            row[name] = cell;
        row["simulated"]         = number(out.simulated);
        row["simulated_cycles"]  = out.simulated ? Json(out.cycles) : Json{};
        row["closed_form"]       = number(out.closed_form);
        row["published"]         = m.value;
        row["deviation_percent"] = out.simulated ? Json(out.deviation_percent) : Json{};
        row["tolerance_percent"] = number(m.tolerance);
        row["verdict"]           = name_of(out.verdict);
        row["fidelity"]          = out.fidelity;
        row["note"]              = out.note;
        row["source"]            = m.source;
        row["file"]              = m.file;
        row["line"]              = m.line;
        rows.push_back(std::move(row));
    }
    Json statistics = Json::array();
    for (auto const& each : statistics_of(outcomes))
        statistics.push_back({{"kind", name_of(each.kind)},
                              {"metric", each.metric},
                              {"rows", each.rows},
                              {"mean_percent", each.mean_percent},
                              {"worst_percent", each.worst_percent},
                              {"worst_case_id", each.worst_id}});
    Json const document{{"schema_version", json_schema_version},
                        {"rows", std::move(rows)},
                        {"deviations", std::move(statistics)},
                        {"summary", tally(outcomes)}};
    // A cell need not be UTF-8, JSON must be.
    return document.dump(2, ' ', true, Json::error_handler_t::replace) + '\n';
}

} // namespace scribeline::results
