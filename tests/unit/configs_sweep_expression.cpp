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
    auto const text = GENERATE(as<std::string>{}, "a < b", "a<=2 and b>=3", "a + b == order", "a + b * 2 == 8",
                               "(a + b) * 2 == 10", "-a < 0", "b - a - 1 == 0", "12 / b / 2 == a", "not a == b",
                               "a == b or a == 2 and b == 3", "word == 'tree'", "word != \"chain\"",
                               "pe.sram == 48 KiB", "pe.sram > 48 kB", "pe.sram/a == 24 KiB", "150 GB/s > 1 GB/s",
                               "3 cycles == b", "a != b", "not not a", "not (a > b)", "order == 5", ".5 * a == 1");
    CAPTURE(text);
    CHECK(holds(text));
}

TEST_CASE("conditions that do not hold")
{
    auto const text =
        GENERATE(as<std::string>{}, "a > b", "a == b or a > b", "(a == 2 or b == 3) and a == 3", "word == 'Tree'",
                 "unknown < 3", "unknown >= 3", "unknown == unknown", "unknown != 1", "word == a", "0");
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
