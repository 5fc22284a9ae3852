#include "configs/schema/toml_text.hpp"

#include "configs/schema/limits.hpp"

#include <vector>

#include <fmt/format.h>

namespace scribeline::configs {

namespace {

// Goes over the text as far as the depth of keys, tables and lists is concerned. Up to the first mistake it agrees with
// the parser about what is text in quotes and what is not, and there the parser stops.
class DepthCheck {
  public:
    explicit DepthCheck(std::string_view text) : text_{text} {}

    void require()
    {
        while (at_ < text_.size()) {
            auto const c = text_[at_];
            if (c == '"' || c == '\'')
                skip_quoted(c);
            else
                take(c);
        }
    }

  private:
    void take(char c)
    {
        if (c == '#') {
            while (at_ < text_.size() && text_[at_] != '\n')
                next();
            return;
        }
        if (c == '.')
            require(++dots_);
        else if (c == '[' || c == '{')
            open();
        else if ((c == ']' || c == '}') && !around_.empty())
            close();
        else if (c == '=' || c == ',' || c == '\n')
            if (c != '=' || around_.empty()) // within braces the parts of a key count for what stands in its value
                dots_ = 0;
        next();
    }

    void open()
    {
        around_.push_back(dots_);
        sum_ += dots_ + 1;
        dots_ = 0;
        require(0);
    }

    void close()
    {
        dots_ = around_.back();
        sum_ -= dots_ + 1;
        around_.pop_back();
    }

    void require(std::size_t dots) const
    {
        if (sum_ + dots < limits::toml_depth)
            return;
        auto const place = toml::source_position{line_, static_cast<toml::source_index>(at_ - line_start_ + 1)};
        throw toml::parse_error{"deeper than 64 keys, tables and lists within each other; no parameter is",
                                toml::source_region{place, place, nullptr}};
    }

    // Three quotes go over lines; one ends with its line, which is a mistake.
    void skip_quoted(char quote)
    {
        auto const three = std::string(3, quote);
        bool const many  = text_.substr(at_, 3) == three;
        skip(many ? 3 : 1);
        while (at_ < text_.size()) {
            if (text_[at_] == '\\' && quote == '"')
                next(); // and the character behind it, below
            else if (many ? text_.substr(at_, 3) == three : text_[at_] == quote || text_[at_] == '\n') {
                skip(many ? 3 : 1);
                for (int more = 0; many && more < 2 && text_.substr(at_, 1) == three.substr(0, 1); ++more)
                    next(); // quotes of the text itself may stand before the three
                return;
            }
            if (at_ < text_.size())
                next();
        }
    }

    void skip(std::size_t count)
    {
        for (; count > 0; --count)
            next();
    }

    void next()
    {
        if (text_[at_++] == '\n') {
            ++line_;
            line_start_ = at_;
        }
    }

    std::string_view         text_;
    std::size_t              at_ = 0, line_start_ = 0;
    toml::source_index       line_ = 1;
    std::vector<std::size_t> around_; // parts of the keys in front of each bracket that is open
    std::size_t              sum_  = 0;
    std::size_t              dots_ = 0; // since the key began
};

} // namespace

toml::table parse_toml(std::string const& content, std::string const& name)
{
    static_assert(limits::toml_depth == 64, "a message below says so");
    DepthCheck{content}.require();
    return toml::parse(std::string_view{content}, std::string_view{name});
}

std::string text_of(toml::node const& node)
{
    if (auto const* text = node.as_string())
        return text->get();
    if (auto const* number = node.as_integer())
        return fmt::format("{}", number->get());
    if (auto const* number = node.as_floating_point())
        return fmt::format("{}", number->get());
    if (auto const* yes = node.as_boolean())
        return yes->get() ? "true" : "false";
    return {};
}

} // namespace scribeline::configs
