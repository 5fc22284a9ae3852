// Rows about GPUs: what a file may leave out, what is refused, and that a row is what the model says of it.
#include "configs/failure.hpp"
#include "models/published/cases_file.hpp"
#include "models/published/run_case.hpp"

#include "configs/schema/resolve.hpp"

#include <catch2/catch.hpp>

using namespace scribeline::models;
using Catch::Matchers::Contains;

namespace {

std::string const gemm_columns = "case_id,kind,machine,bits,m,n,k,set,value,unit,tolerance_percent,source\n";

CaseOutcome only(std::string const& text) { return run_case(parse_cases(text, "g.csv").at(0)); }

std::string complaint(std::string const& text)
{
    try {
        parse_cases(text, "g.csv");
    } catch (scribeline::configs::UserError const& error) {
        return error.what();
    }
    return "nothing";
}

} // namespace

TEST_CASE("a file about GPUs has the columns that its kinds need, and no others")
{
    auto const product = only(gemm_columns + "a,gpu_gemm,h100,16,1,4096,4096,,16.56,us,12,a test\n");
    CHECK(product.verdict == Verdict::within);
    CHECK(product.fidelity == "modules");
    auto const reduce = only("case_id,kind,machine,library,gpus,bytes,value,unit,tolerance_percent,source\n"
                             "b,gpu_allreduce,H100,nccl,8,16384,20,us,,a test\n");
    CHECK(reduce.verdict == Verdict::reported);
    CHECK(*reduce.simulated > 5);
    CHECK(*reduce.simulated < 50);
}

TEST_CASE("a row's own parameters change its machine")
{
    auto const row = [](std::string const& set) {
        return *only(gemm_columns + "a,gpu_gemm,h100,16,1,8192,8192," + set + ",1,us,,a test\n").simulated;
    };
    CHECK(row("gpu.memory_bandwidth=6.7 TB/s") < 0.7 * row(""));
}

TEST_CASE("a token with its server is slower by the server, and a rate is of one user")
{
    auto const step = [](std::string const& kind, std::string const& unit) {
        return *only("case_id,kind,machine,model,bits,batch,context,gpus,value,unit,tolerance_percent,source\n"
                     "a," +
                     kind + ",h100,llama-3.1-70b,16,4,1024,8,10," + unit + ",,a test\n")
                    .simulated;
    };
    auto const p      = scribeline::configs::machine_parameters("h100").engine; // of 80 layers and 4 requests
    auto const engine = 1e3 * (p.step_overhead + p.layer_overhead * 80 + p.request_overhead * 4).value();
    CHECK(engine > 0);
    CHECK(step("gpu_served", "ms") == Approx(step("gpu_decode", "ms") + engine));
    CHECK(step("gpu_decode", "tok/s") == Approx(1000 / step("gpu_decode", "ms")));
}

TEST_CASE("a model that the GPUs do not hold does not fit")
{
    auto const out = only("case_id,kind,machine,model,bits,batch,context,gpus,value,unit,tolerance_percent,source\n"
                          "a,gpu_decode,h100,llama-3.1-70b,16,1,1024,1,10,ms,10,a test\n");
    CHECK(out.verdict == Verdict::does_not_fit);
    CHECK(out.counts_against());
}

TEST_CASE("tensor parallelism that does not divide the heads is a row with the reason")
{
    auto const out = only("case_id,kind,machine,model,bits,batch,context,gpus,value,unit,tolerance_percent,source\n"
                          "a,gpu_decode,h100,llama-3.1-70b,16,1,1024,3,10,ms,10,a test\n");
    CHECK(out.verdict == Verdict::does_not_fit);
    CHECK_THAT(out.note, Contains("does not divide the 64 heads"));
}

TEST_CASE("mistakes in rows about GPUs name the column and what was expected")
{
    auto const row = [](std::string const& cells) { return complaint(gemm_columns + cells + "\n"); };
    CHECK_THAT(row("a,gpu_gem,h100,16,1,1,1,,1,us,,s"), Contains("'kind'") && Contains("did you mean 'gpu_gemm'?"));
    CHECK_THAT(row("a,gpu_gemm,h100,16,0,1,1,,1,us,,s"), Contains("'m'") && Contains("at least 1"));
    CHECK_THAT(row("a,gpu_gemm,h100,16,,1,1,,1,us,,s"), Contains("'m'") && Contains("empty"));
    CHECK_THAT(row("a,gpu_gemm,h100,12,1,1,1,,1,us,,s"), Contains("'bits'") && Contains("4, 8 or 16"));
    CHECK_THAT(row("a,gpu_gemm,h100,16,1,1,1,,1,cycles,,s"), Contains("'unit'"));
    CHECK_THAT(row("a,gpu_gemm,h100,16,1,1,1,,-1,us,,s"), Contains("'value'"));
    CHECK_THAT(row("a,gpu_gemm,h10,16,1,1,1,,1,us,,s"), Contains("'machine'") && Contains("did you mean"));
    CHECK_THAT(row("a,gpu_gemm,wse3,16,1,1,1,,1,us,,s"), Contains("'machine'") && Contains("no GPU"));
    CHECK_THAT(row("a,gpu_gemm,h100,16,1,1,1,gpu.smss=1,1,us,,s"), Contains("'set'"));
    CHECK_THAT(row("a,gpu_attention,h100,16,1,1,1,,1,us,,s"), Contains("'batch'") && Contains("'heads'"));
    CHECK_THAT(complaint("case_id,kind,machine,bits,m,n,k,value,unit,source\na,gpu_gemm,h100,16,1,1,1,1,us,s\n"),
               Contains("'tolerance_percent': missing in the header"));
}

TEST_CASE("rows may be named as tables of measurements name them")
{
    auto const product = [](std::string const& machine, std::string const& bits) {
        return *only(gemm_columns + "a,gpu_gemm," + machine + "," + bits + ",8,4096,4096,,10,us,,a test\n").simulated;
    };
    CHECK(product("h100_sxm", "bfloat16") == product("h100", "16"));
    CHECK(product("gb200_sxm", "fp8") == product("gb200-nvl72", "8"));
    CHECK(product("gb200", "nvfp4") == product("gb200-nvl72", "4"));
    CHECK_THAT(complaint(gemm_columns + "a,gpu_gemm,h10_sxm,16,1,1,1,,1,us,,s\n"), Contains("'machine'"));
    auto const reduce = [](std::string const& library) {
        return *only("case_id,kind,machine,library,gpus,bytes,value,unit,tolerance_percent,source\n"
                     "b,gpu_allreduce,h200_sxm," +
                     library + ",8,16384,20,us,,a test\n")
                    .simulated;
    };
    CHECK(reduce("NCCL 2.27.3") == reduce("nccl"));
    CHECK(reduce("TensorRT-LLM custom (AUTO one/two-shot) 1.0.0") == reduce("tensorrt_llm"));
    CHECK(reduce("vllm custom all-reduce 0.14.0") == reduce("vllm"));
    CHECK_THAT(complaint("case_id,kind,machine,library,gpus,bytes,value,unit,tolerance_percent,source\n"
                         "b,gpu_allreduce,h100,ncc,8,16384,20,us,,s\n"),
               Contains("did you mean 'nccl'?"));
}

TEST_CASE("weights alone may be narrow: then nothing is quantised before the product")
{
    auto const row = [](std::string const& cells) {
        return *only("case_id,kind,machine,bits,activation_bits,m,n,k,value,unit,tolerance_percent,source\n"
                     "a,gpu_gemm,h100," +
                     cells + ",1,16384,16384,100,us,,a test\n")
                    .simulated;
    };
    CHECK(row("8,") == row("8,8"));
    CHECK(row("int8,bfloat16") < row("8,8") - 5);     // three kernels less
    auto const read = [&](std::string const& cells) { // without what a product of nothing takes
        return row(cells) -
               *only("case_id,kind,machine,bits,activation_bits,m,n,k,value,unit,tolerance_percent,source\n"
                     "a,gpu_gemm,h100," +
                     cells + ",1,128,128,100,us,,a test\n")
                    .simulated;
    };
    CHECK(read("int8,bfloat16") == Approx(read("16,16") / 2).epsilon(0.05));
}
