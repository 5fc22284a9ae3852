// Finds shipped files; see the header for the order.
#include "configs/share.hpp"

#include <cstdlib>
#include <set>

namespace scribeline::configs {

namespace fs = std::filesystem;

std::vector<fs::path> share_folders()
{
    auto candidates = std::vector<fs::path>{};
    if (auto const* named = std::getenv("SCRIBELINE_SHARE"); named != nullptr && *named != '\0')
        candidates.emplace_back(named);
    auto       failed  = std::error_code{};
    auto const program = fs::read_symlink("/proc/self/exe", failed);
    if (!failed)
        candidates.push_back((program.parent_path() / ".." / "share" / "scribeline").lexically_normal());
    candidates.emplace_back(SCRIBELINE_SOURCE_DIR);

    auto folders = std::vector<fs::path>{};
    for (auto const& candidate : candidates)
        if (fs::is_directory(candidate, failed))
            folders.push_back(candidate);
    return folders;
}

std::optional<fs::path> find_shared(std::string const& relative)
{
    for (auto const& folder : share_folders()) {
        auto       failed = std::error_code{};
        auto const file   = folder / relative;
        if (fs::is_regular_file(file, failed))
            return file;
    }
    return std::nullopt;
}

std::vector<std::string> shared_names(std::string const& folder, std::string const& ending)
{
    auto names = std::set<std::string>{};
    for (auto const& share : share_folders()) {
        auto failed = std::error_code{};
        for (auto const& entry : fs::directory_iterator{share / folder, failed})
            if (entry.path().extension() == ending)
                names.insert(entry.path().stem().string());
    }
    return {names.begin(), names.end()};
}

std::vector<std::string> shipped_machines() { return shared_names("configs/machines", ".toml"); }

} // namespace scribeline::configs
