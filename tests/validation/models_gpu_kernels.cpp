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

// Of each table the rows that stand evenly spread over it, in the order of their sizes.
TEST_CASE("committed rows of B200 are met on average, of every width and library")
{
    auto const rows = only(tests::published_gpu_rows(), [](GpuRow const& row) { return row.at("machine") == "b200"; });
    auto const of   = [&](char const* kind, char const* column, char const* value) {
        return only(rows, [=](GpuRow const& row) { return row.at("kind") == kind && row.at(column) == value; });
    };
    for (auto const* bits : {"16", "8", "4"})
        CHECK(
            tests::deviation_of(of("gpu_gemm", "bits", bits), std::string{"B200 matrix products, bits "} + bits).mean <
            10);
    for (auto const* kind : {"gpu_attention", "gpu_prefill_attention"})
        for (auto const* bits : {"16", "8"})
            CHECK(tests::deviation_of(of(kind, "bits", bits), std::string{"B200 "} + kind + ", bits " + bits).mean <
                  12);
    for (auto const* library : {"nccl", "tensorrt_llm", "vllm"}) {
        auto const of_it = of("gpu_allreduce", "library", library);
        CHECK(of_it.size() >= 6);
        CHECK(tests::deviation_of(of_it, std::string{"B200 all-reduce, "} + library).mean < 15);
    }
}

TEST_CASE("matrix products of whole tables are met on average, of every device and width")
{
    for (auto const* machine : {"h100", "b200"}) {
        auto const table = tests::whole_gpu_table(std::string{"gpu_gemm_"} + machine + ".csv");
        if (!table) {
            WARN("SKIPPED: no whole table found (SCRIBELINE_SHARED): only the committed rows were compared");
            return;
        }
        for (auto const* bits : {"16", "8", "4"}) {
            auto const with = [&](GpuRow const& row) { return row.at("bits") == bits; };
            auto const few  = [&](GpuRow const& row) { return with(row) && few_rows(row); };
            auto const many = [&](GpuRow const& row) { return with(row) && !few_rows(row); };
            auto const what = std::string{machine} + " matrix products, bits " + bits;
            CHECK(tests::deviation_of(only(*table, with), what).mean < 7);
            CHECK(tests::deviation_of(only(*table, few), "  of it m <= 64").mean < 10);
            CHECK(tests::deviation_of(only(*table, many), "  of it m > 64").mean < 10);
        }
    }
}

TEST_CASE("attention of whole tables is met on average, of every device and width")
{
    for (auto const* machine : {"h100", "b200"}) {
        auto const decode  = tests::whole_gpu_table(std::string{"gpu_decode_attention_"} + machine + ".csv");
        auto const prefill = tests::whole_gpu_table(std::string{"gpu_prefill_attention_"} + machine + ".csv");
        if (!decode || !prefill) {
            WARN("SKIPPED: no whole table found (SCRIBELINE_SHARED): only the committed rows were compared");
            return;
        }
        for (auto const* bits : {"16", "8"}) {
            auto const with    = [&](GpuRow const& row) { return row.at("bits") == bits; };
            auto const grouped = [&](GpuRow const& row) { return with(row) && row.at("heads") != row.at("kv_heads"); };
            auto const name    = std::string{machine};
            CHECK(tests::deviation_of(only(*decode, with), name + " decode attention, bits " + bits).mean < 8);
            CHECK(tests::deviation_of(only(*decode, grouped), "  of it with grouped queries").mean < 9);
            CHECK(tests::deviation_of(only(*prefill, with), name + " prefill attention, bits " + bits).mean < 8);
        }
    }
}

TEST_CASE("each library's all-reduce of whole tables is met on average")
{
    for (auto const* file : {"gpu_allreduce_h100_a100.csv", "gpu_allreduce_b200.csv"}) {
        auto const table = tests::whole_gpu_table(file);
        if (!table) {
            WARN("SKIPPED: no whole table found (SCRIBELINE_SHARED): only the committed rows were compared");
            return;
        }
        for (auto const* machine : {"h100", "a100", "b200"})
            for (auto const* library : {"nccl", "tensorrt_llm", "vllm"}) {
                auto const of_it = [&](GpuRow const& row) {
                    return row.at("machine") == machine && row.at("library") == library;
                };
                auto const small = [&](GpuRow const& row) { return of_it(row) && up_to_a_mebibyte(row); };
                auto const large = [&](GpuRow const& row) { return of_it(row) && !up_to_a_mebibyte(row); };
                if (only(*table, of_it).empty())
                    continue;
                auto const what = std::string{machine} + " " + library + ", all-reduce";
                CHECK(tests::deviation_of(only(*table, small), what + " up to 1 MiB").mean < 12);
                CHECK(tests::deviation_of(only(*table, large), what + " beyond").mean < 19);
            }
    }
}
