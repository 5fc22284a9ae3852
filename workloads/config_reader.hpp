// Reads the fields of one block of a config.json (the file itself, or its text_config) and collects complaints, so that
// one run names everything that is wrong with a file.
#pragma once

#include "workloads/config_document.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace scribeline::workloads {

// The names that one field goes by. The first is the one messages recommend.
using Names = std::vector<char const*>;

// Every reading function leaves a complaint and returns the least harmful value where the field is no good.
class ConfigReader {
  public:
    // `block` is empty or ends in a dot: "text_config.".
    ConfigReader(ConfigDocument const& document, std::string block);

    // A list that holds a number for each of so many layers is from then on that number, if it is the same for all.
    void set_layers(std::uint32_t layers) { layers_ = layers; }

    // `what` says what is missing: "the number of layers". Without `fallback` the field is required.
    std::uint32_t whole(Names const&, std::uint32_t lowest, std::uint32_t highest, char const* what,
                        std::optional<std::uint32_t> fallback = std::nullopt);
    // The same for a size that the class has a default for; what is taken of those is listed in assumed().
    std::uint32_t size(Names const&, std::uint32_t lowest, std::uint32_t highest, char const* what,
                       std::optional<std::uint32_t> of_class);
    double        real(Names const&, double lowest, double highest, double fallback);
    bool          flag(Names const&, bool fallback);
    std::string   text(Names const&, std::string const& fallback); // also the first word of a list
    bool          has(Names const&) const;
    // Also where it is null.
    bool mentions(Names const&) const;
    // The value where it is a number, whatever its range.
    double number_or(Names const&, double fallback);
    // Null where the field is absent or no list. Whoever takes a list says what of it he understands.
    Field const* list(Names const&);
    // The names that were taken because others left them out, as "num_hidden_layers = 32".
    std::vector<std::string> const& assumed() const { return assumed_; }
    // Keys of the block that no reading function was asked for, objects and null left out.
    std::vector<std::string> unread_keys() const;

    // The path of the first of the names that the block has; else that of the first name.
    std::string path_of(Names const&) const;
    // Whether a key stands there that is none of the names, but nearly: complains of it.
    void refuse_misspelling(Names const&);

    void complain(std::string const& path, std::string const& reason_and_advice);
    // No complaint so far: only then is it worth to compare fields with one another.
    bool clean() const { return complaints_.empty(); }
    // All complaints in one UserError, a line each.
    void require_no_complaints() const;

  private:
    Field const* field(Names const&); // complains when two of the names are there and differ
    std::optional<double> same_in_all_layers(Field const&) const;
    std::string  near_key(Names const&) const;

    ConfigDocument const&    document_;
    std::string              block_;
    std::vector<std::string> complaints_, assumed_;
    std::set<std::string>    asked_; // names, whether they stand there or not
    std::uint32_t            layers_ = 0;
};

} // namespace scribeline::workloads
