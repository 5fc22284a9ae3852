// One row of a comparison, by kind of machine. Both throw configs::UserError where the machine cannot do it;
// compare() makes that the row's reason.
#pragma once

#include "models/compare/comparison.hpp"
#include "workloads/decode_step.hpp"

namespace scribeline::models {

// run.fidelity = auto folds, and takes the planner's formulas where folding is not exact: every wavelet of a large
// model takes hours. A batch goes through the stages of a plan one sequence behind another.
void add_wafer(ComparisonRow& row, configs::Config const& config, workloads::DecodeStep const& step);

// `modules`: GPUs as SystemC modules, which take as long as the kernels or longer; the difference is a part of its own.
void add_accelerator(ComparisonRow& row, configs::Config const& config, workloads::DecodeStep const& step,
                     bool modules);

} // namespace scribeline::models
