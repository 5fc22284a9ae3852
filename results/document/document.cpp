#include "results/document/document.hpp"

#include "configs/failure.hpp"
#include "results/views/csv_field.hpp"
#include "results/views/report_text.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace scribeline::results {

namespace {

using Json = nlohmann::ordered_json;

constexpr char const* json_schema_version = "1.0";
constexpr char const* not_known           = "-";

// The handlers of a block, by its kind.
template <class... Handlers> struct Either : Handlers... {
    using Handlers::operator()...;
};
template <class... Handlers> Either(Handlers...) -> Either<Handlers...>;

std::string shown(Cell const& cell) { return cell.text.empty() ? not_known : configs::printable(cell.text); }

bool is_unknown(Cell const& cell) { return cell.text.empty() && !cell.number; }

std::string table_text(Table const& table, std::size_t width)
{
    auto       widths    = std::vector<std::size_t>{};
    auto const has_units = std::any_of(table.columns.begin(), table.columns.end(),
                                       [](Column const& column) { return column.units != "1"; });
    auto const units_of  = [](Column const& column) { return column.units == "1" ? std::string{} : column.units; };
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        auto widest = std::max(table.columns[c].name.size(), units_of(table.columns[c]).size());
        for (auto const& row : table.rows)
            widest = std::max(widest, shown(row.at(c)).size());
        widths.push_back(widest);
    }
    auto text = std::string{};
    auto line = [&](auto cell, bool may_wrap) {
        auto row = std::string{"  "};
        for (std::size_t c = 0; c < table.columns.size(); ++c) {
            auto const value = cell(c);
            auto const gap   = c == 0 ? "" : "  ";
            // The last column of words takes what is left of the line, and goes on below.
            if (may_wrap && c + 1 == table.columns.size() && table.columns[c].left && row.size() + 2 + 20 < width) {
                text += hanging(row + gap, value, width);
                return;
            }
            row += gap + (table.columns[c].left ? fmt::format("{:<{}}", value, widths[c])
                                                : fmt::format("{:>{}}", value, widths[c]));
        }
        text += trimmed(row) + "\n";
    };
    line([&](std::size_t c) { return table.columns[c].name; }, false);
    if (has_units)
        line([&](std::size_t c) { return units_of(table.columns[c]); }, false);
    for (auto const& row : table.rows)
        line([&](std::size_t c) { return shown(row.at(c)); }, true);
    return text;
}

std::string bars_text(Bars const& bars, std::size_t width)
{
    std::size_t names = 0, texts = 0;
    for (auto const& each : bars.bars) {
        names = std::max(names, each.name.size());
        texts = std::max(texts, each.text.size());
    }
    auto const before = 2 + names + 2 + texts + 2 + 7 + 2;
    auto const most   = std::min<std::size_t>(width > before ? width - before : 0, 44);
    auto       text   = std::string{};
    for (auto const& each : bars.bars)
        text += trimmed(fmt::format("  {:<{}}  {:>{}}  {:>7}  {}", each.name, names, each.text, texts,
                                    percent(each.share), bar(each.share, static_cast<int>(most)))) +
                "\n";
    return text;
}

Json cell_json(Cell const& cell)
{
    if (is_unknown(cell))
        return nullptr;
    return cell.number ? Json(*cell.number) : Json(cell.text);
}

Json table_json(Table const& table)
{
    auto json = Json{{"columns", Json::array()}, {"units", Json::array()}, {"rows", Json::array()}};
    for (auto const& column : table.columns) {
        json["columns"].push_back(column.name);
        json["units"].push_back(column.units);
    }
    for (auto const& row : table.rows) {
        auto cells = Json::array();
        for (auto const& cell : row)
            cells.push_back(cell_json(cell));
        json["rows"].push_back(std::move(cells));
    }
    return json;
}

} // namespace

Cell word(std::string text) { return {std::move(text), std::nullopt}; }

Cell unknown() { return {}; }

Cell quantity(double number, std::string text)
{
    return std::isnan(number) ? unknown() : Cell{std::move(text), number};
}

Cell quantity(double number)
{
    if (std::isnan(number))
        return unknown();
    auto const whole = number == std::round(number) && std::abs(number) < 1e15;
    return {whole ? (number < 0 ? "-" : "") + grouped(static_cast<std::uint64_t>(std::abs(number)))
                  : fmt::format("{:.6g}", number),
            number};
}

std::string as_text(Document const& document, std::size_t width)
{
    auto text = document.title.empty() ? std::string{} : hanging("", configs::printable(document.title), width);
    for (auto const& section : document.sections) {
        if (!section.heading.empty())
            text += (text.empty() ? "" : "\n") + configs::printable(section.heading) + "\n";
        for (auto const& block : section.blocks)
            std::visit(Either{[&](Sentences const& sentences) {
                                  for (auto const& sentence : sentences)
                                      text += hanging(section.heading.empty() ? "" : "  ", configs::printable(sentence),
                                                      width);
                              },
                              [&](Table const& table) { text += table_text(table, width); },
                              [&](Bars const& bars) { text += bars_text(bars, width); }},
                       block);
    }
    return text;
}

std::string as_json(Document const& document)
{
    auto sections = Json::array();
    for (auto const& section : document.sections) {
        auto json = Json{{"heading", section.heading}};
        for (auto const& block : section.blocks)
            std::visit(Either{[&](Sentences const& sentences) {
                                  for (auto const& sentence : sentences)
                                      json["sentences"].push_back(sentence);
                              },
                              [&](Table const& table) { json["tables"][table.name] = table_json(table); },
                              [&](Bars const& bars) {
                                  for (auto const& each : bars.bars)
                                      json["bars"][bars.name].push_back(
                                          {{"name", each.name}, {"share", each.share}, {"text", each.text}});
                              }},
                       block);
        sections.push_back(std::move(json));
    }
    auto const json =
        Json{{"schema_version", json_schema_version}, {"title", document.title}, {"sections", std::move(sections)}};
    return json.dump(2, ' ', true, Json::error_handler_t::replace) + '\n';
}

std::string as_csv(Document const& document)
{
    auto text = std::string{"table,row,column,units,value\n"};
    auto line = [&](std::string const& table, std::size_t row, std::string const& column, std::string const& units,
                    std::string const& value) {
        text += fmt::format("{},{},{},{},{}\n", csv_field(table), row, csv_field(column), csv_field(units),
                            csv_field(value));
    };
    for (auto const& section : document.sections)
        for (auto const& block : section.blocks) {
            if (auto const* table = std::get_if<Table>(&block))
                for (std::size_t row = 0; row < table->rows.size(); ++row)
                    for (std::size_t c = 0; c < table->columns.size(); ++c) {
                        auto const& cell = table->rows[row].at(c);
                        line(table->name, row, table->columns[c].name, table->columns[c].units,
                             cell.number ? fmt::format("{}", *cell.number) : cell.text);
                    }
            if (auto const* bars = std::get_if<Bars>(&block))
                for (std::size_t row = 0; row < bars->bars.size(); ++row)
                    line(bars->name, row, bars->bars[row].name, "1", fmt::format("{}", bars->bars[row].share));
        }
    return text;
}

} // namespace scribeline::results
