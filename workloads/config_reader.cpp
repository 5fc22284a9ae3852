// See the header.
#include "workloads/config_reader.hpp"

#include "configs/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace scribeline::workloads {

using configs::Exit;
using configs::UserError;

namespace {

std::string first_of(Names const& names) { return names.front(); }

} // namespace

ConfigReader::ConfigReader(ConfigDocument const& document, std::string block)
    : document_{document}, block_{std::move(block)}
{
}

bool ConfigReader::has(Names const& names) const
{
    return std::any_of(names.begin(), names.end(),
                       [&](auto const* n) { return document_.find(block_ + n) != nullptr; });
}

std::string ConfigReader::path_of(Names const& names) const
{
    for (auto const* name : names)
        if (document_.find(block_ + name) != nullptr)
            return block_ + name;
    return block_ + first_of(names);
}

Field const* ConfigReader::field(Names const& names)
{
    Field const* chosen = nullptr;
    for (auto const* name : names) {
        auto const* const other = document_.find(block_ + name);
        if (other != nullptr && chosen != nullptr && other->shown != chosen->shown)
            complain(block_ + name, fmt::format("line {} says {} for the same thing under another name. Keep one",
                                                chosen->line, chosen->shown));
        if (chosen == nullptr)
            chosen = other;
    }
    return chosen;
}

std::string ConfigReader::near_key(Names const& names) const
{
    auto keys = std::vector<std::string>{};
    for (auto const& [path, field] : document_.fields) {
        auto const in_block = path.compare(0, block_.size(), block_) == 0;
        auto const key      = in_block ? path.substr(block_.size()) : std::string{};
        if (in_block && key.find('.') == std::string::npos &&
            std::none_of(names.begin(), names.end(), [&, k = key](auto const* n) { return k == n; }))
            keys.push_back(key);
    }
    return configs::nearest(first_of(names), keys);
}

void ConfigReader::refuse_misspelling(Names const& names)
{
    auto const key = near_key(names);
    if (!has(names) && !key.empty())
        complain(block_ + key, fmt::format("unknown; did you mean '{}'?", first_of(names)));
}

std::uint32_t ConfigReader::whole(Names const& names, std::uint32_t lowest, std::uint32_t highest, char const* what,
                                  std::optional<std::uint32_t> fallback)
{
    auto const* const found = field(names);
    auto const        path  = path_of(names);
    if (found == nullptr) {
        if (fallback)
            return *fallback;
        auto const key  = near_key(names);
        auto const hint = key.empty() ? fmt::format("Add it, or check that this is the config.json of a language model")
                                      : fmt::format("Is {} in line {} a misspelling of it?", configs::shown(key),
                                                    document_.fields.at(block_ + key).line);
        auto const null = document_.fields.count(path) != 0;
        complain(path, fmt::format("{}{} is needed. {}", null ? "" : "missing: ", what, hint));
        return lowest;
    }
    auto const is_whole = found->kind == FieldKind::number && std::floor(found->number) == found->number;
    if (!is_whole || found->number < lowest || found->number > highest) {
        complain(path, fmt::format("{} must be a whole number from {} to {}{}", what, lowest, highest,
                                   found->kind == FieldKind::list   ? ". Layers of different sizes are not supported"
                                   : found->kind == FieldKind::text ? ", without quotes"
                                                                    : ""));
        return lowest;
    }
    return static_cast<std::uint32_t>(found->number);
}

double ConfigReader::real(Names const& names, double lowest, double highest, double fallback)
{
    auto const* const found = field(names);
    if (found == nullptr)
        return fallback;
    if (found->kind != FieldKind::number || !(found->number >= lowest) || !(found->number <= highest)) {
        complain(path_of(names),
                 fmt::format("must be a number from {} to {}. Leave it out for {}", lowest, highest, fallback));
        return fallback;
    }
    return found->number;
}

bool ConfigReader::flag(Names const& names, bool fallback)
{
    auto const* const found = field(names);
    if (found == nullptr)
        return fallback;
    if (found->kind != FieldKind::boolean) {
        complain(path_of(names), fmt::format("must be true or false. Leave it out for {}", fallback));
        return fallback;
    }
    return found->number != 0;
}

std::string ConfigReader::text(Names const& names, std::string const& fallback)
{
    auto const* const found = field(names);
    if (found == nullptr)
        return fallback;
    if (found->kind == FieldKind::list && !found->words.empty())
        return found->words.front();
    if (found->kind != FieldKind::text) {
        complain(path_of(names), "must be a word in quotes");
        return fallback;
    }
    return found->text;
}

void ConfigReader::complain(std::string const& path, std::string const& reason_and_advice)
{
    complaints_.push_back(document_.complaint(path) + ": " + reason_and_advice);
}

void ConfigReader::require_no_complaints() const
{
    if (!complaints_.empty())
        throw UserError{Exit::bad_config, fmt::format("{}", fmt::join(complaints_, "\n"))};
}

} // namespace scribeline::workloads
