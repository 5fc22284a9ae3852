// How wide published weights are, in the words of each method of quantisation.
#include "workloads/checkpoint.hpp"

#include <catch2/catch.hpp>

using scribeline::workloads::parse_checkpoint;

TEST_CASE("the width of published weights is read from whichever field a method puts it in")
{
    auto const bits = [](std::string const& config) {
        auto const found = parse_checkpoint("{\"quantization_config\": " + config + "}", "config.json");
        return found ? found->bits : 0;
    };
    CHECK(bits(R"({"quant_method": "awq", "bits": 4, "group_size": 128})") == 4);
    CHECK(bits(R"({"quant_method": "gptq", "bits": 8})") == 8);
    CHECK(bits(R"({"quant_method": "fp8", "fmt": "e4m3"})") == 8);
    CHECK(bits(R"({"quant_method": "mxfp4", "modules_to_not_convert": ["lm_head"]})") == 4);
    CHECK(bits(R"({"quant_method": "bitsandbytes", "load_in_4bit": true, "load_in_8bit": false})") == 4);
    CHECK(bits(R"({"quant_method": "bitsandbytes", "load_in_4bit": false, "load_in_8bit": true})") == 8);
    CHECK(bits(R"({"quant_method": "a new one"})") == 0);
    CHECK(bits("null") == 0);
    CHECK(bits("7") == 0);
    CHECK_FALSE(parse_checkpoint("{}", "config.json"));
    auto const nested = parse_checkpoint(R"({"text_config": {"quantization_config": {"bits": 3}}})", "config.json");
    REQUIRE(nested);
    CHECK(nested->bits == 3);
}

TEST_CASE("shipped models whose published weights are narrow say so")
{
    using scribeline::workloads::checkpoint_weights;
    CHECK(checkpoint_weights("gpt-oss-120b")->bits == 4);
    CHECK(checkpoint_weights("deepseek-v3")->bits == 8);
    CHECK_FALSE(checkpoint_weights("llama-3.1-70b"));
}
