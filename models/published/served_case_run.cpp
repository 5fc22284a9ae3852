#include "configs/failure.hpp"
#include "models/published/measured_case.hpp"
#include "models/published/served_case.hpp"
#include "models/serving/serving_summary.hpp"
#include "models/serving/serving_system.hpp"
#include "workloads/requests/drawn.hpp"
#include "workloads/requests/trace.hpp"

#include <string>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

// Machines as much faster and slower: about what their models are off on kernels that were measured.
constexpr double band = 0.05;

ServingSummary summary_of_case(ServedCase const& served, double time_scale = 1)
{
    auto system       = served.system;
    system.time_scale = time_scale;
    auto source       = std::unique_ptr<workloads::RequestSource>{};
    if (!served.trace.empty()) {
        source = workloads::open_trace(served.trace, {});
    } else {
        auto workload   = workloads::DrawnWorkload{};
        workload.input  = served.input;
        workload.output = served.output;
        workload.count  = served.requests;
        source          = workloads::draw_requests(workload);
    }
    return summary_of(serve(system, *source), {});
}

// Rows that follow each other and differ in nothing but the figure.
struct Remembered {
    ServingSummary summary, faster, slower;
    bool           saturated = false;
};

Remembered const& remembered(MeasuredCase const& m)
{
    static thread_local auto last  = std::string{};
    static thread_local auto known = Remembered{};
    auto const               key   = fmt::format("{}|{}|{}|{}|{}", m.file, name_of(m.kind), m.machine, m.model, m.set);
    if (key != last) {
        known           = {};
        known.summary   = summary_of_case(*m.served);
        known.saturated = m.kind == CaseKind::served_trace && known.summary.load() > 1.1;
        if (known.saturated) { // whoever waits, waits for all before: small errors add up
            known.faster = summary_of_case(*m.served, 1 - band);
            known.slower = summary_of_case(*m.served, 1 + band);
        }
        last = key;
    }
    return known;
}

double figure_of(ServingSummary const& s, std::string_view metric)
{
    return metric == "time_to_first_token"   ? s.first_token.mean
           : metric == "inter_token_latency" ? s.inter_token.mean
           : metric == "end_to_end_latency"  ? s.latency.mean
           : metric == "queue_time"          ? s.queue.mean
           : metric == "makespan"            ? s.seconds
                                             : s.output_rate();
}

} // namespace

ServedFigure served_figure(MeasuredCase const& m)
{
    auto const& known   = remembered(m);
    auto const& summary = known.summary;
    auto const  value   = figure_of(summary, m.metric.name);
    if (!(value > 0))
        throw configs::UserError{
            configs::Exit::answer_is_no,
            fmt::format("of {} requests {} were served: the figure has no value", summary.requests, summary.served)};
    if (!known.saturated)
        return {value, {}};
    auto const unit = m.unit.of == UnitOf::rate ? 1 : m.unit.seconds;
    auto const low  = figure_of(known.faster, m.metric.name) / unit,
               high = figure_of(known.slower, m.metric.name) / unit;
    return {value, fmt::format("saturated: requests arrive {:.2f} times as fast as they are served. Machines {:.0f} % "
                               "faster or slower: {:.4g} .. {:.4g} {}",
                               summary.load(), band * 100, low, high, m.unit.name)};
}

} // namespace scribeline::models
