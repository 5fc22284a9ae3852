#include "models/program/system_file.hpp"

#include "configs/failure.hpp"
#include "configs/schema/gpu_tables.hpp"
#include "configs/schema/limits.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/schema/system_file.hpp"
#include "configs/schema/whole_file.hpp"
#include "configs/units/text.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>

namespace scribeline::program {

namespace {

template <class T> std::optional<T> parsed(configs::SystemFile const& file, char const* key, std::string const& text)
{
    if (text.empty())
        return std::nullopt;
    try {
        return configs::parse<T>(text);
    } catch (configs::TextError const& error) {
        throw configs::UserError{configs::Exit::bad_config,
                                 fmt::format("{}: error: {}: {}", file.name, key, error.what())};
    }
}

models::KvTierSpec tier_of(configs::SystemFileTier const& tier, bool first)
{
    auto const refuse = [&](std::string const& why) {
        throw configs::UserError{configs::Exit::bad_config, fmt::format("{}: error: {}", tier.place, why)};
    };
    auto spec = models::KvTierSpec{};
    spec.name = tier.name;
    try {
        auto const memory = tier.memory.empty() ? tier.name : tier.memory;
        spec.memory       = models::tier_memory(memory, tier.count);
        spec.shared       = tier.shared.value_or(models::is_shared_memory(memory));
        spec.policy       = models::parse_tier_policy(tier.policy, first);
        if (!tier.capacity.empty())
            spec.memory.capacity = configs::parse<configs::Bytes>(tier.capacity);
        if (!tier.link.empty())
            spec.link = configs::parse<configs::BytesPerSecond>(tier.link);
    } catch (configs::TextError const& error) {
        refuse(error.what());
    } catch (configs::UserError const& error) {
        refuse(error.what());
    }
    return spec;
}

} // namespace

models::SystemSpec read_system(std::string const& name_or_path, configs::CommandLine const& line)
{
    auto const file = configs::read_system_file(name_or_path);
    auto       spec = models::SystemSpec{};
    spec.name       = file.name;
    for (auto const& each : file.pools) {
        auto of_pool    = line;
        of_pool.command = "serve";
        of_pool.arguments.clear(); // of `validate`: the system itself
        of_pool.machine = each.machine;
        of_pool.overrides.clear();
        auto const kind = configs::kind_of_machine(each.machine);
        for (auto const* list : {&file.overrides, &each.overrides})
            of_pool.overrides.insert(of_pool.overrides.end(), list->begin(), list->end());
        for (auto const& given : line.overrides) // of the machines that have it
            if (configs::applies(given.name.substr(0, given.name.find('.')), kind))
                of_pool.overrides.push_back(given);
        auto pool            = models::PoolSpec{};
        pool.name            = each.name;
        pool.role            = each.role == "prefill"  ? models::Role::prefill
                               : each.role == "decode" ? models::Role::decode
                                                       : models::Role::all;
        pool.replicas        = each.replicas;
        pool.config          = configs::resolve(of_pool);
        pool.config.machine  = each.machine;
        pool.network         = parsed<configs::BytesPerSecond>(file, "network", each.network);
        pool.network_latency = parsed<configs::Seconds>(file, "network_latency", each.network_latency);
        pool.host_link       = parsed<configs::BytesPerSecond>(file, "host_link", each.host_link);
        spec.pools.push_back(std::move(pool));
    }
    for (auto const& each : file.tiers)
        spec.tiers.push_back(tier_of(each, spec.tiers.empty()));
    if (file.tools)
        spec.tools = models::ToolSpec{"tools", file.tools->cores, file.tools->speed};
    return spec;
}

bool names_a_system(std::string const& word)
{
    auto const shipped = configs::shipped_systems();
    if (std::find(shipped.begin(), shipped.end(), word) != shipped.end())
        return true;
    constexpr std::string_view ending = ".toml";
    if (word.size() <= ending.size() || word.compare(word.size() - ending.size(), ending.size(), ending) != 0)
        return false;
    auto failed = std::error_code{};
    return std::filesystem::is_regular_file(word, failed) &&
           configs::read_whole_file(word, configs::limits::toml).find("[[pool]]") != std::string::npos;
}

std::string explained_system(std::string const& name_or_path)
{
    auto const file = configs::read_system_file(name_or_path);
    auto       text = fmt::format("{}: {}.\n", configs::printable(file.name), configs::printable(file.description));
    for (auto const& pool : file.pools) {
        auto const does = pool.role == "prefill"  ? "takes in prompts"
                          : pool.role == "decode" ? "makes tokens"
                                                  : "takes in prompts and makes tokens";
        text +=
            fmt::format("  {}: {} replica{} of {}, {}{}{}\n", configs::printable(pool.name), pool.replicas,
                        pool.replicas == 1 ? "" : "s", configs::printable(pool.machine), does,
                        pool.network.empty() ? "" : ", network " + configs::printable(pool.network),
                        pool.network_latency.empty() ? "" : ", latency " + configs::printable(pool.network_latency));
        for (auto const& given : pool.overrides)
            text += fmt::format("    {} = {}\n", configs::printable(given.name), configs::printable(given.text));
    }
    for (auto const& given : file.overrides)
        text += fmt::format("  {} = {}\n", configs::printable(given.name), configs::printable(given.text));
    return text;
}

} // namespace scribeline::program
