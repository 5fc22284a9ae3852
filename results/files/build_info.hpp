// What this program was built from and with.
#pragma once

#include <string>

namespace scribeline::results {

struct BuildInfo {
    std::string version;    // of the simulator
    std::string git_commit; // "unknown" in a source tree without git
    bool        git_dirty;  // the tree differed from that commit
    std::string compiler;
    std::string build_type;
    std::string systemc; // version of the library that is loaded
    std::string hdf5;    // the same
};

BuildInfo   build_info();
std::string version_text(); // for `scribeline version`

} // namespace scribeline::results
