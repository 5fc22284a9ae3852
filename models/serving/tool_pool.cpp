#include "models/serving/tool_pool.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

constexpr std::uint32_t most_cores = 1U << 24U;
constexpr double        most_speed = 1e6;

} // namespace

ToolPool::ToolPool(ToolSpec const& spec)
{
    outcome_.spec     = spec;
    auto const refuse = [&](std::string const& what) {
        throw configs::UserError{configs::Exit::bad_config, fmt::format("tools: {}", what)};
    };
    if (spec.cores < 1 || spec.cores > most_cores)
        refuse(fmt::format("cores = {}: expected 1 to {}", spec.cores, most_cores));
    if (!(spec.speed >= 1 / most_speed && spec.speed <= most_speed))
        refuse(fmt::format("speed = {}: expected 0.000001 to 1,000,000 times that of the recording", spec.speed));
}

ToolPool::Run ToolPool::run(Ticks at, Ticks work)
{
    auto run  = Run{at, at};
    auto time = static_cast<Ticks>(std::llround(static_cast<double>(work) / outcome_.spec.speed));
    if (ends_.size() == outcome_.spec.cores) {
        run.start = std::max(at, ends_.top());
        ends_.pop();
    }
    run.end = run.start + time;
    ends_.push(run.end);
    ++outcome_.jobs;
    outcome_.queued_jobs += run.start > at;
    outcome_.busy += time;
    outcome_.queued += run.start - at;
    // Cores that were free long ago are free: their number is that of those at work.
    while (!ends_.empty() && ends_.top() <= at)
        ends_.pop();
    outcome_.most_busy = std::max<std::uint64_t>(outcome_.most_busy, ends_.size());
    return run;
}

ToolModule::ToolModule(sc_core::sc_module_name name, ToolSpec const& spec)
    : sc_core::sc_module{name}, inlet{"inlet",
                                      [this](Message& message) {
                                          auto const run = pool_.run(message.at, message.work);
                                          message.queued = run.start - message.at;
                                          message.at     = run.end;
                                      }},
      pool_{spec}
{
}

} // namespace scribeline::models
