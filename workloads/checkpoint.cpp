// quantization_config of Hugging Face's transformers: each method has its own way to say how many bits a weight has.
#include "workloads/checkpoint.hpp"

#include "workloads/config_document.hpp"
#include "workloads/model_file.hpp"

#include <array>

namespace scribeline::workloads {

namespace {

struct Method {
    std::string_view name;
    std::uint32_t    bits;
};

// Methods of one width.
constexpr std::array methods{Method{"mxfp4", 4},      Method{"nvfp4", 4},        Method{"fp8", 8},
                             Method{"fbgemm_fp8", 8}, Method{"modelopt_fp4", 4}, Method{"modelopt_fp8", 8}};

std::optional<std::uint32_t> bits_of(ConfigDocument const& document, std::string const& place,
                                     std::string const& method)
{
    // "bits" of AWQ, GPTQ, HQQ and AQLM; num_bits of compressed-tensors, of its first group.
    for (auto const* key : {".bits", ".w_bit", ".config_groups.group_0.weights.num_bits"})
        if (auto const* field = document.find(place + key);
            field != nullptr && field->kind == FieldKind::number && field->number >= 1 && field->number <= 64)
            return static_cast<std::uint32_t>(field->number);
    for (auto const& [key, bits] : {std::pair{".load_in_4bit", 4U}, {".load_in_8bit", 8U}}) // bitsandbytes
        if (auto const* field = document.find(place + key);
            field != nullptr && field->kind == FieldKind::boolean && field->number != 0)
            return bits;
    for (auto const& each : methods)
        if (method == each.name)
            return each.bits;
    return std::nullopt;
}

} // namespace

std::optional<CheckpointWeights> parse_checkpoint(std::string_view text, std::string const& file)
{
    auto const document = parse_config(text, file);
    for (auto const* place : {"quantization_config", "text_config.quantization_config", "compression_config"}) {
        if (document.find(place) == nullptr)
            continue;
        auto const* named  = document.find(std::string{place} + ".quant_method");
        auto const  method = named != nullptr && named->kind == FieldKind::text ? named->text : std::string{};
        if (auto const bits = bits_of(document, place, method))
            return CheckpointWeights{*bits, method};
    }
    return std::nullopt;
}

std::optional<CheckpointWeights> checkpoint_weights(std::string const& model)
{
    auto const file = read_model_file(model);
    return parse_checkpoint(file.text, file.path);
}

} // namespace scribeline::workloads
