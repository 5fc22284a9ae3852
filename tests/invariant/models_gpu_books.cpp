// Every byte that a model needs is read once and no more, parts add up, on every machine and cut.
#include "models/gpu/accelerator.hpp"
#include "models/gpu/forms/gpu_step.hpp"
#include "models/machine_list.hpp"
#include "models/sram/stream_step.hpp"

#include "configs/schema/gpu_tables.hpp"
#include "configs/schema/resolve.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;

namespace {

void check_sums(models::StepOutcome const& o)
{
    auto sum = configs::Seconds{};
    for (auto const& op : o.operators) {
        for (auto const each : op.parts) {
            CHECK(each.value() >= 0);
            sum += each;
        }
    }
    CHECK(sum.value() == Approx(o.floor.value()).epsilon(1e-12));
    CHECK(models::sum_of(o.parts).value() == Approx(o.floor.value()).epsilon(1e-12));
    CHECK((o.floor + o.engine).value() == Approx(o.served.value()).epsilon(1e-12));
    CHECK(o.bandwidth_share > 0);
    CHECK(o.bandwidth_share < 1);
    CHECK(o.arithmetic_share < 1);
}

} // namespace

TEST_CASE("bytes asked are bytes served: every cut of every model reads what its operators say")
{
    for (auto const* model : {"llama-3.1-8b", "llama-2-7b", "qwen3-8b", "gemma-2-9b", "phi-2", "tiny"}) {
        auto p             = configs::machine_parameters("h100");
        p.workload.context = 2048;
        auto const step    = workloads::decode_step(workloads::read_model(model), p.workload);
        auto const totals  = workloads::totals_of(step);
        for (auto const tensor : models::tensor_degrees(step.shape, std::min(8U, step.shape.kv_heads)))
            for (std::uint32_t const stages : {1U, 2U}) {
                if (tensor * stages > 8 || step.shape.vocabulary % tensor != 0)
                    continue;
                CAPTURE(model, tensor, stages);
                auto const o = models::decode_on_gpus(step, p, 0.92, {tensor, stages}, 1);
                check_sums(o);
                CHECK(o.weights.value() == Approx(totals.bytes_weights).epsilon(1e-9));
                CHECK(o.kv.value() == Approx(totals.bytes_kv).epsilon(1e-9));
            }
    }
}

TEST_CASE("a batch reads the weights once and the keys and values of every sequence")
{
    auto p             = configs::machine_parameters("h100");
    p.workload.context = 1024;
    auto const step    = workloads::decode_step(workloads::read_model("llama-3.1-8b"), p.workload);
    auto const one     = models::decode_on_gpus(step, p, 0.92, {1, 1}, 1);
    auto const many    = models::decode_on_gpus(step, p, 0.92, {1, 1}, 32);
    check_sums(many);
    CHECK(many.kv.value() == Approx(32 * one.kv.value()));
    CHECK(many.weights.value() == Approx(one.weights.value()).epsilon(1e-4)); // 31 more rows of the embedding
    CHECK(many.flops.value() == Approx(32 * one.flops.value()));
    CHECK(many.floor > one.floor);
    CHECK(many.tokens_per_second() > 16 * one.tokens_per_second());
}

TEST_CASE("the books of SRAM racks and plain memory balance, and both read every weight once")
{
    for (auto const* machine : {"lpu-v1", "lpx", "plain-memory"}) {
        auto p                 = configs::machine_parameters(machine);
        p.workload.context     = 4096;
        p.workload.weight_bits = 8;
        auto const step        = workloads::decode_step(workloads::read_model("llama-3.1-70b"), p.workload);
        auto const totals      = workloads::totals_of(step);
        auto const rack =
            configs::applies("sram", p.machine.kind) ? models::sram_rack(p, step) : models::plain_accelerators(p, step);
        auto const decode  = models::step_on_stream(rack, step, p, models::step_of(p.workload));
        auto const prefill = models::step_on_stream(rack, step, p, models::prompts_of(p.workload));
        CAPTURE(machine);
        check_sums(decode);
        check_sums(prefill);
        CHECK(decode.weights.value() == Approx(totals.bytes_weights).epsilon(1e-9));
        CHECK(decode.kv.value() == Approx(totals.bytes_kv).epsilon(1e-9));
        CHECK(prefill.floor > decode.floor);
        CHECK(decode.footprint.fits());
    }
}

TEST_CASE("every shipped accelerator decodes a model, faster with more of it")
{
    auto last = configs::Seconds{1};
    for (auto const* name : {"plain-memory", "a100", "h100", "h200", "b200", "rubin-nvl72"}) {
        auto line    = configs::CommandLine{};
        line.machine = name;
        line.overrides.push_back({"--model", "workload.model", "llama-3.1-70b"});
        line.overrides.push_back({"--context", "workload.context", "8192"});
        auto const config  = configs::resolve(line);
        auto const machine = models::make_machine(config);
        auto const decode  = machine->step(models::step_of(config.parameters.workload));
        auto const prefill = machine->step(models::prompts_of(config.parameters.workload));
        CAPTURE(name);
        CHECK(decode.where.whole().value() == Approx(decode.latency.value()).epsilon(1e-12));
        CHECK(decode.fall.whole().value() == Approx(decode.latency.value()).epsilon(1e-12));
        CHECK(prefill.where.whole().value() == Approx(prefill.latency.value()).epsilon(1e-12));
        CHECK(decode.latency < last);
        last = decode.latency;
    }
}
