#include "configs/schema/inputs.hpp"

#include "configs/failure.hpp"
#include "configs/schema/table.hpp"
#include "configs/schema/whole_file.hpp"
#include "configs/sha256.hpp"

#include <filesystem>

namespace scribeline::configs {

namespace {

namespace fs = std::filesystem;

// A model's folder stands for the config.json in it.
fs::path file_of(std::string const& name)
{
    auto failed = std::error_code{};
    return fs::is_directory(name, failed) ? fs::path{name} / "config.json" : fs::path{name};
}

std::string hash_of(fs::path const& file)
{
    auto failed = std::error_code{};
    if (!fs::is_regular_file(file, failed))
        return {};
    try {
        return sha256(read_whole_file(file.string(), limits::defect_map)); // the longest that there is
    } catch (UserError const&) {
        return {}; // whoever needs it says why
    }
}

} // namespace

std::vector<InputFile> input_files(Parameters const& parameters)
{
    auto files = std::vector<InputFile>{};
    for (auto const* row : all_rows()) {
        auto const name = row->may_be_path ? row->text(parameters) : std::string{};
        if (name.find('/') != std::string::npos || fs::path{name}.has_extension())
            files.push_back({row->group + "." + row->key, name, hash_of(file_of(name))});
    }
    return files;
}

} // namespace scribeline::configs
