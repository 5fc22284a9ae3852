// The time of a prompt against its arithmetic, and what a pipeline makes of a batch.
#include "models/gpu/accelerator.hpp"
#include "models/gpu/forms/attention.hpp"
#include "models/gpu/forms/gpu_step.hpp"
#include "models/sram/stream_step.hpp"

#include "configs/schema/resolve.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;

namespace {

workloads::DecodeStep step_of(configs::Parameters& p, char const* model, std::uint32_t context)
{
    p.workload.context = context;
    return workloads::decode_step(workloads::read_model(model), p.workload);
}

// Of all prompts: two for each active weight and token, the output projection only for the last token, and attention to
// half of the context on average.
double flops_of_prompts(workloads::ModelShape const& s, double tokens, double batch)
{
    auto const layers    = static_cast<double>(s.active_parameters() - std::uint64_t{s.vocabulary} * s.hidden);
    auto const head      = static_cast<double>(s.hidden) * s.vocabulary;
    auto const attention = 4.0 * static_cast<double>(s.query_width()) * tokens / 2 * s.layers;
    return batch * (2 * layers * tokens + 2 * head + attention * tokens);
}

} // namespace

TEST_CASE("a long prompt on plain memory takes its arithmetic over the sustained peak")
{
    auto       p    = configs::machine_parameters("plain-memory");
    auto const step = step_of(p, "llama-3.1-8b", 8192);
    auto const outcome =
        models::step_on_stream(models::plain_accelerators(p, step), step, p, models::prompts_of(p.workload));
    auto const flops = flops_of_prompts(step.shape, 8192, 1);
    CHECK(outcome.flops.value() == Approx(flops).epsilon(0.02)); // norms, rotation and softmax besides
    CHECK(outcome.floor.value() == Approx(flops / (100e12 * 0.8)).epsilon(0.05));
    CHECK(outcome.floor.value() > flops / (100e12 * 0.8));
}

TEST_CASE("a long prompt on one GPU reaches between half of the sustained peak and all of it")
{
    auto       p       = configs::machine_parameters("h100");
    auto const step    = step_of(p, "llama-3.1-8b", 8192);
    auto const outcome = models::prefill_on_gpus(step, p, 0.92, {1, 1}, 1);
    auto const flops   = flops_of_prompts(step.shape, 8192, 1);
    CHECK(outcome.flops.value() == Approx(flops).epsilon(0.02));
    CHECK(outcome.arithmetic_share > 0.4);
    CHECK(outcome.arithmetic_share < 0.8);
}

TEST_CASE("a rack fills its pipeline with parts of a prompt")
{
    auto       p       = configs::machine_parameters("lpu-v1");
    auto const step    = step_of(p, "llama-3.1-8b", 8192);
    auto const outcome = models::step_on_stream(models::sram_rack(p, step), step, p, models::prompts_of(p.workload));
    auto const whole   = flops_of_prompts(step.shape, 8192, 1) / (188e12 * 0.8 * outcome.tensor); // part by part
    CHECK(outcome.floor.value() < whole / 9); // memory and sums of a part stand beside its arithmetic
    CHECK(outcome.floor.value() > whole / outcome.pipeline);
}

TEST_CASE("prompts go through a pipeline one behind the other, tokens of decode do not wait")
{
    auto       p     = configs::machine_parameters("h100");
    auto const step  = step_of(p, "llama-3.1-8b", 4096);
    auto const alone = models::prefill_on_gpus(step, p, 0.92, {1, 4}, 1).floor;
    auto const four  = models::prefill_on_gpus(step, p, 0.92, {1, 4}, 4).floor;
    // Each the time of the busiest stage after the one before: the last one has the output projection besides its
    // layers, which is little for a prompt, as its last token alone needs it.
    CHECK(four.value() > alone.value() * (1 + 3.0 / 4));
    CHECK(four.value() < alone.value() * (1 + 3.0 / 4) * 1.01);
    // Of 30 layers a stage of four has eight: more than its share.
    auto uneven           = step;
    uneven.shape          = workloads::read_model("llama-3.1-8b");
    uneven.shape.layers   = 30;
    auto const thirty     = workloads::decode_step(uneven.shape, p.workload);
    auto const one_prompt = models::prefill_on_gpus(thirty, p, 0.92, {1, 4}, 1).floor;
    auto const prompts    = models::prefill_on_gpus(thirty, p, 0.92, {1, 4}, 4).floor;
    CHECK(prompts.value() == Approx(one_prompt.value() * (1 + 3 * 8.0 / 30)).epsilon(0.01));
    auto const one_token  = models::decode_on_gpus(step, p, 0.92, {1, 4}, 1).floor;
    auto const four_token = models::decode_on_gpus(step, p, 0.92, {1, 4}, 4).floor;
    CHECK(four_token.value() == Approx(one_token.value()).epsilon(1e-9));
}

TEST_CASE("products and softmax of a prompt's attention take their sum, or the longer of both, as far as they overlap")
{
    auto       p           = configs::machine_parameters("h100");
    auto const long_prompt = [&](double overlap) {
        p.kernels.softmax_overlap = configs::Share{overlap};
        auto const device         = models::gpu_device(p, 0.92);
        auto const body =
            models::prefill_attention(device, {4, 64, 8, 128, 32768, 16}, models::Launch::graph).time.body;
        // Queries, keys and values have passed memory twice before, read and written.
        auto const passed = configs::Bytes{4.0 * 4 * 32768 * (64 + 2 * 8) * 128 * 2};
        return (body - passed / device.stream_rate()).value();
    };
    // Of every score: 4 x 128 FLOP, an exponential at 16 and four operations at 128 a cycle. Half of all are masked.
    auto const scores  = 4.0 * 64 * 32768 * 32768 / 2;
    auto const product = scores * 4 * 128 / (989.4e12 * 0.8);
    auto const softmax = scores * (1.0 / 16 + 4.0 / 128) / (132 * 1.83e9);
    CHECK(product > softmax);
    CHECK(long_prompt(0) == Approx(product + softmax).epsilon(0.01));
    CHECK(long_prompt(1) == Approx(product).epsilon(0.01));
    CHECK(long_prompt(0.5) == Approx(product + softmax / 2).epsilon(0.01));
}
