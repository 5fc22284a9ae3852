#include "models/program/labs/lab.hpp"

#include "configs/failure.hpp"

#include <fmt/format.h>

namespace scribeline::program {

std::vector<Lab> const& labs()
{
    static auto const all = std::vector<Lab>{
        {1, "Where did the bandwidth go?",
         "The SRAM of a wafer delivers thousands of times what the memory of a GPU does. A token does not come "
         "thousands "
         "of times as fast. What does it wait for, and which part would be worth improving?",
         &where_the_bandwidth_goes},
        {2, "Why is the bigger grid slower?",
         "A layer is spread over a square of processing elements. More of them share the arithmetic, and all of them "
         "must "
         "hear of each other. Somewhere the one outweighs the other.",
         &when_a_region_is_too_large},
        {3, "When does the wafer stop making sense?",
         "Keys and values of a long context stand in the same SRAM as the weights. Does a wafer fall behind because it "
         "is full, or before?",
         &when_the_wafer_ends},
        {4, "Prefill on GPUs, decode on wafers: when does it pay?",
         "GPUs read a prompt fast, wafers write fast. Whoever wants both must move the cache from the one to the "
         "other.",
         &prefill_here_and_decode_there}};
    return all;
}

Lab const& lab_of(std::string const& number)
{
    for (auto const& lab : labs())
        if (fmt::format("{}", lab.number) == number)
            return lab;
    throw configs::UserError{configs::Exit::usage, fmt::format("no lab {}; there are 1 to {}: 'scribeline lab list'",
                                                               configs::shown(number), labs().size())};
}

std::vector<Question> questions_for(Lab const& lab, std::string const& name)
{
    auto draw = Draw{lab.number, name};
    auto all  = lab.questions(draw);
    for (auto& question : all)
        if (question.phase != Phase::predict) // shares of a half, a tenth have an order that says something
            draw.shuffle(question.choices);
    return all;
}

} // namespace scribeline::program
