// The one file that includes libyaml. Its events are used, not its tree: an alias would be a way to a file that is
// short and a tree that is not.
#include "configs/import/description.hpp"

#include "configs/failure.hpp"

#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <yaml.h>

namespace scribeline::configs {

namespace {

constexpr std::size_t deepest = 16, most_values = 10'000, longest_path = 256;

class Parser {
  public:
    explicit Parser(std::string const& text)
    {
        if (yaml_parser_initialize(&parser_) == 0)
            throw std::bad_alloc{};
        yaml_parser_set_input_string(&parser_, reinterpret_cast<unsigned char const*>(text.data()), text.size());
    }
    ~Parser() { yaml_parser_delete(&parser_); }
    Parser(Parser const&)            = delete;
    Parser& operator=(Parser const&) = delete;

    yaml_parser_t* get() { return &parser_; }

  private:
    yaml_parser_t parser_{};
};

// Owned for as long as it is looked at.
class Event {
  public:
    Event() = default;
    ~Event() { yaml_event_delete(&event_); }
    Event(Event const&)            = delete;
    Event& operator=(Event const&) = delete;

    yaml_event_t*       get() { return &event_; }
    yaml_event_t const* operator->() const { return &event_; }

  private:
    yaml_event_t event_{};
};

class DescriptionReader {
  public:
    DescriptionReader(std::string const& text, std::string const& file) : parser_{text} { description_.file = file; }

    Description read()
    {
        for (auto more = true; more;) {
            auto event = Event{};
            if (yaml_parser_parse(parser_.get(), event.get()) == 0)
                fail_to_parse();
            more = event->type != YAML_STREAM_END_EVENT;
            take(event);
        }
        if (!mapping_)
            fail({}, "not a description: a mapping of keys to values is expected");
        return std::move(description_);
    }

  private:
    // A mapping, whose next key is expected or known, or a list.
    struct Open {
        bool        list;
        std::string path; // ends in a dot, or is empty
        std::string key;  // of a mapping: whose value comes next; empty: a key does
        std::size_t count = 0;
    };

    void take(Event const& event)
    {
        switch (event->type) {
        case YAML_MAPPING_START_EVENT:
        case YAML_SEQUENCE_START_EVENT:
            return open(event->type == YAML_SEQUENCE_START_EVENT, event->start_mark);
        case YAML_MAPPING_END_EVENT:
        case YAML_SEQUENCE_END_EVENT:
            open_.pop_back();
            return;
        case YAML_SCALAR_EVENT:
            return scalar({reinterpret_cast<char const*>(event->data.scalar.value), event->data.scalar.length},
                          event->start_mark);
        case YAML_ALIAS_EVENT:
            fail(event->start_mark, "an alias (*name): write the value out");
        case YAML_DOCUMENT_START_EVENT:
            if (documents_++ > 0)
                fail(event->start_mark, "a second document: keep one");
            return;
        default:
            return;
        }
    }

    void open(bool list, yaml_mark_t at)
    {
        if (open_.size() >= deepest)
            fail(at, fmt::format("nested deeper than {} levels", deepest));
        if (open_.empty() && list)
            fail(at, "a list: a mapping of keys to values is expected");
        if (!open_.empty() && !open_.back().list && open_.back().key.empty())
            fail(at, "a key must be a word");
        mapping_ = true;
        open_.push_back({list, open_.empty() ? std::string{} : next(at) + ".", {}, 0});
    }

    void scalar(std::string text, yaml_mark_t at)
    {
        if (open_.empty())
            fail(at, "a single value: a mapping of keys to values is expected");
        auto& in = open_.back();
        if (!in.list && in.key.empty()) {
            if (text.empty())
                fail(at, "an empty key");
            in.key = std::move(text);
            return;
        }
        auto path = next(at);
        if (path.size() > longest_path || description_.values.size() >= most_values)
            fail(at,
                 fmt::format("longer than a description is: {} values, keys of {} bytes", most_values, longest_path));
        auto const line  = at.line + 1;
        auto const known = description_.values.emplace(path, DescribedValue{std::move(text), line});
        if (!known.second)
            fail(at, fmt::format("{}: the key stands here and in line {}. Keep one of them", printable(path),
                                 known.first->second.line));
    }

    // The path of the value that comes now.
    std::string next(yaml_mark_t at)
    {
        auto& in   = open_.back();
        auto  path = in.path + (in.list ? std::to_string(in.count++) : in.key);
        in.key.clear();
        if (path.size() > longest_path)
            fail(at, fmt::format("a key of more than {} bytes", longest_path));
        return path;
    }

    [[noreturn]] void fail_to_parse()
    {
        auto const* parser  = parser_.get();
        auto const  problem = parser->problem == nullptr ? "not readable" : std::string{parser->problem};
        fail(parser->problem_mark, "not valid YAML: " + problem);
    }

    [[noreturn]] void fail(yaml_mark_t at, std::string const& what) const
    {
        throw UserError{Exit::bad_config,
                        fmt::format("{}:{}:{}: error: {}", description_.file, at.line + 1, at.column + 1, what)};
    }

    Parser            parser_;
    Description       description_;
    std::vector<Open> open_;
    std::size_t       documents_ = 0;
    bool              mapping_   = false;
};

} // namespace

DescribedValue const* Description::find(std::string const& path) const
{
    auto const found = values.find(path);
    auto const none  = found == values.end() || found->second.text == "null" || found->second.text == "~" ||
                      found->second.text.empty();
    return none ? nullptr : &found->second;
}

std::string Description::complaint(std::string const& path) const
{
    auto const found = values.find(path);
    return found == values.end() ? fmt::format("{}: error: {}", file, printable(path))
                                 : fmt::format("{}:{}: error: {} = {}", file, found->second.line, printable(path),
                                               shown(found->second.text));
}

Description read_description(std::string const& text, std::string const& file)
{
    return DescriptionReader{text, file}.read();
}

} // namespace scribeline::configs
