// What is printed about parameters, and docs/parameters.md, which is made from them.
#include "configs/schema/reference.hpp"
#include "configs/schema/table.hpp"
#include "support/configs.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>

using namespace scribeline;
using namespace scribeline::configs;
using namespace scribeline::tests;
using Catch::Matchers::Contains;

TEST_CASE("explain tells meaning, default, range, origin, source and what each machine has")
{
    auto const text = explain("fabric.hop_latency");
    CHECK_THAT(text, Contains("from router to router"));
    CHECK_THAT(text, Contains("1 cycle .. 8 cycles"));
    CHECK_THAT(text, Contains("published"));
    CHECK_THAT(text, Contains("HPDC 2024"));
    CHECK_THAT(text, Contains("wse3       2 cycles"));
    CHECK_THAT(text, Contains("--set fabric.hop_latency='1 cycle'"));
    CHECK_THAT(text, Contains("[fabric] hop_latency = \"1 cycle\""));
    CHECK_THAT(explain("workload.context"), Contains("[workload] context = 64"));
    CHECK_THAT(explain("workload.kv_heads"), Contains("model, full") && Contains("kv_heads = \"model\""));
}

TEST_CASE("explain takes a key alone and a whole group")
{
    CHECK(explain("hop_latency") == explain("fabric.hop_latency"));
    CHECK_THAT(explain("scribe"), Contains("scribe.extra_latency"));
}

TEST_CASE("explain of an unknown key suggests the nearest")
{
    auto const refusal = refusal_of([] { explain("fabric.hop_latnecy"); });
    CHECK(refusal.code == Exit::usage);
    CHECK_THAT(refusal.text, Contains("did you mean 'fabric.hop_latency'?"));
}

TEST_CASE("the list names every parameter, or all of one group")
{
    auto const parameters = list_parameters();
    for (auto const& name : row_names())
        CHECK_THAT(parameters, Contains(name));
    CHECK_THAT(list_parameters("scribe"), Contains("scribe.extra_latency") && !Contains("fabric.hop_latency"));
    CHECK_THAT(refusal_of([] { list_parameters("scrib"); }).text, Contains("did you mean 'scribe'?"));
}

TEST_CASE("docs/parameters.md is what the tables say")
{
    auto const path = std::string{SCRIBELINE_TESTS} + "/../docs/parameters.md";
    if (auto const* update = std::getenv("SCRIBELINE_UPDATE"); update != nullptr && std::string{update} == "1")
        std::ofstream{path, std::ios::binary} << parameters_markdown();
    INFO("run this test with SCRIBELINE_UPDATE=1 to write docs/parameters.md anew");
    CHECK(read_file(path) == parameters_markdown());
}
