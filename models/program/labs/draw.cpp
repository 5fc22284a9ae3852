#include "models/program/labs/draw.hpp"

#include "configs/sha256.hpp"

#include <fmt/format.h>

namespace scribeline::program {

Draw::Draw(unsigned lab, std::string const& name)
    : random_{std::stoull(configs::sha256(fmt::format("lab {} of {}", lab, name)).substr(0, 16), nullptr, 16)}
{
}

} // namespace scribeline::program
