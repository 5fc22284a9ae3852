// What rounding to the element type of a wavelet does to a number, and to a layer.
#pragma once

#include "workloads/mapping/decode_layer.hpp"

namespace scribeline::workloads {

// How far a number that the mesh computed may lie from the reference, relative to the rms of the vector that it belongs
// to. More than that is not rounding.
double rounding_bound(LayerProgram const& layer);

// The number nearest to x that fp16 holds; of two, the even one.
float rounded_to_fp16(float x);

} // namespace scribeline::workloads
