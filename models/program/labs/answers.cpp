#include "models/program/labs/answers.hpp"

#include "configs/failure.hpp"
#include "configs/schema/limits.hpp"
#include "configs/schema/toml_text.hpp"
#include "configs/schema/whole_file.hpp"
#include "configs/sha256.hpp"
#include "configs/units/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace scribeline::program {

namespace {

using configs::Exit;
using configs::UserError;

struct PhaseWords {
    Phase       phase;
    char const* table;
    char const* text;
};
constexpr auto phases = std::array{
    PhaseWords{Phase::predict, "predict", "Before you run anything. `scribeline lab check` locks these answers."},
    PhaseWords{Phase::measure, "measure", "Run, and read off: a number with its unit."},
    PhaseWords{Phase::explain, "explain", "One sentence is right."},
    PhaseWords{Phase::transfer, "transfer", "The same where it was not yet measured."}};

// Words for what is counted; times, bytes and rates have those of the configuration.
constexpr auto counted = std::array{std::pair{"%", "%"},
                                    std::pair{"x", "times"},
                                    std::pair{"times", "times"},
                                    std::pair{"PEs", "PEs"},
                                    std::pair{"cycles", "cycles"},
                                    std::pair{"tokens", "tokens"},
                                    std::pair{"tokens/s", "tokens/s"}};

char letter(std::size_t place) { return static_cast<char>('a' + place); }

// Comments of at most so many columns.
std::string comment(std::string const& text)
{
    constexpr std::size_t width = 98;
    auto                  lines = std::string{};
    auto                  line  = std::string{"#"};
    for (std::size_t begin = 0; begin < text.size();) {
        auto const end  = std::min(text.find(' ', begin), text.size());
        auto const word = text.substr(begin, end - begin);
        if (line.size() + 1 + word.size() > width && line != "#") {
            lines += line + "\n";
            line = "#  ";
        }
        line += " " + word;
        begin = end + 1;
    }
    return lines + line + "\n";
}

class Reader {
  public:
    explicit Reader(std::string const& path) : path_{configs::printable(path)} {}

    Answers read(toml::table const& root)
    {
        auto answers = Answers{};
        answers.lab  = &lab(root);
        answers.name = text(root, "name");
        require(answers.name);
        answers.questions = questions_for(*answers.lab, answers.name);
        answers.locked    = text(root, "locked");
        for (auto const& [key, node] : root)
            if (!node.is_table() && key != "lab" && key != "name" && key != "locked")
                refuse(node, fmt::format("{}: unknown; there are lab, name, locked and the tables of questions",
                                         configs::shown(key.str())));
        for (auto const& words : phases)
            table(root, words, answers);
        for (auto const& [key, node] : root)
            if (node.is_table() && std::none_of(phases.begin(), phases.end(),
                                                [&key = key](auto const& words) { return key == words.table; }))
                refuse(node, fmt::format("[{}]: unknown table", configs::printable(key.str())));
        if (!answers.locked.empty() && answers.locked != lock_of(answers))
            throw UserError{Exit::bad_config,
                            fmt::format("{}: error: predictions were changed after they were locked, or the file is of "
                                        "another name. Put back what stood there, or begin again: scribeline lab start "
                                        "{} --as {}",
                                        path_, answers.lab->number, configs::shown(answers.name))};
        return answers;
    }

  private:
    [[noreturn]] void refuse(toml::node const& node, std::string const& what) const
    {
        throw UserError{Exit::bad_config, fmt::format("{}:{}: error: {}", path_, node.source().begin.line, what)};
    }
    [[noreturn]] void refuse(std::string const& what) const
    {
        throw UserError{
            Exit::bad_config,
            fmt::format("{}: error: {}; 'scribeline lab start 1 --as NAME' writes such a file", path_, what)};
    }

    Lab const& lab(toml::table const& root) const
    {
        auto const* node = root.get("lab");
        if (node == nullptr)
            refuse("no `lab = NUMBER`: this is no file of answers");
        auto const number = configs::text_of(*node);
        for (auto const& each : labs())
            if (fmt::format("{}", each.number) == number)
                return each;
        refuse(*node, fmt::format("lab = {}: there are 1 to {}", configs::printable(number), labs().size()));
    }

    std::string text(toml::table const& root, char const* key) const
    {
        auto const* node = root.get(key);
        if (node == nullptr)
            refuse(fmt::format("`{} = \"..\"` is missing", key));
        if (!node->is_string())
            refuse(*node, fmt::format("{}: expected a text in quotes", key));
        return node->ref<std::string>();
    }

    void require(std::string const& name) const
    {
        try {
            require_name(name);
        } catch (UserError const& error) {
            refuse(error.what());
        }
    }

    void table(toml::table const& root, PhaseWords const& words, Answers& answers) const
    {
        auto const* const node = root.get(words.table);
        if (node == nullptr || !node->is_table())
            refuse(fmt::format("the table [{}] is missing", words.table));
        auto const& table = *node->as_table();
        for (auto const& question : answers.questions)
            if (question.phase == words.phase)
                read(table, words, question, answers);
        for (auto const& [key, value] : table)
            if (std::none_of(answers.questions.begin(), answers.questions.end(),
                             [&key = key, &words](auto const& q) { return q.phase == words.phase && key == q.id; }))
                refuse(value, fmt::format("[{}] has no question {}", words.table, configs::shown(key.str())));
    }

    void read(toml::table const& table, PhaseWords const& words, Question const& question, Answers& answers) const
    {
        auto const* const node = table.get(question.id);
        if (node == nullptr)
            refuse(table, fmt::format("[{}] {} is missing; an answer that is not known yet is \"\"", words.table,
                                      question.id));
        auto answer = Answer{configs::text_of(*node), {}, {}};
        if (!node->is_value())
            refuse(*node, fmt::format("{}: expected a text in quotes", question.id));
        if (answer.text.empty())
            return;
        if (question.units.empty()) {
            auto const place = static_cast<std::size_t>(answer.text.front() - 'a');
            if (answer.text.size() != 1 || place >= question.choices.size())
                refuse(*node, fmt::format("{} = {}: expected a letter from a to {}", question.id,
                                          configs::shown(answer.text), letter(question.choices.size() - 1)));
            answer.choice = place;
        } else {
            try {
                answer.number = number_in(question.units, answer.text);
            } catch (configs::TextError const& error) {
                refuse(*node, fmt::format("{} = {}: {}", question.id, configs::shown(answer.text), error.what()));
            }
        }
        answers.given[question.id] = answer;
    }

    std::string path_;
};

} // namespace

bool Answers::has(Phase phase, bool all) const
{
    auto const answered = [&](Question const& q) { return given.count(q.id) > 0; };
    auto const of_phase = [&](Question const& q) { return q.phase == phase; };
    return all ? std::all_of(questions.begin(), questions.end(), [&](auto& q) { return !of_phase(q) || answered(q); })
               : std::any_of(questions.begin(), questions.end(), [&](auto& q) { return of_phase(q) && answered(q); });
}

void require_name(std::string const& name)
{
    if (name.empty() || name.size() > 64 || configs::printable(name) != name ||
        name.find_first_of("\"\\") != std::string::npos)
        throw UserError{Exit::usage, fmt::format("the name {}: expected 1 to 64 printable characters without quotes",
                                                 configs::shown(name))};
}

double number_in(std::string const& wanted, std::string const& written)
{
    auto text = written;
    text.erase(std::remove(text.begin(), text.end(), ','), text.end()); // 1,695
    if (wanted == "s")
        return configs::parse<configs::Seconds>(text).value();
    if (wanted == "GB")
        return configs::parse<configs::Bytes>(text).value() / 1e9;
    if (wanted == "GB/s")
        return configs::parse<configs::BytesPerSecond>(text).value() / 1e9;
    auto const expected     = fmt::format("expected a number with its unit, such as \"1.5 {}\"", wanted);
    auto       value        = 0.0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || !std::isfinite(value))
        throw configs::TextError{expected};
    auto const rest = text.find_first_not_of(' ', static_cast<std::size_t>(end - text.data()));
    if (rest == std::string::npos)
        throw configs::TextError{"the unit is missing; " + expected};
    auto const unit = text.substr(rest);
    for (auto const& [name, of] : counted)
        if (of == wanted && unit == name)
            return value;
    throw configs::TextError{fmt::format("{} is another unit than {}; {}", configs::shown(unit), wanted, expected)};
}

Answers read_answers(std::string const& path)
{
    auto const content = configs::read_whole_file(path, configs::limits::toml);
    try {
        return Reader{path}.read(configs::parse_toml(content, configs::printable(path)));
    } catch (toml::parse_error const& error) {
        throw UserError{Exit::bad_config,
                        fmt::format("{}:{}: error: {}", configs::printable(path), error.source().begin.line,
                                    configs::printable(std::string{error.description()}))};
    }
}

std::string lock_of(Answers const& answers)
{
    auto text = fmt::format("scribeline lab {} of {}", answers.lab->number, answers.name);
    for (auto const& question : answers.questions)
        if (question.phase == Phase::predict)
            if (auto const found = answers.given.find(question.id); found != answers.given.end())
                text += fmt::format("; {} = {}", question.id, found->second.text);
    return configs::sha256(text).substr(0, 16);
}

std::string answers_text(Answers const& answers)
{
    auto text = comment(fmt::format("Lab {}: {}", answers.lab->number, answers.lab->title)) +
                comment(answers.lab->story) +
                comment("Fill in predictions first, then: scribeline lab check THIS_FILE");
    text +=
        fmt::format("lab = {}\nname = \"{}\"\nlocked = \"{}\"\n", answers.lab->number, answers.name, answers.locked);
    for (auto const& words : phases) {
        text += fmt::format("\n[{}]\n{}", words.table, comment(words.text));
        for (auto const& question : answers.questions) {
            if (question.phase != words.phase)
                continue;
            text += "\n" + comment(question.text);
            for (std::size_t i = 0; i < question.choices.size(); ++i)
                text += comment(fmt::format("  {}: {}", letter(i), question.choices[i].text));
            if (!question.units.empty())
                text += comment(fmt::format("in {}", question.units));
            if (!question.command.empty())
                text += fmt::format("# $ {}\n", question.command); // whole: it is copied
            auto const found = answers.given.find(question.id);
            text += fmt::format("{} = \"{}\"\n", question.id, found == answers.given.end() ? "" : found->second.text);
        }
    }
    return text;
}

} // namespace scribeline::program
