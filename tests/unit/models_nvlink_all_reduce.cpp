// Which all-reduce is taken when, and what is refused.
#include "models/nvlink/all_reduce.hpp"

#include "configs/failure.hpp"
#include "configs/schema/resolve.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using Catch::Matchers::Contains;
using configs::AllReduce;
using configs::Bytes;
using models::all_reduce;
using models::Library;
using models::library_all_reduce;

namespace {

auto const algorithms = {AllReduce::one_shot, AllReduce::one_shot_pull, AllReduce::two_shot, AllReduce::ring,
                         AllReduce::in_switch};

} // namespace

TEST_CASE("one GPU alone has nothing to add up")
{
    auto const p = configs::machine_parameters("h100").nvlink;
    CHECK(all_reduce(p, AllReduce::fastest, 1, Bytes{1e6}).total().value() == 0);
}

TEST_CASE("a vector takes longer when it is longer, and no less among more GPUs")
{
    auto const p = configs::machine_parameters("gb200-nvl72").nvlink;
    for (auto const algorithm : algorithms) {
        auto before = configs::Seconds{};
        for (auto const gpus : {2U, 4U, 8U, 36U, 72U}) {
            auto const now = all_reduce(p, algorithm, gpus, Bytes{16384}).total();
            CHECK(before < now);
            before = now;
            CHECK(now <= all_reduce(p, algorithm, gpus, Bytes{32768}).total());
            CHECK(now < all_reduce(p, algorithm, gpus, Bytes{131072}).total());
        }
    }
}

TEST_CASE("the fastest is no slower than any of them, and short vectors go in one shot")
{
    auto const p = configs::machine_parameters("h100").nvlink;
    for (auto const bytes : {256.0, 16384.0, 1048576.0, 67108864.0})
        for (auto const gpus : {2U, 4U, 8U}) {
            auto const best = all_reduce(p, AllReduce::fastest, gpus, Bytes{bytes});
            CHECK(best.algorithm != AllReduce::fastest);
            for (auto const algorithm : algorithms)
                CHECK(best.total() <= all_reduce(p, algorithm, gpus, Bytes{bytes}).total());
        }
    CHECK(all_reduce(p, AllReduce::fastest, 8, Bytes{16384}).algorithm == AllReduce::one_shot);
    CHECK(all_reduce(p, AllReduce::fastest, 8, Bytes{4194304}).algorithm == AllReduce::in_switch);
}

TEST_CASE("libraries leave their kernels for short vectors where measurements show it")
{
    auto const p    = configs::machine_parameters("h100").nvlink;
    auto const vllm = [&](double bytes) { return library_all_reduce(p, Library::vllm, 8, Bytes{bytes}).algorithm; };
    CHECK(vllm(65536) == AllReduce::one_shot_pull);
    CHECK(vllm(524288) == AllReduce::two_shot);
    auto const trt = [&](double bytes) {
        return library_all_reduce(p, Library::tensorrt_llm, 8, Bytes{bytes}).algorithm;
    };
    CHECK(trt(524288) == AllReduce::one_shot);
    CHECK(trt(2097152) != AllReduce::one_shot);
}

TEST_CASE("more GPUs than NVLink joins, and a switch that cannot add, are refused")
{
    auto const h100 = configs::machine_parameters("h100").nvlink;
    CHECK_THROWS_WITH(all_reduce(h100, AllReduce::ring, 16, Bytes{1024}), Contains("NVLink joins 8"));
    auto const a100 = configs::machine_parameters("a100").nvlink;
    CHECK_THROWS_WITH(all_reduce(a100, AllReduce::in_switch, 8, Bytes{1024}), Contains("only forward"));
    CHECK(all_reduce(a100, AllReduce::fastest, 8, Bytes{1e9}).algorithm != AllReduce::in_switch);
}

TEST_CASE("a vector to a neighbour costs less within NVLink than beyond it")
{
    auto const p = configs::machine_parameters("h100").nvlink;
    CHECK(models::send(p, Bytes{16384}, true) < models::send(p, Bytes{16384}, false));
}
