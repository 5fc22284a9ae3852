// What became of each answer.
#pragma once

#include "configs/schema/command_line.hpp"
#include "models/program/labs/answers.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace scribeline::program {

enum class Mark { predicted, right, wrong, open }; // open: no answer yet

struct Marked {
    Question const* question = nullptr;
    Mark            mark     = Mark::open;
    std::string     given, says; // says: what is wrong with it, without what is right
};

struct Marks {
    Answers const*      answers = nullptr;
    std::vector<Marked> all;

    std::size_t count(Mark mark) const;
    std::size_t asked() const; // without predictions
};

// Works the key out by simulation. Throws as figure_of() does.
Marks marks_of(Answers const& answers, Bench& bench);

// A table for people; JSON as graders read it: {"score", "max_score", "tests": [{"name", "score", "max_score",
// "output"}]}; CSV.
std::string marks_text(Marks const& marks, configs::OutputFormat format, std::size_t width);

// A test case for each question.
std::string marks_junit(Marks const& marks);

} // namespace scribeline::program
