// A name or a path, and the text that is found there.
#include "workloads/model_file.hpp"

#include "configs/failure.hpp"
#include "configs/schema/whole_file.hpp"
#include "configs/share.hpp"
#include "workloads/model_shape.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

namespace scribeline::workloads {

using configs::Exit;
using configs::UserError;
namespace fs = std::filesystem;

namespace {

constexpr char const* models_folder = "workloads/models";

bool ends_in(std::string const& text, std::string_view ending)
{
    return text.size() >= ending.size() && text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

bool is_path(std::string const& model)
{
    return model.find('/') != std::string::npos || ends_in(model, ".json") || ends_in(model, ".gguf");
}

std::vector<fs::path> entries_of(fs::path const& folder)
{
    auto failed = std::error_code{};
    auto paths  = std::vector<fs::path>{};
    for (auto const& entry : fs::directory_iterator{folder, failed})
        paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end()); // the order of a directory is not the same everywhere
    return paths;
}

// The cache of Hugging Face keeps a model as models--OWNER--NAME/snapshots/COMMIT/config.json, and the commit of a
// branch in refs/BRANCH.
fs::path snapshot_in(fs::path const& folder)
{
    auto       failed    = std::error_code{};
    auto const snapshots = entries_of(folder / "snapshots");
    auto       commit    = std::string{};
    if (auto stream = std::ifstream{folder / "refs" / "main"}; stream >> commit && commit.find('/') == std::string::npos)
        if (auto const named = folder / "snapshots" / commit; fs::is_directory(named, failed))
            return named;
    if (snapshots.size() == 1)
        return snapshots.front();
    throw UserError{Exit::no_input,
                    fmt::format("{}: error: {} snapshots, and refs/main names none of them. Give the path of one",
                                configs::printable(folder.string()), snapshots.size())};
}

// A model's folder stands for the file in it that says what model it is, as downloads from a model hub are laid out.
fs::path file_in(fs::path folder)
{
    auto failed = std::error_code{};
    if (!fs::exists(folder / "config.json", failed) && fs::is_directory(folder / "snapshots", failed))
        folder = snapshot_in(folder);
    for (auto const* name : {"config.json", "params.json"})
        if (fs::exists(folder / name, failed))
            return folder / name;
    auto const all = entries_of(folder);
    // Of a model in several files the first one in order has the header.
    auto const gguf = std::find_if(all.begin(), all.end(),
                                   [](auto const& path) { return ends_in(path.filename().string(), ".gguf"); });
    return gguf != all.end() ? *gguf : folder / "config.json";
}

fs::path file_at(std::string const& model)
{
    auto       failed = std::error_code{};
    auto const path   = fs::path{model};
    auto const file   = fs::is_directory(path, failed) ? file_in(path) : path;
    if (!fs::exists(file, failed))
        throw UserError{Exit::no_input,
                        fmt::format("{}: error: no such file. Give the path of a config.json, or the name of a shipped "
                                    "model without '/' and '.json'",
                                    configs::printable(file.string()))};
    return file;
}

// "llama-3-8b" of llama-3-8b.json; the folder's name where the file is called as it is everywhere; in the cache of
// Hugging Face the name behind the owner.
std::string name_from(fs::path const& file)
{
    auto const stem = file.stem().string();
    if (stem != "config" && stem != "params")
        return stem;
    auto folder = fs::absolute(file).lexically_normal().parent_path();
    if (folder.parent_path().filename() == "snapshots")
        folder = folder.parent_path().parent_path();
    auto       name  = folder.filename().string();
    auto const owner = std::string_view{"models--"};
    if (name.compare(0, owner.size(), owner) == 0)
        if (auto const end = name.find("--", owner.size()); end != std::string::npos)
            name = name.substr(end + 2);
    return name.empty() ? stem : name;
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
    // Behind the header of a GGUF file stand gigabytes of weights.
    auto text = ends_in(file.string(), ".gguf")
                    ? configs::read_beginning(file.string(), configs::limits::model)
                    : configs::read_whole_file(file.string(), configs::limits::model);
    auto       failed    = std::error_code{};
    auto const beside    = file.parent_path() / "hf_quant_config.json";
    auto       quantised = file.filename() == "config.json" && fs::exists(beside, failed)
                               ? configs::read_whole_file(beside.string(), configs::limits::model)
                               : std::string{};
    return {configs::printable(file.string()), name_from(file), std::move(text), std::move(quantised)};
}

std::vector<std::string> shipped_models() { return configs::shared_names(models_folder, ".json"); }

} // namespace scribeline::workloads
