// What do experts take on GPUs, cut among them or dealt out to them?
#include "configs/schema/resolve.hpp"
#include "models/gpu/forms/gpu_step.hpp"
#include "support/models_runs.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/model_shape.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;

namespace {

models::StepOutcome decode(char const* model, configs::Experts experts, double imbalance, std::uint64_t batch,
                           std::uint32_t tensor)
{
    auto p                      = configs::machine_parameters("h100");
    p.gpu.devices               = tensor;
    p.gpu.experts               = experts;
    p.workload.context          = 1024;
    p.workload.expert_imbalance = configs::Share{imbalance};
    auto const step             = workloads::decode_step(workloads::read_model(model), p.workload);
    return models::decode_on_gpus(step, p, 0.92, {tensor, 1}, batch);
}

double bytes_of(models::StepOutcome const& o, std::string const& name)
{
    double sum = 0;
    for (auto const& op : o.operators)
        if (op.name == name)
            sum += op.weights.value();
    return sum;
}

} // namespace

TEST_CASE("one token reads the weights of its own experts and no others, cut or whole")
{
    // 32 layers, 2 of 8 experts, gate and up of 4,096 x 14,336, two bytes each.
    double const chosen = 32 * 2.0 * 2 * 4096 * 14336 * 2;
    CHECK(bytes_of(decode("mixtral-8x7b", configs::Experts::sliced, 0, 1, 2), "gate_up") ==
          Approx(chosen).epsilon(0.01));
    CHECK(bytes_of(decode("mixtral-8x7b", configs::Experts::whole, 0, 1, 2), "gate_up") ==
          Approx(chosen).epsilon(0.01));
}

TEST_CASE("many tokens read every expert once")
{
    double const all = 32 * 8.0 * 2 * 4096 * 14336 * 2;
    CHECK(bytes_of(decode("mixtral-8x7b", configs::Experts::sliced, 0, 256, 4), "gate_up") ==
          Approx(all).epsilon(0.01));
    CHECK(bytes_of(decode("mixtral-8x7b", configs::Experts::whole, 0, 256, 4), "gate_up") == Approx(all).epsilon(0.01));
}

TEST_CASE("popular experts save reads, and cost time where one GPU has them whole more than where they are cut")
{
    auto const time = [](configs::Experts experts, double imbalance) {
        return decode("qwen3-30b-a3b", experts, imbalance, 2048, 4).floor.value();
    };
    CHECK(bytes_of(decode("qwen3-30b-a3b", configs::Experts::sliced, 1, 16, 4), "down") <
          bytes_of(decode("qwen3-30b-a3b", configs::Experts::sliced, 0, 16, 4), "down"));
    // 16,384 pairs: cut, each GPU has a quarter of the work; whole, the busiest has more.
    CHECK(time(configs::Experts::whole, 0) == Approx(time(configs::Experts::sliced, 0)).epsilon(0.05));
    // Nearly all of them of the same eight experts: of these one GPU has three or more.
    CHECK(time(configs::Experts::whole, 4) > time(configs::Experts::sliced, 4));
}

TEST_CASE("a window bounds what a layer reads of the cache, and latent attention reads a compressed one")
{
    auto const kv = [](char const* model) {
        double sum = 0;
        for (auto const& op : decode(model, configs::Experts::sliced, 0, 1, 1).operators)
            if (op.name == "attention")
                sum += op.kv.value();
        return sum;
    };
    // gpt-oss-20b: 12 layers with 128 tokens and 12 with 1,024 of 2 x 8 x 64 elements.
    CHECK(kv("gpt-oss-20b") == Approx(12 * (128 + 1024) * 2.0 * 8 * 64 * 2).epsilon(1e-9));
    // DeepSeek-V2-Lite: 27 layers of 1,024 tokens of 512 + 64 elements.
    CHECK(kv("deepseek-v2-lite") == Approx(27 * 1024 * 576 * 2.0).epsilon(1e-9));
}
