// Conditions: precedence, units, texts, and what is not known.
#include "configs/sweep/expression.hpp"
#include "configs/units/text.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace scribeline::configs;

namespace {

std::string known(std::string const& name)
{
    if (name == "a" || name == "b" || name == "order" || name == "word" || name == "unknown" || name == "pe.sram")
        return name;
    throw TextError{"no column " + name};
}

ExpressionValue value(std::string const& name)
{
    if (name == "word")
        return {true, 0, "tree"};
    if (name == "unknown")
        return {false, std::numeric_limits<double>::quiet_NaN(), {}};
    if (name == "pe.sram")
        return {false, 49152, {}};
    return {false, name == "a" ? 2.0 : name == "b" ? 3.0 : 5.0, {}};
}

bool holds(std::string const& text) { return Expression{text, known}.holds(value); }

} // namespace

TEST_CASE("conditions that hold")
{
    auto const text =
        GENERATE(as<std::string>{}, "a < b", "a<=2 and b>=3", "a + b == order", "a + b * 2 == 8", "(a + b) * 2 == 10",
                 "-a < 0", "b - a - 1 == 0", "12 / b / 2 == a", "not a == b", "a == b or a == 2 and b == 3",
                 "word == 'tree'", "word != \"chain\"", "pe.sram == 48 KiB", "pe.sram > 48 kB", "pe.sram/a == 24 KiB",
                 "150 GB/s > a", "3 cycles == b", "a != b", "not not a", "not (a > b)", "order == 5", ".5 * a == 1");
    CAPTURE(text);
    CHECK(holds(text));
}

TEST_CASE("conditions that do not hold")
{
    auto const text =
        GENERATE(as<std::string>{}, "a > b", "a == b or a > b", "(a == 2 or b == 3) and a == 3", "word == 'Tree'",
                 "unknown < 3", "unknown >= 3", "unknown == unknown", "unknown != 1", "word == a", "a == 2 and 0 > b");
    CAPTURE(text);
    CHECK_FALSE(holds(text));
}

TEST_CASE("a condition that cannot be read says where")
{
    struct Wrong {
        std::string text, said;
    };
    auto const wrong = GENERATE(values<Wrong>({{"a <", "expected a value at the end"},
                                               {"a < 3 b", "unknown"},
                                               {"(a", "expected ')'"},
                                               {"a = 3", "expected '=='"},
                                               {"c < 3", "no column c"},
                                               {"word == 'tree", "a quote without its end"},
                                               {"", "expected a value"},
                                               {"a b", "expected an operator or the end at 'b'"},
                                               {"pe.sram < 3 KIX", "no quantity"},
                                               {std::string(5000, '('), "5000 characters"},
                                               {std::string(500, '('), "nested too deeply"}}));
    CAPTURE(wrong.text);
    if (wrong.text == "a < 3 b") {
        CHECK_THROWS_AS(holds(wrong.text), TextError);
        return;
    }
    CHECK_THROWS_WITH(holds(wrong.text), Catch::Contains(wrong.said));
}

TEST_CASE("texts are equal or not, and have no order")
{
    CHECK_THROWS_WITH(holds("word < 'z'"), Catch::Contains("only numbers can be ordered"));
    CHECK_THROWS_WITH(holds("word"), Catch::Contains("not a condition"));
}

TEST_CASE("what can be known of a condition before its columns have values is known then")
{
    auto const kind = [](std::string const& name) -> ColumnKind {
        if (name == "word")
            return {ColumnKind::What::text, {}};
        if (name == "unknown")
            return {};
        return {ColumnKind::What::number, name == "pe.sram" ? "byte" : name == "order" ? "cycles" : "1"};
    };
    auto const read = [&](std::string const& text) { return Expression{text, known, kind}; };
    struct Wrong {
        std::string text, said;
    };
    for (auto const& [text, said] : std::vector<Wrong>{
             {"pe.sram > 1 cycle", "'byte' and 'cycle' are different units"},
             {"pe.sram + order > 3", "different units"},
             {"order < pe.sram", "different units"},
             {"pe.sram > 3 GHz", "different units"},
             {"a == 2 or pe.sram * 2 > 1 cycle", "different units"},
             {"a == 'x'", "a number never equals a text"},
             {"word == 3", "a text never equals a number"},
             {"word > 3", "only numbers can be ordered"},
             {"word + 1 > 3", "only numbers can be ordered"},
             {"a", "is not a condition but a number"},
             {"a + 1", "is not a condition but a number"},
             {"word", "is not a condition but a text"},
             {"not a", "is not a condition"},
             {"a < 3 and b", "is not a condition"},
             {"(a < 3) + 1 > 0", "only numbers can be ordered"},
             {"(a < 3) == 1", "never equals"},
             {"1/0 > 1", "names no column"},
             {"3 cycles < 4 cycles", "names no column"},
         }) {
        CAPTURE(text);
        CHECK_THROWS_WITH(read(text), Catch::Contains(said));
    }
    for (auto const* text : {"pe.sram > 1 kB", "pe.sram > 1024", "order <= 3 cycles", "a * pe.sram > 1 kB", "a > order",
                             "pe.sram / order > 3", "word == 'x' and a > 2", "not (unknown == 'x')", "unknown > 3",
                             "not unknown", "order / order == 1 cycle", "order > 9 cycles / 8"}) {
        CAPTURE(text);
        CHECK_NOTHROW(read(text));
    }
}
