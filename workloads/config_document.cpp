// The one file that includes nlohmann-json. Its event interface is used, not its tree: the tree forgets where a key
// stood and keeps the last of two equal keys without a word.
#include "workloads/config_document.hpp"

#include "configs/failure.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <sstream>

namespace scribeline::workloads {

using configs::Exit;
using configs::UserError;

namespace {

using Json = nlohmann::json;

constexpr std::size_t deepest_path  = 6; // quantization_config.config_groups.group_0.weights.num_bits has five
constexpr std::size_t longest_key   = 128;
constexpr auto*       numbered_list = "block_configs";

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

bool is_kept(std::string const& key) { return !key.empty() && key.size() <= longest_key; }

struct Place {
    std::size_t line   = 1;
    std::size_t column = 1;
};

// A number that JSON does not have, and where it stands in the text.
struct Unwritable {
    std::size_t      end; // behind it
    std::string_view word;
    double           value;
};

// Python's json module writes three numbers that JSON does not know. Each is overwritten by a number of the same
// length, so that all that stands behind it keeps its place, and the collector puts the value back.
std::vector<Unwritable> replace_unwritable(std::string& text)
{
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    constexpr auto words    = std::array{Unwritable{0, "-Infinity", -infinity}, Unwritable{0, "Infinity", infinity},
                                      Unwritable{0, "NaN", std::numeric_limits<double>::quiet_NaN()}};
    auto           found    = std::vector<Unwritable>{};
    auto           quoted   = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"')
            quoted = !quoted;
        else if (quoted && text[i] == '\\')
            ++i;
        if (quoted || (text[i] != '-' && text[i] != 'I' && text[i] != 'N'))
            continue;
        for (auto const& each : words)
            if (text.compare(i, each.word.size(), each.word) == 0) {
                text.replace(i, each.word.size(), "1." + std::string(each.word.size() - 2, '0'));
                i += each.word.size();
                found.push_back({i, each.word, each.value});
                --i;
                break;
            }
    }
    return found;
}

// Turns the events of the parser into fields. Every event returns whether to go on.
class FieldCollector final : public nlohmann::json_sax<Json> {
  public:
    FieldCollector(std::string_view text, std::vector<Unwritable> unwritable, std::istream& stream,
                   ConfigDocument& document)
        : text_{text}, unwritable_{std::move(unwritable)}, stream_{stream}, document_{document}
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
        // Blocks of a list of layers are numbered: block_configs/7.
        if (!open_.empty() && open_.back() == Open::list && lists_open_ == 1 && path_.back() == numbered_list) {
            path_.back() += fmt::format("/{}", numbered_++);
            numbered_at_ = path_.size() + 1;
        }
        open_.push_back(Open::object);
        path_.emplace_back();
        return true;
    }
    bool end_object() override
    {
        open_.pop_back();
        path_.pop_back();
        if (numbered_at_ == path_.size() + 1) {
            path_.back() = numbered_list;
            numbered_at_ = 0;
        }
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
        std::replace(path_.back().begin(), path_.back().end(), '.', '/'); // no path
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
        // The parser has read one character more, unless the text ends here.
        auto const behind = static_cast<std::size_t>(stream_.tellg());
        while (next_unwritable_ < unwritable_.size() && unwritable_[next_unwritable_].end + 1 < behind)
            ++next_unwritable_;
        if (next_unwritable_ < unwritable_.size() && unwritable_[next_unwritable_].end <= behind) {
            auto const& each = unwritable_[next_unwritable_++];
            return value(of(FieldKind::number, each.value), std::string{each.word});
        }
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
                else if (field.kind == FieldKind::number || field.kind == FieldKind::boolean)
                    list->numbers.push_back(field.number);
                else if (field.kind == FieldKind::null)
                    list->numbers.push_back(std::numeric_limits<double>::quiet_NaN());
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

    // The field at the current path, made if need be; null where fields are not kept. Objects in lists are not, unless
    // the list is numbered: their keys repeat.
    Field* current()
    {
        auto const in_list = lists_open_ > (open_.back() == Open::list ? 1U : 0U) + (numbered_at_ != 0 ? 1U : 0U);
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
    std::vector<Unwritable>  unwritable_; // in order
    std::size_t              next_unwritable_ = 0;
    std::istream&            stream_;
    ConfigDocument&          document_;
    std::vector<Open>        open_;
    std::vector<std::string> path_; // one key per open object
    std::size_t              lists_open_ = 0;
    std::size_t              numbered_ = 0, numbered_at_ = 0; // of numbered_list; how deep the block is, 0: in none
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
    auto const& name  = field.alias.empty() ? path : field.alias;
    if (field.line == 0) // not a text
        return fmt::format("{}: error: {} = {}", file, configs::printable(name), field.shown);
    return fmt::format("{}:{}:{}: error: {} = {}", file, field.line, field.column, configs::printable(name),
                       field.shown);
}

ConfigDocument parse_config(std::string_view text, std::string const& file)
{
    auto document   = ConfigDocument{};
    document.file   = file;
    auto readable   = std::string{text};
    auto unwritable = replace_unwritable(readable);
    auto stream     = std::istringstream{std::move(readable)};
    auto collector  = FieldCollector{text, std::move(unwritable), stream, document};
    if (auto const zero = text.find('\0'); zero != std::string_view::npos)
        collector.refuse_zero_at(zero); // the parser would take it for the end
    Json::sax_parse(stream, &collector);
    return document;
}

} // namespace scribeline::workloads
