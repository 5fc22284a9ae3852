#include "results/views/csv_field.hpp"

namespace scribeline::results {

std::string csv_field(std::string const& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos)
        return text;
    auto quoted = std::string{"\""};
    for (auto const c : text)
        quoted += c == '"' ? std::string{"\"\""} : std::string(1, c);
    return quoted + '"';
}

std::string csv_heading(std::string const& name, std::string const& units)
{
    auto const ends_with = [&](std::string const& ending) {
        return name.size() >= ending.size() && name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
    };
    bool const says_it = units.empty() || units == "1" ||
                         (units == "cycle" && (ends_with("cycle") || ends_with("cycles"))) ||
                         (units == "byte" && name.rfind("bytes", 0) == 0) || (units == "flop" && name == "flops") ||
                         (units == "token/s" && name.find("tokens_per_second") != std::string::npos);
    return csv_field(says_it ? name : name + " [" + units + "]");
}

} // namespace scribeline::results
