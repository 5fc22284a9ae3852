#include "results/page/document_html.hpp"

#include "results/page/markup.hpp"

namespace scribeline::results::page {

Panel panel_of(Document const& document, std::string const& id, std::string const& heading, std::size_t most)
{
    auto panel = Panel{id, heading, {}};
    for (auto const& section : document.sections) {
        auto html = section.heading.empty() ? std::string{} : "<h3>" + escaped(section.heading) + "</h3>\n";
        auto some = false;
        for (auto const& block : section.blocks)
            if (auto const* table = std::get_if<Table>(&block)) {
                html += table_html(*table, most);
                some = true;
            } else if (auto const* sentences = std::get_if<Sentences>(&block)) {
                html += list_html(*sentences);
                some = some || !sentences->empty();
            }
        if (some && section.heading.rfind("Where the time of a token goes", 0) != 0)
            panel.blocks.emplace_back(html);
    }
    return panel;
}

Sentences sentences_of(Document const& document)
{
    auto all = Sentences{};
    for (auto const& section : document.sections)
        for (auto const& block : section.blocks)
            if (auto const* sentences = std::get_if<Sentences>(&block))
                all.insert(all.end(), sentences->begin(), sentences->end());
    return all;
}

} // namespace scribeline::results::page
