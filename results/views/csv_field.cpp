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

} // namespace scribeline::results
