#include "configs/schema/toml_text.hpp"

#include <fmt/format.h>

namespace scribeline::configs {

std::string text_of(toml::node const& node)
{
    if (auto const* text = node.as_string())
        return text->get();
    if (auto const* number = node.as_integer())
        return fmt::format("{}", number->get());
    if (auto const* number = node.as_floating_point())
        return fmt::format("{}", number->get());
    if (auto const* yes = node.as_boolean())
        return yes->get() ? "true" : "false";
    return {};
}

} // namespace scribeline::configs
