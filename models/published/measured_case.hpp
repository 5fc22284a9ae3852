// One row of measured cases: what ran where, what was measured, and how close the model must come. Rows are read by
// cases_file.hpp, run by run_case.hpp.
#pragma once

#include "configs/parameters.hpp"
#include "models/published/gpu_case.hpp"
#include "models/published/line_case.hpp"
#include "workloads/model_shape.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scribeline::models {

enum class CaseKind : std::uint8_t {
    decode,
    prefill,
    gemv,
    collective,
    transfer,
    gpu_gemm,
    gpu_attention,
    gpu_prefill_attention,
    gpu_allreduce,
    gpu_decode,
    gpu_served,
    gpu_power,
    served,
    served_trace,
    served_disaggregated,
};
inline constexpr std::array     case_kinds{"decode",
                                       "prefill",
                                       "gemv",
                                       "collective",
                                       "transfer",
                                       "gpu_gemm",
                                       "gpu_attention",
                                       "gpu_prefill_attention",
                                       "gpu_allreduce",
                                       "gpu_decode",
                                       "gpu_served",
                                       "gpu_power",
                                       "served",
                                       "served_trace",
                                       "served_disaggregated"};
inline constexpr std::ptrdiff_t wafer_kinds = 5; // the first ones; those behind have other columns (gpu_case.hpp),
inline constexpr std::ptrdiff_t gpu_kinds   = 7; // and the last ones others again (served_case.hpp)
inline bool                     is_served(CaseKind kind) { return kind >= CaseKind::served; }
inline bool is_of_gpus(CaseKind kind) { return static_cast<std::ptrdiff_t>(kind) >= wafer_kinds && !is_served(kind); }
inline char const* name_of(CaseKind kind) { return case_kinds[static_cast<std::size_t>(kind)]; }

struct ServedCase; // models/published/served_case.hpp

// A metric is of what the row runs (one layer, one product, one collective), or of a token: layers times that. Names
// that the results of `run` and the published tables use mean the same as ours.
struct CaseMetric {
    char const* name;
    bool        of_layers; // means something only where a model has layers: decode and prefill
    bool        of_token;
    bool        is_rate; // tokens in a time; else cycles or a time
};
inline constexpr std::array case_metrics{
    CaseMetric{"cycles_per_layer", true, false, false},
    CaseMetric{"cycles", false, false, false},
    CaseMetric{"latency", false, false, false},
    CaseMetric{"time_per_token", true, true, false},
    CaseMetric{"time_per_output_token", true, true, false},
    CaseMetric{"cycles_per_token", true, true, false},
    CaseMetric{"tokens_per_second", true, true, true},
    CaseMetric{"tokens_per_second_per_user", true, true, true},
    CaseMetric{"tokens_per_request_per_s", true, true, true},
    CaseMetric{"prompt_tokens_per_s", true, true, true},
    CaseMetric{"prompt_tokens_per_second", true, true, true},
    CaseMetric{"device_power", false, false, false},
    CaseMetric{"time_to_first_token", false, false, false},
    CaseMetric{"inter_token_latency", false, false, false},
    CaseMetric{"end_to_end_latency", false, false, false},
    CaseMetric{"queue_time", false, false, false},
    CaseMetric{"makespan", false, false, false},
    CaseMetric{"output_tokens_per_second", false, false, true},
};
inline constexpr std::size_t served_metrics = 6; // the last ones: of requests that were served

enum class UnitOf : std::uint8_t { cycles, time, rate, power };
struct CaseUnit {
    char const* name;
    UnitOf      of;
    double      seconds; // in one of it, for times
};
inline constexpr std::array case_units{
    CaseUnit{"cycles", UnitOf::cycles, 0},   CaseUnit{"cycle", UnitOf::cycles, 0},
    CaseUnit{"ns", UnitOf::time, 1e-9},      CaseUnit{"us", UnitOf::time, 1e-6},
    CaseUnit{"\u00b5s", UnitOf::time, 1e-6}, CaseUnit{"\u03bcs", UnitOf::time, 1e-6}, // micro sign, Greek mu
    CaseUnit{"ms", UnitOf::time, 1e-3},      CaseUnit{"s", UnitOf::time, 1},
    CaseUnit{"tok/s", UnitOf::rate, 0},      CaseUnit{"tokens/s", UnitOf::rate, 0},
    CaseUnit{"token/s", UnitOf::rate, 0},    CaseUnit{"W", UnitOf::power, 0},
};

// Every file of wafer cases has all of these columns, in any order.
inline constexpr std::array case_columns{"case_id",           "kind",  "machine", "model",  "region", "groups",
                                         "context",           "batch", "set",     "metric", "value",  "unit",
                                         "tolerance_percent", "source"};

struct MeasuredCase {
    // Where it stands, and its cells as they are printed again.
    std::string file;
    std::size_t line = 0;
    std::string id, machine, model, region, groups, context, batch, set, source;

    CaseKind              kind   = CaseKind::decode;
    CaseMetric            metric = case_metrics[0];
    CaseUnit              unit   = case_units[0];
    double                value  = 0;    // in `unit`
    std::optional<double> tolerance;     // percent; none: report only
    std::uint32_t         sequences = 1; // the batch

    // What the cells mean.
    configs::Parameters   parameters{};
    workloads::ModelShape shape{};    // decode and prefill
    std::uint32_t         matrix = 0; // gemv: N of the product [1, N] x [N, N]
    LineCase              line_case;  // collective and transfer
    GpuCase               gpu;        // the kinds of GPUs

    std::shared_ptr<ServedCase const> served; // the kinds that are served

    // Cycles of what the row runs, in the row's metric and unit, at the row's clock. The tokens of a rate are those
    // that the row makes in that time: one, or in a prefill the whole prompt.
    double in_unit(double cycles) const;
    // Of a prefill: tokens of the prompt, all of the context where the row does not say.
    std::uint32_t prompt() const
    {
        return parameters.workload.prompt > 0 ? parameters.workload.prompt : parameters.workload.context;
    }
};

} // namespace scribeline::models
