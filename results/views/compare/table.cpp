// The page of text.
#include "results/views/compare/print.hpp"

#include "configs/failure.hpp"
#include "configs/units/text.hpp"
#include "results/views/cost_table.hpp"
#include "results/views/defaults.hpp"
#include "results/views/report_text.hpp"
#include "workloads/settled_widths.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using models::Comparison;
using models::ComparisonRow;

constexpr std::size_t label_width = 20, narrowest_column = 12, widest_column = 24;

std::string gigabytes(double bytes) { return fmt::format("{:.1f} GB", bytes / 1e9); }

std::string or_dash(std::optional<configs::Seconds> time) { return time ? duration(time->value()) : "-"; }

std::string rate(std::optional<double> value) { return value ? rate_text(*value) : "-"; }

std::string energy(std::optional<configs::Joules> joules)
{
    return joules ? fmt::format("{:.3g} J", joules->value()) : "-";
}

// As narrow as the narrowest column: "0.112..0.337".
std::string narrow_band(models::Band band)
{
    auto digits = 3;
    while (digits > 1 && band_text(band, digits, "..").size() > narrowest_column)
        --digits;
    return band_text(band, digits, "..");
}

constexpr char const* served = "  served";

// A server around one machine and none around another would compare two things.
bool is_served(Comparison const& c)
{
    return std::all_of(c.rows.begin(), c.rows.end(),
                       [](ComparisonRow const& row) { return !row.token || row.served.has_value(); });
}

struct Line {
    char const*                                      label;
    std::function<std::string(ComparisonRow const&)> text;
};

std::vector<Line> const& lines()
{
    static auto const all = std::vector<Line>{
        {"fits", [](auto const& r) { return std::string{r.fits             ? "yes"
                                                        : r.reason.empty() ? "-"
                                                                           : "no"}; }},
        {"memory needed", [](auto const& r) { return r.memory_share ? percent(*r.memory_share) : "-"; }},
        {"missing", [](auto const& r) { return r.missing ? gigabytes(r.missing->value()) : "-"; }},
        {"devices", [](auto const& r) { return r.devices > 0 ? grouped(r.devices) : "-"; }},
        {"time to first token", [](auto const& r) { return or_dash(r.first_token); }},
        {"time per token", [](auto const& r) { return or_dash(r.token); }},
        {served, [](auto const& r) { return or_dash(r.served); }},
        {"tokens/s, one user", [](auto const& r) { return rate(r.tokens_per_second_per_user()); }},
        {served, [](auto const& r) { return rate(r.served_per_user()); }},
        {"tokens/s, batch", [](auto const& r) { return rate(r.tokens_per_second()); }},
        {"  all in flight", [](auto const& r) { return rate(r.tokens_per_second_in_flight); }},
        {"of peak bandwidth", [](auto const& r) { return r.bandwidth_share ? percent(*r.bandwidth_share) : "-"; }},
        {"energy per token", [](auto const& r) { return energy(r.energy); }},
        {"devices, full power", [](auto const& r) { return energy(r.energy_at_most); }},
        {"USD, million tokens", [](auto const& r) { return narrow_band(r.dollars * 1e6); }},
        {"bound by", [](auto const& r) { return r.bound_by.empty() ? "-" : r.bound_by; }},
        {"fidelity", [](auto const& r) { return r.fidelity.empty() ? "-" : r.fidelity; }},
    };
    return all;
}

// Machine files by their stems: "./designs/wse4.toml:2" is wse4:2. Names that are too long lose their middle, for the
// count behind the colon and the first letters tell machines apart. Where two would look alike, none is cut.
std::vector<std::string> headings_of(Comparison const& c)
{
    auto whole = std::vector<std::string>{}, shorter = whole, cut = whole;
    for (auto const& machine : c.machines) {
        auto const& name  = machine.name;
        auto const  toml  = name.rfind(".toml");
        auto const  slash = name.rfind('/', toml);
        auto const  stem  = slash == std::string::npos ? 0 : slash + 1;
        whole.push_back(configs::printable(name));
        shorter.push_back(configs::printable(
            toml == std::string::npos ? name : name.substr(stem, toml - stem) + name.substr(toml + 5)));
        auto const& text = shorter.back();
        cut.push_back(text.size() <= widest_column ? text
                                                   : text.substr(0, widest_column / 2 - 1) + ".." +
                                                         text.substr(text.size() - (widest_column / 2 - 1)));
    }
    auto const differ = [](std::vector<std::string> names) {
        std::sort(names.begin(), names.end());
        return std::adjacent_find(names.begin(), names.end()) == names.end();
    };
    return differ(cut) ? cut : differ(shorter) ? shorter : whole;
}

// The machines, some side by side, as many as a line has room for.
class Layout {
  public:
    Layout(Comparison const& c, std::size_t width) : headings_{headings_of(c)}
    {
        for (auto const& heading : headings_)
            column_ = std::max(column_, heading.size());
        side_by_side_ = std::max<std::size_t>(1, (width - std::min(width, label_width + 2)) / (column_ + 1));
    }

    // Calls `each` with the first machine of a block and the one behind its last.
    template <class Each> void for_blocks(Each each) const
    {
        for (std::size_t from = 0; from < headings_.size(); from += side_by_side_)
            each(from, std::min(from + side_by_side_, headings_.size()));
    }
    std::string heading(std::size_t machine) const { return headings_.at(machine); }
    std::string line(std::string const& label, std::vector<std::string> const& cells) const
    {
        auto text = fmt::format("  {:<{}}", label, label_width);
        for (auto const& cell : cells)
            text += fmt::format(" {:>{}}", shortened(cell, column_), column_);
        return trimmed(text) + "\n";
    }

  private:
    std::vector<std::string> headings_;
    std::size_t              column_ = narrowest_column, side_by_side_ = 1;
};

std::string at_context(Comparison const& c, std::size_t context, Layout const& layout)
{
    auto       text        = std::string{};
    auto const with_server = is_served(c);
    layout.for_blocks([&](std::size_t from, std::size_t to) {
        auto const cells = [&](auto of) {
            auto list = std::vector<std::string>{};
            for (auto m = from; m < to; ++m)
                list.push_back(of(m));
            return list;
        };
        text += "\n" + layout.line("", cells([&](std::size_t m) { return layout.heading(m); }));
        for (auto const& line : lines())
            if (line.label != served || with_server)
                text += layout.line(line.label, cells([&](std::size_t m) { return line.text(c.row(m, context)); }));
    });
    return text;
}

std::string by_context(Comparison const& c, Layout const& layout)
{
    auto text = std::string{"\nTokens/s of one user, by context\n"};
    layout.for_blocks([&](std::size_t from, std::size_t to) {
        auto names = std::vector<std::string>{};
        for (auto m = from; m < to; ++m)
            names.push_back(layout.heading(m));
        text += "\n" + layout.line("context", names);
        for (std::size_t i = 0; i < c.contexts.size(); ++i) {
            auto cells = std::vector<std::string>{};
            for (auto m = from; m < to; ++m) {
                auto const& row = c.row(m, i);
                cells.push_back(row.fits ? rate(row.tokens_per_second_per_user()) : "does not fit");
            }
            text += layout.line(grouped(c.contexts[i]), cells);
        }
    });
    return text;
}

// Where another machine becomes the fastest, and where one stops to hold the model.
std::string turning_points(Comparison const& c)
{
    auto text = std::string{"\n"};
    for (std::size_t i = 0; i < c.contexts.size(); ++i) {
        auto const best = c.fastest(i);
        if (i > 0 && best == c.fastest(i - 1))
            continue;
        text += best ? fmt::format("  from {} tokens: {} is the fastest\n", grouped(c.contexts[i]),
                                   configs::printable(c.machines[*best].name))
                     : fmt::format("  from {} tokens: none holds it\n", grouped(c.contexts[i]));
    }
    for (std::size_t m = 0; m < c.machines.size(); ++m)
        for (std::size_t i = 0; i < c.contexts.size(); ++i)
            if (!c.row(m, i).fits) {
                text += i == 0 ? fmt::format("  {} never holds it\n", configs::printable(c.machines[m].name))
                               : fmt::format("  {} holds it up to {} tokens, and not {}\n",
                                             configs::printable(c.machines[m].name), grouped(c.contexts[i - 1]),
                                             grouped(c.contexts[i]));
                break;
            }
    return text;
}

bool is_of_all(Comparison const& c, std::size_t context, std::string const& note)
{
    for (std::size_t m = 0; m < c.machines.size(); ++m) {
        auto const& notes = c.row(m, context).notes;
        if (std::find(notes.begin(), notes.end(), note) == notes.end())
            return false;
    }
    return c.machines.size() > 1;
}

// Each said once.
std::string notes(Comparison const& c, std::size_t width)
{
    auto text = std::string{"\nWhat the columns stand for\n"};
    auto seen = std::vector<std::string>{};
    auto once = [&](std::string const& first, std::string const& note) {
        auto const line = hanging(first, configs::printable(note), width);
        if (std::find(seen.begin(), seen.end(), line) == seen.end()) {
            seen.push_back(line);
            text += line;
        }
    };
    for (std::size_t i = 0; i < c.contexts.size(); ++i)
        for (auto const& note : c.row(0, i).notes)
            if (is_of_all(c, i, note)) // about the model
                once(fmt::format("  at {} tokens: ", grouped(c.contexts[i])), note);
    auto const several = c.contexts.size() > 1;
    for (std::size_t m = 0; m < c.machines.size(); ++m)
        for (std::size_t i = 0; i < c.contexts.size(); ++i) {
            auto const& row  = c.row(m, i);
            auto const  name = configs::printable(row.machine);
            auto const  first =
                fmt::format("  {}: ", several ? fmt::format("{} at {}", name, grouped(row.context)) : name);
            if (!row.reason.empty())
                once(first, row.reason);
            else if (i == 0 || row.arrangement != c.row(m, i - 1).arrangement)
                once(first, row.arrangement);
            for (auto const& note : row.notes)
                if (!is_of_all(c, i, note))
                    once(first, note);
        }
    for (auto const& row : c.rows)
        if (!row.fidelity.empty())
            once(fmt::format("  {}: ", row.fidelity), row.fidelity_said);
    auto const has_no_server =
        std::any_of(c.rows.begin(), c.rows.end(), [](auto const& row) { return row.fits && !row.served; });
    if (has_no_server)
        once("  ", "Of machines without a figure for `served`, a server is not modelled: time per token is what the "
                   "hardware needs.");
    if (is_served(c))
        once("  ",
             "served: with an inference engine around it (engine.step_overhead, layer_overhead, request_overhead).");
    else
        once("  ",
             "Left out: figures with a server around the machine, which not all of these machines have. CSV, JSON "
             "and the result file have those that are known.");
    once("  ", "Energy per token: what is known to be spent, with the servers, cooling and power delivery around the "
               "devices. Devices, full power: every device at its published power for the time of the token and "
               "nothing around it, so it may lie below.");
    return text;
}

std::string assumptions(Comparison const& c, std::size_t width)
{
    auto text = std::string{"\nAssumed parameters (scribeline explain KEY)\n"};
    for (auto const& machine : c.machines) {
        auto const assumed = assumed_parameters(machine.config);
        text += hanging(fmt::format("  {}: ", configs::printable(machine.name)),
                        assumed.empty() ? "none" : fmt::format("{}", fmt::join(assumed, ", ")), width);
    }
    return text;
}

} // namespace

std::vector<std::string> assumed_parameters(configs::Config const& config)
{
    auto names = std::vector<std::string>{};
    for (auto const& setting : config.settings)
        if (setting.origin == configs::Origin::assumed)
            names.push_back(setting.group + "." + setting.key);
    return names;
}

// What was not asked for, of the first machine: the model and the context are the same for all.
std::string defaults(Comparison const& c, std::size_t width)
{
    auto text = std::string{};
    auto seen = std::vector<std::string>{};
    for (auto const& machine : c.machines)
        for (auto const& sentence : defaults_of(machine.config))
            if (std::find(seen.begin(), seen.end(), sentence) == seen.end()) {
                seen.push_back(sentence);
                text += hanging("  ", sentence, width);
            }
    if (auto const warning = checkpoint_warning(c.machines.front().config); !warning.empty())
        text += hanging("  warning: ", warning, width);
    return text.empty() ? text : "\nNot asked for\n" + text;
}

// "weights of 16 bits, KV cache of 16", as the model's file has them where that is left to it.
std::string widths(configs::Config config)
{
    auto const& workload = config.parameters.workload;
    if (!workload.weight_bits.checkpoint)
        return fmt::format("weights of {} bits, KV cache of {}", configs::print(workload.weight_bits),
                           workload.kv_bits);
    auto const shape = workloads::read_model(workload.model);
    workloads::settle_widths(config, shape);
    auto const stored = workload.weight_bits.value;
    return fmt::format("weights of {} bits{}, KV cache of {}", std::round(stored * 100) / 100,
                       shape.checkpoint.quantised ? fmt::format(", as the checkpoint has them ({})",
                                                                configs::printable(shape.checkpoint.method))
                                                  : "",
                       workload.kv_bits);
}

std::string comparison_table(Comparison const& c, std::size_t width)
{
    auto const layout = Layout{c, width};
    auto       text   = std::string{};
    for (std::size_t i = 0; i < c.contexts.size(); ++i) {
        text += fmt::format("{}{}, context {}, batch {}; {}\n", i == 0 ? "" : "\n", c.model, grouped(c.contexts[i]),
                            grouped(c.batch), widths(c.machines.front().config));
        text += at_context(c, i, layout);
    }
    if (c.contexts.size() > 1)
        text += by_context(c, layout) + turning_points(c);
    return text + notes(c, width) + assumptions(c, width) + defaults(c, width);
}

std::string comparison_text(Comparison const& comparison, configs::OutputFormat format, std::size_t width)
{
    switch (format) {
    case configs::OutputFormat::json:
        return comparison_json(comparison);
    case configs::OutputFormat::csv:
        return comparison_csv(comparison);
    case configs::OutputFormat::table:
        break;
    }
    return comparison_table(comparison, width);
}

} // namespace scribeline::results
