// What each parameter of a machine is worth: a figure with the parameter a little lower and a little higher.
#pragma once

#include "configs/config.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace scribeline::results {

// A parameter at another value, and the figure then.
struct TriedValue {
    std::string           text;
    double                number = 0; // in base units
    std::optional<double> figure;
    std::string           reason; // why there is no figure
};

struct VariedParameter {
    std::string               name; // "fabric.hop_latency"
    std::string               units;
    std::string               text; // of the base
    double                    number = 0;
    configs::Origin           origin = configs::Origin::assumed;
    std::string               citation, set_by;
    std::optional<TriedValue> down, up;
};

struct Sensitivity {
    std::string machine, model;
    std::string metric, units, meaning;
    double      factor = 1; // 0: values were named
    double      base   = 0; // the figure with every parameter as it is

    std::vector<VariedParameter>                     varied;     // in the order of the tables
    std::vector<std::pair<std::string, std::string>> not_varied; // and why

    // Of the figure, to one side: 0.1 is ten percent more.
    std::optional<double> change(std::optional<TriedValue> const& tried) const;
    // The larger of both sides, without its sign; nothing where no side has a figure.
    std::optional<double> effect(VariedParameter const& parameter) const;
    // d ln figure / d ln parameter, between the outermost values that have a figure.
    std::optional<double> elasticity(VariedParameter const& parameter) const;
    // Every value has a figure, and all are the same.
    bool has_no_effect(VariedParameter const& parameter) const;
    // Those that matter, the largest effect first, and at the end those without a figure.
    std::vector<VariedParameter const*> by_effect() const;
};

std::string sensitivity_text(Sensitivity const& study, configs::OutputFormat format, std::size_t width);

} // namespace scribeline::results
