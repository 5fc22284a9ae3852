#include "models/sram/stream_machines.hpp"

#include "models/gpu/step_report.hpp"
#include "models/sram/stream_step.hpp"
#include "models/sram/stream_system.hpp"

#include <string>
#include <utility>

namespace scribeline::models {

namespace {

class Streaming final : public Machine {
  public:
    Streaming(configs::Config const& config, workloads::DecodeStep const& step, StreamMachine const& machine,
              Standing const& names, std::string const& tier)
        : p_{config.parameters}, step_{step}, machine_{machine}, names_{names},
          memory_{tier, machine.peak_rate, machine.sustained}, planned_{count(step_of(p_.workload)).form}
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
        auto counted  = count(work);
        auto evidence = Evidence{};
        evidence.form = counted.form.floor;
        if (p_.run.fidelity == configs::Fidelity::closed_form) {
            evidence.fidelity = "forms";
            evidence.said     = "bytes over bandwidth, arithmetic over its rate, and a fixed time an operator";
            return report_of(counted.form, memory_, std::move(evidence));
        }
        auto books = configs::Books{};
        run_modules(counted, evidence, books);
        auto report  = report_of(counted.form, memory_, std::move(evidence));
        report.books = std::move(books);
        return report;
    }

  private:
    StreamStep count(StepWork const& work) const
    {
        auto counted = count_on_stream(machine_, step_, p_, work);
        require_fit(counted.form, step_.shape.name, names_.unit);
        return counted;
    }

    // One program after another; their times in place of those of the forms.
    void run_modules(StreamStep& counted, Evidence& evidence, configs::Books& books)
    {
        auto time  = configs::Seconds{};
        auto parts = StepParts{};
        for (auto const& program : counted.programs) {
            if (system_ == nullptr)
                system_ = std::make_unique<StreamSystem>(machine_, program.layout);
            auto const ran = system_->run(program);
            time += ran.time;
            for (std::size_t i = 0; i < parts.size(); ++i)
                parts[i] += ran.parts[i];
            evidence.modules = ran.modules;
            evidence.transactions += ran.transactions;
            evidence.kernel_events += ran.kernel_events;
            books = ran.books; // counts go on from program to program
        }
        take_time(counted.form, time, parts);
        evidence.fidelity = "modules";
        evidence.said     = "SystemC modules of devices, memories, switches and links, which ask one another over "
                            "TLM-2.0 sockets";
    }

    configs::Parameters   p_;
    workloads::DecodeStep step_;
    StreamMachine         machine_;
    Standing              names_;
    DeviceMemory          memory_;
    StepOutcome           planned_;

    std::unique_ptr<StreamSystem> system_; // made when it is first asked for
};

Standing standing(char const* kind, char const* unit)
{
    auto result = Standing{};
    result.kind = kind;
    result.unit = unit;
    return result;
}

} // namespace

std::unique_ptr<Machine> make_sram_machine(configs::Config const& config, workloads::DecodeStep const& step)
{
    return std::make_unique<Streaming>(config, step, sram_rack(config.parameters, step), standing("sram", "chip"),
                                       "sram");
}

std::unique_ptr<Machine> make_plain_machine(configs::Config const& config, workloads::DecodeStep const& step)
{
    return std::make_unique<Streaming>(config, step, plain_accelerators(config.parameters, step),
                                       standing("plain", "accelerator"), "dram");
}

} // namespace scribeline::models
