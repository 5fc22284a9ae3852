#include "models/gpu/gpu_machine.hpp"

#include "models/gpu/accelerator.hpp"
#include "models/gpu/forms/gpu_step.hpp"
#include "models/gpu/gpu_system.hpp"
#include "models/gpu/host_offload.hpp"
#include "models/gpu/step_report.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

// What the tiers of the host could not take, or that there might be some.
std::string tiers_of(configs::Parameters const& p, Footprint const& memory)
{
    auto text = std::string{};
    for (auto const& [name, key] :
         {std::pair{&p.gpu.weights_tier, "gpu.weights_tier"}, {&p.gpu.kv_tier, "gpu.kv_tier"}})
        if (*name != "none")
            text += fmt::format("; {} takes at most {} of each GPU ({})", *name,
                                size_text(tier_of_one_gpu(p, *name).capacity), key);
    if (text.empty() && memory.weights + memory.runtime > memory.capacity)
        return "; gpu.weights_tier names memory of the host that takes weights";
    return text.empty() ? "; gpu.kv_tier names memory of the host that takes keys and values" : text;
}

class GpuMachine final : public Machine {
  public:
    GpuMachine(configs::Config const& config, workloads::DecodeStep const& step)
        : p_{config.parameters}, step_{step}, chosen_{plan_of(step, p_)},
          memory_{"hbm", p_.gpu.memory_bandwidth, chosen_.memory_share}, planned_{run(step_of(p_.workload))}
    {
    }

    Standing standing() const override { return standing_of(planned_, "gpu", "GPU"); }

    Room room() const override
    {
        return room_of(step_on_gpus(step_, p_, chosen_.memory_share, chosen_.plan, {{{step_.context, 1}}, {}, {}}),
                       memory_);
    }

    StepReport step(StepWork const& work) override
    {
        if (work.tokens() == 0)
            return {};
        auto outcome  = run(work);
        auto evidence = Evidence{};
        evidence.form = outcome.floor;
        if (p_.run.fidelity == configs::Fidelity::closed_form) {
            evidence.fidelity = "forms";
            evidence.said     = "closed forms of every kernel and collective; the banks of the HBM are simulated";
            return report_of(outcome, memory_, std::move(evidence));
        }
        auto        recorded = std::make_shared<RecordedGpuSystem>(system().run(gpu_program(step_, outcome)));
        auto const& ran      = recorded->run;
        take_time(outcome, ran.time, ran.parts);
        evidence.fidelity      = "modules";
        evidence.said          = "SystemC modules of devices, memories, switches and links, which ask one another over "
                                 "TLM-2.0 sockets";
        evidence.modules       = ran.modules;
        evidence.transactions  = ran.simulated;
        evidence.kernel_events = ran.kernel_events;
        auto report            = report_of(outcome, memory_, std::move(evidence));
        report.books           = ran.books();
        report.transfers       = std::move(recorded);
        return report;
    }

  private:
    struct Chosen {
        GpuPlan plan;
        double  memory_share;
    };

    static Chosen plan_of(workloads::DecodeStep const& step, configs::Parameters const& p)
    {
        auto const chosen = choose_gpu_plan(step, p, step_of(p.workload));
        return {chosen.plan, chosen.memory_share};
    }

    // Made when it is first asked for; it runs one step after another.
    GpuSystem& system()
    {
        auto options         = GpuSystemOptions{};
        options.trace_events = p_.run.trace ? p_.run.trace_events : 0;
        if (system_ == nullptr)
            system_ = std::make_unique<GpuSystem>(p_, chosen_.plan, options);
        return *system_;
    }

    StepOutcome run(StepWork const& work) const
    {
        auto outcome = step_on_gpus(step_, p_, chosen_.memory_share, chosen_.plan, work);
        require_fit(outcome, step_.shape.name, "GPU", tiers_of(p_, outcome.footprint));
        return outcome;
    }

    configs::Parameters   p_;
    workloads::DecodeStep step_;
    Chosen                chosen_;
    DeviceMemory          memory_;
    StepOutcome           planned_;

    std::unique_ptr<GpuSystem> system_;
};

} // namespace

std::unique_ptr<Machine> make_gpu_machine(configs::Config const& config, workloads::DecodeStep const& step)
{
    return std::make_unique<GpuMachine>(config, step);
}

} // namespace scribeline::models
