#include "configs/schema/technology.hpp"

#include "configs/failure.hpp"
#include "configs/schema/gpu_tables.hpp"
#include "configs/schema/limits.hpp"
#include "configs/schema/table.hpp"
#include "configs/schema/toml_text.hpp"
#include "configs/schema/whole_file.hpp"
#include "configs/share.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::configs {

namespace {

class Reader {
  public:
    explicit Reader(Technology& technology) : technology_{technology} {}

    void read(toml::table const& root)
    {
        for (auto const& [key, node] : root) {
            auto const name  = std::string{key.str()};
            auto const kinds = kind_names();
            if (name == "description")
                technology_.description = word(node, name);
            else if (name != "any" && std::find(kinds.begin(), kinds.end(), name) == kinds.end())
                refuse(node, fmt::format("{}: expected description, [[any]] or a kind of machine, [[{}]]", shown(name),
                                         fmt::join(kinds, "]], [[")));
            else if (!node.is_array_of_tables())
                refuse(node, fmt::format("{}: expected [[{}]], a table for each change", name, name));
            else
                for (auto const& each : *node.as_array())
                    change(name, *each.as_table());
        }
        if (technology_.changes.empty())
            refuse(root, "it changes nothing. Give at least one table such as [[any]]");
    }

  private:
    [[noreturn]] void refuse(toml::node const& node, std::string const& what) const
    {
        auto const& at = node.source().begin;
        throw UserError{Exit::bad_config,
                        fmt::format("{}:{}:{}: error: {}", technology_.name, at.line, at.column, what)};
    }

    std::string word(toml::node const& node, std::string const& key) const
    {
        auto text = text_of(node);
        if (text.empty())
            refuse(node, fmt::format("{}: expected a word or a number", key));
        return text;
    }

    void change(std::string const& kind, toml::table const& table)
    {
        auto change = TechnologyChange{};
        change.kind = kind;
        change.line = table.source().begin.line;
        for (auto const& [key, node] : table) {
            auto const name = std::string{key.str()};
            if (name == "parameter")
                change.parameter = word(node, name);
            else if (name == "set")
                change.set = word(node, name);
            else if (name == "power_cap")
                change.power_cap = word(node, name);
            else if (name == "source")
                change.source = word(node, name);
            else if (name == "times") {
                change.times = node.value<double>();
                if (!change.times || !std::isfinite(*change.times) || *change.times <= 0 || *change.times > 1e6)
                    refuse(node, fmt::format("times: {} is no factor above 0", shown(text_of(node))));
            } else
                refuse(node, fmt::format("{}: expected parameter, set, times, power_cap or source", shown(name)));
        }
        auto const ways = (change.set.empty() ? 0 : 1) + (change.times ? 1 : 0) + (change.power_cap.empty() ? 0 : 1);
        if (ways != 1 || change.parameter.empty() == change.power_cap.empty())
            refuse(table, "expected a parameter with one of set and times, or power_cap alone");
        if (change.source.empty())
            refuse(table, "a change without a source: say what it is taken from, or why it is assumed");
        if (!change.parameter.empty() && find_row(change.parameter) == nullptr)
            refuse(table, fmt::format("parameter: {} is unknown{}", shown(change.parameter),
                                      did_you_mean_row(change.parameter)));
        technology_.changes.push_back(std::move(change));
    }

    Technology& technology_;
};

// Every figure of a text that has a unit behind it: `2 .. 3 USD/h 2026-04` has two, and a date that is none of them.
std::string multiplied(Row const& row, Parameters const& p, double factor)
{
    auto const text = row.text(p);
    if (row.units == "byte")
        return fmt::format("{} B", std::llround(row.number(p) * factor));
    if (row.what == kind_of<std::uint32_t>().what)
        return fmt::format("{}", std::llround(row.number(p) * factor));
    if (row.units == "cycle") // whole, or eighths where a parameter takes them: up
        return fmt::format("{} cycles", std::ceil(row.number(p) * factor));
    auto result = std::string{};
    auto rest   = std::string_view{text};
    for (auto figures = 0; figures < 2; ++figures) {
        auto value              = 0.0;
        auto const [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
        if (error != std::errc{})
            throw TextError{fmt::format("{} is no number that could be multiplied", shown(text))};
        result += fmt::format("{}", value * factor);
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
        constexpr std::string_view band = " .. ";
        if (rest.substr(0, band.size()) != band)
            break;
        result += band;
        rest.remove_prefix(band.size());
    }
    return result + std::string{rest};
}

// Voltage falls with the clock, so power at full load with its cube, and joules of an operation with its square. Below
// a third of its clock voltage falls no more (assumed): a lower cap is refused.
constexpr double least_clock = 1.0 / 3;

class Applied {
  public:
    Applied(Technology const& technology, Parameters const& machine) : technology_{technology}, p_{machine} {}

    std::vector<TechnologySetting> settings()
    {
        auto const kind    = kind_name(p_.machine.kind);
        auto const of_kind = [&](TechnologyChange const& change) { return change.kind == kind; };
        auto const of_any  = [](TechnologyChange const& change) { return change.kind == "any"; };
        auto const says    = std::any_of(technology_.changes.begin(), technology_.changes.end(), of_kind) ||
                          std::all_of(technology_.changes.begin(), technology_.changes.end(), of_any);
        for (auto const& change : technology_.changes) {
            if (!says || !(of_any(change) || of_kind(change)))
                continue;
            if (!change.power_cap.empty())
                cap(change);
            else
                apply(change, change.parameter, change.times, change.set);
        }
        if (!says)
            throw UserError{Exit::bad_config,
                            fmt::format("{}: says nothing of a machine of the kind '{}'. Leave it out, or choose "
                                        "another machine",
                                        technology_.name, kind)};
        return std::move(settings_);
    }

  private:
    [[noreturn]] void refuse(TechnologyChange const& change, std::string const& what) const
    {
        throw UserError{Exit::bad_config, fmt::format("{}:{}: error: {}", technology_.name, change.line, what)};
    }

    void apply(TechnologyChange const& change, std::string const& parameter, std::optional<double> times,
               std::string const& text)
    {
        auto const* row = find_row(parameter);
        SCRIBELINE_EXPECT(row != nullptr);
        if (!applies(row->group, p_.machine.kind))
            refuse(change, fmt::format("{}: a machine of the kind '{}' has no group '{}'", parameter,
                                       kind_name(p_.machine.kind), row->group));
        try {
            auto const value = times ? multiplied(*row, p_, *times) : text;
            row->set(p_, value);
            settings_.push_back({parameter, value, fmt::format("{}:{}", technology_.name, change.line), change.source});
        } catch (TextError const& error) {
            refuse(change, fmt::format("{}: {}", parameter, error.what()));
        }
    }

    void cap(TechnologyChange const& change)
    {
        auto const kind = kind_name(p_.machine.kind);
        if (kind != "gpu")
            refuse(change,
                   fmt::format("power_cap: no clock of a machine of the kind '{}' follows its power here", kind));
        auto const& full = p_.gpu.power;
        auto const& idle = p_.device_energy.idle_power;
        auto        most = Watts{};
        try {
            most = parse<Watts>(change.power_cap);
        } catch (TextError const& error) {
            refuse(change, fmt::format("power_cap: {}", error.what()));
        }
        if (most >= full)
            refuse(change, fmt::format("power_cap: {} is no less than the full power of {}", print(most), print(full)));
        auto const clock = most > idle ? std::cbrt(ratio(most - idle, full - idle)) : 0.0;
        if (clock < least_clock)
            refuse(change, fmt::format("power_cap: {} needs a clock below a third of its own, where voltage falls no "
                                       "more. Give at least {:.0f} W",
                                       print(most), (idle + (full - idle) * std::pow(least_clock, 3)).value() + 0.5));
        apply(change, "gpu.power", {}, print(most));
        for (auto const* each : {"gpu.clock", "gpu.peak_16", "gpu.peak_8", "gpu.peak_4", "gpu.l2_bandwidth"})
            apply(change, each, clock, {});
        for (auto const* each : {"device_energy.mac_16", "device_energy.mac_8", "device_energy.operand"})
            apply(change, each, clock * clock, {});
    }

    Technology const&              technology_;
    Parameters                     p_;
    std::vector<TechnologySetting> settings_;
};

} // namespace

std::vector<std::string> shipped_technologies() { return shared_names("configs/technologies", ".toml"); }

Technology read_technology(std::string const& name_or_path)
{
    auto const is_path = name_or_path.find('/') != std::string::npos || name_or_path.find('.') != std::string::npos;
    auto       path    = name_or_path;
    auto       result  = Technology{};
    result.name        = name_or_path;
    if (!is_path) {
        auto const found = find_shared("configs/technologies/" + name_or_path + ".toml");
        if (!found)
            throw UserError{Exit::no_input,
                            fmt::format("no technology {}{}. Choose one of {}, or give a path", shown(name_or_path),
                                        did_you_mean(name_or_path, shipped_technologies()),
                                        fmt::join(shipped_technologies(), ", "))};
        path        = found->string();
        result.name = "technologies/" + name_or_path + ".toml";
    }
    result.name        = printable(result.name);
    auto const content = read_whole_file(path, limits::toml);
    try {
        Reader{result}.read(parse_toml(content, result.name));
    } catch (toml::parse_error const& error) {
        auto const& at = error.source().begin;
        throw UserError{Exit::bad_config, fmt::format("{}:{}:{}: error: {}", result.name, at.line, at.column,
                                                      printable(std::string{error.description()}))};
    }
    return result;
}

std::vector<TechnologySetting> settings_of(Technology const& technology, Parameters const& machine)
{
    return Applied{technology, machine}.settings();
}

} // namespace scribeline::configs
