// A lab: predict, run, measure, explain, and carry over to another model. What is right is no table: the simulator
// works it out when the answers are checked, from the same figures that the commands print.
#pragma once

#include "models/program/labs/bench.hpp"
#include "models/program/labs/draw.hpp"

#include <functional>
#include <string>
#include <vector>

namespace scribeline::program {

enum class Phase { predict, measure, explain, transfer };

// A usual way to get it wrong, and what to say to that.
struct UsualMistake {
    double      value = 0; // as a lab's question has it, within the tolerance of the right one
    std::string says;
};

struct Key {
    double                    value = 0; // in the question's units
    std::vector<UsualMistake> mistakes;
};

// Sentences to choose from: the first letter is `a`.
struct Choice {
    std::string text;
    std::string says; // why it is not so; empty: it is
};

struct Question {
    std::string         id; // "m1"
    Phase               phase = Phase::measure;
    std::string         text;
    std::string         units;   // "tokens/s"; empty: one of the choices
    std::vector<Choice> choices; // their order is drawn; of a prediction none is right or wrong before it is measured
    std::string         command; // what shows it
    double              tolerance = 0.02; // of the right value

    std::function<Key(Bench&)> key; // none of a choice, nor of a prediction
};

struct Lab {
    unsigned    number = 0;
    char const* title  = "";
    char const* story  = ""; // what it is about

    std::vector<Question> (*questions)(Draw& draw) = nullptr;
};

std::vector<Lab> const& labs();

// Throws configs::UserError (usage) where there is no such lab.
Lab const& lab_of(std::string const& number);

// The same for the same name, on every platform; neighbours get other models, contexts and machines.
std::vector<Question> questions_for(Lab const& lab, std::string const& name);

// Where each lab is written.
std::vector<Question> where_the_bandwidth_goes(Draw& draw);
std::vector<Question> when_a_region_is_too_large(Draw& draw);
std::vector<Question> when_the_wafer_ends(Draw& draw);
std::vector<Question> prefill_here_and_decode_there(Draw& draw);

} // namespace scribeline::program
