// Values that are fine one by one but not together.
#pragma once

#include "configs/config.hpp"

#include <string>
#include <vector>

namespace scribeline::configs {

// One complete sentence each: which values, who set them, what to do. Empty when all is well.
std::vector<std::string> inconsistencies(Config const& config);

} // namespace scribeline::configs
