#include "models/gpu/gpu_machine.hpp"

#include "models/gpu/accelerator.hpp"
#include "models/gpu/forms/gpu_step.hpp"
#include "models/gpu/gpu_system.hpp"
#include "models/gpu/host_offload.hpp"
#include "models/gpu/step_report.hpp"

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
        auto evidence     = Evidence{};
        evidence.fidelity = "kernels";
        evidence.said     = "a model of every kernel and collective; the banks of the HBM are simulated";
        auto report       = report_of(run(work), memory_, std::move(evidence));
        if (p_.run.fidelity == configs::Fidelity::wavelet && is_decode(work))
            add_modules(report, work.decode.front());
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

    static bool is_decode(StepWork const& work)
    {
        return work.decode.size() == 1 && work.verify.empty() && work.prefill.empty();
    }

    // The same step on SystemC modules, in a process of their own: as long, or longer where banks do not keep up.
    void add_modules(StepReport& report, DecodeGroup const& group) const
    {
        auto w    = p_.workload;
        w.context = static_cast<std::uint32_t>(group.context);

        auto recorded =
            run_gpu_system_apart(workloads::decode_step(step_.shape, w), p_, chosen_.memory_share, chosen_.plan,
                                 group.count, {1'000'000, p_.run.trace ? p_.run.trace_events : 0});
        auto const more  = recorded.run.time - report.latency;
        auto const ratio = configs::ratio(recorded.run.time, report.latency);
        auto const part  = workloads::TimePart{"memory_behind", "Banks of the HBM do not keep up with a kernel.", more};
        report.where.parts.push_back(part);
        report.fall.parts.push_back(part);
        for (auto& spent : report.spent) // what does not depend on the work grows with the time
            if (spent.cause == name_of(DeviceEnergyPart::idle) || spent.cause == name_of(DeviceEnergyPart::host))
                spent.energy = spent.energy * ratio;
        report.evidence.form     = report.latency;
        report.evidence.fidelity = "modules";
        report.evidence.said     = "the same kernels on SystemC modules, whose transfers go over TLM-2.0 sockets to "
                                   "HBM and NVLink";
        report.evidence.transactions = recorded.run.transactions();
        report.bandwidth_share       = *report.bandwidth_share / ratio;
        report.interval              = report.interval * ratio;
        report.at_most               = report.at_most * ratio;
        report.latency               = recorded.run.time;
        report.books                 = recorded.run.books();
        report.transfers             = std::make_shared<RecordedGpuSystem const>(std::move(recorded));
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
};

} // namespace

std::unique_ptr<Machine> make_gpu_machine(configs::Config const& config, workloads::DecodeStep const& step)
{
    return std::make_unique<GpuMachine>(config, step);
}

} // namespace scribeline::models
