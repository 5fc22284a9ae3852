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

template <class T> bool read_as(std::string const& text, double& value)
{
    try {
        value = number_of(parse<T>(text));
        return true;
    } catch (TextError const&) {
        return false;
    }
}

// In base units, and which they are.
std::pair<double, std::string> quantity_of(std::string const& text)
{
    auto value = std::numeric_limits<double>::quiet_NaN();
    if (read_as<Bytes>(text, value))
        return {value, "byte"};
    if (read_as<Hertz>(text, value))
        return {value, "Hz"};
    if (read_as<BytesPerSecond>(text, value))
        return {value, "byte/s"};
    if (read_as<FabricEighths>(text, value))
        return {value, "cycle"};
    if (read_as<ElementRate>(text, value))
        return {value, "element/cycle"};
    throw TextError{
        fmt::format("{} is no quantity: a size such as '48 KiB', a frequency, a bandwidth, cycles", shown(text))};
}

// What is known of a part of a condition before anything is evaluated.
struct Type {
    enum class What { unknown, number, text, truth };
    What        what = What::unknown;
    std::string unit;               // of a number; empty: goes with any
    bool        has_column = false; // or it is the same in every row
};

struct Part {
    Node node;
    Type type;
};

char const* name_of(Type::What what)
{
    return what == Type::What::text ? "a text" : what == Type::What::truth ? "a condition" : "a number";
}

Type number_type(std::string unit, bool has_column) { return {Type::What::number, std::move(unit), has_column}; }

// "cycles" and "cycle" are one unit, "1" is none.
std::string plain_unit(std::string unit)
{
    if (unit == "1" || unit == "%")
        return {};
    if (unit.size() > 1 && unit.back() == 's' && unit.find('/') == std::string::npos)
        unit.pop_back();
    return unit;
}

class Parser {
  public:
    Parser(std::string const& text, Expression::Names const& names, Expression::Kinds const& kinds)
        : text_{text}, names_{names}, kinds_{kinds}
    {
    }

    Node whole()
    {
        auto part = disjunction();
        if (!at_end())
            fail("expected an operator or the end");
        require_truth(part.type);
        if (!part.type.has_column)
            throw TextError{fmt::format("{} names no column, so it says the same of every row", shown(text_))};
        return part.node;
    }

  private:
    [[noreturn]] void fail(std::string const& what) const
    {
        throw TextError{fmt::format("{} at {} in {}", what, at_ < text_.size() ? shown(text_.substr(at_)) : "the end",
                                    shown(text_))};
    }

    void require_truth(Type const& type) const
    {
        if (type.what == Type::What::number || type.what == Type::What::text)
            throw TextError{fmt::format("{} is not a condition but {}; compare it with something, as in "
                                        "'context <= 8192', in {}",
                                        "this", name_of(type.what), shown(text_))};
    }

    void require_number(Type const& type) const
    {
        if (type.what == Type::What::text || type.what == Type::What::truth)
            throw TextError{fmt::format("{} stands where only numbers can be ordered or calculated with, in {}",
                                        name_of(type.what), shown(text_))};
    }

    // The unit of both, or of the one that has any.
    std::string one_unit(Type const& a, Type const& b) const
    {
        if (!a.unit.empty() && !b.unit.empty() && a.unit != b.unit)
            throw TextError{fmt::format("{} and {} are different units and cannot be compared or added, in {}",
                                        shown(a.unit), shown(b.unit), shown(text_))};
        return a.unit.empty() ? b.unit : a.unit;
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

    Part truth_of(Part const& a, Part const& b, bool (*both)(bool, bool))
    {
        require_truth(a.type);
        require_truth(b.type);
        return {[a = a.node, b = b.node, both](Lookup const& l) { return truth(both(is_true(a(l)), is_true(b(l)))); },
                {Type::What::truth, {}, a.type.has_column || b.type.has_column}};
    }
    Part disjunction()
    {
        auto left = conjunction();
        while (take("or"))
            left = truth_of(left, conjunction(), [](bool a, bool b) { return a || b; });
        return left;
    }
    Part conjunction()
    {
        auto left = negation();
        while (take("and"))
            left = truth_of(left, negation(), [](bool a, bool b) { return a && b; });
        return left;
    }
    Part negation()
    {
        if (!take("not"))
            return comparison();
        descend();
        auto part = negation();
        --depth_;
        require_truth(part.type);
        return {[node = part.node](Lookup const& l) { return truth(!is_true(node(l))); },
                {Type::What::truth, {}, part.type.has_column}};
    }
    Part comparison()
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
    Part compare(Part const& left, bool (*holds)(double, double))
    {
        auto const right = sum();
        require_number(left.type);
        require_number(right.type);
        one_unit(left.type, right.type);
        return {[left = left.node, right = right.node, holds](Lookup const& l) {
                    return truth(holds(number_in(left(l)), number_in(right(l))));
                },
                {Type::What::truth, {}, left.type.has_column || right.type.has_column}};
    }
    Part equal(Part const& left, bool wanted)
    {
        using What       = Type::What;
        auto const right = sum();
        auto const one = left.type.what, other = right.type.what;
        if (one == What::truth || other == What::truth ||
            (one != What::unknown && other != What::unknown && one != other))
            throw TextError{fmt::format("{} never equals {}, in {}", name_of(one), name_of(other), shown(text_))};
        one_unit(left.type, right.type);
        return {[left = left.node, right = right.node, wanted](Lookup const& l) {
                    auto const a = left(l);
                    auto const b = right(l);
                    if (!a.is_text && !b.is_text && (std::isnan(a.number) || std::isnan(b.number)))
                        return truth(false);
                    auto const same = a.is_text || b.is_text ? a.is_text && b.is_text && a.text == b.text
                                                             : !(a.number < b.number) && !(b.number < a.number);
                    return truth(same == wanted);
                },
                {What::truth, {}, left.type.has_column || right.type.has_column}};
    }
    Part calculated(Part const& a, Part const& b, std::string unit, double (*of)(double, double))
    {
        return {[a = a.node, b = b.node, of](Lookup const& l) { return number(of(number_in(a(l)), number_in(b(l)))); },
                number_type(std::move(unit), a.type.has_column || b.type.has_column)};
    }
    Part sum()
    {
        auto left = product();
        for (;;) {
            bool const plus = take("+");
            if (!plus && !take("-"))
                return left;
            auto const right = product();
            require_number(left.type);
            require_number(right.type);
            auto const unit = one_unit(left.type, right.type);
            left            = plus ? calculated(left, right, unit, [](double a, double b) { return a + b; })
                                   : calculated(left, right, unit, [](double a, double b) { return a - b; });
        }
    }
    // The unit of a product or of a ratio of two units is not followed any further.
    Part product()
    {
        auto left = operand();
        for (;;) {
            bool const times = take("*");
            if (!times && !take("/"))
                return left;
            auto const right = operand();
            require_number(left.type);
            require_number(right.type);
            auto const unit = right.type.unit.empty()           ? left.type.unit
                              : left.type.unit.empty() && times ? right.type.unit
                                                                : std::string{};
            left            = times ? calculated(left, right, unit, [](double a, double b) { return a * b; })
                                    : calculated(left, right, unit, [](double a, double b) { return a / b; });
        }
    }
    Part operand()
    {
        if (at_end())
            fail("expected a value");
        auto const c = text_[at_];
        if (c == '(' || c == '-') {
            ++at_;
            descend();
            auto part = c == '(' ? disjunction() : operand();
            --depth_;
            if (c == '-') {
                require_number(part.type);
                return {[node = part.node](Lookup const& l) { return number(-number_in(node(l))); }, part.type};
            }
            if (!take(")"))
                fail("expected ')'");
            return part;
        }
        if (c == '"' || c == '\'')
            return literal_text(c);
        if (is_digit(c) || c == '.')
            return literal_number();
        if (is_letter(c))
            return column();
        fail("expected a value");
    }
    Part literal_text(char quote)
    {
        auto const end = text_.find(quote, at_ + 1);
        if (end == std::string::npos)
            fail("a quote without its end");
        auto const value = Value{true, 0, text_.substr(at_ + 1, end - at_ - 1)};
        at_              = end + 1;
        return {[value](Lookup const&) { return value; }, {Type::What::text, {}, false}};
    }
    Part literal_number()
    {
        auto value              = 0.0;
        auto const [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
        if (error != std::errc{})
            fail("expected a number");
        auto const digits = text_.substr(at_, static_cast<std::size_t>(end - text_.data()) - at_);
        at_ += digits.size();
        auto unit = unit_here();
        if (!unit.empty()) {
            try {
                auto const quantity = quantity_of(digits + " " + unit);
                value               = quantity.first;
                unit                = quantity.second;
            } catch (TextError const& unknown) {
                fail(unknown.what());
            }
        }
        return {[value](Lookup const&) { return number(value); }, number_type(unit, false)};
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
    Part column()
    {
        auto const from = at_;
        while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]) || text_[at_] == '.'))
            ++at_;
        auto const full = names_(text_.substr(from, at_ - from));
        auto const kind = kinds_ ? kinds_(full) : ColumnKind{};
        auto const type = kind.what == ColumnKind::What::text     ? Type{Type::What::text, {}, true}
                          : kind.what == ColumnKind::What::number ? number_type(plain_unit(kind.units), true)
                                                                  : Type{Type::What::unknown, {}, true};
        return {[full](Lookup const& l) { return l(full); }, type};
    }

    std::string const&       text_;
    Expression::Names const& names_;
    Expression::Kinds const& kinds_;
    std::size_t              at_    = 0;
    int                      depth_ = 0;
};

} // namespace

double quantity_number(std::string const& text) { return quantity_of(text).first; }

Expression::Expression(std::string const& text, Names const& names, Kinds const& kinds) : text_{text}
{
    constexpr std::size_t longest = 4096; // characters: evaluation descends once for each operator of a chain
    if (text.size() > longest)
        throw TextError{fmt::format("a condition of {} characters; at most {} are read", text.size(), longest)};
    root_ = Parser{text_, names, kinds}.whole();
}

bool Expression::holds(Lookup const& lookup) const { return is_true(root_(lookup)); }

} // namespace scribeline::configs
