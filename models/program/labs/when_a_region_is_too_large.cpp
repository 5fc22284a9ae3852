// Lab 2: arithmetic is shared by more PEs, distance is not.
#include "models/program/labs/lab.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::program {

namespace {

constexpr auto cycles = "cycles_per_layer";

Setup square(std::string const& machine, std::string const& model, unsigned context, unsigned side)
{
    return {machine, model, context, {{"mapping.region", fmt::format("{}x{}", side, side)}}};
}

} // namespace

std::vector<Question> when_a_region_is_too_large(Draw& draw)
{
    auto const model   = draw.one_of<std::string>({"llama-3-8b", "llama-3.1-8b", "mistral-7b-v0.3", "qwen3-8b"});
    auto const context = draw.one_of<unsigned>({2048, 3072, 4096, 6144});
    auto const sides   = std::vector<unsigned>{160, 240, 330, 420, 540, 660};
    auto const middle = draw.one_of<unsigned>({240, 330}), large = draw.one_of<unsigned>({540, 660});
    auto const other = draw.one_of<std::string>({"llama-3.2-3b", "qwen2.5-3b"});
    auto const on    = [model, context](unsigned side) { return square("wse2", model, context, side); };
    auto const best  = [sides, context](Bench& bench, std::string const& of, std::string const& metric) {
        auto const value = [&](unsigned side) { return bench.figure(square("wse2", of, context, side), metric); };
        return *std::min_element(sides.begin(), sides.end(),
                                  [&](unsigned a, unsigned b) { return value(a) < value(b); });
    };
    auto const list  = fmt::format("{}", fmt::join(sides, ", "));
    auto const ratio = [on](Bench& bench, char const* metric, unsigned a, unsigned b) {
        return bench.figure(on(a), metric) / bench.figure(on(b), metric);
    };
    return {
        {"p1",
         Phase::predict,
         fmt::format("One layer of {} on squares of {} PEs a side, on a WSE-2. The cycles of a layer ..", model, list),
         "",
         {{"fall all the way", ""}, {"fall, and rise again", ""}, {"rise all the way", ""}},
         "",
         0,
         nullptr},
        {"p2",
         Phase::predict,
         "On which of these squares is a layer fastest? Its side in PEs.",
         "PEs",
         {},
         "",
         0,
         nullptr},
        {"m1",
         Phase::measure,
         fmt::format("Cycles of a layer on {} PEs a side.", middle),
         "cycles",
         {},
         on(middle).command(),
         0.005,
         [on, middle](Bench& bench) {
             return Key{
                 bench.figure(on(middle), cycles),
                 {{bench.figure(on(middle), "cycles_hops"), "That is the part for hops; asked are all cycles."}}};
         }},
        {"m2",
         Phase::measure,
         fmt::format("Cycles of a layer on {} PEs a side.", large),
         "cycles",
         {},
         on(large).command(),
         0.005,
         [on, middle, large](Bench& bench) {
             return Key{bench.figure(on(large), cycles),
                        {{bench.figure(on(middle), cycles), "That is the smaller square."}}};
         }},
        {"m3",
         Phase::measure,
         fmt::format("The fastest of {}.", list),
         "PEs",
         {},
         on(sides.front()).command(),
         0.001,
         [best, model](Bench& bench) {
             return Key{double(best(bench, model, cycles)),
                        {{double(best(bench, model, "cycles_hops")), "There hops are fewest, but not all cycles."},
                         {double(best(bench, model, "cycles_arithmetic")),
                          "There arithmetic takes least, but distance takes more than that saves."}}};
         }},
        {"m4",
         Phase::measure,
         fmt::format("Cycles of hops with {} PEs a side, over those with {}.", large, middle),
         "times",
         {},
         on(large).command(),
         0.02,
         [ratio, middle, large](Bench& bench) {
             return Key{ratio(bench, "cycles_hops", large, middle),
                        {{ratio(bench, cycles, large, middle), "That is the ratio of all cycles."},
                         {double(large) / middle, "That is the ratio of the sides: near, but run it."}}};
         }},
        {"m5",
         Phase::measure,
         fmt::format("Cycles of arithmetic with {} PEs a side, over those with {}.", middle, large),
         "times",
         {},
         on(middle).command(),
         0.02,
         [ratio, middle, large](Bench& bench) {
             return Key{ratio(bench, "cycles_arithmetic", middle, large),
                        {{double(large) * large / (double(middle) * middle),
                          "That is the ratio of the numbers of PEs: not everything divides, scores are made in one row "
                          "of them."},
                         {ratio(bench, "cycles_hops", large, middle), "That is the ratio of hops."}}};
         }},
        {"e1",
         Phase::explain,
         "Why is the largest square not the fastest?",
         "",
         {{"Arithmetic is shared by all PEs, but each sum must cross the square, and the way grows with its side.", ""},
          {"A larger square has more scribe lines, and they are slow.",
           "Here a scribe line takes no more than a hop within a reticle: the part `scribe` says so."},
          {"The memory of so many PEs cannot be read at once.", "Each PE reads its own SRAM; nobody waits for it."},
          {"The clock of more PEs is lower.", "The clock is the same in all runs."}},
         on(large).command(),
         0,
         nullptr},
        {"t1",
         Phase::transfer,
         fmt::format("{} instead: the fastest of {}.", other, list),
         "PEs",
         {},
         square("wse2", other, context, middle).command(),
         0.001,
         [best, other, model](Bench& bench) {
             auto const key = double(best(bench, other, cycles)), first = double(best(bench, model, cycles));
             return Key{key, key == first ? std::vector<UsualMistake>{}
                                          : std::vector<UsualMistake>{{first, "That is the best of the first model."}}};
         }},
    };
}

} // namespace scribeline::program
