// The one file that includes nlohmann-json. Its event interface is used, not its tree: the tree forgets where a key
// stood and keeps the last of two equal keys without a word.
#include "workloads/config_document.hpp"

#include "configs/failure.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>

namespace scribeline::workloads {

using configs::Exit;
using configs::UserError;

namespace {

using Json = nlohmann::json;

constexpr std::size_t deepest_path = 4;
constexpr std::size_t longest_key  = 64;

// The parser quotes what it read last, which may be most of the file.
std::string short_enough(std::string const& message)
{
    constexpr std::size_t longest = 200;
    auto                  plain   = configs::printable(message);
    // A message cut within a character, or from a file that is no text: what is not ASCII is not shown.
    std::replace_if(
        plain.begin(), plain.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
    return plain.size() <= longest ? plain : plain.substr(0, longest) + "...";
}

// A name that cannot be mistaken for a path.
bool is_kept(std::string const& key)
{
    return !key.empty() && key.size() <= longest_key && key.find('.') == std::string::npos;
}

struct Place {
    std::size_t line   = 1;
    std::size_t column = 1;
};

// Turns the events of the parser into fields. Every event returns whether to go on.
class FieldCollector final : public nlohmann::json_sax<Json> {
  public:
    FieldCollector(std::string_view text, std::istream& stream, ConfigDocument& document)
        : text_{text}, stream_{stream}, document_{document}
    {
    }

    bool null() override { return value({}, "null"); }
    bool boolean(bool b) override { return value(of(FieldKind::boolean, b ? 1.0 : 0.0), b ? "true" : "false"); }
    bool number_integer(std::int64_t n) override { return number(static_cast<double>(n), std::to_string(n)); }
    bool number_unsigned(std::uint64_t n) override { return number(static_cast<double>(n), std::to_string(n)); }
    bool number_float(double x, std::string const& written) override { return number(x, written); }
    bool binary(Json::binary_t&) override { return false; } // does not occur in JSON text

    bool string(std::string& s) override
    {
        auto field = of(FieldKind::text, static_cast<double>(s.size()));
        field.text = s;
        return value(std::move(field), configs::shown(s));
    }

    bool start_object(std::size_t) override
    {
        value(of(FieldKind::object, 0), "{...}");
        open_.push_back(Open::object);
        path_.emplace_back();
        return true;
    }
    bool end_object() override
    {
        open_.pop_back();
        path_.pop_back();
        return true;
    }
    bool start_array(std::size_t) override
    {
        value(of(FieldKind::list, 0), "[]");
        open_.push_back(Open::list);
        ++lists_open_;
        return true;
    }
    bool end_array() override
    {
        open_.pop_back();
        --lists_open_;
        return true;
    }

    bool key(std::string& name) override
    {
        path_.pop_back();
        if (auto* const object = path_.empty() ? nullptr : current())
            object->number += 1;
        path_.push_back(name);
        auto* const field = current();
        if (field == nullptr)
            return true;
        auto const position = static_cast<std::size_t>(stream_.tellg()); // behind the closing quote
        auto const place    = place_of(position - std::min(position, name.size() + 2));
        if (field->line != 0)
            fail(place, fmt::format("{}: the key stands here and in line {}. Keep one of them",
                                    configs::printable(joined()), field->line));
        field->line   = place.line;
        field->column = place.column;
        return true;
    }

    bool parse_error(std::size_t position, std::string const&, Json::exception const& problem) override
    {
        // "[json.exception.parse_error.101] parse error at line 1, column 2: what": the place is ours to say.
        auto       what   = std::string{problem.what()};
        auto const prefix = what.find(what.find("parse error at") == std::string::npos ? "] " : ": ");
        if (prefix != std::string::npos)
            what = what.substr(prefix + 2);
        fail(place_of(position == 0 ? 0 : position - 1), "not valid JSON: " + short_enough(what));
    }

    [[noreturn]] void refuse_zero_at(std::size_t position) { fail(place_of(position), "a zero byte: this is no text"); }

  private:
    enum class Open { object, list };

    static Field of(FieldKind kind, double number)
    {
        auto field   = Field{};
        field.kind   = kind;
        field.number = number;
        return field;
    }

    bool number(double x, std::string const& written)
    {
        return value(of(FieldKind::number, x), written.size() <= 40 ? written : written.substr(0, 37) + "...");
    }

    // The value of the key last seen; elements of lists are not fields of their own.
    bool value(Field field, std::string shown)
    {
        if (open_.empty() && field.kind != FieldKind::object)
            fail(Place{}, "not a JSON object: a config.json starts with '{'");
        if (open_.empty())
            return true;
        if (open_.back() == Open::list) {
            if (auto* const list = current()) {
                list->number += 1;
                if (field.kind == FieldKind::text)
                    list->words.push_back(std::move(field.text));
                if (list->number == 1)
                    list->shown = "[" + shown + "]";
                else if (list->number == 2)
                    list->shown.insert(list->shown.size() - 1, ", ...");
            }
            return true;
        }
        if (auto* const known = current()) {
            field.shown  = std::move(shown);
            field.line   = known->line;
            field.column = known->column;
            *known       = std::move(field);
        }
        return true;
    }

    std::string joined() const { return fmt::format("{}", fmt::join(path_, ".")); }

    // The field at the current path, made if need be; null where fields are not kept. Objects in lists are not: their
    // keys repeat.
    Field* current()
    {
        auto const in_list = lists_open_ > (open_.back() == Open::list ? 1U : 0U);
        if (in_list || path_.empty() || path_.size() > deepest_path)
            return nullptr;
        if (!std::all_of(path_.begin(), path_.end(), is_kept))
            return nullptr;
        return &document_.fields[joined()];
    }

    // Positions come in rising order, so the lines are counted once.
    Place place_of(std::size_t position)
    {
        position = std::min(position, text_.size());
        if (position < counted_) {
            counted_    = 0;
            line_start_ = 0;
            line_       = 1;
        }
        for (; counted_ < position; ++counted_)
            if (text_[counted_] == '\n') {
                ++line_;
                line_start_ = counted_ + 1;
            }
        return {line_, position - line_start_ + 1};
    }

    [[noreturn]] void fail(Place place, std::string const& what) const
    {
        throw UserError{Exit::bad_config,
                        fmt::format("{}:{}:{}: error: {}", document_.file, place.line, place.column, what)};
    }

    std::string_view         text_;
    std::istream&            stream_;
    ConfigDocument&          document_;
    std::vector<Open>        open_;
    std::vector<std::string> path_; // one key per open object
    std::size_t              lists_open_ = 0;
    std::size_t              counted_    = 0;
    std::size_t              line_start_ = 0;
    std::size_t              line_       = 1;
};

} // namespace

Field const* ConfigDocument::find(std::string const& path) const
{
    auto const found = fields.find(path);
    return found == fields.end() || found->second.kind == FieldKind::null ? nullptr : &found->second;
}

std::string ConfigDocument::complaint(std::string const& path) const
{
    auto const found = fields.find(path);
    if (found == fields.end())
        return fmt::format("{}: error: {}", file, configs::printable(path));
    auto const& field = found->second;
    return fmt::format("{}:{}:{}: error: {} = {}", file, field.line, field.column, configs::printable(path),
                       field.shown);
}

ConfigDocument parse_config(std::string_view text, std::string const& file)
{
    auto document  = ConfigDocument{};
    document.file  = file;
    auto stream    = std::istringstream{std::string{text}};
    auto collector = FieldCollector{text, stream, document};
    if (auto const zero = text.find('\0'); zero != std::string_view::npos)
        collector.refuse_zero_at(zero); // the parser would take it for the end
    Json::sax_parse(stream, &collector);
    return document;
}

} // namespace scribeline::workloads
