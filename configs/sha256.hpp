// SHA-256 (FIPS 180-4) of a text, as 64 hexadecimal digits: names the exact content of an input file.
#pragma once

#include <string>
#include <string_view>

namespace scribeline::configs {

std::string sha256(std::string_view bytes);

} // namespace scribeline::configs
