#include "models/gpu/gpu_program.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::models {

namespace {

GpuOperation operation_of(StepOperator const& op)
{
    // The largest of its own parts; what GPUs say to one another has times of its own.
    auto const part = [&](StepPart which) { return op.parts[static_cast<std::size_t>(which)]; };
    auto       most = StepPart::vectors;
    for (auto const which : {StepPart::weights, StepPart::kv})
        if (part(which) > part(most))
            most = which;
    return {most, op.kernels, op.reduced};
}

// Of fewer tokens: weights are read all the same, what is computed and moved of tokens is so much less.
KernelWork part_of(KernelWork work, double share)
{
    for (auto& phase : work.phases) {
        auto& bytes = phase.bytes;
        for (auto* each : {&bytes.kv, &bytes.vectors, &bytes.kv_written, &bytes.vectors_written})
            *each = *each * share;
        phase.arithmetic = phase.arithmetic * share;
        phase.after      = phase.after * share;
    }
    return work;
}

std::vector<GpuOperation> part_of(std::vector<GpuOperation> operations, double share)
{
    for (auto& operation : operations) {
        for (auto& kernel : operation.kernels)
            kernel = part_of(kernel, share);
        operation.reduced = operation.reduced * share;
    }
    return operations;
}

std::uint64_t rounded(double bytes) { return static_cast<std::uint64_t>(std::llround(bytes)); }

} // namespace

GpuProgram gpu_program(workloads::DecodeStep const& step, StepOutcome const& form)
{
    auto const stages = form.pipeline;
    auto const layers = step.shape.layers;

    auto program = GpuProgram{};
    program.kinds.resize(step.kinds.size());
    for (auto const& op : form.operators) {
        if (op.kernels.empty() && !(op.reduced.value() > 0))
            continue; // between stages, and from the host: modules do both themselves
        if (op.layer_kind) {
            program.kinds.at(*op.layer_kind).push_back(operation_of(op));
            continue;
        }
        auto const once  = workloads::find_operator(step.once, op.name);
        auto const first = once != nullptr && once->kind == workloads::OperatorKind::embed;
        (first ? program.before : program.after).push_back(operation_of(op));
    }
    for (std::uint32_t layer = 0; layer < layers; ++layer)
        program.kind_of.push_back(step.shape.kind_of(layer));
    auto next = 0U;
    for (std::uint32_t s = 0; s <= stages; ++s) {
        program.first_layer.push_back(next);
        next += layers / stages + (s < layers % stages ? 1 : 0);
    }

    program.vector = stages > 1 ? rounded(form.handed_on.value()) : 0;
    program.passes = form.waits_for_all ? static_cast<std::uint32_t>(std::ceil(form.parts_of_batch)) : 1;

    if (auto const left = form.parts_of_batch - std::floor(form.parts_of_batch); program.passes > 1 && left > 0) {
        auto& last = program.last.emplace();
        for (auto const& kind : program.kinds)
            last.kinds.push_back(part_of(kind, left));
        last.before = part_of(program.before, left);
        last.after  = part_of(program.after, left);
        last.vector = rounded(form.handed_on.value() * left);
    }

    // Of its cache, a stage fetches, or leaves, that of the sequences that it works on.
    auto const  fullest  = static_cast<double>(program.first_layer[1]);
    auto const& memory   = form.footprint;
    program.host.weights = rounded(memory.weights_offloaded.value() / fullest);
    auto const cache     = rounded(memory.offloaded.value() / form.parts_of_batch / fullest);
    (form.waits_for_all ? program.host.kv_left : program.host.kv) = cache;
    return program;
}

} // namespace scribeline::models
