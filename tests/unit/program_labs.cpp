// Labs: does the simulator's own key pass, does each usual mistake get its sentence, and are neighbours asked other
// things?
#include "models/program/labs/answers.hpp"
#include "models/program/labs/marks.hpp"
#include "support/build_kind.hpp"
#include "support/temporary_folder.hpp"

#include "configs/failure.hpp"
#include "configs/units/text.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>

using namespace scribeline::program;
using namespace scribeline::tests;
using Catch::Matchers::Contains;

namespace {

Answers blank(Lab const& lab, std::string const& name)
{
    auto answers      = Answers{};
    answers.lab       = &lab;
    answers.name      = name;
    answers.questions = questions_for(lab, name);
    return answers;
}

Answer number(double value) { return {fmt::format("{}", value), value, {}}; }

Answer right_choice(Question const& question)
{
    auto const right = std::find_if(question.choices.begin(), question.choices.end(),
                                    [](auto const& choice) { return choice.says.empty(); });
    return {"?", {}, static_cast<std::size_t>(right - question.choices.begin())};
}

Answers solved(Lab const& lab, std::string const& name, Bench& bench)
{
    auto answers = blank(lab, name);
    for (auto const& question : answers.questions)
        answers.given[question.id] = question.phase == Phase::predict && question.units.empty() ? Answer{"a", {}, 0}
                                     : question.units.empty()                                   ? right_choice(question)
                                     : question.key ? number(question.key(bench).value)
                                                    : number(1);
    return answers;
}

std::string complaint(std::string const& text)
{
    auto const folder = TemporaryFolder{};
    auto const path   = (folder.path() / "a.toml").string();
    std::ofstream{path} << text;
    try {
        read_answers(path);
    } catch (scribeline::configs::UserError const& error) {
        CHECK(error.code() == scribeline::configs::Exit::bad_config);
        return error.what();
    }
    return "";
}

std::string replaced(std::string text, std::string const& what, std::string const& by)
{
    auto const at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), by);
}

} // namespace

TEST_CASE("the key of each lab passes, each usual mistake gets its sentence, and a neighbour's answers do not pass")
{
    for (auto const& lab : labs()) {
        if (sanitized && lab.number > 1)
            break;
        CAPTURE(lab.title);
        auto bench   = Bench{};
        auto answers = solved(lab, "ada", bench);
        auto marks   = marks_of(answers, bench);
        CHECK(marks.count(Mark::right) == marks.asked());
        CHECK(marks.asked() >= 6);
        CHECK(marks.count(Mark::predicted) == 2);

        for (auto const& question : answers.questions) {
            if (!question.key)
                continue;
            CAPTURE(question.id, question.text);
            auto const key = question.key(bench);
            CHECK(std::isfinite(key.value));
            for (auto const& mistake : key.mistakes) {
                CAPTURE(key.value, mistake.value);
                auto wrong               = blank(lab, "ada");
                wrong.given[question.id] = number(mistake.value);
                auto const all           = marks_of(wrong, bench).all;
                auto const found         = std::find_if(all.begin(), all.end(),
                                                        [&](auto const& each) { return each.question->id == question.id; });
                CHECK(found->mark == Mark::wrong);
                CHECK(found->says == mistake.says);
            }
        }
        auto const text_of_m1 = [](Answers const& of) {
            auto const& m1 =
                *std::find_if(of.questions.begin(), of.questions.end(), [](auto& q) { return q.id == "m1"; });
            return m1.text + m1.command.substr(m1.command.find("--context"));
        };
        auto other = blank(lab, "grace"); // who has another context
        for (int i = 0; text_of_m1(other) == text_of_m1(answers); ++i)
            other = blank(lab, fmt::format("neighbour {}", i));
        other.given["m1"] = answers.given["m1"];
        CHECK(marks_of(other, bench).count(Mark::wrong) == 1);
    }
}

TEST_CASE("names draw their questions: the same for the same name, and many different ones for many names")
{
    for (auto const& lab : labs()) {
        auto all = std::set<std::string>{};
        for (int i = 0; i < 40; ++i) {
            auto const name = fmt::format("student {}", i);
            CHECK(answers_text(blank(lab, name)) == answers_text(blank(lab, name)));
            auto text = answers_text(blank(lab, name));
            all.insert(replaced(text, name, ""));
        }
        CHECK(all.size() > 20);
    }
}

TEST_CASE("a file of answers is read back as it was written, and predictions stay as they were locked")
{
    auto bench          = Bench{};
    auto answers        = blank(labs().front(), "ada");
    answers.given["p1"] = {"b", {}, 1};
    answers.given["p2"] = {"12 times", 12, {}};
    answers.given["m1"] = {"1,700.5 tokens/s", 1700.5, {}};
    answers.locked      = lock_of(answers);
    auto const text     = answers_text(answers);
    auto const folder   = TemporaryFolder{};
    std::ofstream{(folder.path() / "a.toml").string()} << text;
    auto const read = read_answers((folder.path() / "a.toml").string());
    CHECK(answers_text(read) == text);
    CHECK(read.given.at("p1").choice == std::size_t{1});
    CHECK(read.given.at("m1").number == 1700.5);
    CHECK_THAT(complaint(replaced(text, "p1 = \"b\"", "p1 = \"c\"")), Contains("predictions were changed"));
    CHECK_THAT(complaint(replaced(text, "name = \"ada\"", "name = \"bob\"")), Contains("of another name"));
    CHECK(complaint(replaced(text, "1,700.5 tokens/s", "3 tokens/s")).empty());
}

TEST_CASE("what is no file of answers is told with line, key and what was expected")
{
    auto const text = answers_text(blank(labs().front(), "ada"));
    CHECK(complaint(text).empty());
    CHECK_THAT(complaint("x = 1\n"), Contains("no `lab = NUMBER`"));
    CHECK_THAT(complaint(replaced(text, "lab = 1", "lab = 9")),
               Contains("a.toml:") && Contains("lab = 9: there are 1 to"));
    CHECK_THAT(complaint(replaced(text, "name = \"ada\"", "name = 3")), Contains("name: expected a text in quotes"));
    CHECK_THAT(complaint(replaced(text, "m1 = \"\"", "")), Contains("[measure] m1 is missing"));
    CHECK_THAT(complaint(replaced(text, "m1 = \"\"", "m9 = \"\"\nm1 = \"\"")), Contains("no question 'm9'"));
    CHECK_THAT(complaint(replaced(text, "m1 = \"\"", "m1 = \"5\"")), Contains("the unit is missing"));
    CHECK_THAT(complaint(replaced(text, "m1 = \"\"", "m1 = \"5 ms\"")), Contains("'ms' is another unit than tokens/s"));
    CHECK_THAT(complaint(replaced(text, "m1 = \"\"", "m1 = \"nan tokens/s\"")), Contains("expected a number"));
    CHECK_THAT(complaint(replaced(text, "e1 = \"\"", "e1 = \"z\"")), Contains("a letter from a to d"));
    CHECK_THAT(complaint("lab = 1\nname = \"a\"\nlocked = \"\"\n"), Contains("the table [predict] is missing"));
    CHECK_THAT(complaint(replaced(text, "[explain]", "[explained]")), Contains("[explain] is missing"));
    CHECK_THAT(complaint("lab = \"\x1b[2J\"\n"), !Contains("\x1b"));
}

TEST_CASE("numbers of answers are taken in the units that people use")
{
    CHECK(number_in("s", "250 ms") == Approx(0.25));
    CHECK(number_in("GB/s", "1.5 TB/s") == 1500);
    CHECK(number_in("%", "12.5%") == 12.5);
    CHECK(number_in("times", "4,150 x") == 4150);
    CHECK(number_in("tokens", "1e4 tokens") == 1e4);
    CHECK(number_in("%", "-3 %") == -3);
    CHECK_THROWS_AS(number_in("%", "three %"), scribeline::configs::TextError);
    CHECK_THROWS_AS(number_in("s", "3 tokens"), scribeline::configs::TextError);
}
