// Recursive descent, one function a rule, into functions that evaluate.
#include "configs/sweep/expression.hpp"

#include "configs/failure.hpp"
#include "configs/units/text.hpp"

#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace scribeline::configs {

namespace {

using Node   = Expression::Node;
using Lookup = Expression::Lookup;
using Value  = ExpressionValue;

Value number(double value) { return {false, value, {}}; }
Value truth(bool yes) { return number(yes ? 1 : 0); }

bool is_true(Value const& value)
{
    if (value.is_text)
        throw TextError{fmt::format("{} is a text, not a condition", shown(value.text))};
    return value.number != 0 && !std::isnan(value.number);
}

double number_in(Value const& value)
{
    if (value.is_text)
        throw TextError{
            fmt::format("{} is a text, and only numbers can be ordered or calculated with", shown(value.text))};
    return value.number;
}

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Parser {
  public:
    Parser(std::string const& text, Expression::Names const& names) : text_{text}, names_{names} {}

    Node whole()
    {
        auto node = disjunction();
        if (!at_end())
            fail("expected an operator or the end");
        return node;
    }

  private:
    [[noreturn]] void fail(std::string const& what) const
    {
        throw TextError{fmt::format("{} at {} in {}", what, at_ < text_.size() ? shown(text_.substr(at_)) : "the end",
                                    shown(text_))};
    }

    void skip_blanks()
    {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t'))
            ++at_;
    }
    bool at_end()
    {
        skip_blanks();
        return at_ == text_.size();
    }
    bool take(std::string_view symbol)
    {
        skip_blanks();
        if (text_.compare(at_, symbol.size(), symbol) != 0)
            return false;
        auto const after = at_ + symbol.size();
        if (is_letter(symbol.front()) && after < text_.size() && (is_letter(text_[after]) || is_digit(text_[after])))
            return false; // `order` does not begin with `or`
        at_ = after;
        return true;
    }
    // Evaluation and parsing recurse, and a file may hold a million parentheses.
    void descend()
    {
        constexpr int deepest = 100;
        if (++depth_ > deepest)
            fail("nested too deeply");
    }

    Node disjunction()
    {
        auto left = conjunction();
        while (take("or"))
            left = [a = left, b = conjunction()](Lookup const& l) { return truth(is_true(a(l)) || is_true(b(l))); };
        return left;
    }
    Node conjunction()
    {
        auto left = negation();
        while (take("and"))
            left = [a = left, b = negation()](Lookup const& l) { return truth(is_true(a(l)) && is_true(b(l))); };
        return left;
    }
    Node negation()
    {
        if (!take("not"))
            return comparison();
        descend();
        auto node = negation();
        --depth_;
        return [node](Lookup const& l) { return truth(!is_true(node(l))); };
    }
    Node comparison()
    {
        auto left = sum();
        if (take("<="))
            return compare(left, [](double a, double b) { return a <= b; });
        if (take(">="))
            return compare(left, [](double a, double b) { return a >= b; });
        if (take("<"))
            return compare(left, [](double a, double b) { return a < b; });
        if (take(">"))
            return compare(left, [](double a, double b) { return a > b; });
        if (take("=="))
            return equal(left, true);
        if (take("!="))
            return equal(left, false);
        if (!at_end() && text_[at_] == '=')
            fail("expected '==' to compare");
        return left;
    }
    Node compare(Node left, bool (*holds)(double, double))
    {
        return [left = std::move(left), right = sum(), holds](Lookup const& l) {
            return truth(holds(number_in(left(l)), number_in(right(l))));
        };
    }
    Node equal(Node left, bool wanted)
    {
        return [left = std::move(left), right = sum(), wanted](Lookup const& l) {
            auto const a = left(l);
            auto const b = right(l);
            if (!a.is_text && !b.is_text && (std::isnan(a.number) || std::isnan(b.number)))
                return truth(false);
            auto const same = a.is_text || b.is_text ? a.is_text && b.is_text && a.text == b.text
                                                     : !(a.number < b.number) && !(b.number < a.number);
            return truth(same == wanted);
        };
    }
    Node sum()
    {
        auto left = product();
        for (;;) {
            if (take("+"))
                left = [a = left, b = product()](Lookup const& l) { return number(number_in(a(l)) + number_in(b(l))); };
            else if (take("-"))
                left = [a = left, b = product()](Lookup const& l) { return number(number_in(a(l)) - number_in(b(l))); };
            else
                return left;
        }
    }
    Node product()
    {
        auto left = operand();
        for (;;) {
            if (take("*"))
                left = [a = left, b = operand()](Lookup const& l) { return number(number_in(a(l)) * number_in(b(l))); };
            else if (take("/"))
                left = [a = left, b = operand()](Lookup const& l) { return number(number_in(a(l)) / number_in(b(l))); };
            else
                return left;
        }
    }
    Node operand()
    {
        if (at_end())
            fail("expected a value");
        auto const c = text_[at_];
        if (c == '(' || c == '-') {
            ++at_;
            descend();
            auto node = c == '(' ? disjunction() : operand();
            --depth_;
            if (c == '-')
                return [node](Lookup const& l) { return number(-number_in(node(l))); };
            if (!take(")"))
                fail("expected ')'");
            return node;
        }
        if (c == '"' || c == '\'')
            return literal_text(c);
        if (is_digit(c) || c == '.')
            return literal_number();
        if (is_letter(c))
            return column();
        fail("expected a value");
    }
    Node literal_text(char quote)
    {
        auto const end = text_.find(quote, at_ + 1);
        if (end == std::string::npos)
            fail("a quote without its end");
        auto const value = Value{true, 0, text_.substr(at_ + 1, end - at_ - 1)};
        at_              = end + 1;
        return [value](Lookup const&) { return value; };
    }
    Node literal_number()
    {
        auto value              = 0.0;
        auto const [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
        if (error != std::errc{})
            fail("expected a number");
        auto const digits = text_.substr(at_, static_cast<std::size_t>(end - text_.data()) - at_);
        at_ += digits.size();
        if (auto const unit = unit_here(); !unit.empty()) {
            try {
                value = quantity_number(digits + " " + unit);
            } catch (TextError const& unknown) {
                fail(unknown.what());
            }
        }
        return [value](Lookup const&) { return number(value); };
    }
    // "KiB" or "GB/s" behind a number; nothing when an operator or the end follows.
    std::string unit_here()
    {
        skip_blanks();
        auto const from = at_;
        auto       to   = at_;
        while (to < text_.size() && is_letter(text_[to]))
            ++to;
        auto word = text_.substr(from, to - from);
        if (word.empty() || word == "and" || word == "or" || word == "not")
            return {};
        if (to + 1 < text_.size() && text_[to] == '/' && is_letter(text_[to + 1])) {
            ++to;
            while (to < text_.size() && is_letter(text_[to]))
                ++to;
        }
        at_ = to;
        return text_.substr(from, to - from);
    }
    Node column()
    {
        auto const from = at_;
        while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]) || text_[at_] == '.'))
            ++at_;
        auto const full = names_(text_.substr(from, at_ - from));
        return [full](Lookup const& l) { return l(full); };
    }

    std::string const&       text_;
    Expression::Names const& names_;
    std::size_t              at_    = 0;
    int                      depth_ = 0;
};

template <class T> bool read_as(std::string const& text, double& value)
{
    try {
        value = number_of(parse<T>(text));
        return true;
    } catch (TextError const&) {
        return false;
    }
}

} // namespace

double quantity_number(std::string const& text)
{
    auto value = std::numeric_limits<double>::quiet_NaN();
    if (read_as<Bytes>(text, value) || read_as<Hertz>(text, value) || read_as<BytesPerSecond>(text, value) ||
        read_as<FabricEighths>(text, value) || read_as<ElementRate>(text, value))
        return value;
    throw TextError{
        fmt::format("{} is no quantity: a size such as '48 KiB', a frequency, a bandwidth, cycles", shown(text))};
}

Expression::Expression(std::string const& text, Names const& names) : text_{text}
{
    constexpr std::size_t longest = 4096; // characters: evaluation descends once for each operator of a chain
    if (text.size() > longest)
        throw TextError{fmt::format("a condition of {} characters; at most {} are read", text.size(), longest)};
    root_ = Parser{text_, names}.whole();
}

bool Expression::holds(Lookup const& lookup) const { return is_true(root_(lookup)); }

} // namespace scribeline::configs
