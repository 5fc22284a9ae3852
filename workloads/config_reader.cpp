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

bool ConfigReader::mentions(Names const& names) const
{
    return std::any_of(names.begin(), names.end(),
                       [&](auto const* n) { return document_.fields.count(block_ + n) != 0; });
}

double ConfigReader::number_or(Names const& names, double fallback)
{
    asked_.insert(names.begin(), names.end());
    auto const* const found = document_.find(path_of(names));
    return found != nullptr && found->kind == FieldKind::number ? found->number : fallback;
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
    asked_.insert(names.begin(), names.end());
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

std::vector<std::string> ConfigReader::unread_keys() const
{
    auto keys = std::vector<std::string>{};
    for (auto found = document_.fields.lower_bound(block_);
         found != document_.fields.end() && found->first.compare(0, block_.size(), block_) == 0; ++found) {
        auto const key = found->first.substr(block_.size());
        if (found->second.kind != FieldKind::null && key.find('.') == std::string::npos && asked_.count(key) == 0)
            keys.push_back(key);
    }
    return keys;
}

Field const* ConfigReader::list(Names const& names)
{
    asked_.insert(names.begin(), names.end());
    for (auto const* name : names)
        if (auto const* const found = document_.find(block_ + name); found != nullptr && found->kind == FieldKind::list)
            return found;
    return nullptr;
}

std::optional<double> ConfigReader::same_in_all_layers(Field const& field) const
{
    auto const& each = field.numbers;
    if (field.kind != FieldKind::list || layers_ == 0 || each.size() != layers_ ||
        static_cast<double>(layers_) != field.number ||
        !std::all_of(each.begin(), each.end(), [&](double x) { return x == each.front(); }))
        return std::nullopt;
    return each.front();
}

std::uint32_t ConfigReader::size(Names const& names, std::uint32_t lowest, std::uint32_t highest, char const* what,
                                 std::optional<std::uint32_t> of_class)
{
    auto const stated = has(names);
    auto const taken  = whole(names, lowest, highest, what, of_class);
    if (!stated && of_class)
        assumed_.push_back(fmt::format("{} = {}", path_of(names), taken));
    return taken;
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
    auto const of_all   = same_in_all_layers(*found);
    auto const number   = of_all ? *of_all : found->number;
    auto const is_whole = (of_all || found->kind == FieldKind::number) && std::floor(number) == number;
    if (!is_whole || number < lowest || number > highest) {
        auto const wrong_length = found->kind == FieldKind::list && layers_ != 0 && found->number != layers_;
        complain(path, fmt::format("{} must be a whole number from {} to {}{}", what, lowest, highest,
                                   wrong_length
                                       ? fmt::format(". The list has {} entries for {} layers", found->number, layers_)
                                   : found->kind == FieldKind::list ? ". Layers of different sizes are not supported"
                                   : found->kind == FieldKind::text ? ", without quotes"
                                                                    : ""));
        return lowest;
    }
    return static_cast<std::uint32_t>(number);
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
