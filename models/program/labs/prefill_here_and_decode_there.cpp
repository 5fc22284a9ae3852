// Lab 4: who reads the prompt, who writes the answer, and what the cache's way costs.
#include "models/program/labs/lab.hpp"

#include "workloads/model_shape.hpp"

#include <fmt/format.h>

namespace scribeline::program {

namespace {

// Seconds to the first token, and of each one behind it.
struct Pace {
    double first = 0, next = 0;
};

Pace pace(Bench& bench, Setup const& setup)
{
    return {bench.figure(setup, "time_to_first_token"), bench.figure(setup, "time_per_token")};
}

struct Pair {
    Setup wafers, gpus;
};

double even_at(Bench& bench, Pair const& pair)
{
    auto const wafer = pace(bench, pair.wafers), gpu = pace(bench, pair.gpus);
    return (wafer.first - gpu.first) / (gpu.next - wafer.next) + 1;
}

} // namespace

std::vector<Question> prefill_here_and_decode_there(Draw& draw)
{
    auto const context    = draw.one_of<unsigned>({3072, 4096, 6144, 8192});
    auto const other      = draw.one_of<unsigned>({10240, 12288});
    auto const model      = draw.one_of<std::string>({"llama-3.1-70b", "llama-3.3-70b"});
    auto const gpu        = draw.one_of<std::string>({"h100:8", "h200:8"});
    auto const pair       = Pair{{"wse3:6", model, context, {}}, {gpu, model, context, {}}};
    auto       longer     = pair;
    longer.wafers.context = longer.gpus.context = other;

    auto const command = [](Pair const& of) {
        return fmt::format("scribeline compare --machines {},{} --model {} --context {}", of.wafers.machine,
                           of.gpus.machine, of.wafers.model, of.wafers.context);
    };
    auto const shape     = workloads::read_model(model);
    auto const gigabytes = [shape](Pair const& of) {
        constexpr unsigned bits = 16;
        return shape.kv_bytes_per_token(bits) * of.wafers.context / 1e9;
    };
    return {
        {"p1",
         Phase::predict,
         fmt::format(
             "{} with a prompt of {} tokens. From how many tokens of answer on are 6 wafers alone done before {} "
             "alone?",
             model, context, gpu),
         "tokens",
         {},
         "",
         0,
         nullptr},
        {"p2",
         Phase::predict,
         "What must a link from the GPUs to the wafers carry, so that both together beat the wafers "
         "alone?",
         "",
         {{"less than 10 GB/s", ""}, {"10 to 100 GB/s", ""}, {"more than 100 GB/s", ""}},
         "",
         0,
         nullptr},
        {"m1",
         Phase::measure,
         "Time to the first token on the wafers alone.",
         "s",
         {},
         command(pair),
         0.01,
         [pair](Bench& bench) {
             return Key{pace(bench, pair.wafers).first, {{pace(bench, pair.gpus).first, "That is the GPUs' row."}}};
         }},
        {"m2",
         Phase::measure,
         "Time to the first token on the GPUs alone.",
         "s",
         {},
         command(pair),
         0.01,
         [pair](Bench& bench) {
             return Key{pace(bench, pair.gpus).first, {{pace(bench, pair.wafers).first, "That is the wafers' row."}}};
         }},
        {"m3",
         Phase::measure,
         "From how many tokens of answer on are the wafers alone done before the GPUs alone? The first token counts.",
         "tokens",
         {},
         command(pair),
         0.03,
         [pair](Bench& bench) {
             auto const wafer = pace(bench, pair.wafers), gpus = pace(bench, pair.gpus);
             return Key{even_at(bench, pair),
                        {{wafer.first / (gpus.next - wafer.next), "The GPUs take time for the prompt as well."},
                         {(wafer.first - gpus.first) / gpus.next, "The wafers take time for each token as well."}}};
         }},
        {"m4",
         Phase::measure,
         fmt::format("How large is the cache that moves after the prompt? Keys and values of {} layers with {} key "
                     "heads of {}, 2 bytes each.",
                     shape.layers, shape.kv_heads, shape.head_dim),
         "GB",
         {},
         command(pair),
         0.02,
         [pair, gigabytes, shape](Bench&) {
             auto const value = gigabytes(pair);
             return Key{value,
                        {{value / 2, "Keys and values: twice as much."},
                         {value * shape.heads / shape.kv_heads,
                          fmt::format("That counts {} heads of queries; keys and values have {}.", shape.heads,
                                      shape.kv_heads)},
                         {value / shape.layers, "That is one layer."}}};
         }},
        {"m5",
         Phase::measure,
         "Above which rate of the link do both together beat the wafers alone, if all of it moves "
         "after the prompt?",
         "GB/s",
         {},
         command(pair),
         0.03,
         [pair, gigabytes](Bench& bench) {
             auto const saved = pace(bench, pair.wafers).first - pace(bench, pair.gpus).first;
             return Key{gigabytes(pair) / saved,
                        {{gigabytes(pair) / pace(bench, pair.gpus).first,
                          "There is as much time as the GPUs save, not as they take."},
                         {8 * gigabytes(pair) / saved, "That is in gigabits."}}};
         }},
        {"e1",
         Phase::explain,
         "What decides whether a pair of machines pays?",
         "",
         {{"What the faster prefill saves against what the cache needs on its way; the answer's length does not matter "
           "to the pair against the wafers.",
           ""},
          {"The length of the answer alone.",
           "The wafers write the answer either way: against the wafers alone only the prompt differs."},
          {"The peak of the GPUs' arithmetic alone.", "The cache must move as well."},
          {"The price of the link.", "It may decide who buys it, but not who is done first."}},
         command(pair),
         0,
         nullptr},
        {"t1",
         Phase::transfer,
         fmt::format("A prompt of {} tokens: above which rate of the link?", other),
         "GB/s",
         {},
         command(longer),
         0.03,
         [longer, pair, gigabytes](Bench& bench) {
             auto const rate = [&](Pair const& of) {
                 return gigabytes(of) / (pace(bench, of.wafers).first - pace(bench, of.gpus).first);
             };
             return Key{rate(longer), {{rate(pair), "That is the rate of the first prompt."}}};
         }},
    };
}

} // namespace scribeline::program
