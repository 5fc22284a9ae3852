// Lab 1: twice the bandwidth changes nothing, a shorter hop much.
#include "models/program/labs/lab.hpp"

#include "configs/schema/resolve.hpp"

#include <fmt/format.h>

namespace scribeline::program {

namespace {

constexpr auto speed = "tokens_per_second_per_user";

double gain(Bench& bench, Setup setup, std::string const& parameter, std::string const& value)
{
    auto const before = bench.figure(setup, speed);
    setup.settings.emplace_back(parameter, value);
    return 100 * (bench.figure(setup, speed) / before - 1);
}

} // namespace

std::vector<Question> where_the_bandwidth_goes(Draw& draw)
{
    auto const model =
        draw.one_of<std::string>({"llama-3.1-8b", "mistral-7b-v0.3", "qwen2-7b", "qwen2.5-7b", "qwen3-8b", "mimo-7b"});
    auto const context = draw.one_of<unsigned>({2048, 3072, 4096, 5120, 6144, 8192});
    auto const other   = draw.one_of<std::string>({"llama-3.2-3b", "qwen2.5-3b", "qwen3-vl-4b"});
    auto const wafer   = Setup{"wse3", model, context, {}};
    auto const gpu     = Setup{"h100:1", model, context, {}};
    auto const small   = Setup{"wse3", other, context, {}};
    auto const pair = fmt::format("scribeline compare --machines wse3,h100:1 --model {} --context {}", model, context);
    auto const with = [](Setup setup, char const* parameter, char const* value) {
        setup.settings.emplace_back(parameter, value);
        return setup.command();
    };
    constexpr auto hop = "fabric.hop_latency";

    auto const of_bandwidths = [wafer](Bench& bench) {
        auto const h100 = configs::machine_parameters("h100").gpu.memory_bandwidth.value();
        return bench.figure(wafer, "bytes_read_per_token") * bench.figure(wafer, "peak_bandwidth_tokens_per_second") /
               h100;
    };
    return {
        {"p1",
         Phase::predict,
         fmt::format("The SRAM of every PE of a WSE-3 delivers twice as many bytes a cycle. {} at a context of {} then "
                     "writes for one user ..",
                     model, context),
         "",
         {{"at least half as many tokens a second again", ""},
          {"some more, a tenth to a half", ""},
          {"less than a tenth more, or no more", ""}},
         "",
         0,
         nullptr},
        {"p2",
         Phase::predict,
         "How many times as fast as one H100 is one WSE-3, for one user?",
         "times",
         {},
         "",
         0,
         nullptr},
        {"m1",
         Phase::measure,
         "Tokens a second for one user on one WSE-3.",
         "tokens/s",
         {},
         wafer.command(),
         0.01,
         [wafer](Bench& bench) {
             return Key{bench.figure(wafer, speed),
                        {{bench.figure(wafer, "peak_bandwidth_tokens_per_second"),
                          "That is what the peak of all SRAM would allow; asked is what comes out."}}};
         }},
        {"m2",
         Phase::measure,
         "How many times as many would the SRAM of the whole wafer at its peak allow?",
         "times",
         {},
         wafer.command() + " --format json",
         0.02,
         [wafer, of_bandwidths](Bench& bench) {
             auto const ratio = bench.figure(wafer, "peak_bandwidth_tokens_per_second") / bench.figure(wafer, speed);
             return Key{ratio,
                        {{of_bandwidths(bench), "That is the wafer's bandwidth over an H100's; asked is what the "
                                                "wafer's own memory would allow over what it delivers."},
                         {1 / ratio, "That is the inverse: delivered over allowed."}}};
         }},
        {"m3",
         Phase::measure,
         "With SRAM that delivers twice as much (32 bytes a cycle): how much faster?",
         "%",
         {},
         with(wafer, "pe.sram_read_bytes", "32"),
         0.05,
         [wafer](Bench& bench) {
             return Key{gain(bench, wafer, "pe.sram_read_bytes", "32"),
                        {{100, "Twice the bandwidth is twice the speed only of what waits for bandwidth."}}};
         }},
        {"m4",
         Phase::measure,
         "With a hop of one cycle instead of two: how much faster?",
         "%",
         {},
         with(wafer, hop, "1 cycle"),
         0.03,
         [wafer](Bench& bench) {
             auto const value = gain(bench, wafer, hop, "1 cycle");
             return Key{value,
                        {{100, "Hops are a part of the token; half of a part is saved."},
                         {100 + value, "That is the new speed as a share of the old one; asked is how much more."},
                         {100 * value / (100 + value), "That is the time that is saved; asked is the gain in speed."}}};
         }},
        {"m5",
         Phase::measure,
         "How many times as fast as one H100, for one user?",
         "times",
         {},
         pair,
         0.02,
         [wafer, gpu, of_bandwidths](Bench& bench) {
             return Key{bench.figure(wafer, speed) / bench.figure(gpu, speed),
                        {{of_bandwidths(bench), "That is the ratio of the two bandwidths. Compare tokens a second."}}};
         }},
        {"e1",
         Phase::explain,
         "Why does twice the bandwidth of SRAM change so little?",
         "",
         {{"A token waits for words to travel over the mesh and for sums to be made in stages; reading takes next to "
           "none of it.",
           ""},
          {"The SRAM is full, so that more bandwidth has nothing to read.",
           "How full a memory is says nothing about how fast it is read: look at what the report's waterfall names."},
          {"The KV cache stands outside the wafer and is read over its edge.",
           "All of it is on the wafer here; the waterfall has no part for the edge."},
          {"The clock must fall when more is read.", "The clock is a parameter, and nobody changed it."}},
         wafer.command(),
         0,
         nullptr},
        {"t1",
         Phase::transfer,
         fmt::format("{} instead, at the same context: how much faster with a hop of one cycle?", other),
         "%",
         {},
         with(small, hop, "1 cycle"),
         0.03,
         [wafer, small](Bench& bench) {
             return Key{
                 gain(bench, small, hop, "1 cycle"),
                 {{gain(bench, wafer, hop, "1 cycle"), "That is the gain of the first model: run the other one."}}};
         }},
    };
}

} // namespace scribeline::program
