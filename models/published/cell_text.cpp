#include "models/published/cell_text.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>

namespace scribeline::models {

namespace {

// Letters and digits alone, small: `WSE-2` and `LLaMA3-8B` are meant as `wse2` and `llama-3-8b`.
std::string bare(std::string_view name)
{
    std::string text;
    for (char const c : name)
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            text += c;
        else if (c >= 'A' && c <= 'Z')
            text += static_cast<char>(c - 'A' + 'a');
    return text;
}

} // namespace

std::string known_as(std::string const& name, std::vector<std::string> const& list)
{
    if (std::find(list.begin(), list.end(), name) != list.end())
        return name;
    auto const is_meant = [&](std::string const& each) { return bare(each) == bare(name); };
    auto const found    = std::find_if(list.begin(), list.end(), is_meant);
    return found != list.end() && std::none_of(found + 1, list.end(), is_meant) ? *found : name;
}

bool is_path(std::string const& name)
{
    auto const extension = std::filesystem::path{name}.extension();
    return name.find('/') != std::string::npos || extension == ".toml" || extension == ".json";
}

std::string bare_message(std::string text)
{
    for (std::string const prefix : {"scribeline: error: ", "configuration: error: "})
        for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix))
            text.erase(at, prefix.size());
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

} // namespace scribeline::models
