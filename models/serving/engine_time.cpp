#include "models/serving/engine_time.hpp"

#include "configs/schema/gpu_tables.hpp"

namespace scribeline::models {

EngineTime engine_time(configs::Parameters const& parameters, std::uint32_t layers)
{
    auto const& kind = parameters.machine.kind;
    if (configs::applies("sram", kind))
        return {parameters.sram.server, {}, {}, {}};
    if (!configs::applies("gpu", kind) && !configs::applies("plain", kind))
        return {};
    auto const& engine = parameters.engine;
    return {engine.step_overhead + engine.layer_overhead * layers, engine.request_overhead,
            engine.prompt_layer_launch * layers, engine.api_token};
}

} // namespace scribeline::models
