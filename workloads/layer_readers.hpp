// What each layer attends to, and what it has for a feed-forward, as a file says it: lists, periods, types.
#pragma once

#include "workloads/architectures.hpp"
#include "workloads/config_reader.hpp"
#include "workloads/hybrid_layers.hpp"
#include "workloads/model_shape.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::workloads {

// Tokens that each layer attends to at most; 0: all. A list says it, or types of layers, or a period.
class WindowReader {
  public:
    WindowReader(ConfigReader& reader, ConfigDocument const& document, std::string const& block,
                 Architecture const& row, DefaultSizes const& sizes, ModelShape const& shape);

    std::uint32_t at(std::uint32_t layer) const { return windows_[layer]; }
    // Whether it is of the kind that has a window, also where nothing outgrows that.
    bool                     within(std::uint32_t layer) const { return within_[layer]; }
    std::vector<bool> const& within() const { return within_; }

  private:
    void take_list(ConfigReader& reader, std::string const& block, ModelShape const& shape);

    std::vector<std::uint32_t> windows_; // [layer]
    std::vector<bool>          within_;  // [layer]
};

// What the layers have for a feed-forward, where some have experts.
class ExpertReader {
  public:
    ExpertReader(ConfigReader& reader, Architecture const& row, ModelShape const& shape);

    // A list of layers by type may say whether it has experts.
    LayerKind at(std::uint32_t layer, SecondHalf half) const;

  private:
    void read_idle(ConfigReader& reader, Architecture const& row);
    void choose_dense_layers(ConfigReader& reader, Architecture const& row);
    void mark(ConfigReader& reader, Names const& names, bool dense);

    LayerKind         with_, without_;
    std::vector<bool> dense_; // [layer]
};

// Sorts layers into kinds. Where they are all alike, attend and have no experts, the shape says it without.
void sort_layers(std::vector<LayerKind> const& layers, ModelShape& shape);

} // namespace scribeline::workloads
