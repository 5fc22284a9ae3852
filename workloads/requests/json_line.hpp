// One line of a JSONL file: an object whose fields are numbers, words, lists of them, or lists of such objects.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scribeline::workloads {

enum class JsonKind { null, boolean, whole, real, text, list, object };

struct JsonObject;

struct JsonField {
    std::string  key;
    JsonKind     kind  = JsonKind::null;
    std::int64_t whole = 0;
    double       real  = 0; // of a whole number too
    std::string  text;

    // Of a list, in order. Whole numbers of 64 bits without a sign keep their bits.
    std::vector<std::uint64_t> wholes;
    std::vector<std::string>   words;
    std::vector<JsonObject>    objects;
    std::size_t                others = 0; // elements that are none of these
};

struct JsonObject {
    std::vector<JsonField> fields; // in the order of the file; of two with one key the first counts
    JsonField const*       find(std::string_view key) const; // null as well where its value is null
};

// Throws configs::UserError with file and line for a text that is no JSON object.
void parse_json_line(std::string_view text, std::string const& file, std::size_t line, JsonObject& object);

// Reads fields of one object, and says what is wrong with them: "FILE:LINE: error: FIELD = VALUE: WHY".
class JsonFields {
  public:
    JsonFields(JsonObject const& object, std::string const& file, std::size_t line)
        : object_{object}, file_{file}, line_{line}
    {
    }
    bool         has(char const* key) const { return object_.find(key) != nullptr; }
    std::int64_t whole(char const* key) const;
    // A number of `unit` nanoseconds each, rounded to whole nanoseconds.
    std::optional<std::int64_t> time(char const* key, std::int64_t unit) const;
    std::string                 word(char const* key) const;  // a number as its digits; empty: it is not there
    std::vector<std::string>    words(char const* key) const; // of a list, or of one word; empty: it is not there
    // Hashes of a list of whole numbers or words.
    bool hashes(char const* key, std::vector<std::uint64_t>& into) const;

  private:
    [[noreturn]] void refuse(JsonField const& field, std::string const& why) const;

    JsonObject const&  object_;
    std::string const& file_;
    std::size_t        line_;
};

} // namespace scribeline::workloads
