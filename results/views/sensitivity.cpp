// What follows from the figures, and the table, the tornado, JSON and CSV of it.
#include "results/views/sensitivity.hpp"

#include "configs/failure.hpp"
#include "results/document/document.hpp"
#include "results/views/csv_field.hpp"
#include "results/views/report_text.hpp"
#include "results/views/terminal.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace scribeline::results {

namespace {

using Json = nlohmann::ordered_json;

constexpr char const* json_schema_version = "1.0";
constexpr int         most_bars           = 20; // of the tornado
constexpr int         bar_width           = 16; // of one side, in columns: a line has 80
constexpr std::size_t longest_name        = 26;

std::string change_text(std::optional<double> change)
{
    return change ? *change == 0 ? "0 %" : fmt::format("{:+.3g} %", 100 * *change) : std::string{};
}

Cell change_cell(Sensitivity const& study, std::optional<TriedValue> const& tried)
{
    if (tried && !tried->reason.empty())
        return word("refused");
    auto const change = study.change(tried);
    return change ? quantity(100 * *change, change_text(change)) : unknown();
}

Cell number_cell(std::optional<double> number)
{
    return number ? quantity(*number, fmt::format("{:.3g}", *number)) : unknown();
}

// Of both sides, where the machine refused a value.
std::string reasons(VariedParameter const& parameter)
{
    auto text = std::string{};
    for (auto const* tried : {&parameter.down, &parameter.up})
        if (*tried && !(*tried)->reason.empty())
            text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", (*tried)->text, (*tried)->reason);
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

Table table_of(Sensitivity const& study, std::vector<VariedParameter const*> const& order)
{
    auto const refused =
        std::any_of(order.begin(), order.end(), [](auto const* each) { return !reasons(*each).empty(); });
    auto table = Table{"parameters",
                       {{"parameter", "1", true},
                        {"down"},
                        {"base"},
                        {"up"},
                        {"effect down"},
                        {"effect up"},
                        {"elasticity"},
                        {"source", "1", true}},
                       {}};
    if (refused)
        table.columns.push_back({"refused because", "1", true});
    auto const value = [](std::optional<TriedValue> const& tried) { return tried ? word(tried->text) : unknown(); };
    for (auto const* each : order) {
        auto row = std::vector<Cell>{word(each->name),
                                     value(each->down),
                                     word(each->text),
                                     value(each->up),
                                     change_cell(study, each->down),
                                     change_cell(study, each->up),
                                     number_cell(study.elasticity(*each)),
                                     word(configs::name_of(each->origin))};
        if (refused)
            row.push_back(reasons(*each).empty() ? word(" ") : word(reasons(*each)));
        table.rows.push_back(std::move(row));
    }
    return table;
}

// "  ------|++++++  ": how far the figure goes to either side, with the parameter down (-) and up (+).
std::string drawn(Sensitivity const& study, VariedParameter const& parameter, double most)
{
    auto bars  = std::string(2 * bar_width + 1, ' ');
    auto sides = std::vector<std::pair<double, char>>{};
    if (auto const change = study.change(parameter.down))
        sides.emplace_back(*change, '-');
    if (auto const change = study.change(parameter.up))
        sides.emplace_back(*change, '+');
    std::sort(sides.begin(), sides.end(), // the shorter of one side over the longer
              [](auto const& a, auto const& b) { return std::abs(a.first) > std::abs(b.first); });
    for (auto const& [change, mark] : sides) {
        auto const length = static_cast<int>(std::lround(std::abs(change) / most * bar_width));
        for (int i = 1; i <= length; ++i)
            bars[static_cast<std::size_t>(bar_width + (change < 0 ? -i : i))] = mark;
    }
    bars[bar_width] = '|';
    return bars;
}

std::string tornado(Sensitivity const& study, std::vector<VariedParameter const*> const& order)
{
    auto text  = fmt::format("\nTornado: {} with the parameter down (-) and up (+)\n", study.metric);
    auto shown = 0;
    auto most  = 0.0;
    for (auto const* each : order) {
        auto const effect = study.effect(*each);
        if (!effect)
            continue;
        if (most == 0)
            most = *effect;
        if (most == 0)
            break;
        if (shown++ == most_bars) {
            text += fmt::format("  and others, each of less than {:.2g} %\n", 100 * *effect);
            break;
        }
        text += trimmed(fmt::format("  {:<{}} {} {:>8} {:>8}", shortened(each->name, longest_name), longest_name,
                                    drawn(study, *each, most), change_text(study.change(each->down)),
                                    change_text(study.change(each->up)))) +
                "\n";
    }
    return shown == 0 ? std::string{} : text;
}

std::string names_without_effect(Sensitivity const& study)
{
    auto names = std::vector<std::string>{};
    for (auto const& each : study.varied)
        if (study.has_no_effect(each))
            names.push_back(each.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string not_varied_by_reason(Sensitivity const& study)
{
    auto order = std::vector<std::string>{};
    auto names = std::map<std::string, std::string>{};
    for (auto const& [name, reason] : study.not_varied) {
        auto& list = names[reason];
        if (list.empty())
            order.push_back(reason);
        list += (list.empty() ? "" : ", ") + name;
    }
    auto text = std::string{};
    for (auto const& reason : order)
        text += fmt::format("{}{} ({})", text.empty() ? "" : "; ", names[reason], reason);
    return text;
}

std::string as_page(Sensitivity const& study, std::size_t width)
{
    auto const order = study.by_effect();
    auto const how   = study.factor > 0 ? fmt::format("one parameter at a time, by a factor of {:g}", study.factor)
                                        : std::string{"one parameter at a time"};
    auto const head  = fmt::format("{} of {} on {}: {} {}, {}", study.metric, study.model, study.machine,
                                   quantity(study.base).text, study.units == "1" ? "" : study.units, how);
    auto       text  = hanging("", configs::printable(head), width);
    if (!order.empty())
        text += as_text(Document{"", {{"By effect", {table_of(study, order)}}}}, width);
    text += tornado(study, order);
    if (auto const names = names_without_effect(study); !names.empty())
        text += "\n" + hanging("No effect: ", names + ".", width);
    if (auto const names = not_varied_by_reason(study); !names.empty())
        text += "\n" + hanging("Not varied: ", names + ".", width);
    return text;
}

Json optional_json(std::optional<double> number) { return number && std::isfinite(*number) ? Json(*number) : Json{}; }

Json tried_json(Sensitivity const& study, std::optional<TriedValue> const& tried)
{
    if (!tried)
        return nullptr;
    auto json      = Json::object();
    json["text"]   = tried->text;
    json["value"]  = optional_json(tried->number);
    json["figure"] = optional_json(tried->figure);
    json["change"] = optional_json(study.change(tried));
    if (!tried->reason.empty())
        json["refused"] = tried->reason;
    return json;
}

std::string as_json(Sensitivity const& study)
{
    auto json              = Json::object();
    json["schema_version"] = json_schema_version;
    json["machine"]        = study.machine;
    json["model"]          = study.model;
    json["metric"]         = study.metric;
    json["units"]          = study.units;
    json["meaning"]        = study.meaning;
    json["factor"]         = study.factor > 0 ? Json(study.factor) : Json{};
    json["base"]           = study.base;
    json["parameters"]     = Json::array();
    for (auto const* each : study.by_effect()) {
        auto row          = Json::object();
        row["parameter"]  = each->name;
        row["units"]      = each->units;
        row["text"]       = each->text;
        row["value"]      = optional_json(each->number);
        row["origin"]     = configs::name_of(each->origin);
        row["source"]     = each->citation;
        row["set_by"]     = each->set_by;
        row["down"]       = tried_json(study, each->down);
        row["up"]         = tried_json(study, each->up);
        row["effect"]     = optional_json(study.effect(*each));
        row["elasticity"] = optional_json(study.elasticity(*each));
        json["parameters"].push_back(std::move(row));
    }
    json["no_effect"] = Json::array();
    for (auto const& each : study.varied)
        if (study.has_no_effect(each))
            json["no_effect"].push_back(each.name);
    json["not_varied"] = Json::array();
    for (auto const& [name, reason] : study.not_varied)
        json["not_varied"].push_back({{"parameter", name}, {"reason", reason}});
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string csv_number(std::optional<double> number)
{
    return number && std::isfinite(*number) ? fmt::format("{}", *number) : std::string{};
}

// All of them, those without effect as well.
std::string as_csv(Sensitivity const& study)
{
    auto text = std::string{"parameter,units,down,base,up,figure down,figure base,figure up,effect,elasticity,origin,"
                            "source,reason\n"};
    auto const value = [](std::optional<TriedValue> const& tried, auto member) {
        return tried ? csv_number((*tried).*member) : std::string{};
    };
    auto add = [&](VariedParameter const& each) {
        text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{}\n", each.name, csv_field(each.units),
                            value(each.down, &TriedValue::number), csv_number(each.number),
                            value(each.up, &TriedValue::number), value(each.down, &TriedValue::figure),
                            csv_number(study.base), value(each.up, &TriedValue::figure), csv_number(study.effect(each)),
                            csv_number(study.elasticity(each)), configs::name_of(each.origin), csv_field(each.citation),
                            csv_field(reasons(each)));
    };
    for (auto const* each : study.by_effect())
        add(*each);
    for (auto const& each : study.varied)
        if (study.has_no_effect(each))
            add(each);
    for (auto const& [name, reason] : study.not_varied)
        text += fmt::format("{},,,,,,{},,,,,,{}\n", name, csv_number(study.base), csv_field(reason));
    return text;
}

} // namespace

std::optional<double> Sensitivity::change(std::optional<TriedValue> const& tried) const
{
    return tried && tried->figure && base != 0 ? std::optional{*tried->figure / base - 1} : std::nullopt;
}

std::optional<double> Sensitivity::effect(VariedParameter const& parameter) const
{
    auto const down = change(parameter.down), up = change(parameter.up);
    return down || up ? std::optional{std::max(std::abs(down.value_or(0)), std::abs(up.value_or(0)))} : std::nullopt;
}

std::optional<double> Sensitivity::elasticity(VariedParameter const& parameter) const
{
    using Point   = std::pair<double, double>; // of the parameter and the figure
    auto const at = [](std::optional<TriedValue> const& tried, Point otherwise) {
        return tried && tried->figure ? Point{tried->number, *tried->figure} : otherwise;
    };
    auto const here = Point{parameter.number, base};
    auto const from = at(parameter.down, here), to = at(parameter.up, here);
    if (!(from.first > 0 && to.first > 0 && from.second > 0 && to.second > 0) || from.first == to.first)
        return std::nullopt;
    return std::log(to.second / from.second) / std::log(to.first / from.first);
}

bool Sensitivity::has_no_effect(VariedParameter const& parameter) const
{
    auto const is_same = [&](std::optional<TriedValue> const& tried) { return !tried || tried->figure == base; };
    return is_same(parameter.down) && is_same(parameter.up);
}

std::vector<VariedParameter const*> Sensitivity::by_effect() const
{
    auto order = std::vector<VariedParameter const*>{};
    for (auto const& each : varied)
        if (!has_no_effect(each))
            order.push_back(&each);
    std::stable_sort(order.begin(), order.end(),
                     [&](auto const* a, auto const* b) { return effect(*a).value_or(-1) > effect(*b).value_or(-1); });
    return order;
}

std::string sensitivity_text(Sensitivity const& study, configs::OutputFormat format, std::size_t width)
{
    switch (format) {
    case configs::OutputFormat::json:
        return as_json(study);
    case configs::OutputFormat::csv:
        return fit_to_print(as_csv(study));
    case configs::OutputFormat::table:
        break;
    }
    return fit_to_print(as_page(study, width));
}

} // namespace scribeline::results
