// A temporary file without a name: nothing of it is left, however the program ends.
#pragma once

#include <string>

namespace scribeline::results {

// In the folder for temporary files. -1 where none can be made, with errno. Closed by the caller, and on exec.
int unnamed_file();

// How a library that wants a path opens it, while it is open.
std::string path_of(int unnamed);

} // namespace scribeline::results
