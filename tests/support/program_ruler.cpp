// A ruler: whatever it is asked to do, it takes the same time, and most of that is reading.
#include "models/machine_list.hpp"

namespace scribeline::models {

namespace {

using configs::Bytes;
using configs::Seconds;

class Ruler final : public Machine {
  public:
    explicit Ruler(workloads::DecodeStep const& step) : kv_of_token_{step.shape.kv_bytes_per_token(16)} {}

    Standing standing() const override
    {
        auto standing        = Standing{};
        standing.kind        = "ruler";
        standing.unit        = "ruler";
        standing.devices     = 1;
        standing.arrangement = "one ruler measures the whole model";
        return standing;
    }

    Room room() const override
    {
        auto const kv = Bytes{1e9};
        return {{{"wood", kv, {}, {}, kv, static_cast<std::uint64_t>(ratio(kv, kv_of_token_))}}, {}, kv_of_token_};
    }

    StepReport step(StepWork const& work) override
    {
        auto report = StepReport{};
        if (work.tokens() == 0)
            return report;
        report.where             = {{{"weights", "The marks are read.", Seconds{3e-3}},
                                     {"kernel_fixed", "The ruler is put down.", Seconds{1e-3}}}};
        report.fall              = report.where;
        report.latency           = report.where.whole();
        report.interval          = report.latency;
        report.bound_by          = report.where.largest()->name;
        report.evidence.fidelity = "ruler";
        report.evidence.said     = "the same time for any work";
        return report;
    }

  private:
    Bytes kv_of_token_;
};

} // namespace

std::unique_ptr<Machine> make_ruler_machine(configs::Config const&, workloads::DecodeStep const& step)
{
    return std::make_unique<Ruler>(step);
}

} // namespace scribeline::models
