// Reads the fields of one block of a config.json (the file itself, or its text_config) and collects complaints, so that
// one run names everything that is wrong with a file.
#pragma once

#include "workloads/config_document.hpp"

#include <cstdint>
#include <optional>
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

    // `what` says what is missing: "the number of layers". Without `fallback` the field is required.
    std::uint32_t whole(Names const&, std::uint32_t lowest, std::uint32_t highest, char const* what,
                        std::optional<std::uint32_t> fallback = std::nullopt);
    double        real(Names const&, double lowest, double highest, double fallback);
    bool          flag(Names const&, bool fallback);
    std::string   text(Names const&, std::string const& fallback); // also the first word of a list
    bool          has(Names const&) const;

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
    std::string  near_key(Names const&) const;

    ConfigDocument const&    document_;
    std::string              block_;
    std::vector<std::string> complaints_;
};

} // namespace scribeline::workloads
