// The options that a command reads itself, as values.
#pragma once

#include "configs/schema/command_line.hpp"
#include "configs/units/text.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::program {

class AskedOptions {
  public:
    // `line` must outlive it.
    explicit AskedOptions(configs::CommandLine const& line) : line_{line} {}

    std::optional<std::string> text(char const* name) const { return line_.option(name); }
    bool                       has(char const* name) const { return text(name).has_value(); }

    // As `take` has it, a function of a text that throws configs::TextError; the option's name stands before what is
    // wrong with it.
    template <class Take> auto read(char const* name, Take&& take) const -> std::optional<decltype(take(std::string{}))>
    {
        auto const given = text(name);
        if (!given)
            return std::nullopt;
        try {
            return take(*given);
        } catch (configs::TextError const& error) {
            refuse(std::string{"--"} + name + ": " + error.what());
        }
    }

    std::optional<std::uint64_t> count(char const* name, std::uint64_t least = 1,
                                       std::uint64_t most = UINT64_MAX) const;

    std::optional<configs::Seconds> seconds(char const* name) const
    {
        return read(name, [](std::string const& given) { return configs::parse<configs::Seconds>(given); });
    }

    // What stands between commas in `text`, which the option `name` was given: nothing empty, nothing twice.
    std::vector<std::string> list(char const* name, std::string const& text) const;

    // Throws configs::UserError (usage) that names the command's help besides.
    [[noreturn]] void refuse(std::string const& what) const;

  private:
    configs::CommandLine const& line_;
};

} // namespace scribeline::program
