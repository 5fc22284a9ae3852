// The file that a student fills in: predictions, measurements, a sentence to choose, and the same for another model.
//
//     lab = 1
//     name = "ada"
//     locked = ""          # `lab check` writes it, once all predictions are there
//     [predict]
//     p1 = "b"
//     [measure]
//     m1 = "1,695 tokens/s"
#pragma once

#include "models/program/labs/lab.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::program {

// Of a number in the question's units, or the place of a choice.
struct Answer {
    std::string                text; // as it was written
    std::optional<double>      number;
    std::optional<std::size_t> choice;
};

struct Answers {
    Lab const*                    lab = nullptr;
    std::string                   name;
    std::vector<Question>         questions;
    std::map<std::string, Answer> given; // by id; what is empty is not among them
    std::string                   locked;

    bool has(Phase phase, bool all) const; // all of a phase, or any
};

// Names are 1 to 64 printable characters: they stand in files and reports. Throws configs::UserError (usage).
void require_name(std::string const& name);

// Throws configs::UserError: no_input; bad_config for what is no such file, a question that is missing or not of this
// lab, a number without its unit or with another one, a letter that no choice has, predictions that were changed after
// they were locked.
Answers read_answers(std::string const& path);

// What read_answers() reads: with the questions as comments, at most 100 columns wide, and the answers so far.
std::string answers_text(Answers const& answers);

// Of the predictions. Whoever wants to can work it out again: it keeps honest people honest.
std::string lock_of(Answers const& answers);

// "1,695.1 tokens/s" in the units of the question; throws configs::TextError, which says what was expected.
double number_in(std::string const& units, std::string const& text);

} // namespace scribeline::program
