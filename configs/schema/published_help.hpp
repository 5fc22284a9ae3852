// What `scribeline help published` says about a file of measured cases. The words stand where they are read
// (models/published/); a test holds the two together.
#pragma once

namespace scribeline::configs {

char const* published_help();

} // namespace scribeline::configs
