#include "workloads/settled_widths.hpp"

#include "workloads/decode_step.hpp"

#include <string>

namespace scribeline::workloads {

void settle_widths(configs::Config& config, ModelShape const& shape)
{
    auto& params = config.parameters.workload;
    settle_widths(params, shape);
    if (!params.weight_bits.checkpoint || !shape.checkpoint.kv_bits)
        return;
    for (auto& each : config.settings)
        if (each.group == "workload" && each.key == "kv_bits" && each.set_by == "default") {
            params.kv_bits = *shape.checkpoint.kv_bits;
            each.text      = std::to_string(params.kv_bits);
            each.number    = params.kv_bits;
            each.set_by    = "the checkpoint of " + shape.name;
        }
}

} // namespace scribeline::workloads
