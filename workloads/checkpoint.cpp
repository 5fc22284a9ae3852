// quantization_config of Hugging Face's transformers: each method has its own way to say how many bits a weight has,
// what scale stands beside how many of them, and which modules are left as they were.
#include "workloads/checkpoint.hpp"
#include "workloads/mixer_modules.hpp"

#include "configs/failure.hpp"
#include "workloads/config_document.hpp"
#include "workloads/model_shape.hpp"
#include "workloads/module_pattern.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::workloads {

using configs::Exit;
using configs::UserError;

namespace {

constexpr std::array part_names{"embedding", "attention", "feed_forward", "shared_experts",
                                "experts",   "router",    "lm_head"};

// Bits of an element, and of what stands beside a block of them.
struct Format {
    std::uint32_t bits  = 16;
    double        scale = 0; // bits for each element
    double        stored() const { return bits + scale; }
};

// Formats of one width. OCP Microscaling 1.0: a scale of 8 bits for 32 elements; NVFP4: one for 16.
struct Method {
    std::string_view name;
    Format           format;
};
constexpr std::array methods{
    Method{"mxfp4", {4, 8.0 / 32}},
    Method{"mxfp8", {8, 8.0 / 32}},
    Method{"nvfp4", {4, 8.0 / 16}},
    Method{"modelopt_fp4", {4, 8.0 / 16}},
    Method{"fp8", {8, 0}},
    Method{"fbgemm_fp8", {8, 0}},
    Method{"modelopt_fp8", {8, 0}},
    Method{"fp8_pb_wo", {8, 32.0 / (128 * 128)}},
    Method{"ptpc_fp8", {8, 0}},
    Method{"int8", {8, 0}},
    Method{"eetq", {8, 0}},
    Method{"w8a8_sq_per_channel", {8, 0}},
    Method{"w4a16_awq", {4, 16.0 / 128}},
    Method{"w4a8_awq", {4, 16.0 / 128}},
};

std::string lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

class CheckpointReader {
  public:
    CheckpointReader(ConfigDocument const& document, std::string const& block, ModelShape const& shape)
        : document_{document}, block_{block}, shape_{shape}
    {
        for (auto const& place :
             {std::string{"quantization_config"}, block + "quantization_config", std::string{"compression_config"}})
            if (place_.empty() && document.find(place) != nullptr && document.find(place)->kind == FieldKind::object)
                place_ = place;
    }

    Checkpoint read()
    {
        auto checkpoint = Checkpoint{};
        read_plain(checkpoint);
        if (document_.fields.count("gguf.attention") != 0)
            read_gguf(checkpoint);
        else if (!place_.empty())
            read_quantised(checkpoint);
        return checkpoint;
    }

  private:
    Field const* find(std::string const& key) const { return document_.find(place_ + "." + key); }

    std::string word(std::string const& key) const
    {
        auto const* const field = find(key);
        return field != nullptr && field->kind == FieldKind::text ? lower(field->text) : std::string{};
    }

    std::optional<double> number(std::string const& key) const
    {
        auto const* const field = find(key);
        return field != nullptr && field->kind == FieldKind::number ? std::optional{field->number} : std::nullopt;
    }

    bool is_true(std::string const& key) const
    {
        auto const* const field = find(key);
        return field != nullptr && field->kind == FieldKind::boolean && field->number != 0;
    }

    [[noreturn]] void refuse(std::string const& key, std::string const& why) const
    {
        throw UserError{Exit::bad_config, document_.complaint(place_ + (key.empty() ? "" : "." + key)) + ": " + why};
    }

    // What is not quantised has the width of the file's dtype.
    void read_plain(Checkpoint& checkpoint) const
    {
        for (auto const& path :
             {block_ + "torch_dtype", block_ + "dtype", std::string{"torch_dtype"}, std::string{"dtype"}}) {
            auto const* const field = document_.find(path);
            if (field == nullptr || field->kind != FieldKind::text)
                continue;
            auto const name   = field->text.rfind("torch.", 0) == 0 ? field->text.substr(6) : field->text;
            auto const narrow = name.rfind("float8", 0) == 0;
            auto const width  = name == "float32" ? 32.0 : narrow ? 8.0 : 16.0;
            checkpoint.method = name;
            checkpoint.bits   = narrow ? 8 : 16; // wider than 16 is rounded before it is multiplied
            checkpoint.stored.fill(width);
            return;
        }
    }

    // The tensors' own types, counted from the header.
    void read_gguf(Checkpoint& checkpoint) const
    {
        auto narrowest = 16.0;
        for (std::size_t part = 0; part < weight_parts; ++part)
            if (auto const* const field = document_.find(std::string{"gguf."} + part_names[part])) {
                checkpoint.stored[part] = field->number;
                narrowest               = std::min(narrowest, field->number);
            }
        if (document_.find("gguf.lm_head") == nullptr) // tied
            checkpoint.of(WeightPart::lm_head) = checkpoint.of(WeightPart::embedding);
        checkpoint.method    = "gguf";
        checkpoint.bits      = format_width(narrowest);
        checkpoint.quantised = checkpoint.bits < 16;
    }

    void read_quantised(Checkpoint& checkpoint)
    {
        checkpoint.method = word("quant_method");
        if (checkpoint.method.empty())
            checkpoint.method = word("quant_algo");
        read_kv(checkpoint);
        read_exceptions();
        if (word("quant_algo") == "mixed_precision" || find("quantized_layers") != nullptr)
            read_layer_rules();
        else
            all_ = format_of(checkpoint.method);
        read_groups();
        checkpoint.bits  = 16;
        auto const plain = checkpoint;
        for (std::size_t part = 0; part < weight_parts; ++part)
            checkpoint.stored[part] = mean_of(static_cast<WeightPart>(part), plain.stored[part]);
        for (auto const& used : used_)
            checkpoint.bits = std::min(checkpoint.bits, used);
        checkpoint.quantised = checkpoint.bits < 16;
    }

    void read_kv(Checkpoint& checkpoint) const
    {
        for (auto const* key : {"kv_cache_scheme", "kv_cache_quant_algo"}) {
            auto const scheme = word(key);
            if (auto const bits = number(std::string{key} + ".num_bits"))
                checkpoint.kv_bits = format_width(*bits);
            else if (scheme.find("fp8") != std::string::npos || scheme.find("int8") != std::string::npos)
                checkpoint.kv_bits = 8;
            else if (scheme.find("fp4") != std::string::npos)
                checkpoint.kv_bits = 4;
        }
    }

    // AWQ and GPTQ: a scale of 16 bits and a zero point for each group; negative: one for a whole row.
    static Format grouped(std::uint32_t bits, double group, double scale, double zero)
    {
        return {bits, group >= 1 ? (scale + zero) / group : 0};
    }

    Format format_of(std::string const& method) const
    {
        auto const group = number("group_size").value_or(number("q_group_size").value_or(0));
        for (auto const* key : {"bits", "w_bit", "nbits", "weight_bits"})
            if (auto const bits = number(key)) {
                if (!(*bits >= 1 && *bits <= 16 && std::floor(*bits) == *bits))
                    refuse(key, "bits of a weight must be a whole number from 1 to 16");
                return grouped(static_cast<std::uint32_t>(*bits), group, 16, *bits);
            }
        // bitsandbytes: absmax of 32 bits for 64 elements, or that quantised to 8 bits with 32 for 256 of them.
        if (is_true("load_in_4bit") || is_true("_load_in_4bit"))
            return {4, is_true("bnb_4bit_use_double_quant") ? 8.0 / 64 + 32.0 / (64 * 256) : 32.0 / 64};
        if (is_true("load_in_8bit") || is_true("_load_in_8bit"))
            return {8, 0};
        if (auto const* const block = find("weight_block_size");
            block != nullptr && block->kind == FieldKind::list && block->numbers.size() == 2) {
            auto const elements = block->numbers[0] * block->numbers[1];
            if (!(elements >= 1))
                refuse("weight_block_size", "a block must have elements");
            return {8, 32.0 / elements}; // a scale of 32 bits, whatever scale_fmt rounds it to
        }
        auto const algorithm = word("quant_algo");
        for (auto const& each : methods)
            if (algorithm == each.name || (algorithm.empty() && method == each.name))
                return each.format;
        if (find("config_groups") != nullptr) // each says its own
            return {};
        for (auto const& each : methods)
            if (method == each.name)
                return each.format;
        auto known = std::vector<std::string>{"awq", "gptq", "bitsandbytes", "compressed-tensors", "modelopt"};
        for (auto const& each : methods)
            known.emplace_back(each.name);
        refuse(
            find("quant_method") != nullptr ? "quant_method" : "",
            fmt::format("the file does not say how many bits a weight has, and this quantisation is not known. Known "
                        "are {}; or state bits",
                        fmt::join(known, ", ")));
    }

    void read_exceptions()
    {
        for (auto const* key : {"ignore", "modules_to_not_convert", "ignored_layers", "exclude_modules",
                                "llm_int8_skip_modules", "exclude"})
            if (auto const* const list = find(key); list != nullptr && list->kind == FieldKind::list)
                for (auto const& each : list->words)
                    if (!kept_.add(each))
                        refuse(key, fmt::format("{} is a regular expression with more in it than names, .*, \\d+ and "
                                                "(a|b)",
                                                configs::shown(each)));
    }

    // compressed-tensors and ModelOpt: groups of modules, each with its bits and its block.
    void read_groups()
    {
        for (auto group = 0; group < 64; ++group) {
            auto const name = fmt::format("config_groups.group_{}", group);
            auto const bits = number(name + ".weights.num_bits");
            if (find(name) == nullptr)
                break;
            if (!bits)
                continue; // activations alone
            auto rule  = Rule{};
            auto size  = number(name + ".weights.group_size").value_or(0);
            auto scale = 16.0;
            if (word(name + ".weights.type") == "float" && *bits == 4) {
                scale = 8; // mxfp4 and nvfp4
                size  = size >= 1 ? size : 16;
            }
            auto const zero =
                find(name + ".weights.symmetric") != nullptr && !is_true(name + ".weights.symmetric") ? *bits : 0.0;
            rule.format = grouped(static_cast<std::uint32_t>(std::clamp(*bits, 1.0, 16.0)), size, scale, zero);
            if (auto const* const block = find(name + ".weights.block_structure");
                block != nullptr && block->numbers.size() == 2)
                rule.format.scale = 32.0 / std::max(1.0, block->numbers[0] * block->numbers[1]);
            auto const* const targets = find(name + ".targets");
            auto              all     = targets == nullptr;
            for (auto const& each : targets == nullptr ? std::vector<std::string>{} : targets->words)
                if (each == "Linear")
                    all = true;
                else if (!rule.modules.add(each))
                    refuse(name + ".targets", fmt::format("{} is a regular expression with more in it than names, .*, "
                                                          "\\d+ and (a|b)",
                                                          configs::shown(each)));
            if (all)
                all_ = rule.format;
            else
                rules_.push_back(std::move(rule));
        }
    }

    // ModelOpt's mixed precision: a list of modules, each with its algorithm. What is not in it is not quantised.
    void read_layer_rules()
    {
        auto const prefix = place_ + ".quantized_layers.";
        auto       found  = std::vector<std::pair<std::string, Format>>{};
        for (auto at = document_.fields.lower_bound(prefix);
             at != document_.fields.end() && at->first.compare(0, prefix.size(), prefix) == 0; ++at) {
            auto const end = at->first.rfind('.');
            if (at->first.substr(end) != ".quant_algo" || end <= prefix.size())
                continue;
            auto const algorithm = lower(at->second.text);
            auto const known =
                std::find_if(methods.begin(), methods.end(), [&](auto const& each) { return each.name == algorithm; });
            if (known == methods.end())
                throw UserError{Exit::bad_config,
                                document_.complaint(at->first) + ": a quantisation that is not known"};
            auto module = at->first.substr(prefix.size(), end - prefix.size());
            std::replace(module.begin(), module.end(), '/', '.'); // as the document writes dots within a key
            auto rule = std::find_if(rules_.begin(), rules_.end(), [&](Rule const& each) {
                return each.format.bits == known->format.bits && each.format.scale == known->format.scale;
            });
            if (rule == rules_.end())
                rule = rules_.insert(rules_.end(), Rule{{}, known->format});
            rule->modules.add(module);
        }
    }

    Format format_at(std::vector<std::string> const& names, double plain)
    {
        auto const any = [&](ModulePatterns const& patterns) {
            return std::any_of(names.begin(), names.end(), [&](auto const& name) { return patterns.match(name); });
        };
        auto format = Format{16, plain - 16};
        if (any(kept_))
            return format;
        if (all_.bits < 16)
            format = all_;
        for (auto const& rule : rules_)
            if (any(rule.modules))
                format = rule.format;
        if (format.bits < 16 && std::find(used_.begin(), used_.end(), format.bits) == used_.end())
            used_.push_back(format.bits);
        return format;
    }

    // Embedding, output projection and routers stay as they are unless something names them: quantisation is of the
    // layers' Linear modules, and the libraries leave out what is not one, or what decides among experts.
    double mean_of(WeightPart part, double plain)
    {
        auto const named = [&](std::vector<std::string> const& names) {
            for (auto const& rule : rules_)
                for (auto const& name : names)
                    if (rule.modules.match(name))
                        return rule.format.stored();
            return plain;
        };
        switch (part) {
        case WeightPart::embedding:
            return named({"embed_tokens", "wte"});
        case WeightPart::lm_head:
            return is_true("lm_head") || is_true("quant_lm_head") ? all_.stored() : named({"lm_head"});
        case WeightPart::router:
            return plain;
        default:
            return mean_over_layers(part, plain);
        }
    }

    struct Module {
        std::vector<std::string> names; // that it goes by in one family or another, behind "layers.N."
        double                   share; // of the part's elements in a layer
    };

    std::vector<Module> modules_of(WeightPart part) const
    {
        auto const named = [](std::initializer_list<char const*> blocks, std::string const& name) {
            auto all = std::vector<std::string>{};
            for (auto const* block : blocks)
                all.push_back(std::string{block} + "." + name);
            return all;
        };
        auto const blocks = std::initializer_list<char const*>{"mlp", "feed_forward", "ffn", "block_sparse_moe"};
        auto const widths = shape_.gated ? std::vector<std::string>{"gate_proj", "up_proj", "down_proj"}
                                         : std::vector<std::string>{"up_proj", "down_proj"};
        auto       result = std::vector<Module>{};
        for (auto const& width : widths) {
            auto names = part == WeightPart::feed_forward ? named(blocks, width) : std::vector<std::string>{};
            if (part == WeightPart::shared_experts)
                for (auto const* block : {"shared_experts.", "shared_expert.", "shared_mlp."})
                    for (auto& each : named(blocks, block + width))
                        names.push_back(std::move(each));
            if (part == WeightPart::experts) {
                auto const mixtral = width == "gate_proj" ? "w1" : width == "up_proj" ? "w3" : "w2";
                for (auto const& name : {std::string{"experts.0."} + width, std::string{"experts.0."} + mixtral})
                    for (auto& each : named(blocks, name))
                        names.push_back(std::move(each));
            }
            result.push_back({std::move(names), 1.0 / static_cast<double>(widths.size())});
        }
        return result;
    }

    // Of all layers' first halves, by their elements.
    double mean_of_mixers(double plain)
    {
        auto const kinds   = shape_.layer_kinds();
        auto       modules = std::vector<std::vector<MixerModule>>{};
        for (auto const& kind : kinds)
            modules.push_back(modules_of_mixer(shape_, kind));
        auto bits = 0.0, elements = 0.0;
        for (std::uint32_t layer = 0; layer < shape_.layers; ++layer)
            for (auto const& module : modules[shape_.kind_of(layer)]) {
                if (module.elements == 0)
                    continue;
                auto names = std::vector<std::string>{};
                for (auto const& name : module.names)
                    names.push_back(fmt::format("layers.{}.{}", layer, name));
                bits += module.elements * format_at(names, plain).stored();
                elements += module.elements;
            }
        return elements == 0 ? plain : bits / elements;
    }

    double mean_over_layers(WeightPart part, double plain)
    {
        if (part == WeightPart::attention)
            return mean_of_mixers(plain);
        auto const modules = modules_of(part);
        auto const kinds   = shape_.layer_kinds();
        auto       sum = 0.0, layers = 0.0;
        for (std::uint32_t layer = 0; layer < shape_.layers; ++layer) {
            auto const& kind = kinds[shape_.kind_of(layer)];
            if ((part == WeightPart::feed_forward && kind.experts > 0) ||
                (part == WeightPart::shared_experts && (kind.experts == 0 || kind.ffn == 0)) ||
                (part == WeightPart::experts && kind.experts == 0))
                continue;
            // Experts are looked at one by one only where the file speaks of one by its number.
            auto const one_by_one = part == WeightPart::experts && kept_.names_experts() &&
                                    std::uint64_t{shape_.layers} * kind.experts <= 100'000;
            auto const experts = one_by_one ? kind.experts : 1U;
            for (std::uint32_t expert = 0; expert < experts; ++expert)
                for (auto const& module : modules) {
                    auto names = std::vector<std::string>{};
                    for (auto name : module.names) {
                        if (one_by_one)
                            name.replace(name.find("experts.0."), 10, fmt::format("experts.{}.", expert));
                        names.push_back(fmt::format("layers.{}.{}", layer, name));
                    }
                    sum += module.share * format_at(names, plain).stored() / experts;
                }
            layers += 1;
        }
        return layers == 0 ? plain : sum / layers;
    }

    struct Rule {
        ModulePatterns modules;
        Format         format;
    };

    ConfigDocument const&      document_;
    std::string const&         block_;
    ModelShape const&          shape_;
    std::string                place_;
    Format                     all_; // of all Linear modules of the layers
    ModulePatterns             kept_;
    std::vector<Rule>          rules_;
    std::vector<std::uint32_t> used_; // widths that came up
};

} // namespace

char const* name_of(WeightPart part) { return part_names.at(static_cast<std::size_t>(part)); }

std::uint32_t format_width(double bits) { return bits < 8 ? 4 : bits < 16 ? 8 : 16; }

Checkpoint parse_checkpoint(ConfigDocument const& document, std::string const& block, ModelShape const& shape)
{
    return CheckpointReader{document, block, shape}.read();
}

} // namespace scribeline::workloads
