#include "models/wafer/wafer_system.hpp"

#include "fabric/crossed.hpp"
#include "fabric/wafer_module.hpp"
#include "models/wafer/kernel_watch.hpp"
#include "models/wafer/payload_run.hpp"
#include "models/wafer/token_record.hpp"
#include "models/wafer/wafer_outcome.hpp"
#include "models/wafer/waterfall.hpp"
#include "models/wafer/wavelet_recorder.hpp"
#include "workloads/mapping/stage_memory.hpp"
#include "workloads/mapping/token_forms.hpp"
#include "workloads/mapping/token_program.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

// Numbers in the SRAM of the PEs of all reticles.
workloads::ReadSram reader_of(fabric::WaferModule& wafer, workloads::Program const& program)
{
    std::vector<float const*> sram(program.pes());
    for (auto* r : wafer.reticles())
        for (std::size_t tile = 0; tile < r->block().tiles(); ++tile)
            sram[pe_of(*r, tile, program.columns)] = r->payload().sram(tile);
    return [sram = std::move(sram), &program](std::uint32_t x, std::uint32_t y, std::uint32_t address) {
        return sram[program.pe(x, y)][address];
    };
}

double bytes_read(std::vector<OperatorOutcome> const& operators)
{
    double bytes = 0;
    for (auto const& op : operators)
        bytes += op.bytes_weights + op.bytes_kv;
    return bytes;
}

// The program stands at the north-west of the first wafer.
std::optional<fabric::LongerHops> longer_hops_of(workloads::Program const& program, RepairedWafers const& wafers)
{
    if (!wafers.any())
        return std::nullopt;
    return wafers.of(0)->part({}, program.columns, program.rows);
}

// In pieces where somebody listens, each as long as a two hundredth of what is expected.
void run_kernel(configs::Parameters const& p, double expected)
{
    auto const* listener = KernelWatch::current();
    if (listener == nullptr)
        return sc_core::sc_start();
    configs::FabricClock const clock{p.wafer.clock};
    auto const                 piece = static_cast<std::uint64_t>(std::max(1.0, expected / 200));
    do {
        // A piece in which nothing is due would end where it began.
        auto const length = std::max(fabric::time_of(clock, piece), sc_core::sc_time_to_pending_activity());
        sc_core::sc_start(length, sc_core::SC_EXIT_ON_STARVATION);
        (*listener)(fabric::cycle_of(clock, sc_core::sc_time_stamp()), expected);
    } while (sc_core::sc_pending_activity());
}

// The wafer and its reticles. Their processes run once in each delta cycle in which anything happens; what they hand to
// one another are parcels of scribe lines, not transactions.
ModuleCounts counts_of(fabric::WaferModule const& wafer)
{
    return {1 + wafer.reticles().size(), 0, sc_core::sc_delta_count()};
}

void add_trace(Outcome& o, WaveletRecorder& recorder, std::uint64_t cycles)
{
    o.trace = recorder.take();
    if (auto said = what_is_left_out(o.trace, cycles); !said.empty())
        o.warnings.insert(o.warnings.begin(), std::move(said));
}

void describe(OperatorOutcome& op, workloads::OperatorName const& name, workloads::Operator const& need,
              std::uint32_t batch)
{
    op.name       = name.name;
    op.kind       = name.kind;
    op.collective = name.collective;
    add_needs(op, need, batch);
}

} // namespace

Outcome run_on_wafer(configs::Config const& config, workloads::LayerProgram const& mapped, RepairedWafers const& wafers)
{
    auto const& p     = config.parameters;
    auto const  begin = std::chrono::steady_clock::now();

    std::optional<WaveletRecorder> recorder;
    if (p.run.trace)
        recorder.emplace(p.run);
    std::optional<PayloadRun> payload;
    if (p.run.payload)
        payload.emplace(mapped, p.run.seed);
    auto const&         layer  = payload ? payload->layer() : mapped;
    auto const          longer = longer_hops_of(layer.program, wafers);
    fabric::WaferModule wafer{
        "wafer", layer.program, p, {}, recorder ? &*recorder : nullptr, longer ? &*longer : nullptr};
    run_kernel(p, layer_form(layer.step, layer.kind, layer.layout, p));

    Outcome o;
    o.cycles_per_layer  = wafer.finish();
    o.modules           = counts_of(wafer);
    auto const reticles = static_cast<fabric::WaferModule const&>(wafer).reticles();
    count_layers(o, layer.step, p, layouts_of(layer.step, {layer.layout.columns, layer.layout.rows}, p));
    o.operators = operator_times(layer.program.operators.size(), reticles);
    for (std::size_t i = 0; i < o.operators.size(); ++i)
        describe(o.operators[i], layer.program.operators[i], layer.step.layer(layer.kind)[i],
                 workloads::vectors_of_step(p.workload));
    sum_up(o, p);
    add_fabric(o, p, wafer, o.cycles_per_layer);
    o.wavelets_crossed = fabric::wavelets_crossed(layer.program, wafer.geometry());
    for (auto& part : workloads::sram_budget(layer.layout, p))
        o.sram.push_back({part.name, part.bytes});
    o.sram_capacity_bytes = p.pe.sram.value();
    o.warnings            = layer.notes;
    if (recorder)
        o.trace = recorder->take();
    if (payload)
        o.payload = payload->check(reader_of(wafer, layer.program));
    o.waterfall    = waterfall_of(o, p, bytes_read(o.operators) * o.layers, static_cast<double>(layer.program.pes()));
    o.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return o;
}

Outcome run_token_on_wafer(configs::Config const& config, workloads::DecodeStep const& step,
                           workloads::TokenPlan const& plan, RepairedWafers const& wafers)
{
    auto const& p     = config.parameters;
    auto const  begin = std::chrono::steady_clock::now();
    auto const  token = map_token(step, plan, p);

    std::optional<WaveletRecorder> recorder;
    if (p.run.trace)
        recorder.emplace(p.run);
    auto const          longer = longer_hops_of(token.program, wafers);
    fabric::WaferModule wafer{
        "wafer", token.program, p, {}, recorder ? &*recorder : nullptr, longer ? &*longer : nullptr};
    run_kernel(p, plan.candidates.empty() ? 0 : plan.candidates.front().cycles_per_token);

    Outcome    o;
    auto const cycles   = wafer.finish();
    o.modules           = counts_of(wafer);
    auto const reticles = static_cast<fabric::WaferModule const&>(wafer).reticles();
    o.operators         = operator_times(token.operators.size(), reticles);
    for (std::size_t i = 0; i < o.operators.size(); ++i) {
        auto&       op   = o.operators[i];
        auto const& what = token.operators[i];
        bool const  once = what.kind == workloads::BlockKind::embedding || what.kind == workloads::BlockKind::head;
        if (what.move) {
            op.name       = token.program.operators[i].name;
            op.kind       = token.program.operators[i].kind;
            op.collective = token.program.operators[i].collective;
        } else {
            describe(op, token.program.operators[i],
                     (once ? step.once : step.of_layer(static_cast<std::uint32_t>(what.layer)).operators)[what.index],
                     workloads::vectors_of_step(p.workload));
        }
        op.layer = what.layer;
        op.stage = what.stage;
    }
    add_return(o.operators, step, p, plan);
    complete_token(o, p, step, plan);
    add_fabric(o, p, wafer, cycles);
    o.wavelets_crossed = fabric::wavelets_crossed(token.program, wafer.geometry());
    if (plan.stages.size() > 1) // the way back of the token's id is a closed form, beyond the cycles simulated
        o.books.entries.back().left_value = o.cycles_per_token;
    if (recorder)
        add_trace(o, *recorder, cycles);
    o.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return o;
}

} // namespace scribeline::models
