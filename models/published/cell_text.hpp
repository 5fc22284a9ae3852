// Names in cells, as people write them, and messages of other readers, as they fit behind a cell's place.
#pragma once

#include <string>
#include <vector>

namespace scribeline::models {

// As it is listed, where exactly one of the list is meant (`WSE-2` is `wse2`); else as it was typed.
std::string known_as(std::string const& name, std::vector<std::string> const& list);

bool is_path(std::string const& name);

// The message of another reader, without what it begins with when it stands alone.
std::string bare_message(std::string text);

} // namespace scribeline::models
