// Where everything of a layer lies in the SRAM of a PE, in elements. Every vector begins at an even address and is
// padded to whole wavelets.
#pragma once

#include "workloads/mapping/layer_layout.hpp"

#include <cstdint>

namespace scribeline::workloads {

struct LayerMemory {
    explicit LayerMemory(LayerLayout const& layout);

    std::uint32_t hidden, normed, norm_weight[2], post_weight[2], sums;
    std::uint32_t qkv, angles, qk_weight, qk_sums, w_qkv, keys, values;
    std::uint32_t scores, maxima, totals, mask, slot, attended, w_out, out;
    std::uint32_t wide, w_wide, product, w_down, down;
    std::uint32_t size;
};

} // namespace scribeline::workloads
