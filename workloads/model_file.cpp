// A name or a path, and the text that is found there.
#include "workloads/model_file.hpp"

#include "configs/failure.hpp"
#include "configs/schema/whole_file.hpp"
#include "configs/share.hpp"
#include "workloads/model_shape.hpp"

#include <filesystem>

#include <fmt/format.h>

namespace scribeline::workloads {

using configs::Exit;
using configs::UserError;
namespace fs = std::filesystem;

namespace {

constexpr char const* models_folder = "workloads/models";

bool is_path(std::string const& model)
{
    auto const ending = std::string{".json"};
    return model.find('/') != std::string::npos ||
           (model.size() >= ending.size() && model.compare(model.size() - ending.size(), ending.size(), ending) == 0);
}

// A model's folder stands for the config.json in it, as downloads from a model hub are laid out.
fs::path file_at(std::string const& model)
{
    auto       failed = std::error_code{};
    auto const path   = fs::path{model};
    auto const file   = fs::is_directory(path, failed) ? path / "config.json" : path;
    if (!fs::exists(file, failed))
        throw UserError{Exit::no_input,
                        fmt::format("{}: error: no such file. Give the path of a config.json, or the name of a shipped "
                                    "model without '/' and '.json'",
                                    configs::printable(file.string()))};
    return file;
}

std::string name_from(fs::path const& file)
{
    auto const stem   = file.stem().string();
    auto const folder = fs::absolute(file).lexically_normal().parent_path().filename().string();
    return stem == "config" && !folder.empty() ? folder : stem;
}

fs::path shipped_file(std::string const& model)
{
    if (auto const file = configs::find_shared(fmt::format("{}/{}.json", models_folder, model)))
        return *file;
    auto       failed = std::error_code{};
    auto const advice = fs::exists(fs::path{model}, failed)
                            ? fmt::format("; for the file of that name write './{}'", configs::printable(model))
                            : std::string{};
    throw UserError{
        Exit::no_input,
        fmt::format("model {}: not known{}; 'scribeline list models' shows those that are, any other is given "
                    "by the path of its config.json{}",
                    configs::shown(model), configs::did_you_mean(model, shipped_models()), advice)};
}

} // namespace

ModelFile read_model_file(std::string const& model)
{
    auto const file = is_path(model) ? file_at(model) : shipped_file(model);
    return {configs::printable(file.string()), name_from(file),
            configs::read_whole_file(file.string(), configs::limits::model)};
}

std::vector<std::string> shipped_models() { return configs::shared_names(models_folder, ".json"); }

} // namespace scribeline::workloads
