// The sums over a shape's matrices, and where its file is found. What the file means: parse_model.cpp.
#include "workloads/model_shape.hpp"

#include "configs/failure.hpp"
#include "configs/share.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace scribeline::workloads {

using configs::Exit;
using configs::UserError;
namespace fs = std::filesystem;

namespace {

constexpr char const* models_folder = "workloads/models";

// The largest published config.json has some 10 KiB.
constexpr std::size_t largest_file = std::size_t{1} << 20U;

bool is_path(std::string const& model)
{
    auto const ending = std::string{".json"};
    return model.find('/') != std::string::npos ||
           (model.size() >= ending.size() && model.compare(model.size() - ending.size(), ending.size(), ending) == 0);
}

std::string contents_of(fs::path const& file)
{
    errno         = 0;
    auto stream   = std::ifstream{file, std::ios::binary};
    auto text     = std::string(largest_file + 1, '\0');
    auto readable = stream.is_open();
    if (readable) {
        stream.read(text.data(), static_cast<std::streamsize>(text.size()));
        readable = !stream.bad();
    }
    if (!readable)
        throw UserError{Exit::no_input, fmt::format("{}: error: cannot read it: {}", configs::printable(file.string()),
                                                    std::strerror(errno == 0 ? EIO : errno))};
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (text.size() > largest_file)
        throw UserError{Exit::bad_config, fmt::format("{}: error: longer than {} bytes. This is not a config.json",
                                                      configs::printable(file.string()), largest_file)};
    return text;
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

std::uint64_t ModelShape::weights_per_layer() const
{
    auto const attention    = hidden * (query_width() + 2 * kv_width()) + query_width() * hidden;
    auto const feed_forward = (gated ? std::uint64_t{3} : std::uint64_t{2}) * hidden * ffn;
    return attention + feed_forward;
}

std::uint64_t ModelShape::parameters() const
{
    auto const embedding = std::uint64_t{vocabulary} * hidden;
    return active_parameters() + (tied_embeddings ? 0 : embedding);
}

std::uint64_t ModelShape::active_parameters() const
{
    return layers * weights_per_layer() + std::uint64_t{vocabulary} * hidden;
}

double ModelShape::weight_bytes(std::uint32_t bits) const { return static_cast<double>(parameters()) * bits / 8; }

double ModelShape::kv_bytes_per_token(std::uint32_t bits) const
{
    return static_cast<double>(layers * 2 * kv_width()) * bits / 8;
}

ModelShape read_model(std::string const& model)
{
    auto const file = is_path(model) ? file_at(model) : shipped_file(model);
    return parse_model(contents_of(file), configs::printable(file.string()), name_from(file));
}

std::vector<std::string> shipped_models() { return configs::shared_names(models_folder, ".json"); }

ModelShape with_full_kv(ModelShape shape)
{
    shape.heads    = 1;
    shape.kv_heads = 1;
    shape.head_dim = shape.hidden;
    return shape;
}

} // namespace scribeline::workloads
