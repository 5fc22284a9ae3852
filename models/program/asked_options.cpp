#include "models/program/asked_options.hpp"

#include "configs/failure.hpp"

#include <fmt/format.h>

namespace scribeline::program {

std::optional<std::uint64_t> AskedOptions::count(char const* name, std::uint64_t least, std::uint64_t most) const
{
    auto const value = read(name, [](std::string const& given) { return configs::parse<std::uint64_t>(given); });
    if (value && *value < least)
        refuse(fmt::format("--{} {}: expected at least {}", name, *value, least));
    if (value && *value > most)
        refuse(fmt::format("--{} {}: expected at most {}", name, *value, most));
    return value;
}

void AskedOptions::refuse(std::string const& what) const
{
    throw configs::UserError{configs::Exit::usage,
                             fmt::format("{}\nTry 'scribeline {} --help'.", what, configs::printable(line_.command))};
}

} // namespace scribeline::program
