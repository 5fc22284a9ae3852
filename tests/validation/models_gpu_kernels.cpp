// Do the kernels and the all-reduces take the times that were measured? The committed rows always, the whole tables
// where they are found. docs/gpu.md says which rows the constants were fitted on.
#include "support/models_gpu_rows.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <functional>

using namespace scribeline;
using tests::GpuRow;

namespace {

std::vector<GpuRow> only(std::vector<GpuRow> const& rows, std::function<bool(GpuRow const&)> const& keep)
{
    auto kept = std::vector<GpuRow>{};
    for (auto const& row : rows)
        if (keep(row))
            kept.push_back(row);
    return kept;
}

std::function<bool(GpuRow const&)> of_kind(std::string const& kind)
{
    return [kind](GpuRow const& row) { return row.at("kind") == kind; };
}

bool few_rows(GpuRow const& row) { return std::stoul(row.at("m")) <= 64; }
bool up_to_a_mebibyte(GpuRow const& row) { return std::stoull(row.at("bytes")) <= 1048576; }

} // namespace

TEST_CASE("every committed row of a kernel is met within its tolerance")
{
    for (auto const& row : tests::published_gpu_rows()) {
        if (row.at("kind") == "gpu_decode")
            continue; // tests/validation/models_gpu_decode.cpp
        auto const modelled = tests::modelled_microseconds(row);
        auto const measured = std::stod(row.at("value"));
        CAPTURE(row.at("case_id"), modelled, measured);
        CHECK_FALSE(row.at("source").empty());
        CHECK(row.at("unit") == "us");
        CHECK(100 * std::fabs(modelled / measured - 1) <= std::stod(row.at("tolerance_percent")));
    }
}

TEST_CASE("the committed rows are met on average")
{
    auto const rows = tests::published_gpu_rows();
    auto const few  = [](GpuRow const& row) { return row.at("kind") == "gpu_gemm" && few_rows(row); };
    CHECK(tests::deviation_of(only(rows, few), "H100 matrix products, m <= 64, committed rows").mean < 12);
    CHECK(tests::deviation_of(only(rows, of_kind("gpu_attention")), "H100 decode attention, committed rows").mean < 12);
    auto const reduce = [](GpuRow const& row) {
        return row.at("kind") == "gpu_allreduce" && row.at("machine") == "h100" && up_to_a_mebibyte(row);
    };
    CHECK(tests::deviation_of(only(rows, reduce), "H100 all-reduce up to 1 MiB, committed rows").mean < 15);
}

TEST_CASE("matrix products of a whole H100 table are met on average")
{
    auto const table = tests::whole_gpu_table("gpu_gemm_h100.csv");
    if (!table) {
        WARN("no whole table found (SCRIBELINE_SHARED): only the committed rows were compared");
        return;
    }
    for (auto const* bits : {"16", "8"}) {
        auto const few  = [&](GpuRow const& row) { return row.at("bits") == bits && few_rows(row); };
        auto const many = [&](GpuRow const& row) { return row.at("bits") == bits && !few_rows(row); };
        CHECK(tests::deviation_of(only(*table, few), std::string{"H100 matrix products, m <= 64, bits "} + bits).mean <
              12);
        CHECK(tests::deviation_of(only(*table, many), std::string{"H100 matrix products, m > 64, bits "} + bits).mean <
              15);
    }
}

TEST_CASE("attention of whole H100 tables is met on average")
{
    auto const decode  = tests::whole_gpu_table("gpu_decode_attention_h100.csv");
    auto const prefill = tests::whole_gpu_table("gpu_prefill_attention_h100.csv");
    if (!decode || !prefill) {
        WARN("no whole table found (SCRIBELINE_SHARED): only the committed rows were compared");
        return;
    }
    for (auto const* bits : {"16", "8"}) {
        auto const with    = [&](GpuRow const& row) { return row.at("bits") == bits; };
        auto const grouped = [&](GpuRow const& row) { return with(row) && row.at("heads") != row.at("kv_heads"); };
        CHECK(tests::deviation_of(only(*decode, with), std::string{"H100 decode attention, bits "} + bits).mean < 12);
        CHECK(tests::deviation_of(only(*decode, grouped), std::string{"  of it with grouped queries, bits "} + bits)
                  .mean < 12);
        CHECK(tests::deviation_of(only(*prefill, with), std::string{"H100 prefill attention, bits "} + bits).mean < 15);
    }
}

TEST_CASE("each library's all-reduce of whole H100 and A100 tables is met on average")
{
    auto const table = tests::whole_gpu_table("gpu_allreduce_h100_a100.csv");
    if (!table) {
        WARN("no whole table found (SCRIBELINE_SHARED): only the committed rows were compared");
        return;
    }
    for (auto const* machine : {"h100", "a100"})
        for (auto const* library : {"nccl", "tensorrt_llm", "vllm"})
            for (auto const* gpus : {"2", "8"}) {
                auto const small = [&](GpuRow const& row) {
                    return row.at("machine") == machine && row.at("library") == library && row.at("gpus") == gpus &&
                           up_to_a_mebibyte(row);
                };
                auto const what = std::string{machine} + " " + library + ", " + gpus + " GPUs, all-reduce up to 1 MiB";
                auto const deviation = tests::deviation_of(only(*table, small), what);
                CHECK(deviation.mean < 15);
                auto const large = [&](GpuRow const& row) {
                    return row.at("machine") == machine && row.at("library") == library && row.at("gpus") == gpus &&
                           !up_to_a_mebibyte(row);
                };
                CHECK(tests::deviation_of(only(*table, large), what + ", beyond").mean < 30);
            }
}
