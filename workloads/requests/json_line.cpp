#include "workloads/requests/json_line.hpp"

#include "configs/failure.hpp"
#include "workloads/requests/block_hash.hpp"
#include "workloads/requests/trace_row.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace scribeline::workloads {

namespace {

using Json = nlohmann::json;

constexpr double      beyond_whole = 9.2e18;
constexpr std::size_t most_fields = 100, most_objects = 100'000; // what a line may make of its bytes is bounded

// Turns the events of the parser into fields. What is nested deeper than objects in a list is passed over.
class Collector final : public nlohmann::json_sax<Json> {
  public:
    Collector(JsonObject& object, std::string const& file, std::size_t line) : file_{file}, line_{line}
    {
        object.fields.clear();
        root_ = &object;
    }

    bool null() override
    {
        return value(JsonKind::null, [](JsonField&) {});
    }
    bool boolean(bool) override
    {
        return value(JsonKind::boolean, [](JsonField&) {});
    }
    bool number_integer(std::int64_t n) override
    {
        return value(JsonKind::whole, [n](JsonField& f) { f.whole = n, f.real = static_cast<double>(n); });
    }
    bool number_unsigned(std::uint64_t n) override
    {
        auto const kind = n > static_cast<std::uint64_t>(INT64_MAX) && !in_list() ? JsonKind::real : JsonKind::whole;
        return value(kind,
                     [n](JsonField& f) { f.whole = static_cast<std::int64_t>(n), f.real = static_cast<double>(n); });
    }
    bool number_float(double x, std::string const&) override
    {
        return value(JsonKind::real, [x](JsonField& f) { f.real = x; });
    }
    bool string(std::string& s) override
    {
        return value(JsonKind::text, [&s](JsonField& f) { f.text = std::move(s); });
    }
    bool binary(Json::binary_t&) override { return false; } // does not occur in JSON text

    bool start_object(std::size_t) override
    {
        if (passing_ > 0) {
            ++passing_;
        } else if (open_.empty()) {
            if (seen_)
                return false;
            open_.push_back({root_, false});
            seen_ = true;
        } else if (open_.back().list && open_.size() == 2) {
            auto& list = field().objects;
            if (list.size() == most_objects)
                refuse_row(file_, line_, field().key, "", fmt::format("more than {} elements", most_objects));
            list.emplace_back();
            open_.push_back({&list.back(), false});
        } else {
            value(JsonKind::object, [](JsonField&) {});
            passing_ = 1;
        }
        return true;
    }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override
    {
        if (open_.empty())
            not_an_object();
        if (passing_ > 0 || open_.back().list) {
            value(JsonKind::list, [](JsonField&) {});
            ++passing_;
            return true;
        }
        value(JsonKind::list, [](JsonField&) {});
        open_.push_back({open_.back().object, true});
        return true;
    }
    bool end_array() override { return close(); }

    bool key(std::string& name) override
    {
        if (passing_ > 0)
            return true;
        if (open_.back().object->fields.size() == most_fields)
            refuse_row(file_, line_, "the object", "",
                       fmt::format("more than {} fields, which no request has", most_fields));
        open_.back().object->fields.emplace_back();
        open_.back().object->fields.back().key = std::move(name);
        return true;
    }

    bool parse_error(std::size_t position, std::string const&, Json::exception const& problem) override
    {
        auto       what   = std::string{problem.what()};
        auto const prefix = what.find(": "); // behind "parse error at line 1, column 2"
        if (what.find("parse error at") != std::string::npos && prefix != std::string::npos)
            what = what.substr(prefix + 2);
        auto plain = configs::printable(what.substr(0, 160));
        std::replace_if(
            plain.begin(), plain.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
        refuse_row(file_, line_, fmt::format("column {}", position), "",
                   fmt::format("not valid JSON: {}. Each line is one JSON object; correct or remove it", plain));
    }

    [[noreturn]] void not_an_object() const
    {
        refuse_row(file_, line_, "the line", "",
                   "expected a JSON object {...} on each line. `jq -c '.[]'` makes such lines of a list");
    }

  private:
    struct Open {
        JsonObject* object;
        bool        list;
    };

    bool       in_list() const { return !open_.empty() && open_.back().list; }
    JsonField& field() { return open_.back().object->fields.back(); }

    bool close()
    {
        if (passing_ > 0)
            --passing_;
        else
            open_.pop_back();
        return true;
    }

    template <class Fill> bool value(JsonKind kind, Fill fill)
    {
        if (open_.empty())
            not_an_object();
        if (passing_ > 0)
            return true;
        if (!open_.back().list) {
            field().kind = kind;
            fill(field());
            return true;
        }
        fill(element_);
        if (kind == JsonKind::whole)
            field().wholes.push_back(static_cast<std::uint64_t>(element_.whole));
        else if (kind == JsonKind::text)
            field().words.push_back(std::move(element_.text));
        else
            ++field().others;
        return true;
    }

    JsonObject*        root_;
    JsonField          element_;
    std::vector<Open>  open_;
    std::size_t        passing_ = 0; // what is open and passed over
    bool               seen_    = false;
    std::string const& file_;
    std::size_t        line_;
};

std::string shown_value(JsonField const& field)
{
    switch (field.kind) {
    case JsonKind::null:
        return "null";
    case JsonKind::boolean:
        return "true or false";
    case JsonKind::whole:
        return fmt::format("{}", field.whole);
    case JsonKind::real:
        return fmt::format("{}", field.real);
    case JsonKind::text:
        return configs::shown(field.text);
    case JsonKind::list:
        return "[...]";
    case JsonKind::object:
        break;
    }
    return "{...}";
}

} // namespace

JsonField const* JsonObject::find(std::string_view key) const
{
    auto const found = std::find_if(fields.begin(), fields.end(), [&](auto const& field) { return field.key == key; });
    return found == fields.end() || found->kind == JsonKind::null ? nullptr : &*found;
}

void parse_json_line(std::string_view text, std::string const& file, std::size_t line, JsonObject& object)
{
    auto collector = Collector{object, file, line};
    if (!Json::sax_parse(text.begin(), text.end(), &collector))
        collector.not_an_object();
}

void JsonFields::refuse(JsonField const& field, std::string const& why) const
{
    refuse_row(file_, line_, field.key, shown_value(field), why);
}

std::int64_t JsonFields::whole(char const* key) const
{
    auto const* const field = object_.find(key);
    if (field == nullptr) {
        auto keys = std::vector<std::string>{};
        for (auto const& each : object_.fields)
            keys.push_back(configs::printable(each.key)); // a suggestion is printed as it is
        refuse_row(file_, line_, key, "",
                   fmt::format("missing{}. Every row needs it", configs::did_you_mean(key, keys)));
    }
    if (field->kind == JsonKind::whole)
        return field->whole;
    if (field->kind != JsonKind::real || std::abs(field->real) > beyond_whole || field->real != std::floor(field->real))
        refuse(*field, "expected a whole number");
    return static_cast<std::int64_t>(field->real);
}

std::optional<std::int64_t> JsonFields::time(char const* key, std::int64_t unit) const
{
    auto const* const field = object_.find(key);
    if (field == nullptr)
        return std::nullopt;
    if (field->kind != JsonKind::whole && field->kind != JsonKind::real)
        refuse(*field, "expected a number");
    if (!(std::abs(field->real) * static_cast<double>(unit) < beyond_whole))
        refuse(*field, "beyond the times that there are (292 years)");
    return field->kind == JsonKind::whole ? field->whole * unit : std::llround(field->real * static_cast<double>(unit));
}

std::string JsonFields::word(char const* key) const
{
    auto const* const field = object_.find(key);
    if (field == nullptr)
        return {};
    if (field->kind == JsonKind::whole)
        return fmt::format("{}", field->whole);
    if (field->kind != JsonKind::text || field->text.empty())
        refuse(*field, "expected a name, as a text or a whole number");
    return field->text;
}

std::vector<std::string> JsonFields::words(char const* key) const
{
    auto const* const field = object_.find(key);
    if (field == nullptr)
        return {};
    if (field->kind != JsonKind::list)
        return {word(key)};
    if (field->others > 0 || !field->objects.empty() || (!field->words.empty() && !field->wholes.empty()))
        refuse(*field, "expected a list of names");
    auto list = field->words;
    for (auto const number : field->wholes)
        list.push_back(fmt::format("{}", static_cast<std::int64_t>(number)));
    return list;
}

bool JsonFields::hashes(char const* key, std::vector<std::uint64_t>& into) const
{
    auto const* const field = object_.find(key);
    if (field == nullptr)
        return false;
    if (field->kind != JsonKind::list || field->others > 0 || !field->objects.empty() ||
        (!field->words.empty() && !field->wholes.empty()))
        refuse(*field, "expected a list of hashes, all whole numbers or all texts");
    into = field->wholes;
    for (auto const& each : field->words)
        into.push_back(hash_of(each));
    return true;
}

} // namespace scribeline::workloads
