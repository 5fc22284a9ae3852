#include "models/program/asked_options.hpp"

#include "configs/failure.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::program {

std::optional<std::uint64_t> AskedOptions::count(char const* name, std::uint64_t least, std::uint64_t most) const
{
    auto const value = read(name, [](std::string const& given) { return configs::parse<std::uint64_t>(given); });
    if (value && *value < least)
        refuse(fmt::format("--{} {}: expected at least {}", name, *value, least));
    if (value && *value > most)
        refuse(fmt::format("--{} {}: expected at most {}", name, *value, most));
    return value;
}

std::vector<std::string> AskedOptions::list(char const* name, std::string const& text) const
{
    auto items = std::vector<std::string>{};
    for (std::size_t at = 0; at <= text.size();) {
        auto const comma = std::min(text.find(',', at), text.size());
        auto const item  = text.substr(at, comma - at);
        if (item.empty())
            refuse(fmt::format("--{} {}: nothing stands between two commas", name, configs::shown(text)));
        if (std::find(items.begin(), items.end(), item) != items.end())
            refuse(fmt::format("--{}: {} is named twice", name, configs::shown(item)));
        items.push_back(item);
        at = comma + 1;
    }
    return items;
}

void AskedOptions::refuse(std::string const& what) const
{
    throw configs::UserError{configs::Exit::usage,
                             fmt::format("{}\nTry 'scribeline {} --help'.", what, configs::printable(line_.command))};
}

} // namespace scribeline::program
