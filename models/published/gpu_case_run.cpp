// Kernels are launched one by one, as they were measured; those of a step of decode stand in a graph.
#include "configs/does_not_fit.hpp"
#include "models/gpu/forms/attention.hpp"
#include "models/gpu/forms/gpu_step.hpp"
#include "models/gpu/forms/matrix_product.hpp"
#include "models/gpu/forms/memory_rate.hpp"
#include "models/gpu/gpu_system.hpp"
#include "models/published/measured_case.hpp"
#include "workloads/decode_step.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

GpuCaseTime decode(MeasuredCase const& m, double memory_share)
{
    auto p        = m.parameters;
    p.gpu.devices = std::max(p.gpu.devices, m.gpu.gpus);
    if (m.gpu.library == Library::nccl)
        p.nvlink.all_reduce = configs::AllReduce::ring;
    auto const step   = workloads::decode_step(m.shape, p.workload);
    auto const form   = decode_on_gpus(step, p, memory_share, {m.gpu.gpus, 1}, m.gpu.batch);
    auto const memory = form.footprint;
    if (!memory.fits())
        throw configs::DoesNotFit{fmt::format("each of {} GPUs needs {:.1f} GB and has {:.1f} GB", m.gpu.gpus,
                                              memory.needed().value() / 1e9, memory.capacity.value() / 1e9),
                                  memory.needed().value() * m.gpu.gpus, memory.capacity.value() * m.gpu.gpus};
    auto const engine = m.kind == CaseKind::gpu_served ? form.engine : configs::Seconds{};
    return {run_gpu_system(step, form, p).run.time + engine, form.floor + engine};
}

// One operation on GPUs that share it: a kernel, or a vector that is added up.
configs::Seconds time_of(GpuOperation operation, std::uint32_t gpus, MeasuredCase const& m)
{
    auto program        = GpuProgram{};
    program.library     = m.gpu.library;
    program.kinds       = {{std::move(operation)}};
    program.kind_of     = {0};
    program.first_layer = {0, 1};
    return GpuSystem{m.parameters, {gpus, 1}}.run(program).run.time;
}

GpuCaseTime all_reduce_of(MeasuredCase const& m)
{
    auto const bytes  = configs::Bytes{static_cast<double>(m.gpu.bytes)};
    auto       named  = m;
    named.gpu.library = m.gpu.library.value_or(Library::nccl);
    auto const form   = library_all_reduce(m.parameters.nvlink, *named.gpu.library, m.gpu.gpus, bytes).total();
    return {time_of({StepPart::collective, {}, bytes}, m.gpu.gpus, named), form};
}

} // namespace

GpuCaseTime gpu_case_time(MeasuredCase const& m)
{
    auto const& c = m.gpu;
    if (m.kind == CaseKind::gpu_allreduce)
        return all_reduce_of(m);
    auto const share = sustained_share(m.parameters.gpu);
    if (m.kind == CaseKind::gpu_decode || m.kind == CaseKind::gpu_served)
        return decode(m, share);
    auto const device    = gpu_device(m.parameters, share);
    auto const of_kernel = [&](auto const& done) {
        return GpuCaseTime{time_of({StepPart::weights, {done.work}, {}}, 1, m), done.time.total()};
    };
    if (m.kind == CaseKind::gpu_gemm)
        return of_kernel(
            matrix_product(device, {c.m, c.n, c.k, c.bits, c.activation_bits, c.activation_bits < 16}, Launch::single));
    if (m.kind == CaseKind::gpu_attention)
        return of_kernel(
            decode_attention(device, {c.batch, c.heads, c.kv_heads, c.head_dim, c.context, c.bits}, Launch::single));
    SCRIBELINE_EXPECT(m.kind == CaseKind::gpu_prefill_attention);
    return of_kernel(
        prefill_attention(device, {c.batch, c.heads, c.kv_heads, c.head_dim, c.context, c.bits}, Launch::single));
}

} // namespace scribeline::models
