// Watts of a GPU by what it served: joules of its steps and prompts, and what goes with time.
#include "models/machine_list.hpp"
#include "models/published/measured_case.hpp"

namespace scribeline::models {

namespace {

// Of all devices: joules that go with work and with steps under way, and watts that are always there.
struct Taken {
    configs::Joules spent;
    configs::Watts  always;
};

Taken taken_by(StepReport const& step)
{
    auto taken = Taken{};
    for (auto const& each : step.spent)
        if (each.span == Span::work || each.span == Span::awake)
            taken.spent += each.energy;
        else if (each.span == Span::always)
            taken.always += each.energy / step.latency;
    return taken;
}

} // namespace

configs::Watts gpu_case_power(MeasuredCase const& m)
{
    auto const& c                  = m.gpu;
    auto        config             = configs::Config{};
    config.parameters              = m.parameters;
    config.parameters.run.fidelity = configs::Fidelity::closed_form;
    config.parameters.gpu.devices  = c.gpus;
    config.parameters.gpu.tensor   = c.gpus;
    auto const machine             = make_machine(config);
    auto const step                = taken_by(machine->step({{{c.context, c.batch}}, {}, {}}));
    auto const prompt              = taken_by(machine->step({{}, {}, {{0, c.prompt, 1}}}));
    auto const steps               = static_cast<double>(c.tokens_out) / static_cast<double>(c.batch);
    auto const prompts             = static_cast<double>(c.tokens_in) / static_cast<double>(c.prompt);
    auto const spent               = step.spent * steps + prompt.spent * prompts;
    return (spent / configs::Seconds{c.seconds} + step.always) / static_cast<double>(c.gpus);
}

} // namespace scribeline::models
