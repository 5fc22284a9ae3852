// Lab 3: a context costs the wafer time long before it costs it room.
#include "models/program/labs/lab.hpp"

#include <fmt/format.h>

namespace scribeline::program {

namespace {

constexpr auto     speed = "tokens_per_second_per_user";
constexpr unsigned step  = 1024; // tokens

Setup at(Setup setup, unsigned context)
{
    setup.context = context;
    return setup;
}

// The first multiple of `step` up to `most` of which `holds` is true, which is false before and true from there on.
template <class Holds> unsigned first_of(unsigned most, Holds const& holds)
{
    unsigned low = 1, high = most / step; // in steps
    while (low < high) {
        auto const middle = (low + high) / 2;
        if (holds(middle * step))
            high = middle;
        else
            low = middle + 1;
    }
    return low * step;
}

constexpr unsigned longest = 131072;

unsigned overtaken(Bench& bench, Setup const& wafers, Setup const& gpus)
{
    return first_of(longest, [&](unsigned context) {
        auto const here = bench.figure_if_it_fits(at(wafers, context), speed);
        return !here || *here < bench.figure(at(gpus, context), speed);
    });
}

unsigned full(Bench& bench, Setup const& wafers)
{
    return first_of(longest, [&](unsigned context) { return !bench.figure_if_it_fits(at(wafers, context), speed); });
}

std::string comparison(Setup const& wafers, Setup const& gpus, std::string const& contexts)
{
    return fmt::format("scribeline compare --machines {},{} --model {} --context {}", wafers.machine, gpus.machine,
                       wafers.model, contexts);
}

} // namespace

std::vector<Question> when_the_wafer_ends(Draw& draw)
{
    auto const model         = draw.one_of<std::string>({"llama-3.1-70b", "llama-3.3-70b", "qwen2.5-72b"});
    auto const count         = draw.one_of<unsigned>({6, 7, 8});
    auto const short_context = draw.one_of<unsigned>({4096, 6144, 8192, 12288});
    auto const wafers        = Setup{fmt::format("wse3:{}", count), model, short_context, {}};
    auto const gpus          = Setup{"rubin-nvl72", model, short_context, {}};
    auto const fewer         = Setup{"wse3:5", model, short_context, {}};
    auto const both          = comparison(wafers, gpus, fmt::format("{}", short_context));
    auto const many          = comparison(wafers, gpus, "16384,32768,65536,131072");
    return {
        {"p1",
         Phase::predict,
         fmt::format("{} on {} wafers and on a rack of Rubin GPUs, for one user. With a longer and longer context the "
                     "wafers ..",
                     model, count),
         "",
         {{"stay ahead until their SRAM is full", ""},
          {"fall behind while there is room", ""},
          {"fall behind from the first token on", ""}},
         "",
         0,
         nullptr},
        {"p2",
         Phase::predict,
         "At which context do the GPUs pass, or are the wafers full?",
         "tokens",
         {},
         "",
         0,
         nullptr},
        {"m1",
         Phase::measure,
         fmt::format("Tokens a second for one user on the wafers, at {} tokens.", short_context),
         "tokens/s",
         {},
         both,
         0.01,
         [wafers, gpus](Bench& bench) {
             return Key{bench.figure(wafers, speed), {{bench.figure(gpus, speed), "That is the GPUs' row."}}};
         }},
        {"m2",
         Phase::measure,
         "The same on the GPUs.",
         "tokens/s",
         {},
         both,
         0.01,
         [wafers, gpus](Bench& bench) {
             return Key{bench.figure(gpus, speed), {{bench.figure(wafers, speed), "That is the wafers' row."}}};
         }},
        {"m3",
         Phase::measure,
         "From which context on are the GPUs faster? Halve the interval until it is a few thousand tokens.",
         "tokens",
         {},
         many,
         0.08,
         [wafers, gpus](Bench& bench) {
             auto const key = overtaken(bench, wafers, gpus), end = full(bench, wafers);
             auto       mistakes = std::vector<UsualMistake>{};
             if (end > 1.2 * key)
                 mistakes.push_back({double(end), "That is where the wafers are full. They are slower before."});
             return Key{double(key), mistakes};
         }},
        {"m4",
         Phase::measure,
         fmt::format("With 5 wafers: the context at which they are full, within a few thousand."),
         "tokens",
         {},
         comparison(fewer, gpus, "16384,32768,65536,131072"),
         0.08,
         [fewer, gpus](Bench& bench) {
             auto const key = full(bench, fewer), passed = overtaken(bench, fewer, gpus);
             auto       mistakes = std::vector<UsualMistake>{};
             if (key > 1.2 * passed)
                 mistakes.push_back({double(passed), "That is where the GPUs pass. The wafers hold more than that."});
             return Key{double(key), mistakes};
         }},
        {"e1",
         Phase::explain,
         "Why do wafers lose more with a longer context than GPUs do?",
         "",
         {{"Each token of context adds scores and exponentials that a PE computes one by one; a GPU only reads more "
           "bytes.",
           ""},
          {"The cache moves into the memory of a host.", "It does not: what does not fit is refused."},
          {"The GPUs drop what is old.", "Both attend to all of it."},
          {"The wafers use fewer PEs when the context grows.", "The regions are as large or larger."}},
         many,
         0,
         nullptr},
        {"t1",
         Phase::transfer,
         "With 5 wafers: from which context on are the GPUs faster?",
         "tokens",
         {},
         comparison(fewer, gpus, "16384,32768,65536"),
         0.08,
         [fewer, gpus](Bench& bench) {
             auto const key = overtaken(bench, fewer, gpus), end = full(bench, fewer);
             auto       mistakes = std::vector<UsualMistake>{};
             if (end > 1.2 * key)
                 mistakes.push_back({double(end), "That is where the wafers are full. They are slower before."});
             return Key{double(key), mistakes};
         }},
    };
}

} // namespace scribeline::program
