// What became of each answer.
#pragma once

#include "models/program/labs/answers.hpp"
#include "results/document/document.hpp"

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

// For people, and CSV.
results::Document document_of(Marks const& marks);

// JSON as graders read it: {"score", "max_score", "tests": [{"name", "score", "max_score",
// "output"}]}.
std::string marks_grade(Marks const& marks);

// A test case for each question.
std::string marks_junit(Marks const& marks);

} // namespace scribeline::program
