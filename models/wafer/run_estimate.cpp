#include "models/wafer/run_estimate.hpp"

#include "models/wafer/token_record.hpp"
#include "workloads/mapping/layer_layout.hpp"
#include "workloads/mapping/planner.hpp"
#include "workloads/mapping/region_choice.hpp"
#include "workloads/mapping/token_forms.hpp"

#include <algorithm>

namespace scribeline::models {

namespace {

// Estimated from one layer of 8B on 420x420 PEs of a WSE-2: 13,233 cycles in some 3 s and 450 MB on one core of a
// server. A token of many stages takes less, for PEs whose stage is not at work cost nothing.
constexpr double pe_cycles_per_second = 8e8;
constexpr double bytes_per_pe         = 3000; // queues, routers, PEs, clocks of senders, windows of the activity record
constexpr double bytes_of_program     = 60e6;
constexpr double bytes_per_event      = 2 * 24; // of the trace: the recorder holds up to twice what it keeps
constexpr double seconds_per_event    = 1e-7;

} // namespace

RunEstimate estimate_of_wavelets(configs::Parameters const& p, workloads::DecodeStep const& step,
                                 workloads::TokenPlan const& plan)
{
    auto estimate = RunEstimate{};
    if (workloads::schedule_of(p) == configs::Schedule::pipeline) {
        for (auto const& stage : plan.stages)
            estimate.pes += double{1} * stage.region.columns * stage.region.rows;
        estimate.cycles = plan.candidates.empty() ? 0 : plan.candidates.front().cycles_per_token;
    } else {
        auto const kind = workloads::commonest_kind(step);
        estimate.pes    = double{1} * plan.region.columns * plan.region.rows;
        estimate.cycles = layer_form(step, kind, layouts_of(step, plan.region, p)[kind], p);
    }
    auto const events = p.run.trace ? static_cast<double>(p.run.trace_events) : 0.0;
    estimate.seconds  = estimate.pes * estimate.cycles / pe_cycles_per_second + events * seconds_per_event;
    estimate.bytes    = bytes_of_program + estimate.pes * bytes_per_pe + events * bytes_per_event;
    return estimate;
}

} // namespace scribeline::models
