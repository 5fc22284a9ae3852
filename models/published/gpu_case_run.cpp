// Kernels are launched one by one, as they were measured; those of a step of decode stand in a graph.
#include "configs/does_not_fit.hpp"
#include "models/gpu/forms/attention.hpp"
#include "models/gpu/forms/gpu_step.hpp"
#include "models/gpu/forms/matrix_product.hpp"
#include "models/gpu/forms/memory_rate.hpp"
#include "models/published/measured_case.hpp"
#include "workloads/decode_step.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

StepOutcome decode(MeasuredCase const& m, double memory_share)
{
    auto p        = m.parameters;
    p.gpu.devices = std::max(p.gpu.devices, m.gpu.gpus);
    if (m.gpu.library == Library::nccl)
        p.nvlink.all_reduce = configs::AllReduce::ring;
    auto const step    = workloads::decode_step(m.shape, p.workload);
    auto       outcome = decode_on_gpus(step, p, memory_share, {m.gpu.gpus, 1}, m.gpu.batch);
    auto const memory  = outcome.footprint;
    if (!memory.fits())
        throw configs::DoesNotFit{fmt::format("each of {} GPUs needs {:.1f} GB and has {:.1f} GB", m.gpu.gpus,
                                              memory.needed().value() / 1e9, memory.capacity.value() / 1e9),
                                  memory.needed().value() * m.gpu.gpus, memory.capacity.value() * m.gpu.gpus};
    return outcome;
}

} // namespace

configs::Seconds gpu_case_time(MeasuredCase const& m)
{
    auto const& c = m.gpu;
    if (m.kind == CaseKind::gpu_allreduce)
        return library_all_reduce(m.parameters.nvlink, c.library.value_or(Library::nccl), c.gpus,
                                  Bytes{static_cast<double>(c.bytes)})
            .total();
    auto const share = sustained_share(m.parameters.gpu);
    if (m.kind == CaseKind::gpu_decode)
        return decode(m, share).floor;
    if (m.kind == CaseKind::gpu_served)
        return decode(m, share).served;
    auto const device = gpu_device(m.parameters, share);
    if (m.kind == CaseKind::gpu_gemm)
        return matrix_product(device, {c.m, c.n, c.k, c.bits, c.activation_bits, c.activation_bits < 16},
                              Launch::single)
            .time.total();
    if (m.kind == CaseKind::gpu_attention)
        return decode_attention(device, {c.batch, c.heads, c.kv_heads, c.head_dim, c.context, c.bits}, Launch::single)
            .time.total();
    SCRIBELINE_EXPECT(m.kind == CaseKind::gpu_prefill_attention);
    return prefill_attention(device, {c.batch, c.heads, c.kv_heads, c.head_dim, c.context, c.bits}, Launch::single)
        .time.total();
}

} // namespace scribeline::models
