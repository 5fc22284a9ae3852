// Sizes that single layers have of their own: blocks that a search has shrunk or taken out (Nemotron Super), heads of
// layers with a window (MiMo-V2), an index in some of the layers (MiniMax M3).
#pragma once

#include "workloads/architectures.hpp"
#include "workloads/config_reader.hpp"
#include "workloads/model_shape.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::workloads {

// `block_configs`, one for each layer: heads of queries that share one of keys, and the feed-forward as a multiple of
// the hidden vector; either half may be missing. Complains of another number of blocks than layers, and of what a block
// replaces attention or a feed-forward by.
void read_block_sizes(ConfigReader&, ConfigDocument const&, std::string const& block, ModelShape const&,
                      std::vector<LayerKind>& layers);

// Heads of keys in layers with a window, and of values in all layers, where they have sizes of their own. `within`: of
// each layer, whether it has a window.
void read_window_heads(ConfigReader&, ModelShape const&, std::vector<bool> const& within,
                       std::vector<LayerKind>& layers);

// An index that chooses blocks of tokens, in the layers that a list names.
void read_block_index(ConfigReader&, ConfigDocument const&, std::string const& block, ModelShape&,
                      std::vector<LayerKind>& layers);

// Sums of blocks of layers that a half of a layer reads, in the mean over all halves.
std::uint32_t read_residual_blocks(ConfigReader&, std::uint32_t layers);

} // namespace scribeline::workloads
