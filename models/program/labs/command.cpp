#include "models/program/labs/command.hpp"

#include "configs/schema/command_options.hpp"
#include "models/program/labs/answers.hpp"
#include "models/program/labs/marks.hpp"
#include "models/program/print_document.hpp"
#include "results/document/document.hpp"
#include "results/files/output_file.hpp"

#include <filesystem>
#include <ostream>

#include <fmt/format.h>

namespace scribeline::program {

namespace {

using configs::CommandLine;
using configs::Exit;
using configs::UserError;

[[noreturn]] void refuse(std::string const& what)
{
    throw UserError{Exit::usage, what + "\nTry 'scribeline lab --help'."};
}

std::string name_of(CommandLine const& line)
{
    auto const name = line.option("as").value_or("anyone");
    require_name(name);
    return name;
}

void write(std::string const& path, std::string const& text)
{
    auto file = results::OutputFile{path};
    file.commit({text.begin(), text.end()});
}

Exit list(CommandLine const& line, std::ostream& out)
{
    auto table = results::Table{"labs", {{"lab"}, {"title", "1", true}}, {}};
    for (auto const& lab : labs())
        table.rows.push_back({results::quantity(lab.number), results::word(lab.title)});
    auto document = results::Document{"Labs: predict, run, measure, explain.", {{"", {table}}}};
    auto how =
        results::Sentences{"scribeline lab start 1 --as NAME writes a file to fill in; NAME draws model, context and "
                           "machine.",
                           "scribeline lab check FILE locks the predictions, then marks the answers: the "
                           "simulator works out what is right."};
    document.sections.push_back({"How", {how}});
    print_document(line, document, out);
    return Exit::done;
}

Answers blank(std::string const& number, std::string const& name)
{
    auto answers      = Answers{};
    answers.lab       = &lab_of(number);
    answers.name      = name;
    answers.questions = questions_for(*answers.lab, name);
    return answers;
}

Exit start(CommandLine const& line, std::ostream& out)
{
    if (!line.option("as"))
        refuse("lab start: --as NAME is missing; the name draws the questions");
    auto const answers = blank(line.arguments[1], name_of(line));
    auto const path    = line.output.empty() ? fmt::format("lab{}.toml", answers.lab->number) : line.output;
    if (std::filesystem::exists(path))
        throw UserError{
            Exit::cannot_create,
            fmt::format("{}: exists; answers are never overwritten. Another file: -o FILE", configs::printable(path))};
    write(path, answers_text(answers));
    out << fmt::format("{}: fill in [predict], then: scribeline lab check {}\n", path, path);
    return Exit::done;
}

Exit lock(Answers answers, std::string const& path, std::ostream& out)
{
    if (!answers.has(Phase::predict, true))
        throw UserError{Exit::answer_is_no,
                        fmt::format("{}: predict first: every answer of [predict]", configs::printable(path))};
    for (auto const phase : {Phase::measure, Phase::explain, Phase::transfer})
        if (answers.has(phase, false))
            throw UserError{Exit::answer_is_no,
                            fmt::format("{}: what is predicted is locked before anything is measured. Empty the other "
                                        "answers (\"\"), check, and put them back",
                                        configs::printable(path))};
    answers.locked = lock_of(answers);
    write(path, answers_text(answers));
    out << "Your predictions are locked. Now run:\n";
    auto last = std::string{};
    for (auto const& question : answers.questions)
        if (question.phase == Phase::measure && question.command != last)
            out << "  " << (last = question.command) << "\n";
    return Exit::done;
}

Exit check(CommandLine const& line, std::ostream& out)
{
    auto const& path    = line.arguments[1];
    auto const  answers = read_answers(path);
    if (answers.locked.empty())
        return lock(answers, path, out);
    auto       bench = Bench{};
    auto const marks = marks_of(answers, bench);
    if (auto const junit = line.option("junit"))
        write(*junit, marks_junit(marks));
    if (line.format == configs::OutputFormat::json)
        out << marks_grade(marks);
    else
        print_document(line, document_of(marks), out);
    return marks.count(Mark::right) == marks.asked() ? Exit::done : Exit::answer_is_no;
}

} // namespace

std::vector<configs::Option> lab_options()
{
    using namespace configs;
    return {own_option("as", "NAME", "who works on it: draws model, context and machine"),
            output_option("FILE.toml", "of start: the file to fill in; without: labN.toml"),
            own_option("junit", "FILE.xml", "of check: a test case for each question, for graders"),
            format_option("of list and check; JSON as graders read it")};
}

Exit lab_command(CommandLine const& line, std::ostream& out)
{
    auto const& words   = line.arguments;
    auto const  command = words[0];
    auto const  needs   = [&](std::size_t count, char const* what) {
        if (words.size() != count)
            refuse(fmt::format("lab {}: expected {}", command, what));
    };
    if (command == "list") {
        needs(1, "nothing behind it");
        return list(line, out);
    }
    if (command == "show") {
        needs(2, "the number of a lab");
        out << answers_text(blank(words[1], name_of(line)));
        return Exit::done;
    }
    if (command == "start") {
        needs(2, "the number of a lab");
        return start(line, out);
    }
    if (command == "check") {
        needs(2, "a file of answers");
        return check(line, out);
    }
    refuse(fmt::format("lab {}: there are list, show, start and check{}", configs::shown(command),
                       configs::did_you_mean(command, {"list", "show", "start", "check"})));
}

} // namespace scribeline::program
