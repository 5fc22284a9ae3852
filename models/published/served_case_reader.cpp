#include "models/published/served_case_reader.hpp"

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

#include <fmt/format.h>

namespace scribeline::models {

namespace {

using configs::shown;

constexpr std::uint64_t most_requests = 1'000'000; // of a case
constexpr std::uint64_t rounds = 10; // requests of a closed loop, for each that is under way, where none are given

class ServedReader {
  public:
    ServedReader(ServedCaseCells const& cells, std::string const& folder, std::vector<CellError>& errors)
        : cells_{cells}, folder_{folder}, errors_{errors}
    {
    }

    MeasuredCase read()
    {
        case_.id      = cell("case_id");
        case_.machine = cell("machine");
        case_.model   = cell("model");
        case_.source  = cell("source");
        case_.set     = described();
        read_kind();
        read_measurement();
        read_load();
        read_set();
        if (errors_.empty())
            resolve();
        case_.served = std::make_shared<ServedCase const>(served_);
        return case_;
    }

  private:
    std::string const& cell(std::string_view column) const
    {
        auto const at = std::find(served_case_columns.begin(), served_case_columns.end(), column);
        SCRIBELINE_EXPECT(at != served_case_columns.end());
        return cells_[static_cast<std::size_t>(at - served_case_columns.begin())];
    }

    void complain(char const* column, std::string what) { errors_.push_back({column, std::move(what)}); }

    // What the report has no column of its own for.
    std::string described() const
    {
        auto text = std::string{};
        for (auto const* column : {"decode_machine", "engine", "version", "replicas", "decode_replicas", "input",
                                   "output", "concurrency", "requests", "trace"})
            if (!cell(column).empty())
                text += fmt::format("{}{}={}", text.empty() ? "" : ";", column, cell(column));
        if (!cell("set").empty())
            text += fmt::format("{}{}", text.empty() ? "" : ";", cell("set"));
        return text;
    }

    std::size_t word(char const* column, std::vector<std::string> const& known)
    {
        auto const found = std::find(known.begin(), known.end(), cell(column));
        if (found != known.end())
            return static_cast<std::size_t>(found - known.begin());
        complain(column, fmt::format("{} is none of {}{}", shown(cell(column)), fmt::join(known, ", "),
                                     configs::did_you_mean(cell(column), known)));
        return 0;
    }

    void read_kind()
    {
        auto const first = wafer_kinds + gpu_kinds;
        case_.kind       = static_cast<CaseKind>(static_cast<std::size_t>(first) +
                                           word("kind", {case_kinds.begin() + first, case_kinds.end()}));
    }

    void read_measurement()
    {
        auto const first   = case_metrics.size() - served_metrics;
        auto       metrics = std::vector<std::string>{}, units = metrics;
        for (auto i = first; i < case_metrics.size(); ++i)
            metrics.emplace_back(case_metrics[i].name);
        for (auto const& each : case_units)
            units.emplace_back(each.name);
        case_.metric = case_metrics[first + word("metric", metrics)];
        case_.unit   = case_units[word("unit", units)];
        if (errors_.empty() &&
            (case_.unit.of == UnitOf::cycles || case_.metric.is_rate != (case_.unit.of == UnitOf::rate)))
            complain("unit", fmt::format("{} does not measure {}; expected {}", shown(cell("unit")), case_.metric.name,
                                         case_.metric.is_rate ? "tok/s" : "ns, us, ms or s"));
        case_.value = number("value");
        if (!cell("tolerance_percent").empty())
            case_.tolerance = number("tolerance_percent");
    }

    double number(char const* column)
    {
        auto const& text        = cell(column);
        double      value       = 0;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error == std::errc{} && end == text.data() + text.size() && std::isfinite(value) && value > 0)
            return value;
        complain(column, fmt::format("{}, expected a number above 0", text.empty() ? "empty" : shown(text)));
        return 1;
    }

    std::uint64_t count(char const* column, std::uint64_t otherwise, std::uint64_t most)
    {
        auto const& text = cell(column);
        if (text.empty() && otherwise > 0)
            return otherwise;
        std::uint64_t value     = 0;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error == std::errc{} && end == text.data() + text.size() && value > 0 && value <= most)
            return value;
        complain(column, fmt::format("{}, expected a whole number of 1 .. {} for {}",
                                     text.empty() ? "empty" : shown(text), most, name_of(case_.kind)));
        return 1;
    }

    void read_load()
    {
        if (case_.kind == CaseKind::served_trace) {
            if (cell("trace").empty())
                complain("trace", "empty; expected a file of requests");
            served_.trace = std::filesystem::path{cell("trace")}.is_relative() && !folder_.empty()
                                ? folder_ + "/" + cell("trace")
                                : cell("trace");
            return;
        }
        auto const length = [&](char const* column) {
            try {
                return workloads::parse_distribution(cell(column));
            } catch (configs::TextError const& error) {
                complain(column, cell(column).empty() ? "empty; expected tokens, such as 1024" : error.what());
            }
            return workloads::fixed(1);
        };
        served_.input              = length("input");
        served_.output             = length("output");
        auto const together        = count("concurrency", 0, most_requests / rounds);
        served_.system.concurrency = together;
        served_.requests           = count("requests", together * rounds, most_requests);
        case_.batch                = cell("concurrency");
    }

    // `key=value;key=value`
    void read_set()
    {
        auto rest = std::string_view{cell("set")};
        while (!rest.empty()) {
            auto const item = std::string{trimmed_cell(rest.substr(0, rest.find(';')))};
            rest.remove_prefix(std::min(rest.find(';'), rest.size() - 1) + 1);
            if (item.empty())
                continue;
            auto const equals = item.find('=');
            auto const key    = std::string{trimmed_cell(std::string_view{item}.substr(0, equals))};
            if (equals == std::string::npos || configs::find_row(key) == nullptr)
                complain("set", fmt::format("{}: expected KEY=VALUE;KEY=VALUE with keys of 'scribeline list "
                                            "parameters'{}",
                                            shown(item), configs::did_you_mean_row(key)));
            else
                overrides_.push_back(
                    {"column set", key, std::string{trimmed_cell(std::string_view{item}.substr(equals + 1))}});
        }
    }

    std::string from_folder(std::string const& name) const
    {
        return is_path(name) && std::filesystem::path{name}.is_relative() && !folder_.empty() ? folder_ + "/" + name
                                                                                              : name;
    }

    void add_pool(char const* column, Role role, std::uint32_t replicas)
    {
        auto line    = configs::CommandLine{};
        line.command = "published";
        line.machine = from_folder(cell(column));
        if (cell(column).empty()) {
            complain(column, "empty; expected one such as h100:8, or a file");
            return;
        }
        auto const model = known_as(case_.model, workloads::shipped_models());
        line.overrides.push_back({"column model", "workload.model", from_folder(model)});
        for (auto const& [given, key] : {std::pair{"engine", "engine.name"}, std::pair{"version", "engine.version"}})
            if (!cell(given).empty())
                line.overrides.push_back({fmt::format("column {}", given), key, cell(given)});
        line.overrides.insert(line.overrides.end(), overrides_.begin(), overrides_.end());
        try {
            auto pool           = PoolSpec{};
            pool.name           = role == Role::all ? "serve" : role == Role::prefill ? "prefill" : "decode";
            pool.role           = role;
            pool.replicas       = replicas;
            pool.config         = configs::resolve(line);
            pool.config.machine = line.machine;
            case_.parameters    = pool.config.parameters;
            case_.shape         = workloads::read_model(case_.parameters.workload.model);
            served_.system.pools.push_back(std::move(pool));
        } catch (configs::UserError const& error) {
            complain(column, bare_message(error.what()));
        }
    }

    void resolve()
    {
        if (case_.model.empty()) {
            complain("model", "empty; expected a name ('scribeline list models') or a config.json");
            return;
        }
        constexpr std::uint64_t most_replicas = 4096;
        auto const              replicas      = static_cast<std::uint32_t>(count("replicas", 1, most_replicas));
        served_.system.name                   = case_.id;
        if (case_.kind != CaseKind::served_disaggregated) {
            add_pool("machine", Role::all, replicas);
            return;
        }
        add_pool("machine", Role::prefill, replicas);
        add_pool("decode_machine", Role::decode,
                 static_cast<std::uint32_t>(count("decode_replicas", 1, most_replicas)));
    }

    ServedCaseCells const&         cells_;
    std::string const&             folder_;
    std::vector<CellError>&        errors_;
    MeasuredCase                   case_;
    ServedCase                     served_;
    std::vector<configs::Override> overrides_;
};

} // namespace

MeasuredCase read_served_case(ServedCaseCells const& cells, std::string const& folder, std::vector<CellError>& errors)
{
    return ServedReader{cells, folder, errors}.read();
}

} // namespace scribeline::models
