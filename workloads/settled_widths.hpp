// The widths of a configuration, once it is known which model they are of.
#pragma once

#include "configs/config.hpp"
#include "workloads/model_shape.hpp"

namespace scribeline::workloads {

// Where the widths of weights are left to the checkpoint: their mean; and the width of keys and values that the file
// states, unless somebody has set it.
void settle_widths(configs::Config&, ModelShape const&);

} // namespace scribeline::workloads
