// What is said when no plan holds the model.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/mapping/tiling.hpp"

#include <cstdint>

namespace scribeline::workloads {

// All throw configs::UserError: answer_is_no, but for narrow tables bad_config.

// A block alone is too large for this region, the largest there can be.
[[noreturn]] void refuse_block(Tiling const& largest, configs::Parameters const&);

// It needs `wafers`, in the regions that need the fewest, and they are more than there may be.
[[noreturn]] void refuse_model(Tiling const& densest, configs::Parameters const&, std::uint32_t wafers);

// mapping.tables = wafer with a mapping.region that is narrower than the wafer.
[[noreturn]] void refuse_narrow_tables(configs::Parameters const&);

} // namespace scribeline::workloads
