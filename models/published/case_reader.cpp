#include "models/published/case_reader.hpp"

#include "configs/failure.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/schema/table.hpp"
#include "configs/share.hpp"
#include "models/published/cell_text.hpp"
#include "models/published/comma_table.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

using configs::did_you_mean;
using configs::shown;
using configs::TextError;

// What `set` may hold besides parameters: how a line of PEs is used.
constexpr auto wavelets_key = "wavelets";
constexpr auto setup_key    = "setup";
// More than any SRAM holds; the runner says how many fit.
constexpr std::uint32_t most_wavelets = 1U << 24U;
constexpr std::uint32_t largest_gemv  = 1U << 20U;

class Reader {
  public:
    Reader(CaseCells const& cells, std::string const& folder, std::vector<CellError>& errors)
        : cells_{cells}, folder_{folder}, errors_{errors}
    {
    }

    MeasuredCase read()
    {
        case_.id        = cell("case_id");
        case_.machine   = cell("machine");
        case_.model     = cell("model");
        case_.region    = cell("region");
        case_.groups    = cell("groups");
        case_.context   = cell("context");
        case_.batch     = cell("batch");
        case_.set       = cell("set");
        case_.source    = cell("source");
        auto const kind = word("kind", std::vector<std::string>{case_kinds.begin(), case_kinds.begin() + wafer_kinds});
        read_measurement(kind);
        if (!case_.batch.empty())
            if (auto const count = whole("batch", 1, 1U << 20U))
                case_.sequences = *count;
        read_set();
        if (!kind)
            return case_;
        case_.kind = static_cast<CaseKind>(*kind);
        switch (case_.kind) {
        case CaseKind::decode:
        case CaseKind::prefill:
            parameter("region", "mapping.region", region_text());
            parameter("groups", "mapping.groups", case_.groups);
            parameter("context", "workload.context", case_.context);
            break;
        case CaseKind::gemv:
            read_gemv();
            break;
        case CaseKind::collective:
        case CaseKind::transfer:
            read_line();
            break;
        case CaseKind::gpu_gemm: // of another set of columns
        case CaseKind::gpu_attention:
        case CaseKind::gpu_prefill_attention:
        case CaseKind::gpu_allreduce:
        case CaseKind::gpu_decode:
        case CaseKind::gpu_served:
        case CaseKind::gpu_power:
        case CaseKind::served:
        case CaseKind::served_trace:
        case CaseKind::served_disaggregated:
            SCRIBELINE_EXPECT(!"a wafer's kind");
        }
        resolve();
        return case_;
    }

  private:
    std::string const& cell(std::string_view column) const
    {
        auto const at = std::find(case_columns.begin(), case_columns.end(), column);
        SCRIBELINE_EXPECT(at != case_columns.end());
        return cells_[static_cast<std::size_t>(at - case_columns.begin())];
    }

    void complain(char const* column, std::string what) { errors_.push_back({column, std::move(what)}); }

    bool has_layers() const { return case_.kind == CaseKind::decode || case_.kind == CaseKind::prefill; }

    // Which of `words` the cell names.
    std::optional<std::size_t> word(char const* column, std::vector<std::string> const& words)
    {
        auto text = std::string{trimmed_cell(cell(column))};
        std::transform(text.begin(), text.end(), text.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
        auto const found = std::find(words.begin(), words.end(), text);
        if (found != words.end())
            return static_cast<std::size_t>(found - words.begin());
        complain(column, fmt::format("{}; expected {}{}", text.empty() ? "empty" : shown(cell(column)) + " is unknown",
                                     fmt::join(words, ", "), text.empty() ? "" : did_you_mean(text, words)));
        return std::nullopt;
    }

    std::optional<std::uint32_t> whole(char const* column, std::uint32_t least, std::uint32_t most)
    {
        return whole(column, cell(column), least, most);
    }
    std::optional<std::uint32_t> whole(char const* column, std::string const& text, std::uint32_t least,
                                       std::uint32_t most)
    {
        std::uint32_t number    = 0;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error == std::errc{} && end == text.data() + text.size() && number >= least && number <= most)
            return number;
        complain(column, fmt::format("{} is no whole number of {} .. {}", shown(text), least, most));
        return std::nullopt;
    }

    // A number, with or without a percent sign where that is its unit.
    std::optional<double> number(char const* column, bool percent)
    {
        auto text = std::string_view{cell(column)};
        if (percent && !text.empty() && text.back() == '%')
            text = trimmed_cell(text.substr(0, text.size() - 1));
        double value            = 0;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        bool const complete     = error == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
        if (complete && (percent ? value >= 0 : value > 0))
            return value;
        complain(column,
                 fmt::format("{}, expected {}", text.empty() ? "empty" : shown(cell(column)) + " is no number in range",
                             percent ? "percent of at least 0, such as 5, or nothing"
                                     : "a number above 0 without thousands separators, such as 12732 or 1.2e-3"));
        return std::nullopt;
    }

    void read_measurement(std::optional<std::size_t> kind)
    {
        std::vector<std::string> metrics, units;
        for (std::size_t i = 0; i + served_metrics < case_metrics.size(); ++i)
            metrics.emplace_back(case_metrics[i].name);
        for (auto const& each : case_units)
            units.emplace_back(each.name);
        auto const metric = word("metric", metrics);
        auto const unit   = word("unit", units);
        if (auto const value = number("value", false))
            case_.value = *value;
        if (!cell("tolerance_percent").empty())
            case_.tolerance = number("tolerance_percent", true);
        if (metric)
            case_.metric = case_metrics[*metric];
        if (unit)
            case_.unit = case_units[*unit];
        if (metric && kind && case_.metric.of_layers && *kind > static_cast<std::size_t>(CaseKind::prefill))
            complain("metric", fmt::format("'{}' is of a model's layers, and a {} has none; expected cycles or latency",
                                           case_.metric.name, case_kinds[*kind]));
        if (metric && unit && case_.metric.is_rate != (case_.unit.of == UnitOf::rate))
            complain("unit", fmt::format("'{}' does not measure '{}'; expected {}", case_.unit.name, case_.metric.name,
                                         case_.metric.is_rate ? "tok/s" : "cycles, ns, us, ms or s"));
    }

    // `420 x 420`, `420X420` and `420×420` are 420x420.
    std::string region_text() const
    {
        auto text = case_.region;
        for (auto at = text.find("\u00d7"); at != std::string::npos; at = text.find("\u00d7"))
            text.replace(at, 2, "x");
        text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
        return text;
    }

    // A cell that is a parameter; empty: its default.
    bool parameter(char const* column, char const* name, std::string const& text)
    {
        if (text.empty())
            return true;
        try {
            configs::find_row(name)->set(scratch_, text);
        } catch (TextError const& error) {
            complain(column, error.what());
            return false;
        }
        overrides_.push_back({fmt::format("column {}", column), name, text});
        return true;
    }

    // `key=value;key=value`
    void read_set()
    {
        auto rest = std::string_view{case_.set};
        while (!rest.empty()) {
            auto const item = trimmed_cell(rest.substr(0, rest.find(';')));
            rest.remove_prefix(std::min(rest.find(';'), rest.size() - 1) + 1);
            if (!item.empty())
                read_override(std::string{item});
        }
    }

    void read_override(std::string const& item)
    {
        auto const equals = item.find('=');
        auto const key    = std::string{trimmed_cell(std::string_view{item}.substr(0, equals))};
        if (equals == std::string::npos || key.empty()) {
            complain("set", fmt::format("{}: expected KEY=VALUE;KEY=VALUE, such as wafer.clock=1.1 GHz", shown(item)));
            return;
        }
        auto const text = std::string{trimmed_cell(std::string_view{item}.substr(equals + 1))};
        if (key == wavelets_key) {
            wavelets_ = text;
        } else if (key == setup_key) {
            setup_ = text;
        } else if (auto const* row = configs::find_row(key); row != nullptr) {
            try {
                row->set(scratch_, text);
                overrides_.push_back({"column set", key, text});
            } catch (TextError const& error) {
                complain("set", fmt::format("{}: {}", key, error.what()));
            }
        } else {
            auto const own = did_you_mean(key, {wavelets_key, setup_key});
            complain("set",
                     fmt::format("{}: unknown key{}", shown(key), own.empty() ? configs::did_you_mean_row(key) : own));
        }
    }

    // The region cell, which these kinds cannot do without.
    std::optional<configs::GridSize> region(char const* expected)
    {
        if (!case_.region.empty() && !parameter("region", "mapping.region", region_text()))
            return std::nullopt;
        auto const grid = case_.region.empty() ? configs::GridSize{} : scratch_.mapping.region;
        if (grid.columns != 0 && grid.rows != 0)
            return grid;
        complain("region",
                 fmt::format("{}, expected {}", case_.region.empty() ? "empty" : shown(case_.region), expected));
        return std::nullopt;
    }

    void read_gemv()
    {
        if (auto const n = whole("model", 1, largest_gemv))
            case_.matrix = *n;
        auto const grid = region("a square such as 600x600");
        if (!grid)
            return;
        if (grid->columns != grid->rows)
            complain("region", fmt::format("{}, expected a square such as 600x600", shown(case_.region)));
        else if (!case_.groups.empty())
            if (auto const groups = whole("groups", 0, grid->columns))
                overrides_.push_back({"column groups", "mapping.groups", std::to_string(*groups)});
        refuse_line_keys();
    }

    void refuse_line_keys()
    {
        for (auto const& [key, text] : {std::pair{wavelets_key, wavelets_}, std::pair{setup_key, setup_}})
            if (text)
                complain("set", fmt::format("'{}' is of collectives and transfers alone", key));
    }

    void read_line()
    {
        auto& wish = case_.line_case;
        if (case_.kind == CaseKind::transfer)
            wish.pattern = LinePattern::transfer;
        else
            read_pattern();
        wish.prepared = case_.kind == CaseKind::collective && wish.stage != workloads::LineStage::all_reduce;
        if (setup_ && *setup_ != "before" && *setup_ != "included")
            complain("set", fmt::format("setup: {} is none of before, included", shown(*setup_)));
        else if (setup_)
            wish.prepared = *setup_ == "before";
        auto const& wavelets = wavelets_ ? *wavelets_ : case_.context;
        if (wavelets.empty())
            complain("set", "expected how many wavelets each PE sends, such as wavelets=64");
        else if (auto const count = whole(wavelets_ ? "set" : "context", wavelets, 1, most_wavelets))
            wish.wavelets = *count;
        auto const grid = region("a line of PEs such as 64x1");
        if (!grid)
            return;
        if ((grid->columns != 1) == (grid->rows != 1)) {
            complain("region",
                     fmt::format("{}, expected a line of at least two PEs such as 64x1", shown(case_.region)));
            return;
        }
        wish.axis = grid->rows == 1 ? workloads::Axis::x : workloads::Axis::y;
        wish.pes  = std::max(grid->columns, grid->rows);
        if (!case_.groups.empty())
            if (auto const groups = whole("groups", 0, wish.pes))
                wish.groups = *groups;
    }

    // `two_level`, `reduce:chain`, `all_reduce:two_level`
    void read_pattern()
    {
        auto&      wish   = case_.line_case;
        auto const colon  = case_.model.find(':');
        auto const stage  = colon == std::string::npos ? std::string{} : case_.model.substr(0, colon);
        auto const name   = colon == std::string::npos ? case_.model : case_.model.substr(colon + 1);
        auto const known  = std::vector<std::string>{line_patterns.begin(), line_patterns.end()};
        auto const stages = std::vector<std::string>{"reduce", "all_reduce"};
        auto const found  = std::find(known.begin(), known.end(), name);
        if (found == known.end()) {
            complain("model", fmt::format("{}; expected {}, alone or behind reduce: or all_reduce:{}",
                                          name.empty() ? "no collective" : shown(name) + " is no collective",
                                          fmt::join(known, ", "), did_you_mean(name, known)));
            return;
        }
        if (!stage.empty() && std::find(stages.begin(), stages.end(), stage) == stages.end()) {
            complain("model", fmt::format("{}: expected reduce or all_reduce before the colon{}", shown(stage),
                                          did_you_mean(stage, stages)));
            return;
        }
        wish.pattern = static_cast<LinePattern>(found - known.begin());
        if (wish.pattern == LinePattern::broadcast && !stage.empty())
            complain("model", "a broadcast reduces nothing; expected 'broadcast' alone");
        if (wish.pattern == LinePattern::star && stage == "all_reduce")
            complain("model", "a star has no all-reduce; expected chain, two_level or tree");
        wish.stage = wish.pattern == LinePattern::broadcast ? workloads::LineStage::broadcast
                     : stage == "all_reduce"                ? workloads::LineStage::all_reduce
                                                            : workloads::LineStage::reduce;
    }

    std::string from_folder(std::string const& name) const
    {
        return is_path(name) && std::filesystem::path{name}.is_relative() && !folder_.empty() ? folder_ + "/" + name
                                                                                              : name;
    }

    // Everything together: what single cells cannot tell.
    void resolve()
    {
        if (has_layers())
            refuse_line_keys();
        if (case_.machine.empty())
            complain("machine",
                     fmt::format("empty; expected one of {}, or a file", fmt::join(configs::shipped_machines(), ", ")));
        if (has_layers() && case_.model.empty())
            complain("model", "empty; expected a name ('scribeline list models') or a config.json");
        if (!errors_.empty())
            return;
        configs::CommandLine line;
        line.command    = "published";
        line.machine    = from_folder(known_as(case_.machine, configs::shipped_machines()));
        auto const what = has_layers() ? known_as(case_.model, workloads::shipped_models()) : std::string{};
        if (!what.empty())
            line.overrides.push_back({"column model", "workload.model", from_folder(what)});
        line.overrides.insert(line.overrides.end(), overrides_.begin(), overrides_.end());
        try {
            configs::machine_parameters(line.machine);
        } catch (configs::UserError const& error) {
            complain("machine", bare_message(error.what()));
            return;
        }
        try {
            case_.parameters = configs::resolve(line).parameters;
        } catch (configs::UserError const& error) {
            auto const said = bare_message(error.what());
            complain(said.find("mapping.region") == said.npos ? "set" : "region", said);
            return;
        }
        try {
            if (has_layers())
                case_.shape = workloads::read_model(case_.parameters.workload.model);
        } catch (configs::UserError const& error) {
            complain("model", bare_message(error.what()));
        }
    }

    CaseCells const&               cells_;
    std::string const&             folder_;
    std::vector<CellError>&        errors_;
    MeasuredCase                   case_;
    configs::Parameters            scratch_ = configs::default_parameters();
    std::vector<configs::Override> overrides_;
    std::optional<std::string>     wavelets_, setup_;
};

} // namespace

MeasuredCase read_case(CaseCells const& cells, std::string const& folder, std::vector<CellError>& errors)
{
    return Reader{cells, folder, errors}.read();
}

} // namespace scribeline::models
