#include "models/program/labs/marks.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace scribeline::program {

namespace {

bool near(double value, double right, double tolerance)
{
    // A gain of nothing, printed as 0.0: nearer than a half per mille of whatever it is counted in.
    return std::abs(value - right) <= std::max(tolerance * std::abs(right), 0.0005);
}

char const* word(Mark mark)
{
    switch (mark) {
    case Mark::predicted:
        return "locked";
    case Mark::right:
        return "right";
    case Mark::wrong:
        return "not yet";
    case Mark::open:
        break;
    }
    return "no answer";
}

char const* off(double value, double right) { return value > right ? "Too large" : "Too small"; }

Marked marked(Question const& question, Answer const& answer, Bench& bench)
{
    auto const result = [&](Mark mark, std::string says) {
        return Marked{&question, mark, answer.text, std::move(says)};
    };
    if (question.phase == Phase::predict)
        return result(Mark::predicted, "");
    if (answer.choice) {
        auto const& choice = question.choices[*answer.choice];
        return result(choice.says.empty() ? Mark::right : Mark::wrong, choice.says);
    }
    auto const key = question.key(bench);
    if (near(*answer.number, key.value, question.tolerance))
        return result(Mark::right, "");
    for (auto const& mistake : key.mistakes)
        if (near(*answer.number, mistake.value, question.tolerance))
            return result(Mark::wrong, mistake.says);
    return result(Mark::wrong, fmt::format("{}. Run it: {}", off(*answer.number, key.value), question.command));
}

std::string xml(std::string const& text)
{
    auto result = std::string{};
    for (char const c : text)
        switch (c) {
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '&':
            result += "&amp;";
            break;
        case '"':
            result += "&quot;";
            break;
        default:
            result += c;
        }
    return result;
}

} // namespace

std::size_t Marks::count(Mark mark) const
{
    return std::size_t(std::count_if(all.begin(), all.end(), [mark](auto const& each) { return each.mark == mark; }));
}

std::size_t Marks::asked() const
{
    return std::size_t(
        std::count_if(all.begin(), all.end(), [](auto const& each) { return each.question->phase != Phase::predict; }));
}

Marks marks_of(Answers const& answers, Bench& bench)
{
    auto result = Marks{&answers, {}};
    for (auto const& question : answers.questions) {
        auto const found = answers.given.find(question.id);
        result.all.push_back(found == answers.given.end() ? Marked{&question, Mark::open, "", ""}
                                                          : marked(question, found->second, bench));
    }
    return result;
}

std::string marks_grade(Marks const& marks)
{
    auto tests = nlohmann::json::array();
    for (auto const& each : marks.all)
        if (each.mark != Mark::predicted)
            tests.push_back({{"name", each.question->id},
                             {"score", each.mark == Mark::right ? 1 : 0},
                             {"max_score", 1},
                             {"output", each.says.empty() ? word(each.mark) : each.says}});
    return nlohmann::json{{"lab", marks.answers->lab->number},
                          {"name", marks.answers->name},
                          {"locked", !marks.answers->locked.empty()},
                          {"score", marks.count(Mark::right)},
                          {"max_score", marks.asked()},
                          {"tests", tests}}
               .dump(2, ' ', true) +
           "\n";
}

results::Document document_of(Marks const& marks)
{
    auto table = results::Table{"answers", {{"question", "1", true}, {"answer", "1", true}, {"mark", "1", true}}, {}};
    auto says  = results::Sentences{};
    for (auto const& each : marks.all) {
        table.rows.push_back({results::word(each.question->id),
                              each.given.empty() ? results::unknown() : results::word(each.given),
                              results::word(word(each.mark))});
        if (!each.says.empty())
            says.push_back(fmt::format("{}: {}", each.question->id, each.says));
    }
    auto document  = results::Document{};
    document.title = fmt::format("Lab {}: {} {} of {} are right.", marks.answers->lab->number,
                                 marks.answers->lab->title, marks.count(Mark::right), marks.asked());
    document.sections.push_back({"Answers", {table}});
    if (!says.empty())
        document.sections.push_back({"What to look at", {says}});
    return document;
}

std::string marks_junit(Marks const& marks)
{
    auto text = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"lab {} of {}\" tests=\"{}\" "
                            "failures=\"{}\" skipped=\"{}\">\n",
                            marks.answers->lab->number, xml(marks.answers->name), marks.asked(),
                            marks.count(Mark::wrong), marks.count(Mark::open));
    for (auto const& each : marks.all) {
        if (each.mark == Mark::predicted || each.question->phase == Phase::predict)
            continue;
        text +=
            fmt::format("  <testcase classname=\"lab{}\" name=\"{}\"", marks.answers->lab->number, each.question->id);
        if (each.mark == Mark::right)
            text += "/>\n";
        else if (each.mark == Mark::open)
            text += "><skipped/></testcase>\n";
        else
            text += fmt::format("><failure message=\"{}\"/></testcase>\n", xml(each.says));
    }
    return text + "</testsuite>\n";
}

} // namespace scribeline::program
