// What the operators of a run are, in the order in which they ran: the names and needs that go with the times.
#pragma once

#include "models/wafer/outcome.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/steps.hpp"
#include "workloads/mapping/token_plan.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::models {

// What an operator does for all sequences of a step.
void add_needs(OperatorOutcome& op, workloads::Operator const& need, std::uint32_t batch);

// One entry for each operator of `steps`, whose needs stand in `needs` from `first` on.
void append_operators(std::vector<OperatorOutcome>& list, workloads::Steps const& steps,
                      std::vector<workloads::Operator> const& needs, std::size_t first, std::int32_t layer,
                      std::uint32_t stage, std::uint32_t batch);

// A token from cycles_per_layer, where one layer stands for all: those of other kinds in proportion to their closed
// forms.
void count_layers(Outcome& outcome, workloads::DecodeStep const& step, configs::Parameters const& parameters,
                  workloads::Layouts const& layouts);

// Of the hidden vector, or of a token id, from stage to stage. It belongs to the stage that it leaves.
void append_move(std::vector<OperatorOutcome>& list, char const* name, std::string what, std::uint32_t stage);

// The token's id on its way back to the embedding, where that stands in another region than the head.
void add_return(std::vector<OperatorOutcome>& list, workloads::DecodeStep const& step,
                configs::Parameters const& parameters, workloads::TokenPlan const& plan);

// From operators with their times: the token, its stages, requests in flight, memory and waterfall, and what the plan
// says.
void complete_token(Outcome& outcome, configs::Parameters const& parameters, workloads::DecodeStep const& step,
                    workloads::TokenPlan const& plan);

// What the plan says.
void add_plan(Outcome& outcome, workloads::TokenPlan const& plan);

// Cycles of all layers by the formulas, where one layer stands for all.
double closed_form_of_layers(workloads::DecodeStep const& step, configs::Parameters const& parameters,
                             workloads::TokenPlan const& plan);

// Sums over the operators; what bounds the run; times, from the cycles of the token.
void sum_up(Outcome& outcome, configs::Parameters const& parameters);

} // namespace scribeline::models
