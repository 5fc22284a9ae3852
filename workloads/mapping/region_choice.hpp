// Which square of PEs a layer runs fastest on, by the closed forms. More PEs shorten the local work and lengthen every
// all-reduce, so the best side lies in between: a larger region is slower.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/decode_step.hpp"

#include <cstddef>

namespace scribeline::workloads {

// What mapping.region asks for, or, where it is 0x0, the square that a layer of kind `kind` fits on and is fastest by
// its closed form (token_forms.hpp). The largest square of the wafer when it fits on none: the budget then says what is
// missing.
configs::GridSize region_for(DecodeStep const& step, std::size_t kind, configs::Parameters const& parameters);

// The kind of which the model has most layers.
std::size_t   commonest_kind(DecodeStep const& step);
std::uint32_t first_layer_of(DecodeStep const& step, std::size_t kind);

} // namespace scribeline::workloads
