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
    // Of a running state: what comes in, with values first; weights and what is kept of a convolution; where elements
    // of keys go as they turn; queries and keys of all heads; tables of heads; the state; what it gives; norms.
    std::uint32_t inputs, w_inputs, w_taps, recent, turn_to, keys_x, own_heads, key_sums, tables, state, recalled, read;
    std::uint32_t group_of, group_sums, w_norm;
    std::uint32_t size;
};

} // namespace scribeline::workloads
