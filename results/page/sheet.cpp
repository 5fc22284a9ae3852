#include "results/page/sheet.hpp"

#include "configs/failure.hpp"
#include "configs/sha256.hpp"
#include "results/files/build_info.hpp"
#include "results/page/markup.hpp"
#include "results/page/packing.hpp"
#include "results/page/sources.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace scribeline::results::page {

namespace {

// What a Content-Security-Policy names an inline style or script by.
std::string hash_of(std::string_view text)
{
    auto const hex   = configs::sha256(text);
    auto       bytes = std::string{};
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return "'sha256-" + base64(bytes) + "'";
}

std::string data_block(std::string const& id, std::string json)
{
    // Inside of a script element nothing but its end is markup, and that begins with this.
    for (std::size_t at = 0; (at = json.find('<', at)) != std::string::npos;)
        json.replace(at, 1, "\\u003c");
    return json.empty() ? json : fmt::format("<script type=\"application/json\" id=\"{}\">{}</script>\n", id, json);
}

// The fields of a CSV file column by column, a line each: what is alike stands together, and packs into two thirds.
// Nothing where its rows differ in length, or a field is of several lines.
std::vector<std::string> by_columns(std::string const& csv, std::size_t& rows)
{
    auto fields  = std::vector<std::string>{};
    auto field   = std::string{};
    auto columns = std::size_t{0};
    bool quoted  = false;
    rows         = 0;
    for (auto const c : csv) {
        if (c == '"')
            quoted = !quoted;
        if (c == '\n' && quoted)
            return {};
        if ((c != ',' && c != '\n') || quoted) {
            field += c;
            continue;
        }
        fields.push_back(std::move(field));
        field.clear();
        if (c == '\n') {
            columns = rows == 0 ? fields.size() : columns;
            if (fields.size() != ++rows * columns)
                return {};
        }
    }
    auto turned = std::vector<std::string>{};
    for (std::size_t column = 0; column < columns; ++column)
        for (std::size_t row = 0; row < rows; ++row)
            turned.push_back(fields[row * columns + column]);
    return field.empty() ? turned : std::vector<std::string>{};
}

std::string tables_json(Sheet const& sheet)
{
    auto json = nlohmann::ordered_json::object();
    for (auto const& [name, text] : sheet.tables) {
        std::size_t rows   = 0;
        auto const  fields = by_columns(text, rows);
        json[name]         = {{"rows", fields.empty() ? 0 : rows},
                              {"packed", packed(fields.empty() ? text : fmt::format("{}", fmt::join(fields, "\n")))}};
    }
    return json.empty() ? std::string{} : json.dump();
}

std::string figure_html(Figure const& figure)
{
    return fmt::format("<figure id=\"figure-{0}\" data-name=\"{0}\"{1}>\n"
                       "<div class=canvas tabindex=0 role=region aria-label=\"{2}\">{3}</div>\n{4}</figure>\n",
                       escaped(figure.name),
                       figure.table.empty() ? "" : fmt::format(" data-csv=\"{}\"", escaped(figure.table)),
                       escaped(figure.name), figure.drawing.svg(figure.label),
                       figure.below.empty() ? "" : "<figcaption>" + figure.below + "</figcaption>\n");
}

std::string panel_html(Panel const& panel)
{
    auto text = fmt::format("<section id=\"{0}\" aria-labelledby=\"h-{0}\"><h2 id=\"h-{0}\">{1}</h2>\n",
                            escaped(panel.id), escaped(panel.heading));
    for (auto const& block : panel.blocks)
        if (auto const* figure = std::get_if<Figure>(&block))
            text += figure_html(*figure);
        else
            text += std::get<Html>(block);
    return text + "</section>\n";
}

std::string header_html(Sheet const& sheet)
{
    auto text = fmt::format("<header><p class=kind>Scribeline \u00b7 {}</p><h1>{}</h1>\n<p class=answer>{}</p>\n",
                            escaped(sheet.kind), escaped(sheet.title), escaped(sheet.sentence));
    if (!sheet.headlines.empty()) {
        text += "<dl class=numbers>";
        for (auto const& each : sheet.headlines) {
            auto const value = exact(each.number);
            text += fmt::format("<div><dt>{}</dt><dd{}><b>{}</b> <span>{}</span></dd></div>", escaped(each.what),
                                value.empty() ? "" : " data-v=" + value, escaped(each.text), escaped(each.note));
        }
        text += "</dl>\n";
    }
    text += "<nav aria-label=\"Parts of this page\"><ul>";
    for (auto const& panel : sheet.panels)
        text += fmt::format("<li><a href=\"#{}\">{}</a>", escaped(panel.id), escaped(panel.heading));
    return text + "</ul></nav></header>\n";
}

std::string footer_html(Sheet const& sheet)
{
    auto text = std::string{"<footer><h2>Where this comes from</h2><dl>"};
    for (auto const& [what, fact] : sheet.facts)
        text += fmt::format("<dt>{}</dt><dd>{}</dd>", escaped(what), escaped(fact));
    return text +
           fmt::format("<dt>this page</dt><dd>{}</dd></dl>"
                       "<p class=note>Written by Scribeline {}. It asks for nothing from the network.</p></footer>\n",
                       escaped(sheet.made_by), escaped(build_info().version));
}

} // namespace

std::string html_of(Sheet const& sheet)
{
    auto const style  = std::string{page_style} + std::string{figure_style};
    auto const script = std::string{page_script} + std::string{sheet.maps.empty() ? "" : map_script} +
                        std::string{sheet.points.empty() ? "" : sweep_script} + std::string{last_script};
    auto page = fmt::format(
        "<!DOCTYPE html>\n<html lang=en>\n<head><meta charset=utf-8>\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src {}; style-src {}; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'\">\n"
        "<meta name=viewport content=\"width=device-width,initial-scale=1\">\n"
        "<meta name=color-scheme content=\"light dark\">\n<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n"
        "<a class=skip href=\"#{}\">To the figures</a>\n",
        hash_of(script), hash_of(style), escaped(brief(sheet.title, 120)), style,
        sheet.panels.empty() ? "" : escaped(sheet.panels.front().id));
    page += header_html(sheet) +
            fmt::format("<main data-command=\"{}\">\n", escaped(sheet.made_by.substr(0, sheet.made_by.find(" -o "))));
    for (auto const& panel : sheet.panels)
        page += panel_html(panel);
    page += "</main>\n" + footer_html(sheet);
    page += data_block("tables", tables_json(sheet)) + data_block("maps", sheet.maps);
    if (!sheet.points.empty())
        page += data_block("points", nlohmann::json(sheet.points).dump());
    return page + fmt::format("<script>{}</script>\n</body>\n</html>\n", script);
}

std::string svg_of(Sheet const& sheet, std::string const& name)
{
    auto names = std::vector<std::string>{};
    for (auto const& panel : sheet.panels)
        for (auto const& block : panel.blocks)
            if (auto const* figure = std::get_if<Figure>(&block)) {
                if (figure->name == name)
                    return figure->drawing.svg(figure->label, figure_style);
                names.push_back(figure->name);
            }
    throw configs::UserError{configs::Exit::usage,
                             fmt::format("--figure {}: the page of this file has no such figure{}; there are {}",
                                         configs::shown(name), configs::did_you_mean(name, names),
                                         fmt::join(names, ", "))};
}

} // namespace scribeline::results::page
