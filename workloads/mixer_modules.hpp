// The modules of a layer's first half, as a checkpoint calls them: what a quantisation makes exceptions of.
#pragma once

#include "workloads/model_shape.hpp"

#include <string>
#include <vector>

namespace scribeline::workloads {

struct MixerModule {
    std::vector<std::string> names; // that it goes by in one family or another, behind "layers.N."
    double                   elements;
};

// Convolutions and small matrices of a running state count with what comes in.
std::vector<MixerModule> modules_of_mixer(ModelShape const&, LayerKind const&);

} // namespace scribeline::workloads
