#include "configs/schema/engine_files.hpp"

#include "configs/failure.hpp"
#include "configs/schema/words.hpp"
#include "configs/share.hpp"
#include "configs/units/text.hpp"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

namespace scribeline::configs {

namespace {

// "0.9" is older than "0.15".
std::vector<unsigned> numbers_of(std::string const& version)
{
    auto numbers = std::vector<unsigned>{};
    auto words   = std::istringstream{version};
    for (auto word = std::string{}; std::getline(words, word, '.');)
        numbers.push_back(static_cast<unsigned>(std::strtoul(word.c_str(), nullptr, 10)));
    return numbers;
}

} // namespace

std::vector<std::string> engine_versions(EngineName name)
{
    auto const prefix   = std::string{word_for(name)} + "-";
    auto       versions = std::vector<std::string>{};
    for (auto const& file : shared_names("configs/engines", ".toml"))
        if (file.rfind(prefix, 0) == 0)
            versions.push_back(file.substr(prefix.size()));
    std::sort(versions.begin(), versions.end(),
              [](std::string const& a, std::string const& b) { return numbers_of(a) < numbers_of(b); });
    return versions;
}

ConfigFile read_engine_file(EngineName name, std::string const& version)
{
    auto const versions = engine_versions(name);
    auto const wanted   = version == "newest" && !versions.empty() ? versions.back() : version;
    if (std::find(versions.begin(), versions.end(), wanted) == versions.end())
        throw UserError{Exit::bad_config,
                        fmt::format("engine.version = {}: configs/engines has no times of that version of {}. Choose "
                                    "newest{}{}",
                                    shown(version), word_for(name), versions.empty() ? "" : " or one of ",
                                    fmt::join(versions, ", "))};
    auto const file = fmt::format("{}-{}.toml", word_for(name), wanted);
    return read_file(find_shared("configs/engines/" + file)->string(), "engines/" + file);
}

} // namespace scribeline::configs
