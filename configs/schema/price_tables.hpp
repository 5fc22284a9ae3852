// The table of prices: of a device of any machine, and of what is around it.
#pragma once

#include "configs/schema/table.hpp"

namespace scribeline::configs {

Group price_group();

} // namespace scribeline::configs
