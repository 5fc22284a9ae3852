#include "configs/schema/system_file.hpp"

#include "configs/failure.hpp"
#include "configs/schema/limits.hpp"
#include "configs/schema/toml_text.hpp"
#include "configs/schema/whole_file.hpp"
#include "configs/share.hpp"
#include "configs/units/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::configs {

namespace {

class Reader {
  public:
    explicit Reader(SystemFile& file) : file_{file} {}

    void read(toml::table const& root)
    {
        for (auto const& [key, node] : root) {
            auto const name = std::string{key.str()};
            if (name == "description")
                file_.description = word(node, name);
            else if (name == "router" || name == "kv_transfer")
                file_.overrides.push_back({file_.name, "engine." + name, word(node, name)});
            else if (name == "pool" && node.is_array_of_tables())
                for (auto const& each : *node.as_array())
                    pool(*each.as_table());
            else if (name == "tier" && node.is_array_of_tables())
                for (auto const& each : *node.as_array())
                    tier(*each.as_table());
            else if (name == "tools" && node.is_table())
                tools(*node.as_table());
            else
                refuse(node, fmt::format("{}: expected description, router, kv_transfer, [[pool]], [[tier]] or [tools]",
                                         shown(name)));
        }
        if (file_.pools.empty())
            refuse(root, "there is no [[pool]]. Give at least one");
    }

  private:
    [[noreturn]] void refuse(toml::node const& node, std::string const& what) const
    {
        auto const& at = node.source().begin;
        throw UserError{Exit::bad_config, fmt::format("{}:{}:{}: error: {}", file_.name, at.line, at.column, what)};
    }

    std::string word(toml::node const& node, std::string const& key) const
    {
        auto text = text_of(node);
        if (text.empty())
            refuse(node, fmt::format("{}: expected a word or a number", key));
        return text;
    }

    std::uint32_t whole(toml::node const& node, std::string const& key, std::uint32_t most) const
    {
        auto value = std::uint32_t{0};
        try {
            value = parse<std::uint32_t>(word(node, key));
        } catch (TextError const& error) {
            refuse(node, fmt::format("{}: {}", key, error.what()));
        }
        if (value < 1 || value > most)
            refuse(node, fmt::format("{}: {} is outside 1 .. {}", key, value, most));
        return value;
    }

    void tier(toml::table const& table)
    {
        auto        tier = SystemFileTier{};
        auto const& at   = table.source().begin;
        tier.place       = fmt::format("{}:{}:{}", file_.name, at.line, at.column);
        for (auto const& [key, node] : table) {
            auto const name = std::string{key.str()};
            auto*      text = name == "name"       ? &tier.name
                              : name == "memory"   ? &tier.memory
                              : name == "capacity" ? &tier.capacity
                              : name == "link"     ? &tier.link
                              : name == "policy"   ? &tier.policy
                                                   : nullptr;
            if (text != nullptr)
                *text = word(node, name);
            else if (name == "count")
                tier.count = whole(node, name, most_replicas);
            else if (name == "shared" && node.is_boolean())
                tier.shared = node.as_boolean()->get();
            else
                refuse(node, fmt::format("{}: expected name, memory, count, capacity, link, policy, or shared = true",
                                         shown(name)));
        }
        if (tier.name.empty())
            refuse(table, "a tier without a name. Give name = \"host\"");
        file_.tiers.push_back(std::move(tier));
    }

    void tools(toml::table const& table)
    {
        auto tools = SystemFileTools{};
        for (auto const& [key, node] : table) {
            auto const name = std::string{key.str()};
            if (name == "cores") {
                tools.cores = whole(node, name, 1U << 24U);
            } else if (name == "speed") {
                if (!node.is_number())
                    refuse(node, fmt::format("speed: {}: expected a number, such as 1.5", shown(word(node, name))));
                tools.speed = node.value_or(0.0);
            } else {
                refuse(node, fmt::format("{}: expected cores or speed", shown(name)));
            }
        }
        file_.tools = tools;
    }

    void pool(toml::table const& table)
    {
        auto pool = SystemFilePool{};
        pool.name = fmt::format("pool {}", file_.pools.size());
        pool.role = "all";
        for (auto const& [key, node] : table) {
            auto const name = std::string{key.str()};
            if (name == "set" && node.is_table()) {
                for (auto const& [parameter, value] : *node.as_table())
                    pool.overrides.push_back({file_.name, std::string{parameter.str()}, word(value, name)});
            } else if (name == "name") {
                pool.name = word(node, name);
            } else if (name == "machine") {
                pool.machine = word(node, name);
            } else if (name == "network") {
                pool.network = word(node, name);
            } else if (name == "network_latency") {
                pool.network_latency = word(node, name);
            } else if (name == "role") {
                pool.role = word(node, name);
                if (pool.role != "all" && pool.role != "prefill" && pool.role != "decode")
                    refuse(node, fmt::format("role: {} is none of all, prefill, decode", shown(pool.role)));
            } else if (name == "host_link") {
                pool.host_link = word(node, name);
            } else if (name == "replicas") {
                pool.replicas = whole(node, name, most_replicas);
            } else {
                refuse(node, fmt::format("{}: expected name, role, machine, replicas, network, network_latency, "
                                         "host_link or set",
                                         shown(name)));
            }
        }
        if (pool.machine.empty())
            refuse(table, "a pool without a machine. Give machine = \"h100:8\"");
        file_.pools.push_back(std::move(pool));
    }

    SystemFile& file_;
};

} // namespace

std::vector<std::string> shipped_systems() { return shared_names("configs/systems", ".toml"); }

SystemFile read_system_file(std::string const& name_or_path)
{
    auto const is_path = name_or_path.find('/') != std::string::npos || name_or_path.find('.') != std::string::npos;
    auto       path    = name_or_path;
    auto       file    = SystemFile{};
    file.name          = name_or_path;
    if (!is_path) {
        auto const found = find_shared("configs/systems/" + name_or_path + ".toml");
        if (!found)
            throw UserError{Exit::no_input,
                            fmt::format("no system {}{}. Choose one of {}, or give a path", shown(name_or_path),
                                        did_you_mean(name_or_path, shipped_systems()),
                                        fmt::join(shipped_systems(), ", "))};
        path      = found->string();
        file.name = "systems/" + name_or_path + ".toml";
    }
    auto const content = read_whole_file(path, limits::toml);
    try {
        Reader{file}.read(parse_toml(content, file.name));
    } catch (toml::parse_error const& error) {
        auto const& at = error.source().begin;
        throw UserError{Exit::bad_config, fmt::format("{}:{}:{}: error: {}", file.name, at.line, at.column,
                                                      printable(std::string{error.description()}))};
    }
    return file;
}

} // namespace scribeline::configs
