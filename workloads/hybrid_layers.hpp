// Which family stands in each half of each layer of a hybrid model, and the sizes of layers with a running state.
#pragma once

#include "workloads/architectures.hpp"
#include "workloads/config_reader.hpp"
#include "workloads/model_shape.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::workloads {

// The second half of a layer, as a list of layers says it.
enum class SecondHalf : std::uint8_t { as_model, dense, experts, none };

struct LayerHalves {
    Mixer      first  = Mixer::attention;
    SecondHalf second = SecondHalf::as_model;
};

// Lists of layers by type, a pattern of letters, a period: whatever the file has, and the sizes of running states,
// which must stand in the file where there are any. Complains of lists that are not as long as the model has layers,
// and of types that the architecture does not have.
std::vector<LayerHalves> read_hybrid(ConfigReader&, Architecture const&, ModelShape&);

// Whether a word of layer_types is one that layers of the architecture can have.
bool is_layer_type(std::string const& word, Architecture const&);

} // namespace scribeline::workloads
