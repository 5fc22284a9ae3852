// The table of inference engines: what serves requests on a machine.
#pragma once

#include "configs/schema/table.hpp"

namespace scribeline::configs {

Group engine_group();

} // namespace scribeline::configs
