// The sums over a shape's matrices, and where its file is found. What the file means: parse_model.cpp.
#include "workloads/model_shape.hpp"

#include "configs/failure.hpp"
#include "configs/schema/whole_file.hpp"
#include "configs/share.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

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

bool operator==(LayerKind const& a, LayerKind const& b)
{
    return a.window == b.window && a.chunked == b.chunked && a.ffn == b.ffn && a.experts == b.experts &&
           a.active == b.active && a.expert_ffn == b.expert_ffn;
}

std::vector<LayerKind> ModelShape::layer_kinds() const
{
    if (!kinds.empty())
        return kinds;
    auto all   = LayerKind{};
    all.window = sliding_window;
    all.ffn    = ffn;
    return {all};
}

std::uint32_t ModelShape::layers_of(std::uint32_t kind) const
{
    return kinds.empty() ? layers : static_cast<std::uint32_t>(std::count(kind_at.begin(), kind_at.end(), kind));
}

bool ModelShape::has_experts() const
{
    return std::any_of(kinds.begin(), kinds.end(), [](LayerKind const& kind) { return kind.experts > 0; });
}

std::uint64_t ModelShape::attention_weights() const
{
    if (latent.kv_rank == 0)
        return hidden * (query_width() + 2 * kv_width()) + query_width() * hidden;
    auto const queries = latent.query_rank == 0
                             ? hidden * query_width()
                             : std::uint64_t{latent.query_rank} * hidden + latent.query_rank * query_width();
    auto const up      = std::uint64_t{latent.kv_rank} * heads * (latent.nope_dim + latent.value_dim);
    return queries + std::uint64_t{hidden} * latent.cached() + up + std::uint64_t{heads} * latent.value_dim * hidden;
}

std::uint64_t ModelShape::feed_forward_weights(LayerKind const& kind) const
{
    std::uint64_t const matrices = gated ? 3 : 2;
    return matrices * hidden * (kind.ffn + std::uint64_t{kind.experts} * kind.expert_ffn) +
           std::uint64_t{hidden} * kind.experts;
}

std::uint64_t ModelShape::active_feed_forward_weights(LayerKind const& kind) const
{
    auto one    = kind;
    one.experts = kind.active;
    return feed_forward_weights(one) + std::uint64_t{hidden} * (kind.experts - kind.active);
}

std::uint64_t ModelShape::parameters() const
{
    auto sum = std::uint64_t{vocabulary} * hidden * (tied_embeddings ? 1 : 2);
    auto all = layer_kinds();
    for (std::uint32_t kind = 0; kind < all.size(); ++kind)
        sum += layers_of(kind) * (attention_weights() + feed_forward_weights(all[kind]));
    return sum;
}

std::uint64_t ModelShape::active_parameters() const
{
    auto sum = std::uint64_t{vocabulary} * hidden;
    auto all = layer_kinds();
    for (std::uint32_t kind = 0; kind < all.size(); ++kind)
        sum += layers_of(kind) * (attention_weights() + active_feed_forward_weights(all[kind]));
    return sum;
}

double ModelShape::weight_bytes(std::uint32_t bits) const { return static_cast<double>(parameters()) * bits / 8; }

double ModelShape::kv_bytes_per_token(std::uint32_t bits) const
{
    return static_cast<double>(layers * (latent.kv_rank != 0 ? latent.cached() : 2 * kv_width())) * bits / 8;
}

ModelShape read_model(std::string const& model)
{
    auto const file = is_path(model) ? file_at(model) : shipped_file(model);
    return parse_model(configs::read_whole_file(file.string(), configs::limits::model),
                       configs::printable(file.string()), name_from(file));
}

std::vector<std::string> shipped_models() { return configs::shared_names(models_folder, ".json"); }

ModelShape with_full_kv(ModelShape shape)
{
    shape.latent   = {};
    shape.heads    = 1;
    shape.kv_heads = 1;
    shape.head_dim = shape.hidden;
    return shape;
}

} // namespace scribeline::workloads
