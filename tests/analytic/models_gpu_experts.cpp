// What do experts take on GPUs, cut among them or dealt out to them?
#include "configs/schema/resolve.hpp"
#include "models/gpu/forms/gpu_step.hpp"
#include "support/models_runs.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/model_shape.hpp"

#include <catch2/catch.hpp>

#include <cmath>

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
    auto const time = [](configs::Experts experts, double imbalance) { // of products
        auto const o = decode("qwen3-30b-a3b", experts, imbalance, 2048, 4);
        return o.parts[static_cast<std::size_t>(models::StepPart::weights)].value();
    };
    CHECK(bytes_of(decode("qwen3-30b-a3b", configs::Experts::sliced, 1, 16, 4), "down") <
          bytes_of(decode("qwen3-30b-a3b", configs::Experts::sliced, 0, 16, 4), "down"));
    // 16,384 pairs: cut, each GPU has a quarter of the work; whole, the busiest has more.
    CHECK(time(configs::Experts::whole, 0) == Approx(time(configs::Experts::sliced, 0)).epsilon(0.1));
    // Nearly all of them of the same eight experts: of these one GPU has three or more.
    CHECK(time(configs::Experts::whole, 4) > time(configs::Experts::sliced, 4));
    // Around cut experts every GPU moves all pairs; around whole ones its own, a quarter of the rows that go to
    // experts.
    auto const moved = [](configs::Experts experts) {
        auto const o = decode("qwen3-30b-a3b", experts, 0, 2048, 4);
        return o.parts[static_cast<std::size_t>(models::StepPart::vectors)].value();
    };
    CHECK(moved(configs::Experts::whole) < moved(configs::Experts::sliced));
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

namespace {

models::StepOutcome around(configs::ExpertKernel kernel, char const* model, std::uint64_t batch, double bits = 16)
{
    auto p                 = configs::machine_parameters("b200");
    p.gpu.devices          = 1;
    p.gpu.expert_kernel    = kernel;
    p.workload.context     = 2048;
    p.workload.weight_bits = static_cast<std::uint32_t>(bits);
    auto const step        = workloads::decode_step(workloads::read_model(model), p.workload);
    return models::decode_on_gpus(step, p, 0.92, {1, 1}, batch);
}

std::size_t kernels_of(models::StepOutcome const& o, std::string const& name)
{
    for (auto const& op : o.operators)
        if (op.name == name)
            return op.kernels.size();
    return 0;
}

} // namespace

TEST_CASE("around outputs experts are two kernels, around experts two products and what moves tokens")
{
    auto const experts = around(configs::ExpertKernel::expert_centric, "qwen3-30b-a3b", 1);
    auto const outputs = around(configs::ExpertKernel::output_centric, "qwen3-30b-a3b", 1);
    CHECK(kernels_of(experts, "gate_up") == 3); // sort, gather, product
    CHECK(kernels_of(experts, "activation") == 1);
    CHECK(kernels_of(experts, "down") == 3); // product, scatter, combine
    CHECK(kernels_of(outputs, "gate_up") == 1);
    CHECK(kernels_of(outputs, "activation") == 0);
    CHECK(kernels_of(outputs, "down") == 1);
    // Narrow experts are given narrow vectors.
    CHECK(kernels_of(around(configs::ExpertKernel::expert_centric, "qwen3-30b-a3b", 1, 8), "gate_up") == 4);
    // The same weights pass memory; a token saves more than 32 KB a layer of what lies between.
    CHECK(bytes_of(outputs, "gate_up") == Approx(bytes_of(experts, "gate_up")).epsilon(1e-9));
    CHECK((experts.vectors - outputs.vectors).value() / 48 > 32e3);
    CHECK(outputs.floor < experts.floor);
}

TEST_CASE("warps that compute a value each read weights at the rate that was published")
{
    // 32 tokens, 128 experts, 8 of each token: 128 (1 - (15/16)^32) of them.
    auto const o = around(configs::ExpertKernel::output_centric, "qwen3-30b-a3b", 32);
    for (auto const& op : o.operators)
        if (op.name == "gate_up") {
            auto const seconds = op.parts[static_cast<std::size_t>(models::StepPart::weights)].value();
            CHECK(op.weights.value() / 48 ==
                  Approx(std::round(128 * (1 - std::pow(15.0 / 16, 32))) * 2 * 2048 * 768 * 2));
            CHECK(op.weights.value() / seconds == Approx(3.95e12).epsilon(0.05));
        }
}
