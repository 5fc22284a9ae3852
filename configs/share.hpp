// Where the files that come with the program are: machines (configs/machines/*.toml), models (workloads/models/*.json).
//
// A share folder has the layout of the source tree. Looked through in this order: the folder that the environment
// variable SCRIBELINE_SHARE names, <program's folder>/../share/scribeline, the tree the program was built from.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::configs {

// Those that exist, in order.
std::vector<std::filesystem::path> share_folders();

// The first that has it; `relative` as in "configs/machines/wse2.toml".
std::optional<std::filesystem::path> find_shared(std::string const& relative);

// Names without the ending, sorted, of the files `folder/*ending` in all share folders.
std::vector<std::string> shared_names(std::string const& folder, std::string const& ending);

std::vector<std::string> shipped_machines();

} // namespace scribeline::configs
