#include "models/token/first_token.hpp"

namespace scribeline::models {

FirstToken first_token(Machine& machine, configs::WorkloadParams const& workload, configs::Seconds step)
{
    auto const prompts = machine.step(prompts_of(workload));
    return {prompts.latency + (prompts.gives_token ? configs::Seconds{} : step), prompts.evidence,
            prompts.deviation_of_form()};
}

} // namespace scribeline::models
