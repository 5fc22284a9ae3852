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
            else
                refuse(node, fmt::format("{}: expected description, router, kv_transfer or [[pool]]", shown(name)));
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
            } else if (name == "replicas") {
                try {
                    pool.replicas = parse<std::uint32_t>(word(node, name));
                } catch (TextError const& error) {
                    refuse(node, fmt::format("replicas: {}", error.what()));
                }
                if (pool.replicas < 1 || pool.replicas > most_replicas)
                    refuse(node, fmt::format("replicas: {} is outside 1 .. {}", pool.replicas, most_replicas));
            } else {
                refuse(node, fmt::format("{}: expected name, role, machine, replicas, network, network_latency or set",
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
