// Appends operators to the list of a decode step, with the counts that most of them share. n stands for elements.
#pragma once

#include "workloads/decode_step.hpp"

#include <vector>

namespace scribeline::workloads {

// Square and add, then scale by the reciprocal root and by the weight; a layer norm adds up first, subtracts the mean
// and adds a bias.
double flops_of_norm(Norm norm, double n);
// Of one element, with exp, erf and tanh one each.
double flops_of(Activation activation);

class OperatorList {
  public:
    OperatorList(DecodeStep const& step, std::vector<Operator>& list) : step_{step}, list_{list} {}

    // Behind those of `after`; OperatorId::layer_input is none of the list.
    Operator& add(OperatorId id, OperatorKind kind, std::vector<OperatorId> const& after);
    // Batch 1: each weight is read once and used in one multiply-accumulate.
    Operator& matrix(OperatorId id, OperatorKind kind, WeightPart part, double rows, double columns, OperatorId after);
    // `used` and `held` of weights; `vectors` in and out.
    Operator& matrices(OperatorId id, OperatorKind kind, WeightPart part, double used, double held, double vectors,
                       OperatorId after);
    // The weights of a norm are below 0.01 % of the model's and left out.
    OperatorId norm(OperatorId id, Norm kind, double n, OperatorId after);
    OperatorId residual(OperatorId id, double n, std::vector<OperatorId> const& after);
    // Behind scores. Per score: scale, maximum, subtract, exp, sum, divide.
    void softmax(double scores);
    // A pair turns in four multiplications and two additions.
    void rope(double rotated, OperatorId input);

    double bytes(WeightPart part, double weights) const;
    double activations(double n) const { return n * step_.activation_bits / 8; }
    double kv(double n) const { return n * step_.kv_bits / 8; }

  private:
    DecodeStep const&      step_;
    std::vector<Operator>& list_;
};

} // namespace scribeline::workloads
