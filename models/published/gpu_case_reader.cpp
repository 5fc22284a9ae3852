#include "models/published/gpu_case_reader.hpp"

#include "configs/failure.hpp"
#include "configs/schema/gpu_tables.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/schema/table.hpp"
#include "configs/share.hpp"
#include "models/published/cell_text.hpp"
#include "models/published/comma_table.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

using configs::did_you_mean;
using configs::shown;

constexpr std::uint64_t most = std::uint64_t{1} << 40U; // elements, tokens or bytes of anything that was measured
constexpr std::array    libraries{"nccl", "tensorrt_llm", "vllm"}; // in the order of Library

struct TypeName {
    std::string_view name;
    std::uint32_t    bits;
};
constexpr std::array types{TypeName{"bfloat16", 16}, TypeName{"float16", 16}, TypeName{"bf16", 16},
                           TypeName{"fp16", 16},     TypeName{"fp8", 8},      TypeName{"int8", 8},
                           TypeName{"nvfp4", 4},     TypeName{"fp4", 4},      TypeName{"int4", 4}};

class GpuReader {
  public:
    GpuReader(GpuCaseCells const& cells, std::string const& folder, std::vector<CellError>& errors)
        : cells_{cells}, folder_{folder}, errors_{errors}
    {
    }

    MeasuredCase read()
    {
        case_.id      = cell("case_id");
        case_.machine = cell("machine");
        case_.model   = cell("model");
        case_.context = cell("context");
        case_.batch   = cell("batch");
        case_.source  = cell("source");
        case_.set     = described();
        read_kind();
        read_unit();
        case_.value = number("value");
        if (!cell("tolerance_percent").empty())
            case_.tolerance = number("tolerance_percent");
        read_work();
        read_set();
        if (errors_.empty())
            resolve();
        return case_;
    }

  private:
    std::string const& cell(std::string_view column) const
    {
        auto const at = std::find(gpu_case_columns.begin(), gpu_case_columns.end(), column);
        SCRIBELINE_EXPECT(at != gpu_case_columns.end());
        return cells_[static_cast<std::size_t>(at - gpu_case_columns.begin())];
    }

    void complain(char const* column, std::string what) { errors_.push_back({column, std::move(what)}); }

    bool is_power() const { return case_.kind == CaseKind::gpu_power; }
    bool is_step() const
    {
        return case_.kind == CaseKind::gpu_decode || case_.kind == CaseKind::gpu_served || is_power();
    }

    // What the report has no column of its own for.
    std::string described() const
    {
        auto text = std::string{};
        for (auto const* column : {"library", "bits", "activation_bits", "m", "n", "k", "heads", "kv_heads", "head_dim",
                                   "gpus", "bytes", "prompt", "seconds", "tokens_in", "tokens_out"})
            if (!cell(column).empty())
                text += fmt::format("{}{}={}", text.empty() ? "" : ";", column, cell(column));
        if (!cell("set").empty())
            text += fmt::format("{}{}", text.empty() ? "" : ";", cell("set"));
        return text;
    }

    void read_kind()
    {
        auto const known =
            std::vector<std::string>{case_kinds.begin() + wafer_kinds, case_kinds.begin() + wafer_kinds + gpu_kinds};
        auto const found = std::find(known.begin(), known.end(), cell("kind"));
        if (found == known.end())
            complain("kind", fmt::format("{} is none of {}{}", shown(cell("kind")), fmt::join(known, ", "),
                                         did_you_mean(cell("kind"), known)));
        else
            case_.kind = static_cast<CaseKind>(wafer_kinds + (found - known.begin()));
    }

    void read_unit()
    {
        auto const found = std::find_if(case_units.begin(), case_units.end(),
                                        [&](CaseUnit const& unit) { return cell("unit") == unit.name; });
        if (is_power()) {
            if (found == case_units.end() || found->of != UnitOf::power)
                complain("unit", fmt::format("{}; expected W of one GPU", shown(cell("unit"))));
            else
                case_.unit = *found;
            case_.metric = *std::find_if(case_metrics.begin(), case_metrics.end(), [](CaseMetric const& each) {
                return std::string_view{each.name} == "device_power";
            });
            return;
        }
        if (found == case_units.end() || found->of == UnitOf::cycles || found->of == UnitOf::power ||
            (found->of == UnitOf::rate && !is_step())) {
            complain("unit", fmt::format("{}; expected ns, us, ms or s{}", shown(cell("unit")),
                                         is_step() ? ", or tok/s of one user" : ""));
            return;
        }
        case_.unit = *found;
        auto const metric =
            is_step() ? found->of == UnitOf::rate ? "tokens_per_second_per_user" : "time_per_token" : "latency";
        case_.metric = *std::find_if(case_metrics.begin(), case_metrics.end(),
                                     [&](CaseMetric const& each) { return std::string_view{each.name} == metric; });
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

    template <class T> void count(char const* column, T& value)
    {
        auto const& text        = cell(column);
        T           given       = 0;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), given);
        if (error == std::errc{} && end == text.data() + text.size() && given > 0 && given <= most)
            value = given;
        else
            complain(column, fmt::format("{}, expected a whole number of at least 1 for {}",
                                         text.empty() ? "empty" : shown(text), name_of(case_.kind)));
    }

    // A number, or a type as tables of measurements name it.
    void read_bits(char const* column, std::uint32_t& bits)
    {
        auto const found =
            std::find_if(types.begin(), types.end(), [&](TypeName const& each) { return cell(column) == each.name; });
        if (found != types.end()) {
            bits = found->bits;
            return;
        }
        count(column, bits);
        if (bits != 4 && bits != 8 && bits != 16)
            complain(column, fmt::format("{}, expected 4, 8 or 16, or a type such as bfloat16, fp8 or nvfp4", bits));
    }

    void read_library(bool needed)
    {
        auto const& text = cell("library");
        if (text.empty() && !needed)
            return;
        // A version and the way it was measured may follow the name.
        auto name = std::string{};
        for (char const c : text.substr(0, text.find(' ')))
            name += c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        auto const known = std::vector<std::string>{libraries.begin(), libraries.end()};
        auto const found = std::find(known.begin(), known.end(), name);
        if (found == known.end())
            complain("library",
                     fmt::format("{} is none of {}{}", shown(text), fmt::join(known, ", "), did_you_mean(text, known)));
        else
            case_.gpu.library = static_cast<Library>(found - known.begin());
    }

    void read_work()
    {
        auto& c = case_.gpu;
        if (case_.kind == CaseKind::gpu_allreduce) {
            read_library(true);
            count("gpus", c.gpus);
            count("bytes", c.bytes);
            return;
        }
        read_bits("bits", c.bits);
        if (case_.kind == CaseKind::gpu_gemm) {
            c.activation_bits = c.bits;
            if (!cell("activation_bits").empty())
                read_bits("activation_bits", c.activation_bits);
            count("m", c.m);
            count("n", c.n);
            count("k", c.k);
            return;
        }
        count("batch", c.batch);
        count("context", c.context);
        if (is_step()) {
            read_library(false);
            count("gpus", c.gpus);
            if (case_.model.empty())
                complain("model", "empty; expected a name ('scribeline list models') or a config.json");
            if (is_power()) {
                count("prompt", c.prompt);
                count("tokens_in", c.tokens_in);
                count("tokens_out", c.tokens_out);
                c.seconds = number("seconds");
            }
            return;
        }
        count("heads", c.heads);
        count("kv_heads", c.kv_heads);
        count("head_dim", c.head_dim);
        if (c.heads % c.kv_heads != 0)
            complain("heads", fmt::format("{} are not divided evenly among {} key heads", c.heads, c.kv_heads));
    }

    // `key=value;key=value`
    void read_set()
    {
        auto rest = std::string_view{cell("set")};
        while (!rest.empty()) {
            auto const item = std::string{trimmed_cell(rest.substr(0, rest.find(';')))};
            rest.remove_prefix(std::min(rest.find(';'), rest.size() - 1) + 1);
            auto const equals = item.find('=');
            if (item.empty())
                continue;
            auto const key = std::string{trimmed_cell(std::string_view{item}.substr(0, equals))};
            if (equals == std::string::npos || configs::find_row(key) == nullptr)
                complain("set", fmt::format("{}: expected KEY=VALUE;KEY=VALUE with keys of 'scribeline list "
                                            "parameters'{}",
                                            shown(item), configs::did_you_mean_row(key)));
            else
                overrides_.push_back(
                    {"column set", key, std::string{trimmed_cell(std::string_view{item}.substr(equals + 1))}});
        }
    }

    // A shipped machine, or what tables of measurements call its device: h100_sxm, gb200_sxm.
    static std::string machine_named(std::string const& name)
    {
        auto const shipped = configs::shipped_machines();
        auto const known   = known_as(name, shipped);
        if (is_path(name) || std::find(shipped.begin(), shipped.end(), known) != shipped.end())
            return known;
        auto const device = name.substr(0, name.find('_'));
        auto const found  = std::find_if(shipped.begin(), shipped.end(), [&](std::string const& each) {
            return !device.empty() && each.substr(0, each.find('-')) == device;
        });
        return found == shipped.end() ? name : *found;
    }

    std::string from_folder(std::string const& name) const
    {
        return is_path(name) && std::filesystem::path{name}.is_relative() && !folder_.empty() ? folder_ + "/" + name
                                                                                              : name;
    }

    void resolve()
    {
        configs::CommandLine line;
        line.command = "published";
        line.machine = from_folder(machine_named(case_.machine));
        if (is_step()) {
            auto const model = known_as(case_.model, workloads::shipped_models());
            line.overrides.push_back({"column model", "workload.model", from_folder(model)});
            line.overrides.push_back({"column context", "workload.context", case_.context});
            line.overrides.push_back({"column bits", "workload.weight_bits", std::to_string(case_.gpu.bits)});
        }
        line.overrides.insert(line.overrides.end(), overrides_.begin(), overrides_.end());
        try {
            if (case_.machine.empty())
                complain("machine", "empty; expected one such as h100, or a file");
            else if (!configs::applies("gpu", configs::kind_of_machine(line.machine)))
                complain("machine", fmt::format("{} is no GPU", shown(case_.machine)));
        } catch (configs::UserError const& error) {
            complain("machine", bare_message(error.what()));
        }
        if (!errors_.empty())
            return;
        try {
            case_.parameters = configs::resolve(line).parameters;
        } catch (configs::UserError const& error) {
            complain("set", bare_message(error.what()));
            return;
        }
        try {
            if (is_step())
                case_.shape = workloads::read_model(case_.parameters.workload.model);
        } catch (configs::UserError const& error) {
            complain("model", bare_message(error.what()));
        }
    }

    GpuCaseCells const&            cells_;
    std::string const&             folder_;
    std::vector<CellError>&        errors_;
    MeasuredCase                   case_;
    std::vector<configs::Override> overrides_;
};

} // namespace

MeasuredCase read_gpu_case(GpuCaseCells const& cells, std::string const& folder, std::vector<CellError>& errors)
{
    return GpuReader{cells, folder, errors}.read();
}

} // namespace scribeline::models
