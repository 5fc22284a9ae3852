#include "results/page/markup.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::results::page {

namespace {

std::string cell_html(Cell const& cell)
{
    auto const text  = escaped(cell.text.empty() ? "-" : cell.text);
    auto       value = cell.number ? exact(*cell.number) : std::string{};
    auto       plain = cell.text;
    plain.erase(std::remove(plain.begin(), plain.end(), ','), plain.end());
    if (plain == value)
        value.clear(); // the words say it
    return fmt::format("<td{}>{}", value.empty() ? "" : " data-v=" + value, text);
}

} // namespace

std::string escaped(std::string_view text)
{
    auto result = std::string{};
    for (auto const c : configs::printable(text))
        switch (c) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        case '\'':
            result += "&#39;";
            break;
        default:
            result += c;
        }
    return result;
}

std::string brief(std::string_view text, std::size_t most)
{
    auto        shown = configs::printable(text);
    std::size_t count = 0;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        if ((static_cast<unsigned char>(shown[i]) & 0xc0U) == 0x80U)
            continue; // inside a character
        if (++count == most && i + 1 < shown.size()) {
            shown.resize(i);
            return shown + "\u2026";
        }
    }
    return shown;
}

std::string exact(double number) { return std::isfinite(number) ? fmt::format("{}", number) : std::string{}; }

std::string table_html(Table const& table, std::size_t most)
{
    auto const rows = most == 0 || table.rows.size() < most ? table.rows.size() : most;
    auto       left = std::string{}; // columns of words, by their numbers: page.css has a rule for each
    for (std::size_t c = 0; c < table.columns.size(); ++c)
        if (table.columns[c].left)
            left += fmt::format("{}l{}", left.empty() ? "" : " ", c + 1);
    auto text =
        fmt::format("<div class=scroll tabindex=0 role=region aria-label=\"{}\"><table class=\"{}\"><thead><tr>",
                    escaped(brief(table.name, 60)), left);
    for (auto const& column : table.columns)
        text += fmt::format("<th scope=col>{}{}", escaped(column.name),
                            column.units == "1" || column.units.empty()
                                ? ""
                                : fmt::format(" <small>{}</small>", escaped(column.units)));
    text += "<tbody>";
    for (std::size_t row = 0; row < rows; ++row) {
        text += "<tr>";
        for (std::size_t c = 0; c < table.columns.size(); ++c)
            text += cell_html(table.rows[row].at(c));
        text += '\n';
    }
    text += "</table></div>";
    if (rows < table.rows.size())
        text += fmt::format("<p class=note>The first {} of {} rows.</p>", rows, table.rows.size());
    return text;
}

std::string list_html(Sentences const& sentences)
{
    auto text = std::string{};
    for (auto const& sentence : sentences)
        text += "<p>" + escaped(sentence) + "</p>\n";
    return text;
}

std::string command_html(std::string const& command)
{
    auto text = std::string{};
    for (std::size_t from = 0; from <= command.size();) { // a line each
        auto const end = std::min(command.find('\n', from), command.size());
        text += (from == 0 ? "" : "\n") + escaped(std::string_view{command}.substr(from, end - from));
        from = end + 1;
    }
    return "<pre class=cmd tabindex=0><code>" + text + "</code></pre>";
}

std::string folded_html(std::string const& summary, std::string const& content)
{
    return "<details><summary>" + summary + "</summary>\n" + content + "</details>\n";
}

} // namespace scribeline::results::page
