#include "models/sram/stream_machines.hpp"

#include "models/gpu/step_report.hpp"
#include "models/sram/stream_step.hpp"

#include <string>
#include <utility>

namespace scribeline::models {

namespace {

class Streaming final : public Machine {
  public:
    Streaming(configs::Config const& config, workloads::DecodeStep const& step, StreamMachine const& machine,
              Standing const& names, std::string const& tier)
        : p_{config.parameters}, step_{step}, machine_{machine}, names_{names},
          memory_{tier, machine.peak_rate, machine.sustained}, planned_{run(step_of(p_.workload))}
    {
    }

    Standing standing() const override { return standing_of(planned_, names_.kind, names_.unit); }

    Room room() const override
    {
        return room_of(step_on_stream(machine_, step_, p_, {{{step_.context, 1}}, {}, {}}), memory_);
    }

    StepReport step(StepWork const& work) override
    {
        if (work.tokens() == 0)
            return {};
        auto evidence     = Evidence{};
        evidence.fidelity = "stream";
        evidence.said     = "bytes over bandwidth, arithmetic over its rate, and a fixed time an operator";
        return report_of(run(work), memory_, std::move(evidence));
    }

  private:
    StepOutcome run(StepWork const& work) const
    {
        auto outcome = step_on_stream(machine_, step_, p_, work);
        require_fit(outcome, step_.shape.name, names_.unit);
        return outcome;
    }

    configs::Parameters   p_;
    workloads::DecodeStep step_;
    StreamMachine         machine_;
    Standing              names_;
    DeviceMemory          memory_;
    StepOutcome           planned_;
};

} // namespace

std::unique_ptr<Machine> make_sram_machine(configs::Config const& config, workloads::DecodeStep const& step)
{
    return std::make_unique<Streaming>(config, step, sram_rack(config.parameters, step), Standing{"sram", "chip"},
                                       "sram");
}

std::unique_ptr<Machine> make_plain_machine(configs::Config const& config, workloads::DecodeStep const& step)
{
    return std::make_unique<Streaming>(config, step, plain_accelerators(config.parameters, step),
                                       Standing{"plain", "accelerator"}, "dram");
}

} // namespace scribeline::models
