// The words of each choice, in one list: the reader, the error for an unknown word and the docs share it.
#pragma once

#include "configs/config.hpp"
#include "configs/failure.hpp"
#include "configs/parameters.hpp"
#include "configs/schema/command_line.hpp"
#include "configs/units/text.hpp"

#include <array>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <fmt/format.h>

namespace scribeline::configs {

template <class Enum> struct Word {
    char const* name;
    Enum        value;
};

template <class Enum> inline constexpr std::array<Word<Enum>, 0> words{};

template <> inline constexpr std::array words<Origin>{
    Word<Origin>{"datasheet", Origin::datasheet}, Word<Origin>{"published", Origin::published},
    Word<Origin>{"derived", Origin::derived}, Word<Origin>{"assumed", Origin::assumed},
    Word<Origin>{"choice", Origin::choice}};
template <> inline constexpr std::array words<KvHeads>{Word<KvHeads>{"model", KvHeads::model},
                                                       Word<KvHeads>{"full", KvHeads::full}};
template <> inline constexpr std::array words<Fidelity>{
    Word<Fidelity>{"auto", Fidelity::automatic}, Word<Fidelity>{"wavelet", Fidelity::wavelet},
    Word<Fidelity>{"folded", Fidelity::folded}, Word<Fidelity>{"closed_form", Fidelity::closed_form}};
template <> inline constexpr std::array words<VisitingOrder>{Word<VisitingOrder>{"forward", VisitingOrder::forward},
                                                             Word<VisitingOrder>{"reverse", VisitingOrder::reverse}};
template <> inline constexpr std::array words<Reduction>{Word<Reduction>{"two_level", Reduction::two_level},
                                                         Word<Reduction>{"chain", Reduction::chain},
                                                         Word<Reduction>{"tree", Reduction::tree}};
template <> inline constexpr std::array words<Schedule>{Word<Schedule>{"auto", Schedule::automatic},
                                                        Word<Schedule>{"layer", Schedule::layer},
                                                        Word<Schedule>{"pipeline", Schedule::pipeline}};
template <> inline constexpr std::array words<Objective>{Word<Objective>{"latency", Objective::latency},
                                                         Word<Objective>{"throughput", Objective::throughput}};
template <> inline constexpr std::array words<Experts>{Word<Experts>{"sliced", Experts::sliced},
                                                       Word<Experts>{"whole", Experts::whole}};
template <>
inline constexpr std::array words<ExpertKernel>{Word<ExpertKernel>{"expert_centric", ExpertKernel::expert_centric},
                                                Word<ExpertKernel>{"output_centric", ExpertKernel::output_centric}};
template <>
inline constexpr std::array words<Split>{Word<Split>{"layer", Split::layer}, Word<Split>{"half", Split::half}};
template <> inline constexpr std::array words<Growth>{Word<Growth>{"balanced", Growth::balanced},
                                                      Word<Growth>{"concatenate", Growth::concatenate}};
template <> inline constexpr std::array words<Weights>{Word<Weights>{"resident", Weights::resident},
                                                       Word<Weights>{"streamed", Weights::streamed}};
template <> inline constexpr std::array words<AllReduce>{Word<AllReduce>{"fastest", AllReduce::fastest},
                                                         Word<AllReduce>{"one_shot", AllReduce::one_shot},
                                                         Word<AllReduce>{"one_shot_pull", AllReduce::one_shot_pull},
                                                         Word<AllReduce>{"two_shot", AllReduce::two_shot},
                                                         Word<AllReduce>{"ring", AllReduce::ring},
                                                         Word<AllReduce>{"in_switch", AllReduce::in_switch}};
template <> inline constexpr std::array words<Tables>{Word<Tables>{"auto", Tables::automatic},
                                                      Word<Tables>{"region", Tables::region},
                                                      Word<Tables>{"wafer", Tables::wafer}};
template <> inline constexpr std::array words<EngineName>{Word<EngineName>{"vllm", EngineName::vllm},
                                                          Word<EngineName>{"sglang", EngineName::sglang},
                                                          Word<EngineName>{"trtllm", EngineName::trtllm}};
template <> inline constexpr std::array words<Router>{Word<Router>{"round_robin", Router::round_robin},
                                                      Word<Router>{"least_tokens", Router::least_tokens},
                                                      Word<Router>{"prefix_aware", Router::prefix_aware}};
template <> inline constexpr std::array words<KvTransfer>{Word<KvTransfer>{"whole", KvTransfer::whole},
                                                          Word<KvTransfer>{"by_layer", KvTransfer::by_layer}};
template <> inline constexpr std::array words<OutputFormat>{Word<OutputFormat>{"table", OutputFormat::table},
                                                            Word<OutputFormat>{"json", OutputFormat::json},
                                                            Word<OutputFormat>{"csv", OutputFormat::csv}};
template <> inline constexpr std::array words<Color>{
    Word<Color>{"auto", Color::automatic}, Word<Color>{"always", Color::always}, Word<Color>{"never", Color::never}};

template <class Enum> std::vector<std::string> word_names()
{
    auto names = std::vector<std::string>{};
    for (auto const& word : words<Enum>)
        names.emplace_back(word.name);
    return names;
}

template <class Enum> char const* word_for(Enum value)
{
    for (auto const& word : words<Enum>)
        if (word.value == value)
            return word.name;
    SCRIBELINE_EXPECT(!"a value of the enumeration without a word");
    return "";
}

template <class Enum> Enum parse_word(std::string_view text)
{
    for (auto const& word : words<Enum>)
        if (text == word.name)
            return word.value;
    throw TextError{fmt::format("{} is none of {}{}", shown(text), fmt::join(word_names<Enum>(), ", "),
                                did_you_mean(text, word_names<Enum>()))};
}

} // namespace scribeline::configs
